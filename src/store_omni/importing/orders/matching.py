"""Which sold line a return takes back: the one it names, or the latest of the same customer and SKU that still has units.

Makes `import_match` (units of a return's line and the sold line they came from) and `import_orphan` (units whose sale is
not known).
"""

from collections.abc import AsyncIterator
from itertools import groupby

import asyncpg

from store_omni.importing.asking import figure
from store_omni.importing.counting import Counts

BATCH_ROWS = 5_000


async def match(connection: asyncpg.Connection, counts: Counts, source: str) -> None:
    """Errors: none; what cannot be matched is an orphan, what names a line wrongly is a reject."""
    await connection.execute(_TABLES)
    await connection.execute(_NAMED, source)
    await connection.execute(_REJECT_MISNAMED)
    await connection.execute(_TOO_MANY)
    await connection.execute(_EVENTS)
    await connection.execute("CREATE INDEX ON import_event (customer_id, sku_id, at, place); ANALYZE import_event")
    matched, orphans = [], []
    async for kind, record in _latest_first(connection):
        (matched if kind == "match" else orphans).append(record)
        if len(matched) + len(orphans) >= BATCH_ROWS:
            await _keep(connection, matched, orphans)
            matched, orphans = [], []
    await _keep(connection, matched, orphans)
    await connection.execute(_NOBODY_S)
    await connection.execute("ANALYZE import_match; ANALYZE import_orphan")
    counts.note("lines of returns and cancellations", await figure(connection, "SELECT count(*) FROM import_good WHERE kind IN ('return', 'cancel')"))  # fmt: skip
    counts.note("of them returns without origin", await figure(connection, "SELECT count(*) FROM import_orphan"))


async def _keep(connection: asyncpg.Connection, matched: list[tuple], orphans: list[tuple]) -> None:
    columns = ["file", "row", "order_id", "line_no", "qty"]
    await connection.copy_records_to_table("import_match", records=matched, columns=columns)
    await connection.copy_records_to_table("import_orphan", records=orphans, columns=["file", "row", "qty"])


async def _latest_first(connection: asyncpg.Connection) -> AsyncIterator[tuple[str, tuple]]:
    """Walks each customer's dealings in one SKU in the order of time, with a pile of what was sold and is still out."""
    async for events in _dealings(connection):
        pile: list[list] = []
        for event in events:
            if event["order_id"] is not None:
                pile.append([event["order_id"], event["line_no"], event["qty"]])
                continue
            left = event["qty"]
            while left and pile:
                taken = min(left, pile[-1][2])
                yield "match", (event["file"], event["row"], pile[-1][0], pile[-1][1], taken)
                left -= taken
                pile[-1][2] -= taken
                if not pile[-1][2]:
                    pile.pop()
            if left:
                yield "orphan", (event["file"], event["row"], left)


async def _dealings(connection: asyncpg.Connection) -> AsyncIterator[list[asyncpg.Record]]:
    """The events of one customer and SKU at a time, in a bounded number of rows from the database."""
    cursor = await connection.cursor("SELECT * FROM import_event ORDER BY customer_id, sku_id, at, place")
    rest: list[asyncpg.Record] = []
    while batch := await cursor.fetch(BATCH_ROWS):
        *whole, rest = (list(group) for _, group in groupby([*rest, *batch], lambda row: (row["customer_id"], row["sku_id"])))
        for events in whole:
            yield events
    if rest:
        yield rest


_TABLES = """
CREATE TEMP TABLE import_match (file int, row int, order_id uuid, line_no int, qty int) ON COMMIT DROP;
CREATE TEMP TABLE import_orphan (file int, row int, qty int) ON COMMIT DROP"""

_NAMED = """
INSERT INTO import_match (file, row, order_id, line_no, qty)
SELECT g.file, g.row, coalesce(d.order_id, o.id), g.origin_line, g.qty
FROM import_good g
LEFT JOIN import_doc d ON d.doc = g.origin_doc
LEFT JOIN import_good s ON s.doc = d.doc AND s.kind = 'sale' AND s.line_no = g.origin_line AND s.sku_id = g.sku_id
LEFT JOIN orders."order" o ON d.doc IS NULL AND o.id = md5('order' || $1 || g.origin_doc)::uuid
LEFT JOIN orders.order_line ol ON ol.order_id = o.id AND ol.line_no = g.origin_line AND ol.sku_id = g.sku_id
WHERE g.origin_doc IS NOT NULL AND g.kind IN ('return', 'cancel')
  AND ((s.doc IS NOT NULL AND s.at <= g.at) OR (ol.order_id IS NOT NULL AND g.kind = 'return'))"""

_REJECT_MISNAMED = """
WITH gone AS (
  DELETE FROM import_good g
  WHERE g.kind IN ('return', 'cancel') AND (g.origin_doc IS NOT NULL OR g.kind = 'cancel')
    AND NOT EXISTS (SELECT 1 FROM import_match m WHERE m.file = g.file AND m.row = g.row)
  RETURNING g.file, g.row
)
INSERT INTO import_reject SELECT file, row, 'the sale it names is not known, or sold something else, or came later' FROM gone"""

_TOO_MANY = """
WITH running AS (
  SELECT m.file, m.row, m.order_id, m.line_no, sum(m.qty) OVER (PARTITION BY m.order_id, m.line_no ORDER BY m.file, m.row) AS taken,
         g.kind
  FROM import_match m JOIN import_good g USING (file, row)
), sold AS (
  SELECT r.file, r.row, r.taken, coalesce(s.qty, ol.qty - ol.qty_cancelled - ol.qty_returned, 0) AS qty
  FROM running r
  LEFT JOIN import_doc d ON d.order_id = r.order_id
  LEFT JOIN import_good s ON s.doc = d.doc AND s.kind = 'sale' AND s.line_no = r.line_no
  LEFT JOIN orders.order_line ol ON ol.order_id = r.order_id AND ol.line_no = r.line_no
), over AS (
  DELETE FROM import_match m USING sold s WHERE m.file = s.file AND m.row = s.row AND s.taken > s.qty RETURNING m.file, m.row
), gone AS (
  DELETE FROM import_good g USING over o WHERE g.file = o.file AND g.row = o.row RETURNING g.file, g.row
)
INSERT INTO import_reject SELECT file, row, 'more comes back than was sold' FROM gone"""

# Only customers and SKUs of which something came back, with what earlier imports sold them and is still out.
_EVENTS = """
CREATE TEMP TABLE import_event ON COMMIT DROP AS
WITH back AS (
  SELECT DISTINCT customer_id, sku_id FROM import_good
  WHERE kind = 'return' AND origin_doc IS NULL AND customer_id IS NOT NULL
)
SELECT g.customer_id, g.sku_id, coalesce(d.at, g.at) AS at, g.file::bigint * 100000000 + g.row AS place,
       CASE WHEN g.kind = 'sale' THEN d.order_id END AS order_id, g.line_no, g.qty, g.file, g.row
FROM import_good g JOIN back USING (customer_id, sku_id) LEFT JOIN import_doc d ON d.doc = g.doc AND g.kind = 'sale'
WHERE g.kind = 'sale' OR (g.kind = 'return' AND g.origin_doc IS NULL)
UNION ALL
SELECT o.customer_id, l.sku_id, o.placed_at, 0, o.id, l.line_no, l.qty_handed_over - l.qty_returned, NULL, NULL
FROM orders."order" o JOIN orders.order_line l ON l.order_id = o.id JOIN back b ON b.customer_id = o.customer_id AND b.sku_id = l.sku_id
WHERE o.source = 'import' AND l.qty_handed_over > l.qty_returned"""

_NOBODY_S = """
INSERT INTO import_orphan (file, row, qty)
SELECT file, row, qty FROM import_good WHERE kind = 'return' AND origin_doc IS NULL AND customer_id IS NULL"""
