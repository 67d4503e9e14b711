"""Managers may have some stores only, and the accounts of a demo are marked."""

from alembic import op

revision = "staff_accounts"
down_revision = "hand_over_by_number"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """ALTER TABLE staff.account
             ADD COLUMN demo boolean NOT NULL DEFAULT false,
             ADD COLUMN store_ids integer[],
             ADD CONSTRAINT ck_account_managers_have_stores
               CHECK (store_ids IS NULL OR (role = 'manager' AND cardinality(store_ids) > 0))"""
    )


def downgrade() -> None:
    op.execute(
        """ALTER TABLE staff.account DROP CONSTRAINT ck_account_managers_have_stores, DROP COLUMN store_ids, DROP COLUMN demo"""
    )
