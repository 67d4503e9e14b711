"""Goods on their way from one store to another: sent, received in one or more parts, closed with what never came."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.inventory.ledger import Move, post
from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.clock import refuse_unimaginable
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import NotFound
from store_omni.kit.ids import new_id
from store_omni.stockroom.errors import NumberTaken, SameStore, TransferOver
from store_omni.stockroom.listing import check_listed, check_reach, made_number, write_document
from store_omni.stockroom.purchasing import Discrepancy, Listed, Paper
from store_omni.stockroom.receiving import Arrived, Receipt, check_arrived
from store_omni.stockroom.tasks import Open, open_tasks_for

LOST = "lost_on_the_way"


async def send_transfer(
    session: WriteSession,
    store_id: int,
    *,
    to_store_id: int,
    lines: list[Listed],
    by: Actor,
    expected_at: datetime | None = None,
    number: str = "",
    note: str = "",
) -> Paper:
    """Units free of promises leave `store_id` and are in transit at `to_store_id`, in one transaction.

    Errors: `NotEnoughStock` (its `lacking` says of what and how much is free), `SameStore`, `NothingListed`,
    `ListedTwice`, `UnknownGoods`, `NumberTaken`, `NotFound`.
    """
    check_reach(store_id, by)
    if to_store_id == store_id:
        raise SameStore
    refuse_unimaginable(expected_at, "expected_at")
    await check_listed(session, [line.sku_id for line in lines], [line.qty for line in lines])
    paper = Paper(new_id(), number or made_number("TR"))
    for store in (store_id, to_store_id):
        await write_document(session, "transfer", store, by=by, id=paper.id, reference=paper.number, note=note)
    made = await session.scalar(
        text(
            """INSERT INTO stockroom.transfer (store_id, id, to_store_id, number, expected_at)
               VALUES (:store, :id, :to, :number, :expected) ON CONFLICT (store_id, number) DO NOTHING RETURNING 1"""
        ),
        {"store": store_id, "id": paper.id, "to": to_store_id, "number": paper.number, "expected": expected_at},
    )
    if made is None:
        raise NumberTaken(number=paper.number)
    await session.execute(
        text("INSERT INTO stockroom.transfer_line (store_id, transfer_id, sku_id, qty_sent) VALUES (:store, :id, :sku, :qty)"),
        [{"store": store_id, "id": paper.id, "sku": line.sku_id, "qty": line.qty} for line in lines],
    )
    moves = []
    for line in lines:
        moves.append(Move(store_id, line.sku_id, "transfer_out", on_hand=-line.qty, need=line.qty, document=paper.id))
        moves.append(Move(to_store_id, line.sku_id, "transfer_in", in_transit=line.qty, document=paper.id))
    await post(session, moves, cause=("transfer", paper.id), by=by)
    await record(
        session, "stock.transfer_sent", Subject("transfer", paper.id, store_id=store_id), by=by, moved=(None, "sent"),
        data={"to_store_id": to_store_id, "lines": len(lines), "units": sum(line.qty for line in lines)},
    )  # fmt: skip
    return paper


class _Head(msgspec.Struct, frozen=True):
    store_id: int
    number: str
    state: str
    open: dict[int, int]
    """SKU → units still on the way; 0 for one that was listed and is all there."""


async def _lock(session: WriteSession, to_store_id: int, transfer_id: UUID, *, by: Actor) -> _Head:
    check_reach(to_store_id, by)
    row = (
        await session.execute(
            text("SELECT store_id, number, state FROM stockroom.transfer WHERE id = :id AND to_store_id = :to FOR UPDATE"),
            {"id": transfer_id, "to": to_store_id},
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.state in ("received", "lost"):
        raise TransferOver(number=row.number)
    lines = await session.execute(
        text(
            """SELECT sku_id, qty_sent - qty_received - qty_missing AS open FROM stockroom.transfer_line
               WHERE store_id = :store AND transfer_id = :id"""
        ),
        {"store": row.store_id, "id": transfer_id},
    )
    return _Head(row.store_id, row.number, row.state, {line.sku_id: line.open for line in lines})


async def receive_transfer(
    session: WriteSession, store_id: int, transfer_id: UUID, *, lines: list[Arrived], by: Actor, note: str = ""
) -> Receipt:
    """`store_id` receives part of a transfer, or all. What was not sent, or more than was sent, is received as found and
    said, here and, as goods that must have left its shelf, at the sender.

    Errors: `TransferOver`, `NothingListed`, `ListedTwice`, `UnknownGoods`, `NotFound`.
    """
    await check_arrived(session, lines)
    head = await _lock(session, store_id, transfer_id, by=by)
    receipt_id = await write_document(session, "transfer_receipt", store_id, by=by, reference=head.number, note=note)
    found, moves, open_units = [], [], dict(head.open)
    for line in sorted(lines, key=lambda line: line.sku_id):
        expected = min(line.qty, open_units.get(line.sku_id, 0))
        extra = line.qty - expected
        await _tick_off(session, head, transfer_id, line.sku_id, expected, extra)
        open_units[line.sku_id] = open_units.get(line.sku_id, 0) - expected
        if extra:
            found.append(Discrepancy(line.sku_id, extra, "not_sent"))
        moves.append(
            Move(
                store_id, line.sku_id, "transfer_in", on_hand=line.qty - line.damaged, in_transit=-expected,
                quarantine=line.damaged, document=receipt_id,
            )
        )  # fmt: skip
    await post(session, moves, cause=("transfer", transfer_id), by=by)
    tasks = [Open(store_id, one.sku_id, "discrepancy", one.units, one.reason) for one in found]
    tasks += [Open(head.store_id, one.sku_id, "recount", one.units, "sent_more") for one in found]
    await open_tasks_for(session, tasks, by=by)
    state = "partly_received" if any(open_units.values()) else "received"
    await _move(session, head, transfer_id, state)
    await record(
        session, "stock.transfer_received", Subject("transfer", transfer_id, store_id=store_id), by=by,
        moved=(head.state, state),
        data={"from_store_id": head.store_id, "receipt_id": str(receipt_id), "units": sum(line.qty for line in lines),
              "extra": {str(one.sku_id): one.units for one in found}},
    )  # fmt: skip
    return Receipt(receipt_id, state, found)


async def _tick_off(session: WriteSession, head: _Head, transfer_id: UUID, sku_id: int, expected: int, extra: int) -> None:
    values = {"store": head.store_id, "id": transfer_id, "sku": sku_id, "expected": expected, "extra": extra}
    if sku_id in head.open:
        await session.execute(
            text(
                """UPDATE stockroom.transfer_line SET qty_received = qty_received + :expected, qty_extra = qty_extra + :extra
                   WHERE store_id = :store AND transfer_id = :id AND sku_id = :sku"""
            ),
            values,
        )
        return
    await session.execute(
        text(
            """INSERT INTO stockroom.transfer_line (store_id, transfer_id, sku_id, qty_sent, qty_extra)
               VALUES (:store, :id, :sku, 0, :extra)"""
        ),
        values,
    )


async def close_transfer(
    session: WriteSession, store_id: int, transfer_id: UUID, *, by: Actor, note: str = ""
) -> list[Discrepancy]:
    """`store_id`, which receives, waits no longer: what did not come is written off and becomes a task there.

    Errors: `TransferOver`, `NotFound`.
    """
    head = await _lock(session, store_id, transfer_id, by=by)
    document_id = await write_document(session, "transfer_closing", store_id, by=by, reference=head.number, note=note)
    missing = [Discrepancy(sku_id, -units, LOST) for sku_id, units in sorted(head.open.items()) if units]
    await session.execute(
        text(
            """UPDATE stockroom.transfer_line SET qty_missing = qty_sent - qty_received
               WHERE store_id = :store AND transfer_id = :id"""
        ),
        {"store": head.store_id, "id": transfer_id},
    )
    moves = [Move(store_id, one.sku_id, "adjust", in_transit=one.units, reason=LOST, document=document_id) for one in missing]
    await post(session, moves, cause=("transfer", transfer_id), by=by)
    tasks = [Open(store_id, one.sku_id, "discrepancy", -one.units, LOST) for one in missing]
    await open_tasks_for(session, tasks, by=by)
    await _move(session, head, transfer_id, "lost")
    await record(
        session, "stock.transfer_closed", Subject("transfer", transfer_id, store_id=store_id), by=by,
        moved=(head.state, "lost"),
        data={"from_store_id": head.store_id, "missing": {str(one.sku_id): -one.units for one in missing}},
    )  # fmt: skip
    return missing


async def _move(session: WriteSession, head: _Head, transfer_id: UUID, state: str) -> None:
    await session.execute(
        text(
            """UPDATE stockroom.transfer SET state = :state,
                 closed_at = CASE WHEN :state IN ('received', 'lost') THEN clock_timestamp() END
               WHERE store_id = :store AND id = :id"""
        ),
        {"store": head.store_id, "id": transfer_id, "state": state},
    )
