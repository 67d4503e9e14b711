"""From facts to messages: whom to tell what. One row per fact and channel, whether or not there is an address."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.journal.actors import SYSTEM
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession, writing
from store_omni.kit.ids import new_id

CONSUMER = "messages"
# Fact kind → what the message is about (its template under mail/).
TEMPLATES = {
    "order.placed": "order_placed",
    "order.cancelled": "order_cancelled",
    "order.lookup_requested": "order_lookup",
    "pickup.short": "item_missing",
    "pickup.ready": "pickup_ready",
    "pickup.handed_over": "handed_over",
    "return.requested": "return_requested",
    "return.refunded": "return_refunded",
}
# The one that carries a code for whoever asked; it is no news about the order, so it leaves no line in the history.
QUIET = frozenset({"order_lookup"})
BATCH = 100

_CLAIM = text(
    """SELECT d.fact_id, f.kind, f.order_id, f.customer_id, o.contact_email, o.locale, o.number
       FROM journal.delivery d JOIN journal.fact f ON f.id = d.fact_id LEFT JOIN orders."order" o ON o.id = f.order_id
       WHERE d.consumer = :consumer AND d.state = 'waiting' AND d.next_try_at <= now()
       ORDER BY d.pos LIMIT :batch FOR UPDATE OF d SKIP LOCKED"""
)


async def tell(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Makes message rows of waiting deliveries. Returns how many deliveries were settled."""
    settled = 0
    while True:
        async with sessions.begin() as session:
            rows = (await session.execute(_CLAIM, {"consumer": CONSUMER, "batch": BATCH})).all()
            for row in rows:
                await _tell_one(writing(session), row)
            await session.execute(
                text("UPDATE journal.delivery SET state = 'done' WHERE consumer = :consumer AND fact_id = ANY(:ids)"),
                {"consumer": CONSUMER, "ids": [row.fact_id for row in rows]},
            )
        settled += len(rows)
        if len(rows) < BATCH:
            return settled


async def _tell_one(session: WriteSession, row) -> None:
    template = TEMPLATES.get(row.kind)
    if template is None or row.order_id is None:
        return
    state = "waiting" if row.contact_email else "no_address"
    made = await session.execute(
        text(
            """INSERT INTO notifications.message (id, fact_id, order_id, customer_id, template, channel, address, locale, state,
                                                  settled_at)
               VALUES (:id, :fact, :order, :customer, :template, 'email', :address, :locale, :state,
                       CASE WHEN :state = 'waiting' THEN NULL ELSE now() END)
               ON CONFLICT (fact_id, channel) DO NOTHING RETURNING id"""
        ),
        {
            "id": new_id(),
            "fact": row.fact_id,
            "order": row.order_id,
            "customer": row.customer_id,
            "template": template,
            "address": row.contact_email,
            "locale": row.locale,
            "state": state,
        },
    )
    message_id = made.scalar()
    if message_id is not None and state == "no_address":
        await note_message(session, message_id, "no_address", template, row.order_id, row.customer_id, row.number)


async def note_message(
    session: WriteSession, message_id: UUID, state: str, template: str, order_id: UUID, customer_id: UUID | None, number: str
) -> None:
    """Into the history: told, not reached, or nobody to tell."""
    display = None if template in QUIET else {"number": number, "template": template, "channel": "email"}
    subject = Subject("message", message_id, order_id, customer_id)
    await record(session, f"message.{state}", subject, by=SYSTEM, moved=("waiting", state), display=display)
