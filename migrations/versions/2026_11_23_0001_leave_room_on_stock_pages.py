"""A level's changes stay on its page, also the first one after an import."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Without room every first change of a level goes to another page and into both indexes: at four million levels five times the log per
# order. A page of the rest keeps some 90 levels and takes 15 changes before the next clearing, which each change begins.
FILLFACTOR = 85


def upgrade() -> None:
    op.execute(f"ALTER TABLE inventory.stock_level SET (fillfactor = {FILLFACTOR})")


def downgrade() -> None:
    op.execute("ALTER TABLE inventory.stock_level RESET (fillfactor)")
