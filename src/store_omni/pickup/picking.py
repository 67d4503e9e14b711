"""Picking: a clerk takes an order, scans what she takes off the shelf, undoes a slip."""

from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import record
from store_omni.kit.database import WriteSession
from store_omni.orders.moving import FulfilmentRow, lock_fulfilment, move_fulfilment
from store_omni.orders.states import WrongState
from store_omni.passes.verifying import Names
from store_omni.pickup.errors import EnoughPicked, NothingPicked, SomebodyElsePicks, UnknownBarcode, WrongItem


class Picked(msgspec.Struct, frozen=True):
    """What the scan did: which line now has how many of how many."""

    line_no: int
    name: Names
    qty_picked: int
    qty: int


async def start_picking(session: WriteSession, fulfilment_id: UUID, *, by: Actor, take_over: bool = False) -> None:
    """Takes the order. Starting what one picks already changes nothing. Errors: `SomebodyElsePicks`, `WrongState`."""
    row = await lock_fulfilment(session, by.store_id, fulfilment_id)
    if row.state == "picking":
        holder = (
            await session.execute(
                text(
                    "SELECT f.picker_id, a.name FROM orders.fulfilment f JOIN staff.account a ON a.id = f.picker_id "
                    "WHERE f.store_id = :store AND f.id = :id"
                ),
                {"store": row.store_id, "id": row.id},
            )
        ).one()
        if holder.picker_id == by.id:
            return
        if not take_over:
            raise SomebodyElsePicks(who=holder.name)
        await session.execute(
            text("UPDATE orders.fulfilment SET picker_id = :by WHERE store_id = :store AND id = :id"),
            {"by": by.id, "store": row.store_id, "id": row.id},
        )
        await record(session, "pickup.picker_changed", row.subject(), by=by, data={"from": str(holder.picker_id)})
        return
    await move_fulfilment(
        session, row, "start_picking", by=by, kind="pickup.picking_started",
        sets=", picker_id = :by, picking_at = now()", values={"by": by.id}, display={},
    )  # fmt: skip


async def must_pick(session: WriteSession, fulfilment_id: UUID, by: Actor) -> FulfilmentRow:
    """The fulfilment under lock. Errors: `WrongState` where it is not being picked, `NotFound`."""
    row = await lock_fulfilment(session, by.store_id, fulfilment_id)
    if row.state != "picking":
        raise WrongState(state=row.state)
    return row


async def scan_item(session: WriteSession, fulfilment_id: UUID, *, barcode: str, operation_id: UUID, by: Actor) -> Picked:
    """One unit found. The same `operation_id` again (a repeated request, not a second beep) counts once.

    Errors: `UnknownBarcode`, `WrongItem`, `EnoughPicked`, `WrongState`, `NotFound`.
    """
    row = await must_pick(session, fulfilment_id, by)
    item = (
        await session.execute(
            text(
                """SELECT s.id, p.name_ko, p.name_en, l.line_no, l.qty, l.qty_picked
                   FROM catalog.sku s JOIN catalog.product p ON p.id = s.product_id
                   LEFT JOIN orders.fulfilment_line l ON l.store_id = :store AND l.fulfilment_id = :id AND l.sku_id = s.id
                   WHERE s.gtin = :code OR s.code = :code
                   -- One SKU may fill two lines (by itself and in a bundle): the one that still lacks some comes first.
                   ORDER BY l.qty_picked < l.qty DESC NULLS LAST, l.line_no LIMIT 1"""
            ),
            {"store": row.store_id, "id": row.id, "code": barcode},
        )
    ).first()
    if item is None:
        raise UnknownBarcode(code=barcode)
    name = Names(ko=item.name_ko, en=item.name_en)
    if item.line_no is None:
        raise WrongItem(item=name)
    fresh = await session.execute(
        text(
            """INSERT INTO pickup.pick_scan (store_id, fulfilment_id, operation_id, line_no, qty, staff_id)
               VALUES (:store, :id, :operation, :line, 1, :by) ON CONFLICT DO NOTHING RETURNING 1"""
        ),
        {"store": row.store_id, "id": row.id, "operation": operation_id, "line": item.line_no, "by": by.id},
    )
    if fresh.scalar() is None:
        return Picked(item.line_no, name, item.qty_picked, item.qty)
    if item.qty_picked >= item.qty:
        raise EnoughPicked(qty=item.qty, item=name)
    await session.execute(
        text(
            """UPDATE orders.fulfilment_line SET qty_picked = qty_picked + 1
               WHERE store_id = :store AND fulfilment_id = :id AND line_no = :line"""
        ),
        {"store": row.store_id, "id": row.id, "line": item.line_no},
    )
    return Picked(item.line_no, name, item.qty_picked + 1, item.qty)


async def undo_scan(session: WriteSession, fulfilment_id: UUID, *, by: Actor) -> Picked:
    """Takes the last scanned unit back out of the bag. Errors: `NothingPicked`, `WrongState`."""
    row = await must_pick(session, fulfilment_id, by)
    last = (
        await session.execute(
            text(
                """DELETE FROM pickup.pick_scan WHERE store_id = :store AND fulfilment_id = :id AND operation_id =
                     (SELECT operation_id FROM pickup.pick_scan WHERE store_id = :store AND fulfilment_id = :id
                      ORDER BY at DESC, operation_id DESC LIMIT 1) RETURNING line_no"""
            ),
            {"store": row.store_id, "id": row.id},
        )
    ).one_or_none()
    if last is None:
        raise NothingPicked
    line = (
        await session.execute(
            text(
                """UPDATE orders.fulfilment_line l SET qty_picked = l.qty_picked - 1 FROM orders.order_line o
                   WHERE l.store_id = :store AND l.fulfilment_id = :id AND l.line_no = :line
                     AND o.order_id = l.order_id AND o.line_no = l.line_no
                   RETURNING l.line_no, o.name_ko, o.name_en, l.qty_picked, l.qty"""
            ),
            {"store": row.store_id, "id": row.id, "line": last.line_no},
        )
    ).one()
    return Picked(line.line_no, Names(line.name_ko, line.name_en), line.qty_picked, line.qty)
