"""From codes to rows: every line its store, SKU, customer and number; lines that came before, and lines nobody can place, leave."""

import asyncpg

from store_omni.importing.asking import figure
from store_omni.importing.counting import Counts
from store_omni.importing.mapping import Mapping
from store_omni.importing.rejecting import Rejects

SEPARATOR = "\x1f"


async def resolve(connection: asyncpg.Connection, mapping: Mapping, counts: Counts, rejects: Rejects) -> None:
    """Makes `import_good` (all lines that will be written), `import_doc` (one row per new order)."""
    source = mapping.name + SEPARATOR
    await connection.execute(_RESOLVED)
    await connection.execute("CREATE INDEX ON import_good (doc, file, row)")
    await connection.execute("ANALYZE import_good")
    await connection.execute(_REJECT_UNKNOWN)
    await connection.execute(_REJECT_TWICE)
    counts.merged += await figure(connection, _LEAVE_KNOWN, source)
    await connection.execute(_REJECT_TAKEN, source)
    await connection.execute(_REJECT_CURRENCIES)
    await connection.execute(_REJECT_OPEN)
    await connection.execute(_DOCS, source)
    await connection.execute("CREATE UNIQUE INDEX ON import_doc (doc); CREATE INDEX ON import_doc (place); ANALYZE import_doc")
    counts.note("orders", await figure(connection, "SELECT count(*) FROM import_doc"))
    counts.note(
        "lines without a customer, kept as nobody's",
        await figure(connection, "SELECT count(*) FROM import_good WHERE customer_id IS NULL"),
    )
    counts.note(
        "orders with two times, the first one kept", await figure(connection, "SELECT count(*) FROM import_doc WHERE times > 1")
    )
    await rejects.flush()


_RESOLVED = """
CREATE TEMP TABLE import_good ON COMMIT DROP AS
SELECT l.file, l.row, l.doc, l.kind, l.sku_code, l.name, l.qty, l.price, l.price_reason, l.at, l.collected_at, l.channel, l.tender,
       l.slip_no, l.currency, l.origin_doc, l.origin_line, l.customer_code,
       coalesce(l.given_line, row_number() OVER (PARTITION BY l.doc, l.kind ORDER BY l.file, l.row))::int AS line_no,
       s.id AS store_id, s.code AS store_code, k.id AS sku_id, coalesce(k.kind = 'service', false) AS service,
       c.id AS customer_id
FROM import_line l
LEFT JOIN stores.store s ON s.code = l.store_code
LEFT JOIN catalog.sku k ON k.code = l.sku_code
LEFT JOIN customers.customer c ON c.code = l.customer_code"""

_REJECT_UNKNOWN = """
WITH gone AS (
  DELETE FROM import_good g
  WHERE store_id IS NULL OR sku_id IS NULL OR (customer_code IS NOT NULL AND customer_id IS NULL)
  RETURNING file, row, CASE WHEN store_id IS NULL THEN 'store is unknown' WHEN sku_id IS NULL THEN 'SKU is unknown: ' || sku_code
                            ELSE 'customer is unknown: ' || customer_code END AS reason
)
INSERT INTO import_reject SELECT file, row, reason FROM gone"""

_REJECT_TWICE = """
WITH twice AS (
  SELECT file, row FROM (
    SELECT file, row, row_number() OVER (PARTITION BY doc, kind, line_no ORDER BY file, row) AS place FROM import_good) ranked
  WHERE place > 1
), gone AS (
  DELETE FROM import_good g USING twice t WHERE g.file = t.file AND g.row = t.row RETURNING g.file, g.row, g.line_no
)
INSERT INTO import_reject SELECT file, row, 'line ' || line_no || ' stands in the order twice' FROM gone"""

# The ids are made from the source and the document's number, so a file that comes again finds itself here.
_LEAVE_KNOWN = """
WITH docs AS (
  SELECT doc, kind FROM import_good GROUP BY doc, kind
), known AS (
  SELECT d.doc, d.kind FROM docs d WHERE CASE
    WHEN d.kind = 'sale' THEN EXISTS (SELECT 1 FROM orders."order" o WHERE o.id = md5('order' || $1 || d.doc)::uuid)
    WHEN d.kind = 'return' THEN EXISTS (SELECT 1 FROM returns.request r WHERE r.number = d.doc AND r.source = 'import')
    ELSE EXISTS (SELECT 1 FROM journal.fact f WHERE f.id = md5(d.kind || $1 || d.doc)::uuid) END
), gone AS (
  DELETE FROM import_good g USING known k WHERE g.doc = k.doc AND g.kind = k.kind RETURNING 1
)
SELECT count(*) FROM gone"""

_REJECT_TAKEN = """
WITH taken AS (
  SELECT DISTINCT g.doc FROM import_good g JOIN orders."order" o ON o.number = g.doc
  WHERE g.kind = 'sale' AND o.id <> md5('order' || $1 || g.doc)::uuid
), gone AS (
  DELETE FROM import_good g USING taken t WHERE g.doc = t.doc AND g.kind = 'sale' RETURNING g.file, g.row, g.doc
)
INSERT INTO import_reject SELECT file, row, 'order number belongs to another order: ' || doc FROM gone"""

# Two currencies cannot be added up, so such an order is not taken at all.
_REJECT_CURRENCIES = """
WITH mixed AS (
  SELECT doc, kind, string_agg(DISTINCT currency, ', ' ORDER BY currency) AS currencies FROM import_good
  GROUP BY doc, kind HAVING count(DISTINCT currency) > 1
), gone AS (
  DELETE FROM import_good g USING mixed m WHERE g.doc = m.doc AND g.kind = m.kind RETURNING g.file, g.row, m.currencies
)
INSERT INTO import_reject SELECT file, row, 'order has two currencies: ' || currencies FROM gone"""

# History is finished. What was neither fetched nor taken back entirely is today's work and is placed in the shop.
_REJECT_OPEN = """
WITH cancelled AS (
  SELECT s.doc, s.line_no, sum(c.qty) AS qty
  FROM import_good c JOIN import_good s ON s.doc = c.origin_doc AND s.line_no = c.origin_line AND s.sku_id = c.sku_id AND s.at <= c.at
  WHERE c.kind = 'cancel' AND s.kind = 'sale' GROUP BY 1, 2
), unfinished AS (
  SELECT DISTINCT g.doc FROM import_good g LEFT JOIN cancelled c USING (doc, line_no)
  WHERE g.kind = 'sale' AND g.collected_at IS NULL AND g.qty IS DISTINCT FROM c.qty
), gone AS (
  DELETE FROM import_good g USING unfinished u WHERE g.doc = u.doc AND g.kind = 'sale' RETURNING g.file, g.row
)
INSERT INTO import_reject SELECT file, row, 'order is not finished: neither collected nor cancelled' FROM gone"""

# `at`, `channel`, `store`, `customer` of an order are those of its first line.
_DOCS = """
CREATE TEMP TABLE import_doc ON COMMIT DROP AS
SELECT doc, md5('order' || $1 || doc)::uuid AS order_id, md5('fulfilment' || $1 || doc)::uuid AS fulfilment_id,
       md5('charge' || $1 || doc)::uuid AS charge_id, row_number() OVER (ORDER BY min(file), min(row)) AS place,
       (array_agg(at ORDER BY file, row))[1] AS at, max(collected_at) AS collected_at, count(DISTINCT at) AS times,
       (array_agg(channel ORDER BY file, row))[1] AS channel, (array_agg(store_id ORDER BY file, row))[1] AS store_id,
       (array_agg(customer_id ORDER BY file, row))[1] AS customer_id, (array_agg(currency ORDER BY file, row))[1] AS currency,
       (array_agg(tender ORDER BY file, row))[1] AS tender, (array_agg(slip_no ORDER BY file, row))[1] AS slip_no,
       sum(qty * price)::bigint AS total, sum(qty)::int AS items
FROM import_good WHERE kind = 'sale' GROUP BY doc"""
