"""The access log has the searches that found nobody."""

from alembic import op

revision = "failed_searches"
down_revision = "count_handovers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE journal.access ADD COLUMN question text, ADD COLUMN question_hash bytea")


def downgrade() -> None:
    op.execute("ALTER TABLE journal.access DROP COLUMN question, DROP COLUMN question_hash")
