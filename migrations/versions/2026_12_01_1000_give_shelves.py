"""A store without a shelf could finish no pickup: each that has none gets six."""

from alembic import op

revision = "give_shelves"
down_revision = "refuse_truncate"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """INSERT INTO stores.staging_location (store_id, code, label, position)
           SELECT s.id, 'A' || n, 'A' || n, n FROM stores.store s CROSS JOIN generate_series(1, 6) n
           WHERE NOT EXISTS (SELECT 1 FROM stores.staging_location l WHERE l.store_id = s.id)"""
    )


def downgrade() -> None:
    """The shelves stay: bags may lie on them."""
