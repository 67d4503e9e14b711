"""Bags that nobody fetched: the order ends, its code dies, and the goods wait to be put back on the shelf."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.fulfilling.cancelling import cancel_order
from store_omni.journal.actors import SYSTEM
from store_omni.kit.database import writing

BATCH = 50


async def end_uncollected(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Ends orders whose bag waited past `hold_until`, by database time, each in its own transaction. Returns how many.

    A handover at the same moment wins or loses by the order's row lock; the second of the two sees the result of the first.
    """
    ended = 0
    async with sessions.begin() as session:
        due = await session.scalars(
            text(
                """SELECT order_id FROM orders.fulfilment WHERE state = 'ready_for_pickup' AND hold_until < now()
                   ORDER BY hold_until LIMIT :batch"""
            ),
            {"batch": BATCH},
        )
        orders = list(due)
    for order_id in orders:
        async with sessions.begin() as session:
            still = await session.scalar(
                text(
                    """SELECT 1 FROM orders."order" o WHERE o.id = :id AND EXISTS (
                         SELECT 1 FROM orders.fulfilment f
                         WHERE f.order_id = o.id AND f.state = 'ready_for_pickup' AND f.hold_until < now())
                       FOR UPDATE OF o SKIP LOCKED"""
                ),
                {"id": order_id},
            )
            if still is not None:
                await cancel_order(writing(session), order_id, reason="not_collected", by=SYSTEM)
                ended += 1
    return ended
