"""Managers and agents may need a second factor."""

from alembic import op

revision = "second_factor"
down_revision = "mark_old_demos"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE staff.second_factor (
             account_id uuid CONSTRAINT pk_second_factor PRIMARY KEY
               CONSTRAINT fk_second_factor_account_id REFERENCES staff.account (id),
             secret bytea NOT NULL,
             recovery bytea[] NOT NULL DEFAULT '{}',
             last_step bigint,
             created_at timestamptz NOT NULL DEFAULT now(),
             confirmed_at timestamptz)"""
    )


def downgrade() -> None:
    op.execute("DROP TABLE staff.second_factor")
