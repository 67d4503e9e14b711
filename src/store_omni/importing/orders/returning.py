"""Goods that came back: a return per document and sale it takes from, and one without origin for what no sale is known of."""

import asyncpg

from store_omni.importing.asking import figure
from store_omni.importing.counting import Counts
from store_omni.importing.progress import Progress


async def write_returns(connection: asyncpg.Connection, counts: Counts, progress: Progress, source: str) -> None:
    """From `import_match` and `import_orphan`. Paid back by the tender the sale was paid with, at the price the sale
    had, so that what stays taken is the price of what stays with the buyer; credits at another price are counted."""
    progress.step("Writing returns")
    for statement in (_UNITS, _REQUESTS_OF_UNITS):
        await connection.execute(statement, *([source] if "$1" in statement else []))
    await connection.execute("ANALYZE import_back; ANALYZE import_return")
    for statement in (_REQUESTS, _LINES, _RECEPTIONS, _ORDER_LINES, _CHARGES, _REFUNDS):
        await connection.execute(statement)
    counts.note("returns", await figure(connection, "SELECT count(*) FROM import_return"))
    counts.note("return lines credited at another price, paid back at that of their sale", await figure(connection, _OTHERWISE))


# One row per unit group of a returned line. `origin` NULL: the sale is not known.
_UNITS = """
CREATE TEMP TABLE import_back ON COMMIT DROP AS
SELECT g.file, g.row, g.doc, g.sku_id, g.service, m.order_id AS origin, m.line_no AS origin_line, m.qty,
       l.unit_price_minor AS price, g.price AS said, NULL::uuid AS request_id
FROM import_match m JOIN import_good g USING (file, row)
JOIN orders.order_line l ON l.order_id = m.order_id AND l.line_no = m.line_no WHERE g.kind = 'return'
UNION ALL
SELECT g.file, g.row, g.doc, g.sku_id, g.service, NULL, NULL, o.qty, g.price, g.price, NULL
FROM import_orphan o JOIN import_good g USING (file, row)"""

# The first of a document bears its number alone; by that number the document is known when it comes again.
_REQUESTS_OF_UNITS = """
CREATE TEMP TABLE import_return ON COMMIT DROP AS
WITH part AS (
  SELECT b.doc, b.origin, row_number() OVER (PARTITION BY b.doc ORDER BY min(b.file), min(b.row), b.origin) AS place,
         sum(b.qty * b.price)::bigint AS worth, sum(b.qty)::int AS items
  FROM import_back b GROUP BY b.doc, b.origin
)
SELECT p.doc, p.origin, md5('return' || $1 || p.doc || '/' || p.place)::uuid AS request_id,
       p.doc || CASE WHEN p.place > 1 THEN '-' || p.place ELSE '' END AS number, p.worth, p.items,
       h.at, h.channel, h.store_id, h.currency, coalesce(o.customer_id, h.customer_id) AS customer_id, o.number AS order_number
FROM part p
JOIN LATERAL (
  SELECT g.at, g.channel, g.store_id, g.currency, g.customer_id FROM import_good g
  WHERE g.doc = p.doc AND g.kind = 'return' ORDER BY g.file, g.row LIMIT 1) h ON true
LEFT JOIN orders."order" o ON o.id = p.origin"""

_REQUESTS = """
INSERT INTO returns.request (id, number, kind, order_id, customer_id, channel, reception, acceptance, received_store_id, requested_at,
  requested_by_kind, received_at, closed_at, currency, refund_minor, source)
SELECT request_id, number, CASE WHEN origin IS NULL THEN 'without_origin' ELSE 'standard' END, origin, customer_id, channel, 'received',
  'accepted', store_id, at, 'system', at, at, currency, worth, 'import'
FROM import_return"""

_LINES = """
INSERT INTO returns.request_line (request_id, line_no, order_id, order_line_no, sku_id, qty, unit_price_minor, disposition)
SELECT r.request_id, row_number() OVER (PARTITION BY r.request_id ORDER BY b.file, b.row, b.origin_line), b.origin, b.origin_line,
       b.sku_id, b.qty, b.price, CASE WHEN NOT b.service THEN 'restock' END
FROM import_back b JOIN import_return r ON r.doc = b.doc AND r.origin IS NOT DISTINCT FROM b.origin"""

_RECEPTIONS = "INSERT INTO returns.reception (store_id, request_id, at) SELECT store_id, request_id, at FROM import_return"

_ORDER_LINES = """
UPDATE orders.order_line l SET qty_returned = l.qty_returned + b.qty
FROM (SELECT origin, origin_line, sum(qty)::int AS qty FROM import_back WHERE origin IS NOT NULL GROUP BY 1, 2) b
WHERE l.order_id = b.origin AND l.line_no = b.origin_line"""

_CHARGES = """
UPDATE payments.charge c SET refunded_minor = c.refunded_minor + r.worth
FROM (SELECT origin, sum(worth)::bigint AS worth FROM import_return WHERE origin IS NOT NULL GROUP BY 1) r
JOIN orders.order_charge oc ON oc.order_id = r.origin
WHERE c.id = oc.charge_id AND c.state = 'captured'"""

_REFUNDS = """
INSERT INTO payments.refund (id, charge_id, cause_key, tender, amount_minor, currency, state, store_id, at)
SELECT md5('refund' || r.request_id)::uuid, oc.charge_id, 'return:' || r.request_id, k.tender, r.worth, r.currency, 'succeeded',
       r.store_id, r.at
FROM import_return r JOIN orders.order_charge oc ON oc.order_id = r.origin JOIN payments.capture k ON k.charge_id = oc.charge_id
WHERE r.worth > 0"""

_OTHERWISE = "SELECT count(*) FROM import_back WHERE said <> price"
