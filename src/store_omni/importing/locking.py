"""While an import reckons and writes stock, nobody else changes the levels it found."""

import asyncpg

_LOCK = """
SELECT count(*) FROM (
  SELECT 1 FROM inventory.stock_level l WHERE (l.store_id, l.sku_id) IN (SELECT store_id, sku_id FROM {table})
  ORDER BY l.store_id, l.sku_id FOR UPDATE) locked"""


async def lock_known_levels(connection: asyncpg.Connection, table: str) -> None:
    """Those that stand in `table` (columns store_id, sku_id), in the order in which everybody locks levels.

    Levels that are not there yet can then be opened SKU by SKU, so that those of one SKU lie together and are read
    together: who else opens levels opens those of one store, in the order of SKUs, which is the same order there.
    """
    await connection.execute(_LOCK.format(table=table))
