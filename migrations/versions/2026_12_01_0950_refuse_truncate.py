"""What is only appended to cannot be emptied either: a row trigger does not see TRUNCATE."""

from alembic import op

revision = "refuse_truncate"
down_revision = "approve_refunds"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "journal.fact", "journal.access", "inventory.ledger_entry", "inventory.document", "inventory.selling_rule_version",
    "stockroom.till_report",
)  # fmt: skip


def upgrade() -> None:
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_change()"
        )


def downgrade() -> None:
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER no_truncate ON {table}")
