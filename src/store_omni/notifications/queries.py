"""What was told to whom about an order, as clerk, agent and shopper see it."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession


class MessageView(msgspec.Struct, frozen=True):
    """`channel`: email or sms. `state`: waiting, sent, failed, no_address. `template`: what it was about (order_placed, pickup_ready …).
    `problem`: why it waits or failed, see models."""

    template: str
    channel: str
    state: str
    problem: str | None
    created_at: datetime
    settled_at: datetime | None


async def messages_of(session: ReadSession, order_id: UUID) -> list[MessageView]:
    """Newest first."""
    rows = await session.execute(
        text(
            """SELECT template, channel, state, problem, created_at, settled_at FROM notifications.message
               WHERE order_id = :order ORDER BY created_at DESC, id DESC LIMIT 20"""
        ),
        {"order": order_id},
    )
    return [MessageView(*row) for row in rows]


class Undelivered(msgspec.Struct, frozen=True):
    """A message that reached nobody. `number`: the order's, None for one about an account. Without address and name: who it was for
    stands on the order's page, where the look is written down."""

    template: str
    channel: str
    state: str
    problem: str | None
    created_at: datetime
    number: str | None


async def undelivered(session: ReadSession, *, by: Actor, days: int = 7, limit: int = 200) -> list[Undelivered]:
    """What failed, had no address or waits longer than five minutes, at the stores of a manager; newest first. Messages about accounts
    belong to no store: managers of all stores see them."""
    rows = await session.execute(
        text(
            """SELECT m.template, m.channel, m.state, m.problem, m.created_at, o.number
               FROM notifications.message m LEFT JOIN orders."order" o ON o.id = m.order_id
               WHERE m.created_at > now() - make_interval(days => :days)
                 AND (m.state IN ('failed', 'no_address') OR m.state = 'waiting' AND m.created_at < now() - interval '5 minutes')
                 AND (CAST(:stores AS int[]) IS NULL
                      OR EXISTS (SELECT 1 FROM orders.fulfilment f WHERE f.order_id = m.order_id AND f.store_id = ANY(:stores)))
               ORDER BY m.created_at DESC, m.id DESC LIMIT :limit"""
        ),
        {"days": days, "limit": limit, "stores": None if by.store_ids is None else list(by.store_ids)},
    )
    return [Undelivered(*row) for row in rows]
