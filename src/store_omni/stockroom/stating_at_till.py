"""Absolute figures from tills: "at that time we believed in so many units". Corrected by what moved since; never refused."""

from sqlalchemy import text

from store_omni.inventory.ledger import Move, post
from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.stockroom.doubting import trust_stated
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
from store_omni.stockroom.tasks import Open, open_tasks_for


async def report_counts(
    session: WriteSession, store_id: int, *, till: str, counts: list[TillPaper], by: Actor, complete: bool = True
) -> list[TillAnswer]:
    """One answer per count, in their order; later figures of one SKU are applied after earlier ones. A figure below
    nothing, as till systems come to by selling what they did not know of, is taken as 0. Errors: `NotFound`."""
    check_reach(store_id, by)
    heard = await hear(session, store_id, till, "count", counts, complete=complete)
    fresh = sorted(heard.fresh.values(), key=lambda one: (one.happened_at, one.paper.number))
    if not fresh:
        return heard.complete({}, len(counts))
    sku_ids = sorted({sku_id for one in fresh for sku_id in one.units})
    await lock_levels(session, [(store_id, sku_id) for sku_id in sku_ids], opening=True)
    await write_till_documents(session, store_id, till, "till_count", fresh, by=by)
    odd: list[Open] = []
    for one in fresh:
        odd += await _state(session, store_id, one, by=by)
    await open_tasks_for(session, odd, by=by)
    short = await short_now(session, store_id, sku_ids)
    results = {place: answer_for(one, heard.codes, {}, short) for place, one in heard.fresh.items()}
    await keep_reports(session, store_id, till, "count", [(heard.fresh[place], results[place]) for place in heard.fresh])
    await record(
        session, "stock.till_reported", Subject("till", f"{store_id}/{till}", store_id=store_id), by=by,
        data={"counts": len(fresh), "short": len(short), "unknown": sum(len(one.unknown) for one in fresh)},
    )  # fmt: skip
    return heard.complete(results, len(counts))


async def _state(session: WriteSession, store_id: int, one: Fresh, *, by: Actor) -> list[Open]:
    """The level of then is the sum of the ledger up to that time; what moved since stays, what only the books did since
    is in the stated figure already."""
    rows = await session.execute(
        text(
            """SELECT c.sku, l.on_hand, l.version,
                      greatest(c.units, 0) - t.on_hand - stockroom.misread_since(:store, c.sku, t.version, :at) AS wrong
               FROM unnest(CAST(:skus AS int[]), CAST(:units AS int[])) c(sku, units)
               JOIN inventory.stock_level l ON l.store_id = :store AND l.sku_id = c.sku
               CROSS JOIN LATERAL (
                 SELECT coalesce(sum(e.d_on_hand), 0)::int AS on_hand, coalesce(max(e.version), 0) AS version
                 FROM inventory.ledger_entry e
                 WHERE e.store_id = :store AND e.sku_id = c.sku AND e.at <= CAST(:at AS timestamptz)) t
               ORDER BY c.sku"""
        ),
        {"store": store_id, "at": one.happened_at, "skus": list(one.units), "units": list(one.units.values())},
    )
    moves, odd = [], []
    for row in rows.all():
        units = max(row.wrong, -row.on_hand)
        if units != row.wrong:
            odd.append(Open(store_id, row.sku, "recount", units - row.wrong, "does_not_add_up"))
        if units:
            kind = "count" if row.version else "opening"
            moves.append(Move(store_id, row.sku, kind, on_hand=units, truth=True, document=one.document_id))
    if moves:
        await post(session, moves, cause=("till", one.document_id), by=by)
    await trust_stated(session, store_id, [(sku_id, one.happened_at) for sku_id in one.units])
    return odd
