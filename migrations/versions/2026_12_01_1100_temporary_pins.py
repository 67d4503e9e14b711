"""A PIN that another person set is good for days only, until its owner sets her own."""

from alembic import op

revision = "temporary_pins"
down_revision = "seal_apart"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE staff.account ADD COLUMN pin_until timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE staff.account DROP COLUMN pin_until")
