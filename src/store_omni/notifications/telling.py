"""From facts to messages: whom to tell what. One row per fact and channel, whether or not there is an address."""

from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.journal.actors import SYSTEM
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession, writing
from store_omni.kit.ids import new_id
from store_omni.settings import Settings

CONSUMER = "messages"
# Fact kind → what the message is about (its template under mail/).
TEMPLATES = {
    "order.placed": "order_placed",
    "order.cancelled": "order_cancelled",
    "order.lookup_requested": "order_lookup",
    "customer.code_asked": "proof_code",
    "pickup.short": "item_missing",
    "pickup.ready": "pickup_ready",
    "pickup.handed_over": "handed_over",
    "return.requested": "return_requested",
    "return.refunded": "return_refunded",
}
# Those that carry a code for whoever asked. They are no news about an order, so they leave no line in the history, and they are of no
# use ten minutes later.
CODES = frozenset({"order_lookup", "proof_code"})
# What a buyer with a phone and no e-mail hears by text message.
TEXTED = frozenset({"order_placed", "order_cancelled", "order_lookup", "item_missing", "pickup_ready"})
BATCH = 100

_CLAIM = text(
    """SELECT d.fact_id, f.kind, f.order_id, f.customer_id, o.contact_email, o.contact_phone, o.number,
              c.channel AS code_channel, c.address AS code_address, coalesce(o.locale, c.locale) AS locale
       FROM journal.delivery d JOIN journal.fact f ON f.id = d.fact_id LEFT JOIN orders."order" o ON o.id = f.order_id
       LEFT JOIN customers.challenge c
         ON c.id = CASE WHEN f.kind = 'customer.code_asked' THEN CAST(f.data ->> 'challenge_id' AS uuid) END
       WHERE d.consumer = :consumer AND d.state = 'waiting' AND d.next_try_at <= now()
       ORDER BY d.pos LIMIT :batch FOR UPDATE OF d SKIP LOCKED"""
)


async def tell(sessions: async_sessionmaker[AsyncSession], settings: Settings) -> int:
    """Makes message rows of waiting deliveries. Returns how many deliveries were settled."""
    settled = 0
    while True:
        async with sessions.begin() as session:
            rows = (await session.execute(_CLAIM, {"consumer": CONSUMER, "batch": BATCH})).all()
            for row in rows:
                await _tell_one(writing(session), row, settings)
            await session.execute(
                text("UPDATE journal.delivery SET state = 'done' WHERE consumer = :consumer AND fact_id = ANY(:ids)"),
                {"consumer": CONSUMER, "ids": [row.fact_id for row in rows]},
            )
        settled += len(rows)
        if len(rows) < BATCH:
            return settled


# As many as an address may get in an hour wait for it; any more of them are made as what was not sent.
_TELL = text(
    """INSERT INTO notifications.message (id, fact_id, order_id, customer_id, template, channel, address, locale, state,
                                          problem, last_error, settled_at)
       SELECT :id, :fact, :order, :customer, :template, :channel, :address, :locale, s.state,
              CASE WHEN s.state = 'failed' THEN 'limit' END,
              CASE WHEN s.state = 'failed' THEN 'too many messages wait for this address' END,
              CASE WHEN s.state = 'waiting' THEN NULL ELSE now() END
       FROM (SELECT CASE WHEN CAST(:address AS text) IS NULL THEN 'no_address'
                         WHEN (SELECT count(*) FROM notifications.message m
                               WHERE m.address = :address AND m.settled_at IS NULL AND m.channel = :channel
                                 AND (m.template = ANY(:codes)) = (:template = ANY(:codes))) >= :most THEN 'failed'
                         ELSE 'waiting' END AS state) s
       ON CONFLICT (fact_id, channel) DO NOTHING RETURNING id, state"""
)


async def _tell_one(session: WriteSession, row, settings: Settings) -> None:
    template = TEMPLATES.get(row.kind)
    if template is None or (row.order_id is None and row.code_address is None):
        return
    channel, address = _where_to(row, template, settings)
    usual = settings.mails_per_hour if channel == "email" else settings.texts_per_hour
    values = {
        "id": new_id(), "fact": row.fact_id, "order": row.order_id, "customer": row.customer_id, "template": template,
        "channel": channel, "address": address, "locale": row.locale, "codes": sorted(CODES),
        "most": settings.codes_per_hour if template in CODES else usual,
    }  # fmt: skip
    made = (await session.execute(_TELL, values)).one_or_none()
    if made is not None and made.state != "waiting":
        await note_message(session, Told(made.id, template, channel, row.order_id, row.customer_id), made.state, row.number)


def _where_to(row, template: str, settings: Settings) -> tuple[str, str | None]:
    """Channel and address. A code goes where it was asked to go, also where nothing carries it: the row says so then."""
    if row.code_address is not None:
        return row.code_channel, row.code_address
    if row.contact_email is None and row.contact_phone and settings.sms and template in TEXTED:
        return "sms", row.contact_phone
    return "email", row.contact_email


class Told(msgspec.Struct, frozen=True):
    """Which message it is, and about what and whom."""

    id: UUID
    template: str
    channel: str
    order_id: UUID | None
    customer_id: UUID | None


async def note_message(session: WriteSession, told: Told, state: str, number: str | None) -> None:
    """Into the history: told, not reached, or nobody to tell. `number`: the order's."""
    display = {"number": number or "", "template": told.template, "channel": told.channel}
    subject = Subject("message", told.id, told.order_id, told.customer_id)
    shown = None if told.template in CODES else display
    await record(session, f"message.{state}", subject, by=SYSTEM, moved=("waiting", state), display=shown)
