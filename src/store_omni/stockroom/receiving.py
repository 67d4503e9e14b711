"""Receiving goods: what came in is on the shelf, whatever the papers say; what differs from them is said and becomes a task."""

from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.inventory.ledger import Move, post
from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.stockroom.listing import check_listed, check_reach, write_document
from store_omni.stockroom.purchasing import Discrepancy, lock_purchase
from store_omni.stockroom.tasks import Open, open_tasks_for


class Arrived(msgspec.Struct, frozen=True):
    """`qty`: all units that came; `damaged` of them go to quarantine instead of the shelf."""

    sku_id: int
    qty: int
    damaged: int = 0


class Receipt(msgspec.Struct, frozen=True):
    """`id`: its document. `state`: of the purchase or transfer after it; None without one."""

    id: UUID
    state: str | None
    discrepancies: list[Discrepancy]


async def receive(
    session: WriteSession,
    store_id: int,
    *,
    lines: list[Arrived],
    by: Actor,
    purchase_id: UUID | None = None,
    reference: str = "",
    note: str = "",
) -> Receipt:
    """Goods came in, with a purchase (part of it, all, or more than was ordered) or without. `reference`: delivery note.

    Errors: `NothingListed`, `ListedTwice`, `UnknownGoods`, `PurchaseOver`, `NotFound`.
    """
    check_reach(store_id, by)
    await check_arrived(session, lines)
    if purchase_id is not None:
        await lock_purchase(session, store_id, purchase_id, by=by)
    document_id = await write_document(session, "receipt", store_id, by=by, reference=reference, note=note)
    found: list[Discrepancy] = []
    state = None
    if purchase_id is not None:
        found, state = await _tick_off(session, store_id, purchase_id, lines)
    moves = [
        Move(store_id, line.sku_id, "receive", on_hand=line.qty - line.damaged, quarantine=line.damaged, document=document_id)
        for line in lines
    ]
    await post(session, moves, cause=("receipt", document_id), by=by)
    tasks = [Open(store_id, one.sku_id, "discrepancy", one.units, one.reason) for one in found]
    await open_tasks_for(session, tasks, by=by)
    data = {"units": sum(line.qty for line in lines), "damaged": sum(line.damaged for line in lines)}
    data |= {"purchase_id": str(purchase_id)} if purchase_id else {}
    await record(session, "stock.received", Subject("stock_receipt", document_id, store_id=store_id), by=by, data=data)
    return Receipt(document_id, state, found)


async def check_arrived(session: WriteSession, lines: list[Arrived]) -> None:
    """Errors: `NothingListed` (also for more damaged units than came), `ListedTwice`, `UnknownGoods`."""
    sound = [line.qty if 0 <= line.damaged <= line.qty else 0 for line in lines]
    await check_listed(session, [line.sku_id for line in lines], sound)


async def _tick_off(
    session: WriteSession, store_id: int, purchase_id: UUID, lines: list[Arrived]
) -> tuple[list[Discrepancy], str]:
    """What is over the order by this receipt (not what was over before), and the purchase's state now."""
    keys = {"store": store_id, "id": purchase_id}
    found = []
    for line in sorted(lines, key=lambda line: line.sku_id):
        row = (
            await session.execute(
                text(
                    """UPDATE stockroom.purchase_line SET qty_received = qty_received + :qty
                       WHERE store_id = :store AND purchase_id = :id AND sku_id = :sku RETURNING qty_ordered, qty_received"""
                ),
                keys | {"sku": line.sku_id, "qty": line.qty},
            )
        ).one_or_none()
        if row is None:
            found.append(Discrepancy(line.sku_id, line.qty, "not_ordered"))
        elif over := min(line.qty, max(0, row.qty_received - row.qty_ordered)):
            found.append(Discrepancy(line.sku_id, over, "over_delivered"))
    state = await session.scalar(
        text(
            """UPDATE stockroom.purchase u SET state = CASE WHEN EXISTS (
                 SELECT 1 FROM stockroom.purchase_line x WHERE x.store_id = u.store_id AND x.purchase_id = u.id
                   AND x.qty_received < x.qty_ordered) THEN 'open' ELSE 'received' END
               WHERE u.store_id = :store AND u.id = :id RETURNING u.state"""
        ),
        keys,
    )
    return found, state or "open"
