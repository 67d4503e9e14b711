"""Putting what was counted into the books: the level as it is now is changed by what was wrong at the moment of counting.

Goods that moved since were counted before they moved, so they change nothing. What only the books did since (another
count, a short pick, a till's late report) the one who counted has already seen, so it is taken off the difference.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.inventory.ledger import Move, post
from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.stockroom.doubting import trust_counted
from store_omni.stockroom.locking import lock_levels
from store_omni.stockroom.tasks import Open, close_recounts, open_tasks_for


class CountLine(msgspec.Struct, frozen=True):
    """`on_hand` and `version` of the level when `counted` units were counted, at `counted_at`."""

    sku_id: int
    counted: int
    on_hand: int
    version: int
    counted_at: datetime


async def true_variances(session: ReadSession, store_id: int, lines: list[CountLine]) -> dict[int, int]:
    """SKU → units that the books have too few (+) or too many (−), as far as they have not been corrected since."""
    rows = await session.execute(
        text(
            """SELECT c.sku, c.counted - c.on_hand - stockroom.misread_since(:store, c.sku, c.version, c.at) AS units
               FROM unnest(CAST(:skus AS int[]), CAST(:counted AS int[]), CAST(:on_hand AS int[]), CAST(:versions AS bigint[]),
                           CAST(:at AS timestamptz[])) c(sku, counted, on_hand, version, at)"""
        ),
        {
            "store": store_id, "skus": [line.sku_id for line in lines], "counted": [line.counted for line in lines],
            "on_hand": [line.on_hand for line in lines], "versions": [line.version for line in lines],
            "at": [line.counted_at for line in lines],
        },
    )  # fmt: skip
    return {row.sku: row.units for row in rows}


async def correct(session: WriteSession, store_id: int, count_id: UUID, lines: list[CountLine], *, by: Actor) -> int:
    """Corrects the levels, settles the lines, and lets trust and recount tasks know. Returns how many figures changed."""
    levels = await lock_levels(session, [(store_id, line.sku_id) for line in lines])
    variances = await true_variances(session, store_id, lines)
    moves, odd, settled = [], [], []
    for line in sorted(lines, key=lambda line: line.sku_id):
        level = levels.get((store_id, line.sku_id))
        on_hand = level.on_hand if level else 0
        # More cannot be taken away than there is: then a clerk miscounted, and the rest has to be looked at again.
        units = max(variances[line.sku_id], -on_hand)
        if units != variances[line.sku_id]:
            odd.append(Open(store_id, line.sku_id, "recount", units - variances[line.sku_id], "does_not_add_up"))
        if units:
            kind = "count" if level and level.version else "opening"
            moves.append(Move(store_id, line.sku_id, kind, on_hand=units, truth=True, document=count_id))
        settled.append({"store": store_id, "id": count_id, "sku": line.sku_id, "units": units})
    if not settled:
        return 0
    if moves:
        await post(session, moves, cause=("count", count_id), by=by)
    await session.execute(
        text(
            """UPDATE stockroom.count_line SET corrected = :units WHERE store_id = :store AND count_id = :id AND sku_id = :sku"""
        ),
        settled,
    )
    counted = [(line.sku_id, line.counted_at) for line in lines]
    await trust_counted(session, store_id, counted)
    await close_recounts(session, store_id, counted, by=by)
    await open_tasks_for(session, odd, by=by)
    return len(moves)
