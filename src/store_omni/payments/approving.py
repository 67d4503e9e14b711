"""A second pair of eyes: refunds that nobody gives alone, what waits for a manager, and what a manager decided."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import NotFound
from store_omni.kit.ids import new_id
from store_omni.payments.errors import Asked, OwnRefund, RefusedWithoutReason

# An approval is for the customer who stands there, not for another day.
APPROVED_HOURS = 12
NOTE_CHARS_MAX = 300
# Whose refunds of a day add up, and to how many times what one person may refund alone: a till is used by several clerks.
DAY_SHARES = {"clerk": 1, "service": 10}

_MEASURE = text(
    """SELECT payments.refund_limit(s.id, :currency) AS alone,
              (SELECT coalesce(sum(r.amount_minor), 0) FROM payments.refund r
               WHERE r.requested_by = :by AND r.at >= date_trunc('day', now(), s.timezone) AND r.currency = :currency
                 AND r.approved_by IS NULL AND r.state <> 'failed')::bigint AS today
       FROM stores.store s WHERE s.id = :store"""
)


async def why_not_alone(
    session: ReadSession, *, store_id: int, amount_minor: int, currency: str, own_receipt: bool, by: Actor
) -> str | None:
    """None where `by` may refund this alone; else `own_receipt`, `amount` or `day` (see `RefundRequest`)."""
    if amount_minor <= 0:
        return None
    if own_receipt:
        return "own_receipt"
    row = (await session.execute(_MEASURE, {"store": store_id, "currency": currency, "by": by.id})).one()
    if amount_minor > row.alone:
        return "amount"
    shares = DAY_SHARES.get(by.kind)
    return "day" if shares is not None and row.today + amount_minor > shares * row.alone else None


async def lock_day(session: WriteSession, by: Actor) -> None:
    """Two refunds of one person at once would both see room in the day."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('refunds:' || :who, 0))"), {"who": str(by.id)})


async def use_approval(session: WriteSession, asked: Asked) -> UUID | None:
    """The manager who approved just this, at most 12 hours ago; it is used up. None: nobody did."""
    return await session.scalar(
        text(
            """UPDATE payments.refund_request SET state = 'used'
               WHERE store_id = :store AND subject = :subject AND requested_by = :by AND amount_minor = :amount
                 AND currency = :currency AND state = 'approved' AND decided_at > now() - make_interval(hours => :hours)
               RETURNING decided_by"""
        ),
        {
            "store": asked.store_id, "subject": asked.subject, "by": asked.requested_by, "amount": asked.amount_minor,
            "currency": asked.currency, "hours": APPROVED_HOURS,
        },
    )  # fmt: skip


async def settle_request(session: WriteSession, asked: Asked, manager_id: UUID) -> None:
    """A manager signed on the clerk's screen: what waits in the office for the same refund is done with."""
    await session.execute(
        text(
            """UPDATE payments.refund_request
               SET state = 'used', decided_by = coalesce(decided_by, :manager), decided_at = coalesce(decided_at, now())
               WHERE store_id = :store AND subject = :subject AND requested_by = :by AND amount_minor = :amount
                 AND currency = :currency AND state IN ('waiting', 'approved')"""
        ),
        {
            "store": asked.store_id, "subject": asked.subject, "by": asked.requested_by, "amount": asked.amount_minor,
            "currency": asked.currency, "manager": manager_id,
        },
    )  # fmt: skip


async def ask_approval(session: WriteSession, asked: Asked, *, by: Actor) -> None:
    """Into the office's list, once for the same refund; in a transaction of its own, because the refusal rolls its own back. One that
    was approved more than 12 hours ago waits again."""
    await session.execute(
        text(
            """UPDATE payments.refund_request
               SET state = 'waiting', decided_by = NULL, decided_at = NULL, note = '', requested_at = clock_timestamp()
               WHERE store_id = :store AND subject = :subject AND requested_by = :by AND amount_minor = :amount
                 AND state = 'approved' AND decided_at <= now() - make_interval(hours => :hours)"""
        ),
        {
            "store": asked.store_id, "subject": asked.subject, "by": asked.requested_by, "amount": asked.amount_minor,
            "hours": APPROVED_HOURS,
        },
    )  # fmt: skip
    made = await session.scalar(
        text(
            """INSERT INTO payments.refund_request (store_id, id, subject, number, why, amount_minor, currency, requested_by)
               VALUES (:store, :id, :subject, :number, :why, :amount, :currency, :by) ON CONFLICT DO NOTHING RETURNING id"""
        ),
        {
            "store": asked.store_id, "id": new_id(), "subject": asked.subject, "number": asked.number, "why": asked.why,
            "amount": asked.amount_minor, "currency": asked.currency, "by": asked.requested_by,
        },
    )  # fmt: skip
    if made is not None:
        money = {"amount_minor": asked.amount_minor, "currency": asked.currency, "why": asked.why}
        await record(
            session, "refund.approval_asked", Subject("refund_request", made, store_id=asked.store_id), by=by, data=money
        )


class Waiting(msgspec.Struct, frozen=True):
    """`state`: waiting, or how it was decided."""

    store_id: int
    id: UUID
    store_ko: str
    store_en: str
    number: str
    why: str
    amount_minor: int
    currency: str
    requested_by: str
    requested_at: datetime
    state: str
    decided_by: str | None
    note: str


async def refund_requests(session: ReadSession, store_ids: tuple[int, ...] | None) -> list[Waiting]:
    """What waits and what was decided in the last week, at these stores (None: all); what waits first."""
    rows = await session.execute(
        text(
            """SELECT r.store_id, r.id, s.name_ko, s.name_en, r.number, r.why, r.amount_minor, r.currency, a.name, r.requested_at,
                      r.state, d.name, r.note
               FROM payments.refund_request r JOIN stores.store s ON s.id = r.store_id
               JOIN staff.account a ON a.id = r.requested_by LEFT JOIN staff.account d ON d.id = r.decided_by
               WHERE (CAST(:stores AS int[]) IS NULL OR r.store_id = ANY(:stores))
                 AND (r.state = 'waiting' OR r.decided_at > now() - interval '7 days')
               ORDER BY r.state <> 'waiting', r.requested_at DESC LIMIT 200"""
        ),
        {"stores": list(store_ids) if store_ids is not None else None},
    )
    return [Waiting(*row) for row in rows]


async def decide_refund(session: WriteSession, request_id: UUID, *, approve: bool, note: str, by: Actor) -> None:
    """Errors: `NotFound` (none waits under this id at a store of this manager), `OwnRefund`,
    `RefusedWithoutReason`."""
    if not approve and not note.strip():
        raise RefusedWithoutReason
    row = (
        await session.execute(
            text(
                """SELECT store_id, requested_by FROM payments.refund_request WHERE id = :id AND state = 'waiting'
                     AND (CAST(:stores AS int[]) IS NULL OR store_id = ANY(:stores)) FOR UPDATE"""
            ),
            {"id": request_id, "stores": list(by.store_ids) if by.store_ids is not None else None},
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.requested_by == by.id:
        raise OwnRefund
    state = "approved" if approve else "refused"
    await session.execute(
        text(
            """UPDATE payments.refund_request SET state = :state, decided_by = :by, decided_at = now(), note = :note
               WHERE id = :id"""
        ),
        {"state": state, "by": by.id, "note": note[:NOTE_CHARS_MAX], "id": request_id},
    )
    subject = Subject("refund_request", request_id, store_id=row.store_id)
    await record(session, f"refund.{state}", subject, by=by, moved=("waiting", state))
