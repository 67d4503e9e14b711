"""The ledger of all that happened: an opening for every level, then each movement in the order of time.

The opening is reckoned back, so that the replay never goes below zero and, where today's figure is given, ends at it.
"""

from collections.abc import Sequence

import asyncpg

from store_omni.importing.asking import figure
from store_omni.importing.counting import Counts
from store_omni.importing.documenting import write_documents
from store_omni.importing.locking import with_levels_locked
from store_omni.importing.progress import Progress
from store_omni.importing.reading import Source

BATCH_LEVELS = 4_000


async def write_stock(
    connection: asyncpg.Connection,
    counts: Counts,
    progress: Progress,
    source: str,
    sources: Sequence[Source],
    *,
    todays_figures: bool,
) -> None:
    """From the written orders and returns, and the corrections among the lines. `todays_figures`: `import_stock` holds them.

    A level that was known before keeps its figure when all of this happened before it was first counted, and otherwise
    moves on from it; what that takes is one `adjust` entry with its reason.
    """
    await connection.execute(_MOVES, source)
    await connection.execute(_RUNNING)
    await connection.execute("CREATE INDEX ON import_move (store_id, sku_id); ANALYZE import_move")

    async def write_levels() -> None:
        await connection.execute(_LEVELS.format(today=_TODAY if todays_figures else _NO_FIGURES))
        await connection.execute("CREATE INDEX ON import_level (place); ANALYZE import_level")
        await write_documents(connection, "import_level", sources)
        await connection.execute(_MOVE_ON)
        await connection.execute(_OPEN)

    await with_levels_locked(connection, "import_move", write_levels)
    last = await figure(connection, "SELECT coalesce(max(place), 0) FROM import_level")
    progress.step("Writing the stock ledger", last)
    for start in range(0, last, BATCH_LEVELS):
        for statement in (_WRITE_FIRST, _WRITE_MOVES):
            await connection.execute(statement, start, start + BATCH_LEVELS)
        progress.advance(min(BATCH_LEVELS, last - start))
    counts.note("stock levels opened", await figure(connection, "SELECT count(*) FROM import_level WHERE fresh"))


# Sold goods leave when they are collected; services have no stock.
_MOVES = """
CREATE TEMP TABLE import_raw ON COMMIT DROP AS
SELECT d.store_id, g.sku_id, d.collected_at AS at, g.file::bigint * 100000000 + g.row AS seq, -(g.qty - coalesce(c.qty, 0)) AS units,
       CASE WHEN d.channel = 'counter' THEN 'sell' ELSE 'hand_over' END AS kind, 'order' AS cause_type, d.order_id AS cause_id,
       '' AS reason, d.channel
FROM import_doc d JOIN import_good g ON g.doc = d.doc AND g.kind = 'sale'
LEFT JOIN import_cancelled c ON c.order_id = d.order_id AND c.line_no = g.line_no
WHERE NOT g.service AND g.qty > coalesce(c.qty, 0)
UNION ALL
SELECT r.store_id, b.sku_id, r.at, b.file::bigint * 100000000 + b.row, b.qty, 'return', 'return', r.request_id, '', r.channel
FROM import_back b JOIN import_return r ON r.doc = b.doc AND r.origin IS NOT DISTINCT FROM b.origin WHERE NOT b.service
UNION ALL
SELECT g.store_id, g.sku_id, g.at, g.file::bigint * 100000000 + g.row, g.qty, 'adjust', 'import', md5('adjust' || $1 || g.doc)::uuid,
       coalesce(nullif(g.name, ''), 'no reason given'), g.channel
FROM import_good g WHERE g.kind = 'adjust' AND NOT g.service"""

_RUNNING = """
CREATE TEMP TABLE import_move ON COMMIT DROP AS
SELECT r.*, row_number() OVER w AS n, sum(units) OVER w AS running
FROM import_raw r WINDOW w AS (PARTITION BY store_id, sku_id ORDER BY at, seq, cause_id, units ROWS UNBOUNDED PRECEDING)"""

_TODAY = "SELECT store_id, sku_id, quantity FROM import_stock"
_NO_FIGURES = "SELECT NULL::int AS store_id, NULL::int AS sku_id, NULL::int AS quantity WHERE false"

# `first`: the units of the entry that goes before all of it. See `write_stock` for the three cases.
_LEVELS = """
CREATE TEMP TABLE import_level ON COMMIT DROP AS
SELECT m.*, l.version AS base, l.version IS NULL AS fresh, row_number() OVER (ORDER BY m.store_id, m.sku_id) AS place,
  CASE
    WHEN l.version IS NULL THEN greatest(-m.lowest, coalesce(t.quantity - m.net, 0))
    WHEN m.last_at <= e.at THEN greatest(-m.net, -(l.on_hand + m.lowest))
    ELSE greatest(0, -(l.on_hand + m.lowest), l.allocated + l.reserved - l.short - l.on_hand - m.net)
  END::int AS first
FROM (SELECT store_id, sku_id, count(*)::int AS moves, sum(units)::int AS net, least(min(running), 0)::int AS lowest, min(at) AS first_at,
             max(at) AS last_at FROM import_move GROUP BY 1, 2) m
LEFT JOIN inventory.stock_level l USING (store_id, sku_id)
LEFT JOIN inventory.ledger_entry e ON e.store_id = m.store_id AND e.sku_id = m.sku_id AND e.version = 1
LEFT JOIN ({today}) t ON t.store_id = m.store_id AND t.sku_id = m.sku_id"""

# Two statements, because a check refuses a row that takes units away before it sees that the row is there already.
_MOVE_ON = """
UPDATE inventory.stock_level l SET on_hand = l.on_hand + v.first + v.net, version = l.version + v.moves + (v.first <> 0)::int,
  changed_at = clock_timestamp()
FROM import_level v WHERE v.store_id = l.store_id AND v.sku_id = l.sku_id AND NOT v.fresh"""

_OPEN = """
INSERT INTO inventory.stock_level (store_id, sku_id, on_hand, version)
SELECT store_id, sku_id, first + net, moves + 1 FROM import_level WHERE fresh ORDER BY sku_id, store_id"""

_WRITE_FIRST = """
INSERT INTO inventory.ledger_entry (store_id, sku_id, version, kind, d_on_hand, document_id, cause_type, cause_id, reason, channel,
  actor_kind, at)
SELECT store_id, sku_id, coalesce(base, 0) + 1, CASE WHEN fresh THEN 'opening' ELSE 'adjust' END, first, d.id, 'import', d.id,
       CASE WHEN fresh THEN '' ELSE 'history imported later' END, 'system', 'system', first_at - interval '1 second'
FROM import_level JOIN import_document d USING (store_id) WHERE place > $1 AND place <= $2 AND (fresh OR first <> 0)"""

_WRITE_MOVES = """
INSERT INTO inventory.ledger_entry (store_id, sku_id, version, kind, d_on_hand, document_id, cause_type, cause_id, reason, channel,
  actor_kind, at)
SELECT m.store_id, m.sku_id, coalesce(v.base, 0) + (v.fresh OR v.first <> 0)::int + m.n, m.kind, m.units, d.id, m.cause_type,
       m.cause_id, m.reason, m.channel, 'system', m.at
FROM import_level v JOIN import_move m USING (store_id, sku_id) JOIN import_document d USING (store_id) WHERE v.place > $1 AND v.place <= $2
ORDER BY m.store_id, m.sku_id, m.n"""
