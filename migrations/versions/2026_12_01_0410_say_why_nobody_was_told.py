"""A message says why it did not arrive, and how many an address has had is found by key."""

from alembic import op

revision = "message_problem"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE notifications.message ADD COLUMN problem text")
    op.execute("CREATE INDEX ix_message_address ON notifications.message (address, settled_at)")


def downgrade() -> None:
    op.execute("DROP INDEX notifications.ix_message_address")
    op.execute("ALTER TABLE notifications.message DROP COLUMN problem")
