"""A handover says whether the customer showed the code or said the order's number and the last four digits of its phone."""

import sqlalchemy as sa
from alembic import op

revision = "hand_over_by_number"
down_revision = "staff_sign_ins"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("handover", sa.Column("verified_by", sa.Text(), server_default="code", nullable=False), schema="pickup")
    op.create_check_constraint("verified_by", "handover", "verified_by IN ('code','number')", schema="pickup")
    op.create_table(
        "number_check",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("fulfilment_id", sa.Uuid(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "fulfilment_id"],
            ["orders.fulfilment.store_id", "orders.fulfilment.id"],
            name="fk_number_check_store_id_fulfilment_id",
        ),
        sa.PrimaryKeyConstraint("store_id", "fulfilment_id", name="pk_number_check"),
        schema="pickup",
    )


def downgrade() -> None:
    op.drop_table("number_check", schema="pickup")
    op.drop_column("handover", "verified_by", schema="pickup")
