"""Counting goods while selling goes on. A clerk who counts is not shown the figure; each line remembers the level of its moment."""

from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import NotFound
from store_omni.kit.ids import new_id
from store_omni.stockroom.correcting import CountLine, correct, true_variances
from store_omni.stockroom.errors import CountOver, NotAllCounted, NothingListed
from store_omni.stockroom.limits import too_large
from store_omni.stockroom.listing import check_listed, check_reach, write_document
from store_omni.stockroom.locking import lock_levels


class Zone(msgspec.Struct, frozen=True):
    """What is counted. category: `text` is its name, everything of it that the store carries; skus: these `sku_ids`;
    shelf: `text` is what stands on it, its goods are listed by counting them; recount: one SKU of a task."""

    kind: Literal["category", "skus", "shelf", "recount"]
    text: str = ""
    sku_ids: list[int] = []


class Closed(msgspec.Struct, frozen=True):
    """`state`: done or to_approve. `corrected`: lines whose figure was changed. `waiting`: lines that need a manager."""

    state: str
    corrected: int
    waiting: int


async def start_count(session: WriteSession, store_id: int, *, zone: Zone, by: Actor) -> UUID:
    """Errors: `NothingListed` (nothing of this category here, no SKU, a shelf without a name), `ListedTwice`,
    `UnknownGoods`, `NotFound`."""
    check_reach(store_id, by)
    sku_ids = await _listed(session, store_id, zone)
    count_id = new_id()
    await write_document(session, "count", store_id, by=by, id=count_id, reference=zone.text)
    await session.execute(
        text(
            """INSERT INTO stockroom.count (store_id, id, zone_kind, zone, started_by)
               VALUES (:store, :id, :kind, :zone, :by)"""
        ),
        {"store": store_id, "id": count_id, "kind": zone.kind, "zone": zone.text, "by": by.id},
    )
    await session.execute(
        text(
            """INSERT INTO stockroom.count_line (store_id, count_id, sku_id)
               SELECT :store, :id, sku FROM unnest(CAST(:skus AS int[])) sku"""
        ),
        {"store": store_id, "id": count_id, "skus": sku_ids},
    )
    await record(
        session, "stock.count_started", Subject("count", count_id, store_id=store_id), by=by, moved=(None, "open"),
        data={"zone": zone.kind, "items": len(sku_ids)},
    )  # fmt: skip
    return count_id


async def _listed(session: WriteSession, store_id: int, zone: Zone) -> list[int]:
    if zone.kind == "shelf":
        if not zone.text:
            raise NothingListed
        return []
    if zone.kind == "category":
        rows = await session.execute(
            text(
                """SELECT l.sku_id FROM inventory.stock_level l JOIN catalog.sku k ON k.id = l.sku_id
                    JOIN catalog.product p ON p.id = k.product_id
                    WHERE l.store_id = :store AND p.category = :category ORDER BY 1"""
            ),
            {"store": store_id, "category": zone.text},
        )
        found = list(rows.scalars())
        if not found:
            raise NothingListed
        return found
    await check_listed(session, zone.sku_ids, [1] * len(zone.sku_ids))
    return zone.sku_ids


async def count_item(
    session: WriteSession, store_id: int, count_id: UUID, *, sku_id: int, counted: int, by: Actor, aside: int = 0
) -> None:
    """`counted` units on the shelf at this moment; counting the same SKU again replaces the figure. `aside`: units that
    are not on the shelf but still the store's (picked into bags); they are added.

    A SKU that is not on the list is added to it. Errors: `CountOver`, `UnknownGoods`, `NotFound`.
    """
    # Shared: two clerks count one zone together, and nobody closes it meanwhile.
    await _must_be_open(session, store_id, count_id, by=by, lock="FOR SHARE")
    await check_listed(session, [sku_id], [1])
    keys = {"store": store_id, "sku": sku_id}
    # Under the row's lock, so that no sale is half done: what it says and what lies on the shelf are of one moment.
    level = (
        await session.execute(
            text(
                """SELECT on_hand, version FROM inventory.stock_level
                   WHERE store_id = :store AND sku_id = :sku FOR UPDATE"""
            ),
            keys,
        )
    ).one_or_none()
    await session.execute(
        text(
            """INSERT INTO stockroom.count_line (store_id, count_id, sku_id, counted, aside, on_hand, version, counted_at, counted_by)
               VALUES (:store, :id, :sku, :counted, :aside, :on_hand, :version, clock_timestamp(), :by)
               ON CONFLICT (store_id, count_id, sku_id) DO UPDATE
               SET counted = excluded.counted, aside = excluded.aside, on_hand = excluded.on_hand, version = excluded.version,
                   counted_at = excluded.counted_at, counted_by = excluded.counted_by"""
        ),
        keys | {
            "id": count_id, "counted": counted + aside, "aside": aside, "on_hand": level.on_hand if level else 0,
            "version": level.version if level else 0, "by": by.id,
        },
    )  # fmt: skip


async def _must_be_open(session: WriteSession, store_id: int, count_id: UUID, *, by: Actor, lock: str) -> None:
    check_reach(store_id, by)
    state = await session.scalar(
        text(f"SELECT state FROM stockroom.count WHERE store_id = :store AND id = :id {lock}"),
        {"store": store_id, "id": count_id},
    )
    if state is None:
        raise NotFound
    if state != "open":
        raise CountOver


async def close_count(
    session: WriteSession, store_id: int, count_id: UUID, *, by: Actor, leave_uncounted: bool = False
) -> Closed:
    """Corrects the books by what was found; differences above the limit wait for a manager who did not count.

    Errors: `NotAllCounted`, `CountOver`, `NotFound`.
    """
    await _must_be_open(session, store_id, count_id, by=by, lock="FOR UPDATE")
    rows = (
        await session.execute(
            text(
                """SELECT sku_id, counted, on_hand, version, counted_at FROM stockroom.count_line
                   WHERE store_id = :store AND count_id = :id ORDER BY sku_id"""
            ),
            {"store": store_id, "id": count_id},
        )
    ).all()
    lines = [CountLine(*row) for row in rows if row.counted is not None]
    left = len(rows) - len(lines)
    if left and not leave_uncounted:
        raise NotAllCounted(left=left)
    await lock_levels(session, [(store_id, line.sku_id) for line in lines])
    large = await too_large(session, await true_variances(session, store_id, lines))
    corrected = await correct(session, store_id, count_id, [line for line in lines if line.sku_id not in large], by=by)
    state = "to_approve" if large else "done"
    await session.execute(
        text(
            """UPDATE stockroom.count SET state = :state, closed_at = CASE WHEN :state = 'done' THEN clock_timestamp() END
               WHERE store_id = :store AND id = :id"""
        ),
        {"store": store_id, "id": count_id, "state": state},
    )
    await record(
        session, "stock.counted", Subject("count", count_id, store_id=store_id), by=by, moved=("open", state),
        data={"counted": len(lines), "uncounted": left, "corrected": corrected, "waiting": len(large)},
    )  # fmt: skip
    return Closed(state, corrected, len(large))


async def drop_count(session: WriteSession, store_id: int, count_id: UUID, *, by: Actor) -> None:
    """The count is given up; nothing is corrected. Errors: `CountOver`, `NotFound`."""
    await _must_be_open(session, store_id, count_id, by=by, lock="FOR UPDATE")
    await session.execute(
        text("UPDATE stockroom.count SET state = 'dropped', closed_at = clock_timestamp() WHERE store_id = :store AND id = :id"),
        {"store": store_id, "id": count_id},
    )
    subject = Subject("count", count_id, store_id=store_id)
    await record(session, "stock.count_dropped", subject, by=by, moved=("open", "dropped"))
