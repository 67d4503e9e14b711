"""Refunds above a limit need a second person: the store's limit, and what waits for a manager or was decided."""

import sqlalchemy as sa
from alembic import op

revision = "approve_refunds"
down_revision = "second_factor"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refund_rule",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("alone_minor", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("alone_minor >= 0", name="ck_refund_rule_alone"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name="fk_refund_rule_store_id"),
        sa.ForeignKeyConstraint(["changed_by"], ["staff.account.id"], name="fk_refund_rule_changed_by"),
        sa.PrimaryKeyConstraint("store_id", "currency", name="pk_refund_rule"),
        schema="payments",
    )
    op.create_table(
        "refund_request",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('waiting','approved','refused','used')", name="ck_refund_request_state"),
        sa.CheckConstraint("why IN ('amount','day','own_receipt')", name="ck_refund_request_why"),
        sa.CheckConstraint("amount_minor > 0", name="ck_refund_request_amount"),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> requested_by", name="ck_refund_request_four_eyes"),
        sa.CheckConstraint("(state = 'waiting') = (decided_by IS NULL)", name="ck_refund_request_decided"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name="fk_refund_request_store_id"),
        sa.ForeignKeyConstraint(["requested_by"], ["staff.account.id"], name="fk_refund_request_requested_by"),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.account.id"], name="fk_refund_request_decided_by"),
        sa.PrimaryKeyConstraint("store_id", "id", name="pk_refund_request"),
        schema="payments",
    )
    # Refunds of before were given under other rules; the audit judges only those since.
    op.create_table(
        "refund_limits_since",
        sa.Column("applied_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("applied_at", name="pk_refund_limits_since"),
        schema="payments",
    )
    op.execute("INSERT INTO payments.refund_limits_since DEFAULT VALUES")
    op.create_index(
        "uq_refund_request_open",
        "refund_request",
        ["store_id", "subject", "requested_by", "amount_minor"],
        unique=True,
        schema="payments",
        postgresql_where=sa.text("state IN ('waiting','approved')"),
    )
    op.create_index(
        "ix_refund_by_person",
        "refund",
        ["requested_by", "at"],
        schema="payments",
        postgresql_where=sa.text("requested_by IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_refund_by_person", "refund", schema="payments")
    op.drop_table("refund_request", schema="payments")
    op.drop_table("refund_limits_since", schema="payments")
    op.drop_table("refund_rule", schema="payments")
