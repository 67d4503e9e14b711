"""Histories are read in one statement, and orders are found by the e-mail address they were placed with."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# A plan is made once for all customers. The average one has a few entries, and for her reading all and sorting them costs
# nothing; for somebody with thousands it costs a hundred times the newest page, which the index has in order. So the
# planner is told that everybody has a thousand.
LONG_HISTORIES = "ALTER TABLE journal.entry ALTER COLUMN customer_id SET (n_distinct = -0.001)"


def upgrade() -> None:
    op.execute(LONG_HISTORIES)
    op.execute("ANALYZE journal.entry")
    op.create_index("ix_order_contact_email", "order", ["contact_email"], unique=False, schema="orders")


def downgrade() -> None:
    op.drop_index("ix_order_contact_email", "order", schema="orders")
    op.execute("ALTER TABLE journal.entry ALTER COLUMN customer_id RESET (n_distinct)")
