"""Receiving goods at any store: the code is spent, the goods are this store's, the money goes back, in one transaction."""

from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.inventory.ledger import Move, post
from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import NotFound
from store_omni.kit.signing import Signer
from store_omni.orders.moving import OrderRow, lock_order
from store_omni.passes.errors import PassInvalid
from store_omni.passes.verifying import KnownPass, spend, verify
from store_omni.payments.capturing import Captured, refund_in_store
from store_omni.payments.errors import NothingToRefund
from store_omni.returns.approving import second_person
from store_omni.returns.choosing import Asked
from store_omni.returns.errors import NoStoreToReceive
from store_omni.returns.queries import live_code, return_by_id
from store_omni.returns.requesting import request_return
from store_omni.returns.states import ACCEPTANCE, RECEPTION, next_state

# Goods that came back for these reasons are looked at before anybody buys them.
FAULTY = frozenset({"defective"})


class Received(msgspec.Struct, frozen=True):
    """`refunded` None: the goods were free."""

    request_id: UUID
    number: str
    order_id: UUID
    refunded: Captured | None


async def receive_return(
    session: WriteSession,
    signer: Signer,
    request_id: UUID,
    *,
    code: str,
    slip_no: str | None,
    by: Actor,
    unsellable: bool = False,
    manager_id: UUID | None = None,
) -> Received:
    """All lines of a return are taken in at `by`'s store and paid back by the tender they were paid with.

    `code`: the return's own, or the receipt's of its order. `unsellable`: the clerk saw that the goods cannot be sold again; they,
    and all that came back as faulty, go to quarantine instead of the shelf. `manager_id`: who signed for the refund on this screen,
    where `by` may not give it alone. Locks in the one order: order, request, lines, stock, payment.
    Errors: every `PassRefused`, `ReturnMovedOn`, `SlipMissing`, `NothingToRefund`, `NoStoreToReceive`, `ApprovalNeeded`,
    `OwnRefund`; nothing changes then.
    """
    if by.store_id is None:
        raise NoStoreToReceive
    known, by_receipt = await _right_to(session, signer, request_id, code)
    order_id = await session.scalar(text("SELECT order_id FROM returns.request WHERE id = :id"), {"id": request_id})
    order = await lock_order(session, order_id)
    row = (
        await session.execute(
            text("SELECT number, reception, acceptance, reason FROM returns.request WHERE id = :id FOR UPDATE"),
            {"id": request_id},
        )
    ).one()
    # Spent before the state is asked: of two who scan at once, the later is told who, when and where.
    await spend(session, known, by=by)
    states = next_state(RECEPTION, row.reception, "receive"), next_state(ACCEPTANCE, row.acceptance, "accept")
    worth = await _take_in(session, order, request_id, aside=unsellable or row.reason in FAULTY, by=by)
    refunded = None
    if worth:
        approved_by = await second_person(session, order, worth, by_receipt=by_receipt, manager_id=manager_id, by=by)
        refunded = await _pay_back(session, order, request_id, worth, slip_no=slip_no, approved_by=approved_by, by=by)
    await session.execute(
        text(
            """UPDATE returns.request SET reception = :reception, acceptance = :acceptance, received_store_id = :store,
                 received_at = now(), closed_at = now(), refund_minor = :worth WHERE id = :id"""
        ),
        {"reception": states[0], "acceptance": states[1], "store": by.store_id, "worth": worth, "id": request_id},
    )
    await _tell(session, order, request_id, row.number, refunded, by=by)
    return Received(request_id, row.number, order.id, refunded)


async def receive_on_receipt(
    session: WriteSession,
    signer: Signer,
    *,
    receipt_code: str,
    asked: list[Asked],
    reason: str,
    slip_no: str | None,
    by: Actor,
    unsellable: bool = False,
    manager_id: UUID | None = None,
) -> Received:
    """Somebody stands here with goods and a receipt: asked for and received in one transaction, so that a talk broken
    off leaves no open return behind. Errors: those of `request_return` and `receive_return`."""
    known = await verify(session, signer, receipt_code, purposes=("receipt",), at_store=None)
    made = await request_return(session, signer, known.subject_id, asked=asked, reason=reason, by=by, receipt_code=receipt_code)
    return await receive_return(
        session, signer, made.request_id, code=receipt_code, slip_no=slip_no, by=by, unsellable=unsellable, manager_id=manager_id
    )


async def _right_to(session: WriteSession, signer: Signer, request_id: UUID, code: str) -> tuple[KnownPass, bool]:
    """The return's pass, and whether a receipt was shown for it. A receipt opens the return of its own order, and what is spent is the return's pass: the
    receipt stays good for what was not returned yet."""
    known = await verify(session, signer, code, purposes=("return", "receipt"), at_store=None)
    if known.purpose == "return":
        if known.subject_id != request_id:
            raise PassInvalid
        return known, False
    request = await return_by_id(session, request_id)
    if request.order_id != known.subject_id:
        raise NotFound
    live = await live_code(session, request)
    if live is None:
        next_state(RECEPTION, request.reception, "receive")
        raise NotFound
    return KnownPass(store_id=live.store_id, id=live.id, purpose="return", subject_id=request_id), True


async def _take_in(session: WriteSession, order: OrderRow, request_id: UUID, *, aside: bool, by: Actor) -> int:
    """Goods on this store's shelf, or set aside in its quarantine, counted on the order's lines. Returns what they cost, in minor units. The CHECK
    `returned` on the order line is the last word on how much can come back."""
    await session.execute(
        text("INSERT INTO returns.reception (store_id, request_id, staff_id) VALUES (:store, :id, :by)"),
        {"store": by.store_id, "id": request_id, "by": by.id},
    )
    lines = (
        await session.execute(
            text(
                """UPDATE returns.request_line SET disposition = :disposition WHERE request_id = :id
                   RETURNING order_line_no, sku_id, qty, unit_price_minor"""
            ),
            {"id": request_id, "disposition": "quarantine" if aside else "restock"},
        )
    ).all()
    for line in sorted(lines, key=lambda line: line.order_line_no):
        await session.execute(
            text("UPDATE orders.order_line SET qty_returned = qty_returned + :qty WHERE order_id = :order AND line_no = :line"),
            {"qty": line.qty, "order": order.id, "line": line.order_line_no},
        )
    store = by.store_id or 0
    moves = [
        move
        for line in lines
        for move in (
            Move(store, line.sku_id, "return", on_hand=line.qty),
            # A truth: it may not be sold for the moment in between, whatever is promised from the shelf.
            *(
                [Move(store, line.sku_id, "damage", on_hand=-line.qty, quarantine=line.qty, reason="faulty", truth=True)]
                if aside
                else []
            ),
        )
    ]
    await post(session, moves, cause=("return", request_id), by=by)
    return sum(line.qty * line.unit_price_minor for line in lines)


async def _pay_back(
    session: WriteSession,
    order: OrderRow,
    request_id: UUID,
    worth: int,
    *,
    slip_no: str | None,
    approved_by: UUID | None,
    by: Actor,
) -> Captured:
    charge_id = await session.scalar(
        text(
            """SELECT c.id FROM orders.order_charge oc JOIN payments.charge c ON c.id = oc.charge_id
               WHERE oc.order_id = :order AND c.state = 'captured' FOR UPDATE OF c"""
        ),
        {"order": order.id},
    )
    if charge_id is None:
        raise NothingToRefund
    key = f"return:{request_id}"
    return await refund_in_store(
        session, charge_id, amount_minor=worth, cause_key=key, slip_no=slip_no, by=by, approved_by=approved_by
    )


async def _tell(
    session: WriteSession, order: OrderRow, request_id: UUID, number: str, refunded: Captured | None, *, by: Actor
) -> None:
    subject = Subject("return", request_id, order.id, order.customer_id, by.store_id)
    shown = {"number": order.number, "return_number": number}
    await record(session, "return.received", subject, by=by, moved=("requested", "received"), display=shown)
    if refunded is None:
        return
    money = {"amount_minor": refunded.amount_minor, "currency": refunded.currency, "tender": refunded.tender}
    await record(
        session, "return.refunded", subject, by=by, moved=("pending", "accepted"),
        data=money | {"charge_id": str(refunded.charge_id)}, display=shown | money,
    )  # fmt: skip
