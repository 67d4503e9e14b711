"""Where the books and the goods differ while units are promised: nobody at the counter is stopped by it, and the gap closes.

Each was found by the state machine (tests/inventory/machine) and is the shortest way there.
"""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from store_omni.auditing import audit
from store_omni.inventory.errors import NotSoldHere
from store_omni.inventory.holding import Holder, Wanted, hold, hold_batches
from store_omni.kit.database import writing
from store_omni.pickup.picking import scan_item, start_picking
from store_omni.pickup.shortages import report_short
from store_omni.stockroom.adjusting import Change, adjust
from store_omni.stockroom.hearing_tills import TillLine, TillPaper
from store_omni.stockroom.selling_at_till import report_sales
from tests.factories.ordering import Shop
from tests.factories.world import SHOPPER, make_item

pytestmark = pytest.mark.anyio


async def broken(shop: Shop) -> set[str]:
    async with shop.pool.acquire() as connection:
        return {code for code, count in (await audit(connection)).items() if count}


async def lose(shop: Shop, index: int, units: int) -> None:
    """A manager finds that so many are gone."""
    async with shop.sessions.begin() as session:
        change = Change(shop.world.items[index].sku_id, -units)
        await adjust(writing(session), shop.world.gangnam, changes=[change], reason="lost", by=shop.world.manager.actor())


async def till_sells(shop: Shop, index: int, units: int) -> None:
    async with shop.sessions.begin() as session:
        paper = TillPaper(str(uuid4()), datetime.now(UTC), [TillLine(shop.world.items[index].code, units)])
        await report_sales(writing(session), shop.world.gangnam, till="T1", sales=[paper], by=shop.world.manager.actor())


async def bundle(shop: Shop) -> None:
    """Becomes the world's item 6: one of item 0 and one of item 1."""
    made = await make_item(shop.pool, 77, "SET", "세트", "Set", "주방", "mug", 20001)
    await shop.pool.execute("UPDATE catalog.sku SET kind = 'bundle' WHERE id = $1", made.sku_id)
    parts = [(made.sku_id, shop.world.items[index].sku_id, 1) for index in (0, 1)]
    await shop.pool.executemany("INSERT INTO catalog.bundle_part VALUES ($1, $2, $3)", parts)
    shop.world.items.append(made)


async def test_ordering_less_than_was_held_closes_the_gap(shop: Shop) -> None:
    held = await hold(
        hold_batches(shop.pool), store_id=shop.world.gangnam, wanted=[Wanted(shop.world.items[0].sku_id, 8)],
        holder=Holder(device="d"), by=SHOPPER, operation_key=str(uuid4()),
    )  # fmt: skip
    await lose(shop, 0, 5)
    assert (await shop.level(0))["short"] == 3
    await shop.place((0, 4), hold_id=held.hold_id)
    assert (await shop.level(0))["short"] == 0, "5 are there and 4 promised"
    assert await broken(shop) == set()
    await shop.place((0, 1))


async def test_what_a_count_missed_before_can_still_be_reported_short(shop: Shop) -> None:
    placed = await shop.place((0, 2), (1, 1))
    await lose(shop, 0, 10)
    order = await shop.view(placed.order_id)
    by = shop.clerk_at(shop.world.gangnam)
    async with shop.sessions.begin() as session:
        await start_picking(writing(session), order.fulfilment.id, by=by)
    async with shop.sessions.begin() as session:
        await report_short(writing(session), order.fulfilment.id, line_no=1, reason="not_found", by=by)
    level = await shop.level(0)
    assert (level["on_hand"], level["allocated"], level["short"]) == (0, 0, 0)
    assert await broken(shop) == set()


async def test_a_bag_is_handed_over_whatever_the_till_sold_meanwhile(shop: Shop) -> None:
    order = await shop.ready((0, 2))
    await till_sells(shop, 0, 10)
    assert (await shop.level(0))["short"] == 2
    await shop.hand_over(order)
    level = await shop.level(0)
    assert (level["on_hand"], level["allocated"], level["short"]) == (0, 0, 0)
    assert await broken(shop) == set()


async def test_a_take_back_at_the_till_is_no_return_of_ours(shop: Shop) -> None:
    await till_sells(shop, 0, -1)
    assert await broken(shop) == set()


async def test_a_bundle_that_the_store_closed_is_not_sold(shop: Shop) -> None:
    await bundle(shop)
    await shop.pool.execute(
        "INSERT INTO inventory.selling_rule (store_id, sku_id, channel, closed) VALUES ($1, $2, 'web', true)",
        shop.world.gangnam, shop.world.items[6].sku_id,
    )  # fmt: skip
    with pytest.raises(NotSoldHere):
        await shop.place((6, 1))
    with pytest.raises(NotSoldHere):
        await hold(
            hold_batches(shop.pool), store_id=shop.world.gangnam, wanted=[Wanted(shop.world.items[6].sku_id, 1)],
            holder=Holder(device="d"), by=SHOPPER, operation_key=str(uuid4()),
        )  # fmt: skip


async def test_goods_on_two_lines_of_an_order_can_all_be_scanned(shop: Shop) -> None:
    """By itself, and as a part of a bundle."""
    await bundle(shop)
    placed = await shop.place((0, 1), (6, 1))
    order = await shop.view(placed.order_id)
    assert [line.qty for line in order.lines if line.gtin == shop.world.items[0].gtin] == [1, 1]
    by = shop.clerk_at(shop.world.gangnam)
    async with shop.sessions.begin() as session:
        await start_picking(writing(session), order.fulfilment.id, by=by)
    for _ in range(2):
        async with shop.sessions.begin() as session:
            await scan_item(writing(session), order.fulfilment.id, barcode=shop.world.items[0].gtin, operation_id=uuid4(), by=by)
    assert [line.qty_picked for line in (await shop.view(placed.order_id)).lines if line.gtin == shop.world.items[0].gtin] == [
        1,
        1,
    ]
