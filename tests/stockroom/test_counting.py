"""Counts are blind, hold up against sales that go on, and large differences need a second person."""

import asyncio
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from store_omni.kit.database import WriteSession
from store_omni.kit.errors import NotFound
from store_omni.pickup.picking import start_picking
from store_omni.pickup.shortages import report_short
from store_omni.stockroom.adjusting import Change, adjust
from store_omni.stockroom.approving import approve_count, refuse_count
from store_omni.stockroom.counting import Closed, Zone, close_count, count_item, drop_count, start_count
from store_omni.stockroom.errors import (
    CountOver,
    ManagerNeeded,
    NotAllCounted,
    NothingListed,
    NothingToApprove,
    OwnCount,
    ReasonMissing,
    UnknownGoods,
)
from store_omni.stockroom.papers import count_of, counts_of
from store_omni.stockroom.receiving import Arrived, receive

from ..factories.ordering import Shop
from .keeping import balanced, do, during, during_a_sale, entries, sell, tasks, trust

pytestmark = pytest.mark.anyio


async def start(shop: Shop, *indexes: int, **zone: str) -> UUID:
    skus = [shop.world.items[index].sku_id for index in indexes]
    return await do(
        shop,
        start_count,
        shop.world.gangnam,
        zone=Zone(**({"kind": "skus", "sku_ids": skus} | zone)),
        by=shop.world.clerk.actor(),
    )  # type: ignore[arg-type]


async def count(shop: Shop, count_id: UUID, index: int, units: int, aside: int = 0) -> None:
    await do(
        shop, count_item, shop.world.gangnam, count_id, sku_id=shop.world.items[index].sku_id, counted=units, aside=aside,
        by=shop.world.clerk.actor(),
    )  # fmt: skip


async def close(shop: Shop, count_id: UUID, **more: bool) -> Closed:
    return await do(shop, close_count, shop.world.gangnam, count_id, by=shop.world.clerk.actor(), **more)


async def closing(session: WriteSession, shop: Shop, count_id: UUID) -> Closed:
    return await close_count(session, shop.world.gangnam, count_id, by=shop.world.clerk.actor())


async def test_a_count_corrects_what_was_wrong_and_settles_the_rest(shop: Shop) -> None:
    count_id = await start(shop, 0, 1, 2)
    for index, units in ((0, 8), (1, 10), (2, 12)):
        await count(shop, count_id, index, units)
    assert await close(shop, count_id) == Closed("done", corrected=2, waiting=0)
    assert [(await shop.level(index))["on_hand"] for index in (0, 1, 2)] == [8, 10, 12]
    assert await entries(shop, 0) == [("count", -2, "")] and await entries(shop, 1) == []
    cause = await shop.pool.fetchval("SELECT document_id FROM inventory.ledger_entry WHERE kind = 'count' LIMIT 1")
    assert cause == count_id
    assert (await trust(shop, 1))["counted_at"] is not None
    await balanced(shop)


async def test_who_counts_is_not_shown_the_figure(shop: Shop) -> None:
    count_id = await start(shop, 0)
    await count(shop, count_id, 0, 8)
    async with shop.sessions.begin() as session:
        blind = (await count_of(session, shop.world.gangnam, count_id, blind=True)).lines[0]
        seen = (await count_of(session, shop.world.gangnam, count_id, blind=False)).lines[0]
    assert (blind.counted, blind.on_hand, blind.variance, blind.version) == (8, None, None, None)
    assert (seen.on_hand, seen.variance, seen.version) == (10, -2, 1)


async def test_sales_between_counting_and_closing_are_no_loss(shop: Shop) -> None:
    count_id = await start(shop, 0, 1)
    await count(shop, count_id, 0, 9)
    await sell(shop, 0, 4)
    await do(shop, receive, shop.world.gangnam, lines=[Arrived(shop.world.items[0].sku_id, 2)], by=shop.world.clerk.actor())
    await count(shop, count_id, 1, 10)
    await close(shop, count_id)
    # Nine lay there; four went, two came.
    assert (await shop.level(0))["on_hand"] == 7 and (await entries(shop, 0))[-1] == ("count", -1, "")
    await balanced(shop)


async def test_a_count_waits_for_a_sale_that_is_half_done(shop: Shop) -> None:
    """The sale holds the level's lock; the figure that the line remembers is the one after it."""
    count_id = await start(shop, 0)
    await during_a_sale(shop, 0, 3, count(shop, count_id, 0, 7))
    line = await shop.pool.fetchrow("SELECT on_hand, version FROM stockroom.count_line WHERE count_id = $1", count_id)
    assert tuple(line) == (7, 2)


async def test_counting_while_many_sell_ends_at_what_is_there(shop: Shop) -> None:
    """Somebody counts right (10 less what was sold so far is on the shelf) at a random moment among concurrent sales."""
    count_id = await start(shop, 0)

    async def count_right() -> None:
        async with shop.sessions.begin() as session:
            # What lies on the shelf is one less than the books say all the time.
            units = await session.scalar(
                text("SELECT on_hand - 1 FROM inventory.stock_level WHERE store_id = :store AND sku_id = :sku FOR UPDATE"),
                {"store": shop.world.gangnam, "sku": shop.world.items[0].sku_id},
            )
            await count_item(
                session,
                shop.world.gangnam,
                count_id,
                sku_id=shop.world.items[0].sku_id,
                counted=units,
                by=shop.world.clerk.actor(),
            )  # type: ignore[arg-type]

    await asyncio.gather(*(sell(shop, 0, 1) for _ in range(3)), count_right(), *(sell(shop, 0, 1) for _ in range(3)))
    await close(shop, count_id)
    assert (await shop.level(0))["on_hand"] == 10 - 6 - 1
    await balanced(shop)


async def test_two_counts_of_the_same_goods_find_the_same_loss_once(shop: Shop) -> None:
    first, second = await start(shop, 0), await start(shop, 0)
    await count(shop, first, 0, 8)
    await count(shop, second, 0, 8)
    assert (await close(shop, first)).corrected == 1
    assert (await close(shop, second)).corrected == 0
    assert (await shop.level(0))["on_hand"] == 8
    await balanced(shop)


async def test_a_short_pick_and_an_adjustment_are_not_taken_off_twice(shop: Shop) -> None:
    placed = await shop.place((0, 2))
    count_id = await start(shop, 0, 1)
    await count(shop, count_id, 0, 9)
    await count(shop, count_id, 1, 9)
    order = await shop.view(placed.order_id)
    by = shop.world.clerk.actor()
    await do(shop, start_picking, order.fulfilment.id, by=by)
    await do(shop, report_short, order.fulfilment.id, line_no=1, reason="not_found", by=by)
    change = Change(shop.world.items[1].sku_id, -1)
    await do(shop, adjust, shop.world.gangnam, changes=[change], reason="lost", by=by)
    await close(shop, count_id)
    # Two were not found of which the count had seen one missing; the one that it has seen is there.
    assert (await shop.level(0))["on_hand"] == 9
    assert (await shop.level(1))["on_hand"] == 9
    await balanced(shop)


async def test_bags_of_orders_are_added_to_what_is_on_the_shelf(shop: Shop) -> None:
    count_id = await start(shop, 0)
    await count(shop, count_id, 0, 7, aside=3)
    assert (await close(shop, count_id)).corrected == 0


async def test_promised_units_that_are_gone_make_the_level_short_and_open_a_task(shop: Shop) -> None:
    await shop.place((0, 9))
    count_id = await start(shop, 0)
    await count(shop, count_id, 0, 6)
    await close(shop, count_id)
    level = await shop.level(0)
    assert (level["on_hand"], level["allocated"], level["short"]) == (6, 9, 3)
    assert await tasks(shop) == [("short", 0, 3, "")]
    await balanced(shop)


async def test_more_cannot_be_gone_than_there_is(shop: Shop) -> None:
    count_id = await start(shop, 0)
    await count(shop, count_id, 0, 6)
    await sell(shop, 0, 8)
    await close(shop, count_id)
    assert (await shop.level(0))["on_hand"] == 0
    assert await tasks(shop) == [("recount", 0, 2, "does_not_add_up")]
    await balanced(shop)


async def test_large_differences_wait_for_a_manager_who_did_not_count(shop: Shop) -> None:
    count_id = await start(shop, 0, 1, 3)
    await count(shop, count_id, 0, 4)  # six units
    await count(shop, count_id, 1, 7)  # three lamps are worth more than the limit
    await count(shop, count_id, 3, 5)  # five notebooks are not
    assert await close(shop, count_id) == Closed("to_approve", corrected=1, waiting=2)
    assert [(await shop.level(index))["on_hand"] for index in (0, 1, 3)] == [10, 10, 5]
    manager, store = shop.world.manager.actor(), shop.world.gangnam
    with pytest.raises(ManagerNeeded):
        await do(shop, approve_count, store, count_id, by=shop.world.clerk.actor())
    with pytest.raises(CountOver):
        await count(shop, count_id, 0, 9)
    await sell(shop, 0, 1)
    one = [shop.world.items[0].sku_id]
    assert await do(shop, approve_count, store, count_id, by=manager, sku_ids=one) == Closed("to_approve", 1, 1)
    assert (await shop.level(0))["on_hand"] == 3
    with pytest.raises(ReasonMissing):
        await do(shop, refuse_count, store, count_id, by=manager, reason=" ")
    assert await do(shop, refuse_count, store, count_id, by=manager, reason="창고에 있음") == Closed("done", 0, 0)
    assert (await shop.level(1))["on_hand"] == 10 and await tasks(shop) == [("recount", 1, 3, "refused")]
    with pytest.raises(NothingToApprove):
        await do(shop, approve_count, store, count_id, by=manager)
    row = await shop.pool.fetchrow("SELECT state, approved_by, closed_at FROM stockroom.count WHERE id = $1", count_id)
    assert (row["state"], row["approved_by"]) == ("done", shop.world.manager.id) and row["closed_at"]
    await balanced(shop)


async def test_whoever_counted_does_not_approve(shop: Shop) -> None:
    manager, store, sku = shop.world.manager.actor(), shop.world.gangnam, shop.world.items[0].sku_id
    count_id = await start(shop, 0)
    await do(shop, count_item, store, count_id, sku_id=sku, counted=1, by=manager)
    await close(shop, count_id)
    with pytest.raises(OwnCount):
        await do(shop, approve_count, store, count_id, by=manager)
    assert (await shop.level(0))["on_hand"] == 10
    # Nor by another program.
    with pytest.raises(asyncpg.CheckViolationError):
        await shop.pool.execute("UPDATE stockroom.count SET state = 'done', closed_at = now(), approved_by = $1", manager.id)


async def test_a_count_answers_recount_tasks_and_makes_the_figure_trusted_again(shop: Shop) -> None:
    placed = await shop.place((0, 2))
    order = await shop.view(placed.order_id)
    by = shop.world.clerk.actor()
    await do(shop, start_picking, order.fulfilment.id, by=by)
    await do(shop, report_short, order.fulfilment.id, line_no=1, reason="not_found", by=by)
    assert await tasks(shop) == [("recount", 0, 2, "not_found")]
    doubted = await trust(shop, 0)
    assert (doubted["short_picks"], doubted["counted_at"]) == (1, None) and doubted["last_short_at"]
    count_id = await start(shop, 0, kind="recount")
    await count(shop, count_id, 0, 8)
    await close(shop, count_id)
    assert await tasks(shop) == [] and (await trust(shop, 0))["short_picks"] == 0
    closed = await shop.pool.fetchval("SELECT closed_how FROM stockroom.task")
    assert closed == "counted"
    facts = await shop.pool.fetch("SELECT kind FROM journal.fact WHERE kind LIKE 'stock.task%' ORDER BY at")
    assert [row["kind"] for row in facts] == ["stock.task_opened", "stock.task_closed"]


async def test_what_comes_up_after_counting_is_not_answered_by_it(shop: Shop) -> None:
    count_id = await start(shop, 0)
    await count(shop, count_id, 0, 10)
    placed = await shop.place((0, 1))
    order = await shop.view(placed.order_id)
    by = shop.world.clerk.actor()
    await do(shop, start_picking, order.fulfilment.id, by=by)
    await do(shop, report_short, order.fulfilment.id, line_no=1, reason="wrong_count", by=by)
    await close(shop, count_id)
    assert await tasks(shop) == [("recount", 0, 1, "wrong_count")] and (await trust(shop, 0))["short_picks"] == 1


async def test_zones(shop: Shop) -> None:
    by_category = await start(shop, kind="category", text="조명")
    on_shelf = await start(shop, kind="shelf", text="A-3")
    await count(shop, on_shelf, 4, 10)
    async with shop.sessions.begin() as session:
        lamps = await count_of(session, shop.world.gangnam, by_category, blind=True)
        shelf = await count_of(session, shop.world.gangnam, on_shelf, blind=True)
        assert {line.goods.code for line in lamps.lines} == {"LAMP-1", "CANDLE-1"}
        assert [line.goods.code for line in shelf.lines] == ["CHAIR-1"]
        assert [(found.id, found.items, found.left) for found in await counts_of(session, shop.world.gangnam)] == [
            (on_shelf, 1, 0), (by_category, 2, 2),
        ]  # fmt: skip
    with pytest.raises(NotAllCounted):
        await close(shop, by_category)
    await count(shop, by_category, 1, 10)
    assert await close(shop, by_category, leave_uncounted=True) == Closed("done", 0, 0)
    assert await trust(shop, 5) is None
    for zone in (Zone("category", "없는 것"), Zone("shelf"), Zone("skus")):
        with pytest.raises(NothingListed):
            await do(shop, start_count, shop.world.gangnam, zone=zone, by=shop.world.clerk.actor())
    with pytest.raises(UnknownGoods):
        await do(shop, start_count, shop.world.gangnam, zone=Zone("skus", sku_ids=[999_999]), by=shop.world.clerk.actor())


async def test_a_dropped_count_changes_nothing(shop: Shop) -> None:
    count_id = await start(shop, 0)
    await count(shop, count_id, 0, 3)
    with pytest.raises(NotFound):
        await do(shop, drop_count, shop.world.gangnam, count_id, by=shop.world.other_clerk.actor())
    await do(shop, drop_count, shop.world.gangnam, count_id, by=shop.world.clerk.actor())
    with pytest.raises(CountOver):
        await close(shop, count_id)
    assert (await shop.level(0))["on_hand"] == 10


async def test_goods_that_the_books_never_had(shop: Shop) -> None:
    new_store = await shop.pool.fetchval(
        "INSERT INTO stores.store (code, name_ko, name_en) VALUES ('JS', '잠실점', 'Jamsil') RETURNING id"
    )
    by, sku = shop.world.manager.actor(), shop.world.items[0].sku_id
    count_id = await do(shop, start_count, new_store, zone=Zone("shelf", "A"), by=by)
    await do(shop, count_item, new_store, count_id, sku_id=sku, counted=3, by=by)
    await do(shop, close_count, new_store, count_id, by=by)
    assert (await shop.level(0, new_store))["on_hand"] == 3
    await balanced(shop)


async def test_closed_twice_at_once_it_corrects_once(shop: Shop) -> None:
    count_id = await start(shop, 0)
    await count(shop, count_id, 0, 8)
    with pytest.raises(CountOver):
        await during(shop, lambda session: closing(session, shop, count_id), close(shop, count_id))
    assert (await shop.level(0))["on_hand"] == 8


async def test_nothing_is_counted_into_a_count_that_is_being_closed(shop: Shop) -> None:
    count_id = await start(shop, 0)
    await count(shop, count_id, 0, 8)
    with pytest.raises(CountOver):
        await during(shop, lambda session: closing(session, shop, count_id), count(shop, count_id, 1, 3))


async def test_two_managers_at_once_approve_once(shop: Shop) -> None:
    count_id = await start(shop, 0)
    await count(shop, count_id, 0, 2)
    await close(shop, count_id)
    by, store = shop.world.manager.actor(), shop.world.gangnam
    with pytest.raises(NothingToApprove):
        await during(
            shop,
            lambda session: approve_count(session, store, count_id, by=by),
            do(shop, approve_count, store, count_id, by=by),
        )
    assert (await shop.level(0))["on_hand"] == 2
