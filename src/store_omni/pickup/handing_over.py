"""Handover: the code is spent, the money taken, the goods sold and the receipt written, in one transaction."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.inventory.allocating import consume
from store_omni.journal.actors import Actor
from store_omni.journal.recording import record
from store_omni.kit.database import WriteSession
from store_omni.kit.ids import new_id
from store_omni.kit.signing import Signer
from store_omni.orders.moving import FulfilmentRow, lock_fulfilment, move_fulfilment, move_order
from store_omni.orders.states import FULFILMENT, next_state
from store_omni.passes.errors import PassInvalid
from store_omni.passes.issuing import issue
from store_omni.passes.verifying import spend, verify
from store_omni.payments.capturing import Captured, Tender, capture_in_store
from store_omni.payments.errors import AlreadyTaken
from store_omni.pickup.identifying import pass_by_last_four

# The code on the receipt finds the order for a return; how long returns are taken is for that room to say.
RECEIPT_PASS_VALID = timedelta(days=365)


class HandedOver(msgspec.Struct, frozen=True):
    fulfilment_id: UUID
    order_id: UUID
    receipt_number: int
    captured: Captured


async def due_minor(session: WriteSession, order_id: UUID) -> int:
    """What the buyer owes for what was not cancelled, in the order's minor unit."""
    amount = await session.scalar(
        text("SELECT sum((qty - qty_cancelled) * unit_price_minor) FROM orders.order_line WHERE order_id = :id"),
        {"id": order_id},
    )
    return int(amount or 0)


async def hand_over(
    session: WriteSession,
    signer: Signer,
    fulfilment_id: UUID,
    *,
    pass_code: str = "",
    last_four: str = "",
    tender: Tender,
    slip_no: str | None,
    by: Actor,
) -> HandedOver:
    """All bags to the person with the code, or to the one who knows `last_four` (see `identifying`). Locks in the one order: order,
    lines, stock, payment.

    Errors: every `PassRefused`, `LastFourWrong`, `NoPhoneToCheck`, `WrongState`, `SlipMissing`, `AlreadyTaken`; none of them
    changes anything.
    """
    by_number = bool(last_four) and not pass_code
    if by_number:
        known = await pass_by_last_four(session, fulfilment_id, last_four, by=by)
    else:
        known = await verify(session, signer, pass_code, purposes=("pickup",), at_store=by.store_id)
    if known.subject_id != fulfilment_id:
        raise PassInvalid
    row = await lock_fulfilment(session, by.store_id, fulfilment_id)
    next_state(FULFILMENT, row.state, "hand_over")
    await spend(session, known, by=by)
    lines = (
        await session.execute(
            text(
                """UPDATE orders.fulfilment_line l SET qty_handed_over = qty_picked
                   WHERE store_id = :store AND fulfilment_id = :id RETURNING line_no, qty_picked, allocation_id"""
            ),
            {"store": row.store_id, "id": row.id},
        )
    ).all()
    await session.execute(
        text(
            """UPDATE orders.order_line o SET qty_handed_over = o.qty_handed_over + l.qty_handed_over
               FROM orders.fulfilment_line l
               WHERE l.store_id = :store AND l.fulfilment_id = :id AND o.order_id = l.order_id AND o.line_no = l.line_no"""
        ),
        {"store": row.store_id, "id": row.id},
    )
    handover_id = new_id()
    await consume(session, row.store_id, [line.allocation_id for line in lines], cause=("handover", handover_id), by=by)
    captured = await _take_payment(session, row, tender=tender, slip_no=slip_no, by=by)
    verified_by = "number" if by_number else "code"
    number = await _write_down(session, row, handover_id, known.id, captured, verified_by, by=by)
    money = {"amount_minor": captured.amount_minor, "currency": captured.currency, "tender": captured.tender}
    await record(
        session, "payment.captured", row.subject(), by=by, moved=("due", "captured"),
        data=money | {"charge_id": str(captured.charge_id)},
    )  # fmt: skip
    await move_fulfilment(
        session, row, "hand_over", by=by, kind="pickup.handed_over", sets=", handed_over_at = now()",
        data={"handover_id": str(handover_id), "receipt": number, "verified_by": verified_by},
        display=money | {"receipt": number, "verified_by": verified_by},
    )  # fmt: skip
    await move_order(session, row.order, "complete", by=by, kind="order.completed")
    await issue(
        session, signer, purpose="receipt", store_id=row.store_id, subject_id=row.order.id,
        expires_at=datetime.now(UTC) + RECEIPT_PASS_VALID,
    )  # fmt: skip
    return HandedOver(row.id, row.order.id, number, captured)


async def _take_payment(session: WriteSession, row: FulfilmentRow, *, tender: Tender, slip_no: str | None, by: Actor) -> Captured:
    charge_id = await session.scalar(
        text(
            """SELECT c.id FROM orders.order_charge oc JOIN payments.charge c ON c.id = oc.charge_id
               WHERE oc.order_id = :order AND c.state = 'due' FOR UPDATE OF c"""
        ),
        {"order": row.order.id},
    )
    if charge_id is None:
        raise AlreadyTaken
    amount = await due_minor(session, row.order.id)
    return await capture_in_store(session, charge_id, amount_minor=amount, tender=tender, slip_no=slip_no, by=by)


async def _write_down(
    session: WriteSession,
    row: FulfilmentRow,
    handover_id: UUID,
    pass_id: UUID,
    captured: Captured,
    verified_by: str,
    *,
    by: Actor,
) -> int:
    """The handover row and the receipt with the store's next number, which has no gaps: it is drawn under the
    counter's row lock and rolls back with us."""
    await session.execute(
        text(
            """INSERT INTO pickup.handover (store_id, id, fulfilment_id, pass_id, staff_id, verified_by)
               VALUES (:store, :id, :fulfilment, :pass, :by, :verified_by)"""
        ),
        {
            "store": row.store_id,
            "id": handover_id,
            "fulfilment": row.id,
            "pass": pass_id,
            "by": by.id,
            "verified_by": verified_by,
        },
    )
    number = await session.scalar(
        text(
            """INSERT INTO pickup.receipt_counter (store_id, last_number) VALUES (:store, 1)
               ON CONFLICT (store_id) DO UPDATE SET last_number = pickup.receipt_counter.last_number + 1
               RETURNING last_number"""
        ),
        {"store": row.store_id},
    )
    await session.execute(
        text(
            """INSERT INTO pickup.receipt (store_id, number, handover_id, order_id, tender, slip_no, currency, total_minor)
               VALUES (:store, :number, :handover, :order, :tender, :slip, :currency, :total)"""
        ),
        {
            "store": row.store_id,
            "number": number,
            "handover": handover_id,
            "order": row.order.id,
            "tender": captured.tender,
            "slip": captured.slip_no,
            "currency": captured.currency,
            "total": captured.amount_minor,
        },
    )
    return int(number)
