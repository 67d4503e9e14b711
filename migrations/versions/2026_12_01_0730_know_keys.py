"""Hosts can tell that their secrets are not those of the database, and a token says when it was last used."""

from alembic import op

revision = "key_prints"
down_revision = "staff_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE journal.key_print (
             name text NOT NULL, print text NOT NULL, noted_at timestamptz NOT NULL DEFAULT now(),
             CONSTRAINT pk_key_print PRIMARY KEY (name))"""
    )
    op.execute("ALTER TABLE staff.service_token ADD COLUMN used_on date")


def downgrade() -> None:
    op.execute("ALTER TABLE staff.service_token DROP COLUMN used_on")
    op.execute("DROP TABLE journal.key_print")
