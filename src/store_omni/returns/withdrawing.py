"""Ending a return that was never brought: the shopper thought again, or its code ran out."""

from uuid import UUID

from sqlalchemy import text

from store_omni.journal.actors import SYSTEM, Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import N_, NotFound
from store_omni.orders.moving import OrderRow, lock_order
from store_omni.orders.queries import order_for_shopper
from store_omni.passes.issuing import revoke
from store_omni.returns.queries import stores_of
from store_omni.returns.states import RECEPTION, next_state

# Shown to whoever scans the code later.
WHY = {"withdraw": N_("the return was withdrawn"), "expire": N_("nobody brought the goods in time")}


async def withdraw_return(session: WriteSession, request_id: UUID, *, by: Actor, viewer_hash: bytes | None = None) -> None:
    """The goods stay with the shopper and may be asked for again. Agents and managers may do it for anybody; a clerk
    may not: whoever stands at the counter with the goods wants to return them.

    Errors: `NotFound`, `ReturnMovedOn`.
    """
    order_id = await session.scalar(text("SELECT order_id FROM returns.request WHERE id = :id"), {"id": request_id})
    if order_id is None or by.kind == "clerk":
        raise NotFound
    order = await lock_order(session, order_id)
    if by.kind in ("shopper", "guest"):
        own = by.id if by.kind == "shopper" else None
        await order_for_shopper(session, order.number, customer_id=own, viewer_hash=viewer_hash)
    await _close(session, order, request_id, "withdraw", by=by)


async def close_if_expired(session: WriteSession, order: OrderRow, request_id: UUID) -> bool:
    """Ends an open return whose code has run out (database time). `order`: under lock. False: it has not."""
    due = await session.scalar(
        text("SELECT 1 FROM returns.request WHERE id = :id AND reception = 'requested' AND expires_at <= now() FOR UPDATE"),
        {"id": request_id},
    )
    if due is None:
        return False
    await _close(session, order, request_id, "expire", by=SYSTEM)
    return True


async def _close(session: WriteSession, order: OrderRow, request_id: UUID, command: str, *, by: Actor) -> None:
    row = (
        await session.execute(text("SELECT number, reception FROM returns.request WHERE id = :id FOR UPDATE"), {"id": request_id})
    ).one()
    state = next_state(RECEPTION, row.reception, command)
    await session.execute(
        text("UPDATE returns.request SET reception = :state, closed_at = now() WHERE id = :id"),
        {"state": state, "id": request_id},
    )
    for store_id in await stores_of(session, order.id):
        await revoke(session, purpose="return", store_id=store_id, subject_id=request_id, why=WHY[command])
    await record(
        session, "return.cancelled", Subject("return", request_id, order.id, order.customer_id), by=by,
        moved=(row.reception, state), data={"command": command},
        display={"number": order.number, "return_number": row.number, "reason": "expired" if command == "expire" else None},
    )  # fmt: skip
