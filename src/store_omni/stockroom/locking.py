"""Looking at levels that will be moved, under their locks and in the one order in which everybody locks them."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import text

from store_omni.kit.database import WriteSession

Place = tuple[int, int]
"""(store, SKU)."""


class LevelNow(msgspec.Struct, frozen=True):
    """Nobody changes these figures until the transaction ends."""

    on_hand: int
    promised: int
    short: int
    quarantine: int
    version: int


async def lock_levels(session: WriteSession, places: Iterable[Place], *, opening: bool = False) -> dict[Place, LevelNow]:
    """The levels of these places. A place that has none is missing from the answer, or with `opening` gets an empty one
    first, so that two who state its first figure wait for each other."""
    pairs = sorted(set(places))
    values = {"stores": [store for store, _ in pairs], "skus": [sku for _, sku in pairs]}
    if opening:
        await session.execute(
            text(
                """INSERT INTO inventory.stock_level (store_id, sku_id)
                   SELECT * FROM unnest(CAST(:stores AS int[]), CAST(:skus AS int[])) ORDER BY 1, 2 ON CONFLICT DO NOTHING"""
            ),
            values,
        )
    rows = await session.execute(
        text(
            """SELECT l.store_id, l.sku_id, l.on_hand, l.allocated + l.reserved AS promised, l.short, l.quarantine, l.version
               FROM inventory.stock_level l
               WHERE (l.store_id, l.sku_id) IN (SELECT * FROM unnest(CAST(:stores AS int[]), CAST(:skus AS int[])))
               ORDER BY l.store_id, l.sku_id FOR UPDATE"""
        ),
        values,
    )
    return {(row.store_id, row.sku_id): LevelNow(*row[2:]) for row in rows}
