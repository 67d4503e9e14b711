"""While an import reckons and writes stock, nobody else changes its levels."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

T = TypeVar("T")
TRIES_MAX = 5
# It has, or it is about to and waits for a level that the import has.
OPENED_SINCE = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError)
_LOCK = """
SELECT count(*) FROM (
  SELECT 1 FROM inventory.stock_level l WHERE (l.store_id, l.sku_id) IN (SELECT store_id, sku_id FROM {table})
  ORDER BY l.store_id, l.sku_id FOR UPDATE) locked"""


async def with_levels_locked(connection: asyncpg.Connection, table: str, write: Callable[[], Awaitable[T]]) -> T:
    """What `write` returns, which reckons from the levels in `table` (columns store_id, sku_id) and opens those that are missing.

    Those that are there are locked first, in the order in which everybody locks levels. The others can then be opened SKU
    by SKU, so that those of one SKU lie together and are read together: who else opens levels opens those of one store, in
    the order of SKUs, which is the same order there. Where somebody has opened one of them since the locking, what was
    reckoned without it is taken back and `write` comes again. Errors: those of `write`.
    """
    tries = 1
    while True:
        try:
            async with connection.transaction():
                await connection.execute(_LOCK.format(table=table))
                return await write()
        except OPENED_SINCE as error:
            if tries == TRIES_MAX or getattr(error, "constraint_name", None) not in (None, "pk_stock_level"):
                raise
        tries += 1
