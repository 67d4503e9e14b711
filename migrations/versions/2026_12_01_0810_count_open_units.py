"""What is open under a phone, an address, a customer, a device or a network address has rows of its own, to be counted by."""

import sqlalchemy as sa
from alembic import op

revision = "count_open_units"
down_revision = "undo_short_picks"
branch_labels = None
depends_on = None

# Orders that are open now count against those who placed them, as if they had been placed after this migration. The keys are
# those of orders/capping.py.
_FILL = """
INSERT INTO orders.open_share (key, order_id, kind, units)
SELECT sha256(convert_to(k.key, 'UTF8')), o.id, k.kind, l.units FROM orders."order" o
CROSS JOIN LATERAL (SELECT coalesce(sum(x.qty), 0)::int AS units FROM orders.order_line x WHERE x.order_id = o.id) l
CROSS JOIN LATERAL (VALUES
  ('customer', 'customer:' || CASE WHEN o.placed_by_kind = 'shopper' THEN o.customer_id::text END),
  ('phone', 'unproved phone:' || CASE WHEN o.placed_by_kind = 'guest' THEN o.contact_phone END),
  ('email', 'unproved email:' || CASE WHEN o.placed_by_kind = 'guest' THEN o.contact_email END)) k(kind, key)
WHERE o.state = 'confirmed' AND k.key IS NOT NULL AND l.units > 0"""


def upgrade() -> None:
    op.create_table(
        "open_share",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('customer','phone','email','device','source')", name="kind"),
        sa.CheckConstraint("units > 0", name="units"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order.id"], name="fk_open_share_order_id"),
        sa.PrimaryKeyConstraint("key", "order_id", name="pk_open_share"),
        schema="orders",
    )
    op.create_index("ix_open_share_order_id", "open_share", ["order_id"], schema="orders")
    op.execute(_FILL)
    op.drop_index("ix_order_open_contact", table_name="order", schema="orders")


def downgrade() -> None:
    op.execute(
        "CREATE INDEX ix_order_open_contact ON orders.\"order\" (coalesce(contact_phone, contact_email)) WHERE state = 'confirmed'"
    )
    op.execute('DROP TRIGGER IF EXISTS drop_open_shares ON orders."order"')
    op.execute("DROP FUNCTION IF EXISTS orders.drop_open_shares()")
    op.drop_table("open_share", schema="orders")
