"""A product keeps its search words, so that a price list without them does not wipe them from the search."""

import sqlalchemy as sa
from alembic import op

revision = "keep_keywords"
down_revision = "message_problem"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("product", sa.Column("keywords", sa.Text(), server_default="", nullable=False), schema="catalog")


def downgrade() -> None:
    op.drop_column("product", "keywords", schema="catalog")
