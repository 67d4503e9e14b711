"""The orders themselves: header, lines, charge, capture, fulfilment, all finished long ago."""

import asyncpg

from store_omni.importing.asking import figure
from store_omni.importing.progress import Progress

BATCH_ORDERS = 8_000


async def write_orders(connection: asyncpg.Connection, progress: Progress) -> None:
    """From `import_doc` and `import_good`, less what was cancelled (`import_match`). In batches, so that the queue of
    foreign keys to check stays short and the bar moves."""
    await connection.execute(_CANCELLED)
    await connection.execute("ALTER TABLE import_doc ADD paid bigint, ADD cancelled boolean")
    await connection.execute(_PAID)
    last = await figure(connection, "SELECT coalesce(max(place), 0) FROM import_doc")
    progress.step("Writing orders", last)
    for start in range(0, last, BATCH_ORDERS):
        await connection.execute("TRUNCATE import_part")
        await connection.execute(_PART, start, start + BATCH_ORDERS)
        await connection.execute("ANALYZE import_part")
        for statement in (_ORDERS, _ORDER_LINES, _CHARGES, _CAPTURES, _ORDER_CHARGES, _FULFILMENTS, _FULFILMENT_LINES):
            await connection.execute(statement)
        progress.advance(min(BATCH_ORDERS, last - start))


_CANCELLED = """
CREATE TEMP TABLE import_cancelled ON COMMIT DROP AS
SELECT m.order_id, m.line_no, sum(m.qty)::int AS qty, max(g.at) AS at
FROM import_match m JOIN import_good g USING (file, row) WHERE g.kind = 'cancel' GROUP BY 1, 2;
CREATE UNIQUE INDEX ON import_cancelled (order_id, line_no);
CREATE TEMP TABLE import_part (LIKE import_doc) ON COMMIT DROP;
ALTER TABLE import_part ADD paid bigint, ADD cancelled boolean"""

_PAID = """
UPDATE import_doc d SET paid = d.total - coalesce(c.worth, 0), cancelled = coalesce(c.units, 0) = d.items
FROM import_doc e LEFT JOIN (
  SELECT d.doc, sum(c.qty * g.price) AS worth, sum(c.qty) AS units
  FROM import_cancelled c JOIN import_doc d USING (order_id) JOIN import_good g ON g.doc = d.doc AND g.kind = 'sale' AND g.line_no = c.line_no
  GROUP BY d.doc) c ON c.doc = e.doc
WHERE e.doc = d.doc"""

_PART = "INSERT INTO import_part SELECT * FROM import_doc WHERE place > $1 AND place <= $2"

# Whom an order may be told about is looked up once, now: history keeps what was true when it came in.
_ORDERS = """
INSERT INTO orders."order" (id, number, customer_id, channel, state, currency, total_minor, locale, contact_name, contact_phone,
  contact_email, placed_at, placed_by_kind, placed_by_id, closed_at, close_reason, source)
SELECT d.order_id, d.doc, d.customer_id, d.channel, CASE WHEN d.cancelled THEN 'cancelled' ELSE 'completed' END, d.currency, d.total,
  coalesce(c.locale, 'ko'), coalesce(c.display_name, ''), h.phone, h.email, d.at,
  CASE WHEN d.channel IN ('web', 'mobile') AND d.customer_id IS NOT NULL THEN 'shopper' ELSE 'system' END,
  CASE WHEN d.channel IN ('web', 'mobile') THEN d.customer_id::text END,
  coalesce(CASE WHEN d.cancelled THEN (SELECT max(x.at) FROM import_cancelled x WHERE x.order_id = d.order_id) END, d.collected_at),
  CASE WHEN d.cancelled THEN 'other' END, 'import'
FROM import_part d LEFT JOIN customers.customer c ON c.id = d.customer_id
LEFT JOIN LATERAL (
  SELECT min(i.value) FILTER (WHERE i.kind = 'phone') AS phone, min(i.value) FILTER (WHERE i.kind = 'email') AS email
  FROM customers.identity i WHERE i.customer_id = d.customer_id) h ON true"""

_ORDER_LINES = """
INSERT INTO orders.order_line (order_id, line_no, sku_id, name_ko, name_en, qty, qty_cancelled, qty_handed_over, unit_price_minor,
  price_reason)
SELECT d.order_id, g.line_no, g.sku_id, p.name_ko, p.name_en, g.qty, coalesce(c.qty, 0), g.qty - coalesce(c.qty, 0), g.price,
  g.price_reason
FROM import_part d JOIN import_good g ON g.doc = d.doc AND g.kind = 'sale'
JOIN catalog.sku k ON k.id = g.sku_id JOIN catalog.product p ON p.id = k.product_id
LEFT JOIN import_cancelled c ON c.order_id = d.order_id AND c.line_no = g.line_no
ORDER BY d.order_id, g.line_no"""

_CHARGES = """
INSERT INTO payments.charge (id, method, state, currency, amount_minor, captured_minor, created_at)
SELECT charge_id, 'imported', CASE WHEN cancelled THEN 'void' ELSE 'captured' END, currency, total,
  CASE WHEN cancelled THEN 0 ELSE paid END, at
FROM import_part"""

_CAPTURES = """
INSERT INTO payments.capture (id, charge_id, tender, slip_no, amount_minor, store_id, at)
SELECT md5('capture' || charge_id)::uuid, charge_id, tender, CASE WHEN tender = 'card_terminal' THEN slip_no END, paid, store_id,
  collected_at
FROM import_part WHERE NOT cancelled"""

_ORDER_CHARGES = "INSERT INTO orders.order_charge (order_id, charge_id) SELECT order_id, charge_id FROM import_part"

# What was promised when is not known any more, so the promise is taken as kept to the minute.
_FULFILMENTS = """
INSERT INTO orders.fulfilment (store_id, id, order_id, state, ready_by, allocated_at, handed_over_at)
SELECT store_id, fulfilment_id, order_id, CASE WHEN cancelled THEN 'cancelled' ELSE 'handed_over' END, coalesce(collected_at, at), at,
  CASE WHEN NOT cancelled THEN collected_at END
FROM import_part"""

_FULFILMENT_LINES = """
INSERT INTO orders.fulfilment_line (store_id, fulfilment_id, line_no, order_id, sku_id, qty, qty_picked, qty_handed_over)
SELECT d.store_id, d.fulfilment_id, g.line_no, d.order_id, g.sku_id, g.qty, g.qty - coalesce(c.qty, 0), g.qty - coalesce(c.qty, 0)
FROM import_part d JOIN import_good g ON g.doc = d.doc AND g.kind = 'sale'
LEFT JOIN import_cancelled c ON c.order_id = d.order_id AND c.line_no = g.line_no
ORDER BY d.store_id, d.fulfilment_id, g.line_no"""
