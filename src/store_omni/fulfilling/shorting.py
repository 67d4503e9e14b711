"""Settling what pickers reported as missing: off the order, told to the shopper, and the order ended where nothing is left of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.fulfilling.cancelling import cancel_order
from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession, writing
from store_omni.orders.moving import lock_fulfilment
from store_omni.pickup.shortages import UNDO_SECONDS, report_short

NOTHING_FOUND = "nothing_found"
_TAKE = text(
    """DELETE FROM pickup.shortage s USING orders.fulfilment_line l
       WHERE s.store_id = :store AND s.fulfilment_id = :id AND l.store_id = s.store_id AND l.fulfilment_id = s.fulfilment_id
         AND l.line_no = s.line_no
       RETURNING s.line_no, s.reason, s.staff_id, s.staff_name, l.qty_picked < l.qty AS missing"""
)


async def settle_shortages(session: WriteSession, fulfilment_id: UUID, *, store_id: int) -> None:
    """All that is reported of one order, without waiting for its ten seconds. An order of which nothing is left is cancelled
    with the reason `nothing_found`. Where picking is over by now, the reports are dropped. Errors: `NotFound`."""
    row = await lock_fulfilment(session, store_id, fulfilment_id)
    taken = (await session.execute(_TAKE, {"store": row.store_id, "id": row.id})).all()
    if row.state != "picking" or not taken:
        return
    for one in sorted(taken, key=lambda one: one.line_no):
        if one.missing:
            await report_short(session, row.id, line_no=one.line_no, reason=one.reason, by=_reporter(one, row.store_id))
    left = await session.scalar(
        text("SELECT count(*) FROM orders.fulfilment_line WHERE store_id = :store AND fulfilment_id = :id"),
        {"store": row.store_id, "id": row.id},
    )
    if not left:
        await cancel_order(session, row.order.id, reason=NOTHING_FOUND, by=_reporter(taken[-1], row.store_id))


def _reporter(shortage: Row[Any], store_id: int) -> Actor:
    return Actor(kind="clerk", id=shortage.staff_id, label=shortage.staff_name, channel="counter", store_id=store_id)


async def settle_due(sessions: async_sessionmaker[AsyncSession]) -> int:
    """For the worker: each order whose picker could have taken her word back for ten seconds. Returns how many orders."""
    settled = 0
    async with sessions.begin() as session:
        due = await session.execute(
            text(
                """SELECT DISTINCT store_id, fulfilment_id FROM pickup.shortage
                   WHERE at < clock_timestamp() - make_interval(secs => :seconds)"""
            ),
            {"seconds": UNDO_SECONDS},
        )
        rows = due.all()
    for row in rows:
        async with sessions.begin() as session:
            await settle_shortages(writing(session), row.fulfilment_id, store_id=row.store_id)
        settled += 1
    return settled
