"""Cancelling an order, whatever the store is doing with it at that moment."""

from uuid import UUID

from sqlalchemy import text

from store_omni.fulfilling.errors import AlreadyCancelled, AlreadyHandedOver
from store_omni.inventory.allocating import release
from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import N_, NotFound
from store_omni.orders.errors import TooLateToCancel
from store_omni.orders.moving import FulfilmentRow, OrderRow, lock_order, move_fulfilment, move_order
from store_omni.orders.queries import order_for_shopper
from store_omni.passes.issuing import WHY_CANCELLED, revoke
from store_omni.payments.capturing import void_due

REASONS = {
    "changed_mind": N_("Change of mind"),
    "wrong_order": N_("Ordered by mistake"),
    "too_long": N_("Takes too long"),
    "cannot_come": N_("Cannot come to the store"),
    "store_cannot": N_("The store cannot provide it"),
    "nothing_found": N_("None of the items could be found"),
    "not_collected": N_("Not collected in time"),
    "other": N_("Another reason"),
}
REASON_CHARS_MAX = 300
# In these the goods are no longer promised from the shelf by this order, or already wait to be put back.
OFF_THE_WAY = frozenset({"uncollected", "restocked", "cancelled", "rejected"})
BUYERS = frozenset({"shopper", "guest"})
GONE = frozenset({"handed_over", "partially_handed_over"})


async def cancel_order(
    session: WriteSession, order_id: UUID, *, reason: str, by: Actor, note: str = "", viewer_hash: bytes | None = None
) -> None:
    """The order ends, nothing more is owed, its code opens nothing. Units not yet picked go back to sale now; units off
    the shelf only when somebody has put them back (`pickup.putting_back`).

    `reason`: one of `REASONS`, or the person's own words. A shopper or guest may cancel an own order (`viewer_hash`: the
    browser that showed it may see it) until picking begins; staff until handover, a clerk in the own store only.
    Errors: `NotFound`, `TooLateToCancel`, `AlreadyHandedOver`, `AlreadyCancelled`, `WrongState`.
    """
    code, words = _reason(reason, note)
    order = await lock_order(session, order_id)
    parts = await _lock_parts(session, order)
    await _must_be_allowed(session, order, parts, by=by, viewer_hash=viewer_hash)
    await session.execute(
        text(
            "UPDATE orders.order_line SET qty_cancelled = qty WHERE (order_id, line_no) IN "
            "(SELECT order_id, line_no FROM orders.order_line WHERE order_id = :id ORDER BY line_no FOR UPDATE)"
        ),
        {"id": order.id},
    )
    for part in parts:
        await _stop(session, part, by=by)
    charges = await session.scalars(
        text("SELECT charge_id FROM orders.order_charge WHERE order_id = :id ORDER BY charge_id"), {"id": order.id}
    )
    for charge_id in charges.all():
        await void_due(session, charge_id)
    await move_order(
        session, order, "cancel", by=by, kind="order.cancelled", reason=words or code,
        data={"reason": code}, display={"reason": code, "note": words},
    )  # fmt: skip


def _reason(reason: str, note: str) -> tuple[str, str]:
    """(code, own words). What a person typed is personal text: it may stand in the timeline, never in the fact."""
    typed = reason.strip()
    if typed in REASONS:
        return typed, note.strip()[:REASON_CHARS_MAX]
    return "other", " ".join(part for part in (typed, note.strip()) if part)[:REASON_CHARS_MAX]


async def _lock_parts(session: WriteSession, order: OrderRow) -> list[FulfilmentRow]:
    rows = await session.execute(
        text("SELECT store_id, id, state FROM orders.fulfilment WHERE order_id = :id ORDER BY store_id, id FOR UPDATE"),
        {"id": order.id},
    )
    return [FulfilmentRow(row.store_id, row.id, row.state, order) for row in rows]


async def _must_be_allowed(
    session: WriteSession, order: OrderRow, parts: list[FulfilmentRow], *, by: Actor, viewer_hash: bytes | None
) -> None:
    if by.kind in BUYERS:
        own = by.id if by.kind == "shopper" else None
        await order_for_shopper(session, order.number, customer_id=own, viewer_hash=viewer_hash)
    elif by.store_id is not None and by.store_id not in {part.store_id for part in parts}:
        raise NotFound
    if order.state == "cancelled":
        raise AlreadyCancelled
    if any(part.state in GONE for part in parts):
        raise AlreadyHandedOver
    if by.kind in BUYERS and any(part.state != "allocated" for part in parts):
        raise TooLateToCancel


async def _stop(session: WriteSession, part: FulfilmentRow, *, by: Actor) -> None:
    await revoke(session, purpose="pickup", store_id=part.store_id, subject_id=part.id, why=WHY_CANCELLED)
    if part.state in OFF_THE_WAY:
        return
    if part.state == "picking" and await _is_empty(session, part):
        await move_fulfilment(session, part, "cancel_empty", by=by, kind="pickup.cancelled")
        return
    if part.state != "allocated":
        await move_fulfilment(session, part, "cancel_picked", by=by, kind="pickup.to_put_back")
        return
    promised = await session.scalars(
        text(
            "SELECT allocation_id FROM orders.fulfilment_line "
            "WHERE store_id = :store AND fulfilment_id = :id AND allocation_id IS NOT NULL"
        ),
        {"store": part.store_id, "id": part.id},
    )
    await release(session, part.store_id, list(promised), cause=("cancellation", part.order.id), by=by)
    await move_fulfilment(session, part, "cancel", by=by, kind="pickup.cancelled")


async def _is_empty(session: WriteSession, part: FulfilmentRow) -> bool:
    lines = await session.scalar(
        text("SELECT count(*) FROM orders.fulfilment_line WHERE store_id = :store AND fulfilment_id = :id"),
        {"store": part.store_id, "id": part.id},
    )
    return not lines
