"""Purchases: what a store expects from a supplier, and ending the wait for it."""

from datetime import date
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.clock import refuse_unimaginable
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import NotFound
from store_omni.kit.ids import new_id
from store_omni.stockroom.errors import NumberTaken, PurchaseOver
from store_omni.stockroom.listing import check_listed, check_reach, made_number
from store_omni.stockroom.tasks import Open, open_tasks_for


class Listed(msgspec.Struct, frozen=True):
    """Units of one SKU on a paper."""

    sku_id: int
    qty: int


class Paper(msgspec.Struct, frozen=True):
    """A purchase or transfer that was made. `number` is what people say."""

    id: UUID
    number: str


class Discrepancy(msgspec.Struct, frozen=True):
    """`units` more (+) or fewer (−) than the papers say. `reason`: over_delivered, not_ordered, under_delivered,
    not_sent, sent_more, lost_on_the_way."""

    sku_id: int
    units: int
    reason: str


async def make_purchase(
    session: WriteSession,
    store_id: int,
    *,
    lines: list[Listed],
    by: Actor,
    number: str = "",
    supplier: str = "",
    expected_on: date | None = None,
) -> Paper:
    """Without a number one is made. Errors: `NothingListed`, `ListedTwice`, `UnknownGoods`, `NumberTaken`, `NotFound`."""
    check_reach(store_id, by)
    refuse_unimaginable(expected_on, "expected_on")
    await check_listed(session, [line.sku_id for line in lines], [line.qty for line in lines])
    paper = Paper(new_id(), number or made_number("PO"))
    made = await session.scalar(
        text(
            """INSERT INTO stockroom.purchase (store_id, id, number, supplier, expected_on)
               VALUES (:store, :id, :number, :supplier, :expected) ON CONFLICT (store_id, number) DO NOTHING RETURNING 1"""
        ),
        {"store": store_id, "id": paper.id, "number": paper.number, "supplier": supplier, "expected": expected_on},
    )
    if made is None:
        raise NumberTaken(number=paper.number)
    await session.execute(
        text("INSERT INTO stockroom.purchase_line (store_id, purchase_id, sku_id, qty_ordered) VALUES (:store, :id, :sku, :qty)"),
        [{"store": store_id, "id": paper.id, "sku": line.sku_id, "qty": line.qty} for line in lines],
    )
    await record(
        session, "stock.purchase_made", Subject("purchase", paper.id, store_id=store_id), by=by, moved=(None, "open"),
        data={"lines": len(lines), "units": sum(line.qty for line in lines)},
    )  # fmt: skip
    return paper


async def correct_purchase(
    session: WriteSession,
    store_id: int,
    purchase_id: UUID,
    *,
    by: Actor,
    supplier: str | UnsetType = UNSET,
    expected_on: date | UnsetType | None = UNSET,
) -> None:
    """Somebody else delivers it, or on another day; what is not named stays. Of the supplier the fact keeps only that it changed: a
    name may be a person's. Errors: `PurchaseOver` when nothing is expected any more, `NotFound`."""
    keys = {"store": store_id, "id": purchase_id}
    if expected_on is not UNSET:
        refuse_unimaginable(expected_on, "expected_on")
    state = await lock_purchase(session, store_id, purchase_id, by=by)
    found = await session.execute(
        text("SELECT number, supplier, expected_on FROM stockroom.purchase WHERE store_id = :store AND id = :id"), keys
    )
    before = found.one()
    if state != "open":
        raise PurchaseOver(number=before.number)
    name = before.supplier if supplier is UNSET else supplier
    day = before.expected_on if expected_on is UNSET else expected_on
    if (name, day) == (before.supplier, before.expected_on):
        return
    await session.execute(
        text("UPDATE stockroom.purchase SET supplier = :supplier, expected_on = :expected WHERE store_id = :store AND id = :id"),
        keys | {"supplier": name, "expected": day},
    )
    days = [one.isoformat() if one else None for one in (before.expected_on, day)]
    await record(
        session, "stock.purchase_corrected", Subject("purchase", purchase_id, store_id=store_id), by=by,
        data={"supplier": name != before.supplier, "expected_on": days},
    )  # fmt: skip


async def close_purchase(session: WriteSession, store_id: int, purchase_id: UUID, *, by: Actor) -> list[Discrepancy]:
    """Nothing more is expected, and nothing more is taken in with it; what is missing is said and becomes a task.
    Errors: `PurchaseOver`, `NotFound`."""
    state = await lock_purchase(session, store_id, purchase_id, by=by)
    keys = {"store": store_id, "id": purchase_id}
    await session.execute(text("UPDATE stockroom.purchase SET state = 'closed' WHERE store_id = :store AND id = :id"), keys)
    rows = await session.execute(
        text(
            """SELECT sku_id, qty_received - qty_ordered AS units FROM stockroom.purchase_line
               WHERE store_id = :store AND purchase_id = :id AND qty_received < qty_ordered ORDER BY sku_id"""
        ),
        keys,
    )
    missing = [Discrepancy(row.sku_id, row.units, "under_delivered") for row in rows]
    tasks = [Open(store_id, found.sku_id, "discrepancy", -found.units, found.reason) for found in missing]
    await open_tasks_for(session, tasks, by=by)
    await record(
        session, "stock.purchase_closed", Subject("purchase", purchase_id, store_id=store_id), by=by,
        moved=(state, "closed"), data={"missing": {str(found.sku_id): -found.units for found in missing}},
    )  # fmt: skip
    return missing


async def lock_purchase(session: WriteSession, store_id: int, purchase_id: UUID, *, by: Actor) -> str:
    """Its state, held until the transaction ends. Errors: `PurchaseOver` when it was closed, `NotFound`."""
    check_reach(store_id, by)
    row = (
        await session.execute(
            text("SELECT state, number FROM stockroom.purchase WHERE store_id = :store AND id = :id FOR UPDATE"),
            {"store": store_id, "id": purchase_id},
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.state == "closed":
        raise PurchaseOver(number=row.number)
    return row.state
