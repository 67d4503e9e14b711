"""Proof of a phone number or an e-mail address by a code, and the browsers in which it was given."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "prove_addresses"
down_revision = "failed_searches"
branch_labels = None
depends_on = None

WHEN = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "challenge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("locale", sa.Text(), server_default="ko", nullable=False),
        sa.Column("source_key", sa.Text(), server_default="", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", WHEN, server_default=sa.func.now(), nullable=False),
        sa.Column("expires_at", WHEN, nullable=False),
        sa.Column("proved_at", WHEN, nullable=True),
        sa.CheckConstraint("channel IN ('email','sms')", name="channel"),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name="tries"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.customer.id"], name="fk_challenge_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_challenge"),
        schema="customers",
    )
    op.create_index("ix_challenge_address", "challenge", ["address", "created_at"], schema="customers")
    op.create_index("ix_challenge_source_key", "challenge", ["source_key", "created_at"], schema="customers")
    op.create_index("ix_challenge_customer_id", "challenge", ["customer_id"], schema="customers")
    op.create_table(
        "device_proof",
        sa.Column("device_hash", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("proved_at", WHEN, server_default=sa.func.now(), nullable=False),
        sa.Column("expires_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("device_hash", "address", name="pk_device_proof"),
        schema="customers",
    )


def downgrade() -> None:
    op.drop_table("device_proof", schema="customers")
    op.drop_table("challenge", schema="customers")
