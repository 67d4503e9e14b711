"""What was told to whom about an order, as clerk, agent and shopper see it."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.kit.database import ReadSession


class MessageView(msgspec.Struct, frozen=True):
    """`state`: waiting, sent, failed, no_address. `template`: what it was about (order_placed, pickup_ready …)."""

    template: str
    channel: str
    state: str
    created_at: datetime
    settled_at: datetime | None


async def messages_of(session: ReadSession, order_id: UUID) -> list[MessageView]:
    """Newest first."""
    rows = await session.execute(
        text(
            """SELECT template, channel, state, created_at, settled_at FROM notifications.message
               WHERE order_id = :order ORDER BY created_at DESC, id DESC LIMIT 20"""
        ),
        {"order": order_id},
    )
    return [MessageView(*row) for row in rows]
