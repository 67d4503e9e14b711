"""Sign-ins of staff leave rows, and browsers in which somebody signed in are known."""

from alembic import op

revision = "staff_sign_ins"
down_revision = "worker_beats"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE staff.sign_in_try (
             id uuid CONSTRAINT pk_sign_in_try PRIMARY KEY,
             at timestamptz NOT NULL DEFAULT clock_timestamp(),
             account_id uuid CONSTRAINT fk_sign_in_try_account_id REFERENCES staff.account (id),
             login_hash bytea NOT NULL,
             outcome text NOT NULL
               CONSTRAINT ck_sign_in_try_outcome CHECK (outcome IN ('signed_in','wrong_secret','wrong_code','slowed','refused')),
             way text NOT NULL CONSTRAINT ck_sign_in_try_way CHECK (way IN ('pin','code','provider')),
             face text NOT NULL,
             source text NOT NULL,
             known_device boolean NOT NULL,
             CONSTRAINT ck_sign_in_try_signed_in_is_known CHECK ((outcome = 'signed_in') <= (account_id IS NOT NULL)))"""
    )
    op.execute("CREATE INDEX ix_sign_in_try_at ON staff.sign_in_try (at DESC)")
    op.execute("CREATE INDEX ix_sign_in_try_account_id ON staff.sign_in_try (account_id, at DESC)")
    op.execute(
        """CREATE TABLE staff.device (
             token_hash bytea NOT NULL,
             account_id uuid NOT NULL CONSTRAINT fk_device_account_id REFERENCES staff.account (id),
             created_at timestamptz NOT NULL DEFAULT now(),
             seen_at timestamptz NOT NULL DEFAULT now(),
             CONSTRAINT pk_device PRIMARY KEY (token_hash, account_id))"""
    )
    op.execute("CREATE INDEX ix_device_seen_at ON staff.device (seen_at)")


def downgrade() -> None:
    op.execute("DROP TABLE staff.device")
    op.execute("DROP TABLE staff.sign_in_try")
