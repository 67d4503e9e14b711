"""Changes by hand need a reason made for their direction; what has happened is written down even if it was promised."""

import asyncio

import pytest

from store_omni.inventory.errors import NotEnoughStock
from store_omni.stockroom.adjusting import Change, adjust, end_quarantine, set_aside_damaged
from store_omni.stockroom.errors import ManagerNeeded, MoreThanThere, NothingListed, ReasonMissing

from ..factories.ordering import Shop
from .keeping import balanced, do, entries, tasks

pytestmark = pytest.mark.anyio


async def change(shop: Shop, index: int, units: int, reason: str, *, manager: bool = False) -> None:
    by = (shop.world.manager if manager else shop.world.clerk).actor()
    changes = [Change(shop.world.items[index].sku_id, units)]
    await do(shop, adjust, shop.world.gangnam, changes=changes, reason=reason, by=by, note="진열대 뒤")


async def test_a_reason_and_a_note_stand_in_the_books(shop: Shop) -> None:
    await change(shop, 3, 2, "found")
    await change(shop, 3, -1, "own_use")
    assert await entries(shop, 3) == [("adjust", 2, "found"), ("adjust", -1, "own_use")]
    papers = await shop.pool.fetch("SELECT kind, note FROM inventory.document WHERE kind = 'adjustment'")
    assert [tuple(row) for row in papers] == [("adjustment", "진열대 뒤")] * 2
    await balanced(shop)


@pytest.mark.parametrize(("units", "reason"), [(1, ""), (1, "because"), (1, "lost"), (-1, "found")])
async def test_no_change_without_a_reason_that_fits(shop: Shop, units: int, reason: str) -> None:
    with pytest.raises(ReasonMissing):
        await change(shop, 3, units, reason)
    assert await entries(shop, 3) == []


async def test_what_is_lost_is_lost_even_if_it_was_promised_but_the_store_does_not_help_itself_to_it(shop: Shop) -> None:
    await shop.place((3, 9))
    with pytest.raises(NotEnoughStock) as refusal:
        await change(shop, 3, -2, "own_use")
    assert refusal.value.lacking == [{"sku": shop.world.items[3].sku_id, "free": 1}]
    await change(shop, 3, -3, "stolen")
    level = await shop.level(3)
    assert (level["on_hand"], level["short"]) == (7, 2) and await tasks(shop) == [("short", 3, 2, "")]
    with pytest.raises(NotEnoughStock):
        await change(shop, 3, -1, "own_use")
    await change(shop, 3, 3, "found")
    assert (await shop.level(3))["short"] == 0 and await tasks(shop) == []
    await balanced(shop)


async def test_not_more_than_there_is(shop: Shop) -> None:
    with pytest.raises(MoreThanThere):
        await change(shop, 3, -11, "lost", manager=True)
    with pytest.raises(NothingListed):
        await change(shop, 3, 0, "lost")


async def test_two_who_find_the_same_units_lost_at_once(shop: Shop) -> None:
    both = [change(shop, 3, -6, "lost", manager=True) for _ in range(2)]
    answers = await asyncio.gather(*both, return_exceptions=True)
    assert [type(answer).__name__ for answer in answers if answer] == ["MoreThanThere"]
    assert (await shop.level(3))["on_hand"] == 4


async def test_a_large_change_needs_a_manager(shop: Shop) -> None:
    for index, units in ((3, -6), (1, -3)):
        with pytest.raises(ManagerNeeded):
            await change(shop, index, units, "lost")
        await change(shop, index, units, "lost", manager=True)
    assert (await shop.level(3))["on_hand"] == 4


async def test_damaged_goods_go_to_quarantine_and_out_of_it(shop: Shop) -> None:
    store, sku, by = shop.world.gangnam, shop.world.items[0].sku_id, shop.world.clerk.actor()
    await shop.place((0, 9))
    await do(shop, set_aside_damaged, store, sku_id=sku, units=3, reason="broken", by=by)
    level = await shop.level(0)
    assert (level["on_hand"], level["quarantine"], level["short"]) == (7, 3, 2)
    with pytest.raises(ReasonMissing):
        await do(shop, set_aside_damaged, store, sku_id=sku, units=1, reason="lost", by=by)
    with pytest.raises(MoreThanThere):
        await do(shop, set_aside_damaged, store, sku_id=sku, units=8, reason="broken", by=by)
    await do(shop, end_quarantine, store, sku_id=sku, units=2, to="shelf", by=by)
    await do(shop, end_quarantine, store, sku_id=sku, units=1, to="written_off", by=by)
    level = await shop.level(0)
    assert (level["on_hand"], level["quarantine"], level["short"]) == (9, 0, 0) and await tasks(shop) == []
    with pytest.raises(MoreThanThere):
        await do(shop, end_quarantine, store, sku_id=sku, units=1, to="shelf", by=by)
    assert (await entries(shop, 0))[1:] == [("damage", -3, "broken"), ("adjust", 2, "shelf"), ("damage", 0, "written_off")]
    await balanced(shop)
