"""Accounts with the PIN that demos of earlier releases published are marked too, where such a demo was poured in."""

from alembic import op

revision = "mark_old_demos"
down_revision = "prove_addresses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """UPDATE staff.account SET demo = true
           WHERE login IN ('1001', '1002', '1003', '1004', '2001', '2002', '3001')
             AND EXISTS (SELECT 1 FROM journal.fact WHERE id = '6d6f6173-746f-7265-8000-64656d6f0001')"""
    )


def downgrade() -> None:
    pass
