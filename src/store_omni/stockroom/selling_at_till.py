"""What tills sold and took back, reported late or twice. It has happened: nothing is refused."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.inventory.ledger import Move, post
from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.stockroom.hearing_tills import (
    Fresh,
    TillAnswer,
    TillPaper,
    answer_for,
    hear,
    keep_reports,
    short_now,
    write_till_documents,
)
from store_omni.stockroom.listing import check_reach
from store_omni.stockroom.locking import lock_levels

SOLD_MORE = "till_sold_more"
COUNTED_SINCE = "counted_since"


async def report_sales(
    session: WriteSession, store_id: int, *, till: str, sales: list[TillPaper], by: Actor, complete: bool = True
) -> list[TillAnswer]:
    """One answer per sale, in their order. `complete`: the till has nothing more to report now. Errors: `NotFound`.

    More sold than we knew of: an `adjust` entry first says that they were there. Promised units sold away: the level is
    short. Sold before the goods were last counted: the count has seen it, so a `count` entry takes it out again.
    """
    check_reach(store_id, by)
    heard = await hear(session, store_id, till, "sale", sales, complete=complete)
    fresh = list(heard.fresh.values())
    if not fresh:
        return heard.complete({}, len(sales))
    sku_ids = sorted({sku_id for one in fresh for sku_id in one.units})
    levels = await lock_levels(session, [(store_id, sku_id) for sku_id in sku_ids])
    stated = await _stated(session, store_id, sku_ids)
    running = _Running(store_id, {sku_id: level.on_hand for (_, sku_id), level in levels.items()}, stated)
    more = {place: running.take(one) for place, one in heard.fresh.items()}
    await write_till_documents(session, store_id, till, "till_sale", fresh, by=by)
    if running.moves:
        await post(session, running.moves, cause=("till", fresh[0].document_id), by=by)
    short = await short_now(session, store_id, sku_ids)
    results = {place: answer_for(one, heard.codes, more[place], short) for place, one in heard.fresh.items()}
    await keep_reports(session, store_id, till, "sale", [(heard.fresh[place], results[place]) for place in heard.fresh])
    await record(
        session, "stock.till_reported", Subject("till", f"{store_id}/{till}", store_id=store_id), by=by,
        data={"sales": len(fresh), "sold_more": sum(sum(found.values()) for found in more.values()), "short": len(short),
              "unknown": sum(len(one.unknown) for one in fresh)},
    )  # fmt: skip
    return heard.complete(results, len(sales))


class _Running(msgspec.Struct):
    """The figures as they go from sale to sale, and the movements that make them."""

    store_id: int
    on_hand: dict[int, int]
    stated: dict[int, datetime]
    moves: list[Move] = msgspec.field(default_factory=list)

    def take(self, one: Fresh) -> dict[int, int]:
        """Returns SKU → units sold that we did not know of."""
        more: dict[int, int] = {}
        for sku_id, units in sorted(one.units.items()):
            if units:
                self._take(sku_id, units, one, more)
        return more

    def _take(self, sku_id: int, units: int, one: Fresh, more: dict[int, int]) -> None:
        there = self.on_hand.get(sku_id, 0)
        seen = sku_id in self.stated and one.happened_at <= self.stated[sku_id]
        if units > there and not seen:
            more[sku_id] = units - there
            self._move(sku_id, "adjust", units - there, one.document_id, SOLD_MORE)
        kind = "sell" if units > 0 else "return"
        entries = [(kind, -units, "")] + ([("count", units, COUNTED_SINCE)] if seen else [])
        # What adds goes first, so that no version of the level lies below nothing.
        for entry, change, reason in sorted(entries, key=lambda entry: -entry[1]):
            self._move(sku_id, entry, change, one.document_id, reason)
        self.on_hand[sku_id] = there if seen else there + more.get(sku_id, 0) - units

    def _move(self, sku_id: int, kind: str, change: int, document_id: UUID, reason: str) -> None:
        self.moves.append(Move(self.store_id, sku_id, kind, on_hand=change, reason=reason, truth=True, document=document_id))


async def _stated(session: ReadSession, store_id: int, sku_ids: list[int]) -> dict[int, datetime]:
    """SKU → up to when every sale is in the figure."""
    rows = await session.execute(
        text(
            "SELECT sku_id, stated_at FROM stockroom.trust WHERE store_id = :store AND sku_id = ANY(:skus) AND stated_at IS NOT NULL"
        ),
        {"store": store_id, "skus": sku_ids},
    )
    return {row.sku_id: row.stated_at for row in rows}
