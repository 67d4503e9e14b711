"""Stock as counted: the figure on hand per store and SKU."""

from collections.abc import Sequence

import asyncpg

from store_omni.importing.asking import figures
from store_omni.importing.counting import Counts
from store_omni.importing.documenting import write_documents
from store_omni.importing.errors import RowRefused
from store_omni.importing.locking import with_levels_locked
from store_omni.importing.mapping import Mapping
from store_omni.importing.parsing import whole
from store_omni.importing.progress import Progress
from store_omni.importing.reading import Source
from store_omni.importing.rejecting import Rejects
from store_omni.importing.staging import Cells, Parse, needed, stage

_TABLE = """CREATE TEMP TABLE import_stock (
  file int, row int, store_code text, sku_code text, quantity int, store_id int, sku_id int) ON COMMIT DROP"""


async def stage_stock(
    connection: asyncpg.Connection, sources: Sequence[Source], *, mapping: Mapping, progress: Progress, rejects: Rejects
) -> Counts:
    """Read the figures into `import_stock`, with the ids of their store and SKU; what names neither becomes a reject."""
    counts = Counts()
    await connection.execute(_TABLE)
    columns = ("store_code", "sku_code", "quantity")
    await stage(
        connection, "import_stock", columns, sources, mapping, _parser(mapping), counts=counts, rejects=rejects, progress=progress
    )
    await connection.execute(
        """UPDATE import_stock i SET store_id = s.id, sku_id = k.id
           FROM stores.store s, catalog.sku k WHERE s.code = i.store_code AND k.code = i.sku_code AND k.kind = 'goods'"""
    )
    await connection.execute(_REJECT)
    counts.rejected = await rejects.count()
    return counts


async def import_stock(
    connection: asyncpg.Connection, sources: Sequence[Source], *, mapping: Mapping, progress: Progress, rejects: Rejects
) -> Counts:
    """Open levels that have no history with an `opening` entry; count the others: a difference becomes a `count` entry.

    Units that were promised and are not there raise `short`, as any count does. Runs in the caller's transaction.
    """
    counts = await stage_stock(connection, sources, mapping=mapping, progress=progress, rejects=rejects)
    progress.step("Writing stock")

    async def write() -> tuple[int, ...]:
        await connection.execute(_CHANGED)
        await write_documents(connection, "import_changed", sources)
        return await figures(connection, _WRITE)

    opened, counted = await with_levels_locked(connection, "import_stock", write)
    counts.imported = opened
    counts.adjusted = counted
    counts.merged = counts.read - counts.rejected - opened - counted
    counts.note("levels opened", opened)
    counts.note("levels corrected by a count", counted)
    return counts


def _parser(mapping: Mapping) -> Parse:
    def parse(cells: Cells) -> tuple:
        store, sku, quantity = needed(cells, "store_code", "sku_code", "quantity")
        units = whole(quantity, "quantity", mapping.decimal)
        if units < 0:
            raise RowRefused(f"quantity is below nothing: {quantity}")
        return store, sku, units

    return parse


_REJECT = """
WITH bad AS (
  SELECT i.file, i.row, CASE
    WHEN NOT EXISTS (SELECT 1 FROM stores.store s WHERE s.code = i.store_code) THEN 'store is unknown: ' || i.store_code
    WHEN EXISTS (SELECT 1 FROM catalog.sku k WHERE k.code = i.sku_code) THEN 'SKU is a service and has no stock: ' || i.sku_code
    ELSE 'SKU is unknown: ' || i.sku_code END AS reason
  FROM import_stock i WHERE i.sku_id IS NULL
  UNION ALL
  SELECT file, row, 'store and SKU stand in an earlier row' FROM (
    SELECT file, row, row_number() OVER (PARTITION BY store_id, sku_id ORDER BY file, row) AS place
    FROM import_stock WHERE sku_id IS NOT NULL) twice WHERE place > 1
), gone AS (
  DELETE FROM import_stock i USING bad b WHERE i.file = b.file AND i.row = b.row RETURNING b.file, b.row, b.reason
)
INSERT INTO import_reject SELECT file, row, reason FROM gone"""

_CHANGED = """
CREATE TEMP TABLE import_changed ON COMMIT DROP AS
SELECT i.store_id, i.sku_id, i.quantity, l.version IS NULL AS fresh, i.quantity - coalesce(l.on_hand, 0) AS difference,
       greatest(coalesce(l.allocated + l.reserved, 0) - i.quantity, 0) - coalesce(l.short, 0) AS shorter
FROM import_stock i LEFT JOIN inventory.stock_level l USING (store_id, sku_id)
WHERE l.version IS NULL OR l.version = 0 OR l.on_hand <> i.quantity"""

_WRITE = """
WITH counted AS (
  UPDATE inventory.stock_level l SET on_hand = c.quantity, version = l.version + 1,
    short = greatest(l.allocated + l.reserved - c.quantity, 0), changed_at = clock_timestamp()
  FROM import_changed c WHERE c.store_id = l.store_id AND c.sku_id = l.sku_id AND NOT c.fresh
  RETURNING l.store_id, l.sku_id, l.version
), opened AS (
  INSERT INTO inventory.stock_level (store_id, sku_id, on_hand, version)
  SELECT store_id, sku_id, quantity, 1 FROM import_changed WHERE fresh ORDER BY sku_id, store_id
  RETURNING store_id, sku_id, version
), levels AS (
  SELECT * FROM counted UNION ALL SELECT * FROM opened
), entries AS (
  INSERT INTO inventory.ledger_entry (store_id, sku_id, version, kind, d_on_hand, d_short, document_id, cause_type, cause_id, reason,
    channel, actor_kind)
  SELECT v.store_id, v.sku_id, v.version, CASE WHEN v.version = 1 THEN 'opening' ELSE 'count' END, c.difference, c.shorter, d.id,
         'import', d.id, CASE WHEN v.version = 1 THEN '' ELSE 'stock list' END, 'system', 'system'
  FROM levels v JOIN import_changed c USING (store_id, sku_id) JOIN import_document d USING (store_id) RETURNING kind
)
SELECT count(*) FILTER (WHERE kind = 'opening'), count(*) FILTER (WHERE kind = 'count') FROM entries"""
