"""Asking to bring goods back: by the shopper, by an agent, or by a clerk who has the receipt in hand."""

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import N_, NotFound
from store_omni.kit.ids import new_id, spoken_code
from store_omni.kit.signing import Signer
from store_omni.orders.moving import OrderRow, lock_order
from store_omni.orders.queries import order_for_shopper
from store_omni.passes.issuing import issue
from store_omni.passes.verifying import verify
from store_omni.returns.choosing import Asked, ComingBack, coming_back, must_be_in_time
from store_omni.returns.errors import (
    NothingChosen,
    OpenReturnExists,
    ReceiptNeeded,
)
from store_omni.returns.queries import Sale
from store_omni.returns.withdrawing import close_if_expired

PASS_DAYS = 14
NOTE_CHARS_MAX = 300
NUMBER_TRIES_MAX = 5
REASONS = {
    "changed_mind": N_("Change of mind"),
    "size": N_("Size or colour does not fit"),
    "not_as_shown": N_("Not as shown"),
    "defective": N_("Faulty or broken"),
    "wrong_item": N_("Wrong item"),
    "other": N_("Another reason"),
}


class Requested(msgspec.Struct, frozen=True):
    request_id: UUID
    number: str


async def request_return(
    session: WriteSession,
    signer: Signer,
    order_id: UUID,
    *,
    asked: list[Asked],
    reason: str,
    by: Actor,
    note: str = "",
    viewer_hash: bytes | None = None,
    receipt_code: str | None = None,
) -> Requested:
    """Opens a return and issues its code, good for 14 days at any store.

    `reason`: one of `REASONS`. A shopper asks for an own order (`viewer_hash`: the browser that may see it), an agent for
    anybody's, a clerk for what the own store handed over or with the receipt's code.
    Errors: `NotFound`, `ReceiptNeeded`, `NothingChosen`, `NotHandedOverYet`, `WindowOver`, `OpenReturnExists`,
    `MoreThanLeft`, and `PassRefused` for a receipt that is none.
    """
    order = await lock_order(session, order_id)
    await _must_be_allowed(session, signer, order, by=by, viewer_hash=viewer_hash, receipt_code=receipt_code)
    if reason not in REASONS:
        raise NothingChosen
    sale = await must_be_in_time(session, order.id)
    await _no_other_open(session, order)
    lines = await coming_back(session, order.id, asked)
    made = await _write(session, order, lines, sale, reason=reason, by=by)
    await issue(
        session, signer, purpose="return", store_id=sale.store_id, subject_id=made.request_id,
        expires_at=sale.now + timedelta(days=PASS_DAYS),
    )  # fmt: skip
    await record(
        session, "return.requested", Subject("return", made.request_id, order.id, order.customer_id, by.store_id), by=by,
        moved=(None, "requested"), data={"reason": reason, "lines": [[line.line_no, line.qty] for line in lines]},
        display={
            "number": order.number, "return_number": made.number, "items": sum(line.qty for line in lines),
            "amount_minor": sum(line.sum_minor for line in lines), "currency": order.currency, "reason": reason, "note": note.strip()[:NOTE_CHARS_MAX],
        },
    )  # fmt: skip
    return made


async def _must_be_allowed(
    session: WriteSession, signer: Signer, order: OrderRow, *, by: Actor, viewer_hash: bytes | None, receipt_code: str | None
) -> None:
    if by.kind in ("shopper", "guest"):
        own = by.id if by.kind == "shopper" else None
        await order_for_shopper(session, order.number, customer_id=own, viewer_hash=viewer_hash)
        return
    if receipt_code is not None:
        shown = await verify(session, signer, receipt_code, purposes=("receipt",), at_store=None)
        if shown.subject_id != order.id:
            raise NotFound
        return
    if by.store_id is None:
        return
    ours = await session.scalar(
        text("SELECT 1 FROM orders.fulfilment WHERE order_id = :id AND store_id = :store AND handed_over_at IS NOT NULL"),
        {"id": order.id, "store": by.store_id},
    )
    if ours is None:
        raise ReceiptNeeded


async def _no_other_open(session: WriteSession, order: OrderRow) -> None:
    row = (
        await session.execute(
            text(
                "SELECT id, number, expires_at <= now() AS expired FROM returns.request "
                "WHERE order_id = :id AND reception = 'requested' FOR UPDATE"
            ),
            {"id": order.id},
        )
    ).one_or_none()
    if row is None:
        return
    if not row.expired:
        raise OpenReturnExists(number=row.number, next_url=None)
    await close_if_expired(session, order, row.id)


async def _write(
    session: WriteSession, order: OrderRow, lines: list[ComingBack], sale: Sale, *, reason: str, by: Actor
) -> Requested:
    request_id = new_id()
    values = {
        "id": request_id, "order": order.id, "customer": order.customer_id, "channel": by.channel, "reason": reason,
        "by_kind": by.kind, "by_id": str(by.id) if by.id else None, "currency": order.currency,
        "expires": sale.now + timedelta(days=PASS_DAYS),
    }  # fmt: skip
    for _ in range(NUMBER_TRIES_MAX):
        number = await session.scalar(
            text(
                """INSERT INTO returns.request (id, number, order_id, customer_id, channel, reason, requested_by_kind,
                                                requested_by_id, currency, expires_at)
                   VALUES (:id, :number, :order, :customer, :channel, :reason, :by_kind, :by_id, :currency, :expires)
                   ON CONFLICT (number) DO NOTHING RETURNING number"""
            ),
            values | {"number": f"R-{spoken_code(4)}-{spoken_code(4)}"},
        )
        if number is not None:
            break
    else:
        raise RuntimeError("no free return number in five draws; make the numbers longer")
    await session.execute(
        text(
            """INSERT INTO returns.request_line (request_id, line_no, order_id, order_line_no, sku_id, qty, unit_price_minor)
               VALUES (:request, :n, :order, :line, :sku, :qty, :price)"""
        ),
        [
            {"request": request_id, "n": n, "order": order.id, "line": line.line_no, "sku": line.sku_id, "qty": line.qty,
             "price": line.unit_price_minor}
            for n, line in enumerate(lines, 1)
        ],
    )  # fmt: skip
    return Requested(request_id, number)
