"""A worker says that it lives, and when the last message of a channel left is found by key."""

from alembic import op

revision = "worker_beats"
down_revision = "keep_keywords"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE journal.heartbeat (
             host text NOT NULL, pid integer NOT NULL, version text NOT NULL, leads boolean NOT NULL,
             since timestamptz NOT NULL DEFAULT now(), beat_at timestamptz NOT NULL DEFAULT now(),
             late_seconds double precision NOT NULL DEFAULT 0,
             CONSTRAINT pk_heartbeat PRIMARY KEY (host, pid))"""
    )
    op.execute("CREATE INDEX ix_message_sent ON notifications.message (channel, settled_at) WHERE state = 'sent'")


def downgrade() -> None:
    op.execute("DROP INDEX notifications.ix_message_sent")
    op.execute("DROP TABLE journal.heartbeat")
