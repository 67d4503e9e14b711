"""What a store handed over today is counted by an index, so that its past orders cost nothing."""

import sqlalchemy as sa
from alembic import op

revision = "count_handovers"
down_revision = "count_open_units"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_fulfilment_handed_over",
        "fulfilment",
        ["store_id", "handed_over_at"],
        schema="orders",
        postgresql_where=sa.text("handed_over_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_fulfilment_handed_over", "fulfilment", schema="orders")
