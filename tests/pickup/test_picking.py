"""Picking and packing: only what is on the list, no unit twice, nothing missing unnoticed."""

from uuid import uuid4

import pytest

from store_omni.kit.database import writing
from store_omni.kit.errors import NotFound
from store_omni.orders.states import WrongState
from store_omni.pickup.errors import (
    EnoughPicked,
    NotAllPicked,
    NothingPicked,
    SomebodyElsePicks,
    UnknownBarcode,
    UnknownShelf,
    WrongItem,
)
from store_omni.pickup.packing import pack, stage
from store_omni.pickup.picking import scan_item, start_picking, undo_scan
from store_omni.pickup.shortages import report_short

from ..factories.ordering import Shop
from ..factories.world import make_person

pytestmark = pytest.mark.anyio


async def started(shop: Shop, *lines: tuple[int, int]):
    placed = await shop.place(*lines)
    order = await shop.view(placed.order_id)
    async with shop.sessions.begin() as session:
        await start_picking(writing(session), order.fulfilment.id, by=shop.world.clerk.actor())
    return order


async def scan(shop: Shop, order, index: int, operation=None):
    async with shop.sessions.begin() as session:
        return await scan_item(
            writing(session), order.fulfilment.id, barcode=shop.world.items[index].gtin, operation_id=operation or uuid4(),
            by=shop.world.clerk.actor(),
        )  # fmt: skip


async def test_scans_count_up_to_what_was_ordered(shop: Shop) -> None:
    order = await started(shop, (0, 2))
    assert [(await scan(shop, order, 0)).qty_picked for _ in range(2)] == [1, 2]
    with pytest.raises(EnoughPicked):
        await scan(shop, order, 0)
    with pytest.raises(WrongItem):
        await scan(shop, order, 1)
    with pytest.raises(UnknownBarcode):
        async with shop.sessions.begin() as session:
            await scan_item(
                writing(session), order.fulfilment.id, barcode="4006381333931", operation_id=uuid4(), by=shop.world.clerk.actor()
            )


async def test_one_beep_sent_twice_counts_once(shop: Shop) -> None:
    order = await started(shop, (0, 3))
    beep = uuid4()
    assert (await scan(shop, order, 0, beep)).qty_picked == 1
    assert (await scan(shop, order, 0, beep)).qty_picked == 1


async def test_undo_takes_back_the_last_scan_only(shop: Shop) -> None:
    order = await started(shop, (0, 1), (1, 1))
    await scan(shop, order, 0)
    await scan(shop, order, 1)
    async with shop.sessions.begin() as session:
        undone = await undo_scan(writing(session), order.fulfilment.id, by=shop.world.clerk.actor())
    assert undone.name.en == "Luna cordless lamp"
    assert [line.qty_picked for line in (await shop.view(order.id)).lines] == [1, 0]
    async with shop.sessions.begin() as session:
        await undo_scan(writing(session), order.fulfilment.id, by=shop.world.clerk.actor())
    with pytest.raises(NothingPicked):
        async with shop.sessions.begin() as session:
            await undo_scan(writing(session), order.fulfilment.id, by=shop.world.clerk.actor())


async def test_an_incomplete_order_is_not_packed(shop: Shop) -> None:
    order = await started(shop, (0, 2))
    await scan(shop, order, 0)
    with pytest.raises(NotAllPicked):
        async with shop.sessions.begin() as session:
            await pack(writing(session), order.fulfilment.id, bags=1, by=shop.world.clerk.actor())


async def test_two_clerks_do_not_pick_one_order_unless_one_takes_over(shop: Shop) -> None:
    order = await started(shop, (0, 1))
    colleague = (await make_person(shop.pool, "1009", "clerk", shop.world.gangnam)).actor()
    with pytest.raises(SomebodyElsePicks):
        async with shop.sessions.begin() as session:
            await start_picking(writing(session), order.fulfilment.id, by=colleague)
    async with shop.sessions.begin() as session:
        await start_picking(writing(session), order.fulfilment.id, by=colleague, take_over=True)
    assert (await shop.view(order.id)).fulfilment.picker_id == colleague.id


async def test_another_stores_clerk_finds_nothing(shop: Shop) -> None:
    placed = await shop.place((0, 1))
    order = await shop.view(placed.order_id)
    with pytest.raises(NotFound):
        async with shop.sessions.begin() as session:
            await start_picking(writing(session), order.fulfilment.id, by=shop.world.other_clerk.actor())


async def test_a_short_pick_corrects_shelf_order_and_price(shop: Shop) -> None:
    order = await started(shop, (0, 3), (3, 1))
    await scan(shop, order, 0)
    await scan(shop, order, 3)
    async with shop.sessions.begin() as session:
        await report_short(writing(session), order.fulfilment.id, line_no=1, reason="not_found", by=shop.world.clerk.actor())
    after = await shop.view(order.id)
    assert [line.qty_left for line in after.lines] == [1, 1]
    assert after.due_minor == 12900 + 3500
    level = await shop.level(0)
    assert (level["on_hand"], level["allocated"]) == (8, 1)
    async with shop.sessions.begin() as session:
        await pack(writing(session), order.fulfilment.id, bags=1, by=shop.world.clerk.actor())
    async with shop.sessions.begin() as session:
        await stage(writing(session), shop.signer, order.fulfilment.id, shelf="a1", by=shop.world.clerk.actor())
    done = await shop.hand_over(await shop.view(order.id))
    assert done.captured.amount_minor == 16400


async def test_a_bag_goes_only_on_a_shelf_that_exists(shop: Shop) -> None:
    order = await shop.picked((0, 1))
    async with shop.sessions.begin() as session:
        await pack(writing(session), order.fulfilment.id, bags=2, by=shop.world.clerk.actor())
    with pytest.raises(UnknownShelf) as refused:
        async with shop.sessions.begin() as session:
            await stage(writing(session), shop.signer, order.fulfilment.id, shelf="Z9", by=shop.world.clerk.actor())
    assert str(refused.value.params["shelves"]).startswith("A1")
    with pytest.raises(WrongState):
        await scan(shop, order, 0)
