"""A short pick waits ten seconds, in which the picker may take it back."""

import sqlalchemy as sa
from alembic import op

revision = "undo_short_picks"
down_revision = "key_prints"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shortage",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("fulfilment_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "fulfilment_id", "line_no"],
            ["orders.fulfilment_line.store_id", "orders.fulfilment_line.fulfilment_id", "orders.fulfilment_line.line_no"],
            name="fk_shortage_store_id_fulfilment_id_line_no",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.account.id"], name="fk_shortage_staff_id"),
        sa.PrimaryKeyConstraint("store_id", "fulfilment_id", "line_no", name="pk_shortage"),
        schema="pickup",
    )
    op.create_index("ix_shortage_at", "shortage", ["at"], schema="pickup")


def downgrade() -> None:
    op.drop_table("shortage", schema="pickup")
