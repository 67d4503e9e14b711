"""Taking, voiding and giving back money of the pay-in-store tender."""

import re
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession
from store_omni.kit.ids import new_id
from store_omni.payments.errors import AlreadyTaken, NothingToRefund, SlipMissing

Tender = Literal["cash", "card_terminal"]
_SLIP = re.compile(r"[0-9A-Za-z-]{4,20}")


class Captured(msgspec.Struct, frozen=True):
    charge_id: UUID
    amount_minor: int
    currency: str
    tender: str
    slip_no: str | None


async def capture_in_store(
    session: WriteSession, charge_id: UUID, *, amount_minor: int, tender: Tender, slip_no: str | None, by: Actor
) -> Captured:
    """Takes `amount_minor` for a due charge (less than its amount when lines were cancelled since).

    Errors: `SlipMissing` for a card without its slip number, `AlreadyTaken` when it is not due any more.
    """
    slip = (slip_no or "").strip() or None
    if tender == "card_terminal" and (slip is None or not _SLIP.fullmatch(slip)):
        raise SlipMissing
    row = (
        await session.execute(
            text(
                """UPDATE payments.charge SET state = 'captured', captured_minor = :amount
                   WHERE id = :id AND state = 'due' RETURNING currency"""
            ),
            {"id": charge_id, "amount": amount_minor},
        )
    ).one_or_none()
    if row is None:
        raise AlreadyTaken
    slip = slip if tender == "card_terminal" else None
    await session.execute(
        text(
            """INSERT INTO payments.capture (id, charge_id, tender, slip_no, amount_minor, store_id, staff_id)
               VALUES (:id, :charge, :tender, :slip, :amount, :store, :staff)"""
        ),
        {
            "id": new_id(),
            "charge": charge_id,
            "tender": tender,
            "slip": slip,
            "amount": amount_minor,
            "store": by.store_id,
            "staff": by.id,
        },
    )
    return Captured(charge_id, amount_minor, row.currency, tender, slip)


async def void_due(session: WriteSession, charge_id: UUID) -> None:
    """What is not owed any more is not collected. A charge already taken stays as it is."""
    await session.execute(text("UPDATE payments.charge SET state = 'void' WHERE id = :id AND state = 'due'"), {"id": charge_id})


async def refund_in_store(
    session: WriteSession,
    charge_id: UUID,
    *,
    amount_minor: int,
    cause_key: str,
    slip_no: str | None,
    by: Actor,
    approved_by: UUID | None = None,
) -> Captured:
    """Gives `amount_minor` back by the tender it came by: cash from the drawer, or a reversal on the card terminal,
    whose slip number is kept. `cause_key` (for example `return:<id>`) pays once. `approved_by`: the second person, where one is
    needed (`approving`); the database refuses without.

    Errors: `NothingToRefund` when more than was taken would go out; `SlipMissing`.
    """
    row = (
        await session.execute(
            text(
                """UPDATE payments.charge c SET refunded_minor = refunded_minor + :amount
                   FROM payments.capture k
                   WHERE c.id = :id AND k.charge_id = c.id AND c.refunded_minor + :amount <= c.captured_minor
                   RETURNING c.currency, k.tender"""
            ),
            {"id": charge_id, "amount": amount_minor},
        )
    ).one_or_none()
    if row is None:
        raise NothingToRefund
    tender = "cash" if row.tender == "imported" else row.tender
    slip = (slip_no or "").strip() or None
    if tender == "card_terminal" and (slip is None or not _SLIP.fullmatch(slip)):
        raise SlipMissing
    slip = slip if tender == "card_terminal" else None
    await session.execute(
        text(
            """INSERT INTO payments.refund (id, charge_id, cause_key, tender, slip_no, amount_minor, currency, state,
                                            store_id, requested_by, approved_by)
               VALUES (:id, :charge, :cause, :tender, :slip, :amount, :currency, 'succeeded', :store, :by, :approved_by)"""
        ),
        {
            "id": new_id(),
            "charge": charge_id,
            "cause": cause_key,
            "tender": tender,
            "slip": slip,
            "amount": amount_minor,
            "currency": row.currency,
            "store": by.store_id,
            "by": by.id,
            "approved_by": approved_by,
        },
    )
    return Captured(charge_id, amount_minor, row.currency, tender, slip)
