"""A level's changes stay on its page, also the first one after an import."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Without room the first change of a level goes to another page and into both indexes: at four million levels an order then writes twice
# the log. A page keeps some 90 levels and has room for 15 changes; what they leave behind PostgreSQL clears away when it next needs it.
FILLFACTOR = 85


def upgrade() -> None:
    op.execute(f"ALTER TABLE inventory.stock_level SET (fillfactor = {FILLFACTOR})")


def downgrade() -> None:
    op.execute("ALTER TABLE inventory.stock_level RESET (fillfactor)")
