"""Timed work of returns: a return whose code ran out is closed, so that the goods may be asked for again."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.kit.database import writing
from store_omni.orders.moving import lock_order
from store_omni.returns.withdrawing import close_if_expired

BATCH_ROWS_MAX = 200


async def close_expired(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Returns how many were closed. Each in its own transaction, so that one stuck order holds up no other; twice is
    once, because only open ones close."""
    async with sessions.begin() as session:
        due = (
            await session.execute(
                text(
                    "SELECT id, order_id FROM returns.request WHERE reception = 'requested' AND expires_at <= now() "
                    "ORDER BY expires_at LIMIT :limit"
                ),
                {"limit": BATCH_ROWS_MAX},
            )
        ).all()
    closed = 0
    for row in due:
        async with sessions.begin() as session:
            order = await lock_order(writing(session), row.order_id)
            closed += await close_if_expired(writing(session), order, row.id)
    return closed
