"""What came in is on the shelf, whatever the papers say; what differs from them is said."""

import asyncio

import pytest

from store_omni.kit.errors import NotFound
from store_omni.stockroom.errors import ListedTwice, NothingListed, NumberTaken, PurchaseOver, UnknownGoods
from store_omni.stockroom.papers import purchase_of, purchases_of
from store_omni.stockroom.purchasing import Discrepancy, Listed, Paper, close_purchase, make_purchase
from store_omni.stockroom.receiving import Arrived, receive

from ..factories.ordering import Shop
from .keeping import balanced, do, entries, tasks

pytestmark = pytest.mark.anyio


def item(shop: Shop, index: int) -> int:
    return shop.world.items[index].sku_id


async def ordered(shop: Shop, *lines: tuple[int, int], number: str = "") -> Paper:
    listed = [Listed(item(shop, index), qty) for index, qty in lines]
    by = shop.world.clerk.actor()
    return await do(shop, make_purchase, shop.world.gangnam, lines=listed, by=by, number=number, supplier="한빛도매")


async def arrive(shop: Shop, *lines: tuple[int, int], purchase: Paper | None = None, damaged: int = 0):
    arrived = [Arrived(item(shop, index), qty, damaged) for index, qty in lines]
    purchase_id = purchase.id if purchase else None
    by = shop.world.clerk.actor()
    return await do(shop, receive, shop.world.gangnam, lines=arrived, by=by, purchase_id=purchase_id, reference="DN-7")


async def test_goods_without_a_purchase(shop: Shop) -> None:
    receipt = await arrive(shop, (0, 5), (1, 3), damaged=1)
    levels = [await shop.level(index) for index in (0, 1)]
    assert [(level["on_hand"], level["quarantine"]) for level in levels] == [(14, 1), (12, 1)]
    assert (receipt.state, receipt.discrepancies) == (None, [])
    paper = await shop.pool.fetchrow("SELECT kind, reference, actor_id FROM inventory.document WHERE id = $1", receipt.id)
    assert tuple(paper) == ("receipt", "DN-7", str(shop.world.clerk.id))
    fact = await shop.pool.fetchrow("SELECT subject_id, data FROM journal.fact WHERE kind = 'stock.received'")
    assert (fact["subject_id"], fact["data"]["units"]) == (str(receipt.id), 8)
    await balanced(shop)


async def test_a_purchase_comes_in_parts_and_more_than_was_ordered_is_said(shop: Shop) -> None:
    purchase = await ordered(shop, (0, 5), (1, 2))
    first = await arrive(shop, (0, 3), purchase=purchase)
    assert (first.state, first.discrepancies) == ("open", [])
    second = await arrive(shop, (0, 4), (1, 2), (2, 1), purchase=purchase)
    assert second.state == "received"
    assert second.discrepancies == [
        Discrepancy(item(shop, 0), 2, "over_delivered"), Discrepancy(item(shop, 2), 1, "not_ordered"),
    ]  # fmt: skip
    assert (await shop.level(0))["on_hand"] == 17 and (await shop.level(2))["on_hand"] == 11
    assert await tasks(shop) == [("discrepancy", 0, 2, "over_delivered"), ("discrepancy", 2, 1, "not_ordered")]
    # What was over before is not said again; the open task grows by what comes to it.
    third = await arrive(shop, (0, 1), purchase=purchase)
    assert third.discrepancies == [Discrepancy(item(shop, 0), 1, "over_delivered")]
    assert (await tasks(shop))[0] == ("discrepancy", 0, 3, "over_delivered")
    async with shop.sessions.begin() as session:
        view = await purchase_of(session, shop.world.gangnam, purchase.id)
        assert {(line.goods.code, line.qty_ordered, line.qty_received) for line in view.lines} == {
            ("MUG-1", 5, 8),
            ("LAMP-1", 2, 2),
        }
        assert await purchases_of(session, shop.world.gangnam) == []


async def test_what_never_came_is_said_when_the_purchase_is_closed(shop: Shop) -> None:
    purchase = await ordered(shop, (0, 5), (1, 2), number="PO-1")
    await arrive(shop, (0, 5), (1, 1), purchase=purchase)
    by = shop.world.clerk.actor()
    assert await do(shop, close_purchase, shop.world.gangnam, purchase.id, by=by) == [
        Discrepancy(item(shop, 1), -1, "under_delivered")
    ]
    assert await tasks(shop) == [("discrepancy", 1, 1, "under_delivered")]
    with pytest.raises(PurchaseOver):
        await arrive(shop, (1, 1), purchase=purchase)
    with pytest.raises(NumberTaken):
        await ordered(shop, (0, 1), number="PO-1")


async def test_two_receipts_of_one_purchase_at_once_are_both_counted(shop: Shop) -> None:
    purchase = await ordered(shop, (0, 6), (1, 6))
    receipts = await asyncio.gather(*(arrive(shop, (0, 2), (1, 2), purchase=purchase) for _ in range(4)))
    assert sum(one.units for receipt in receipts for one in receipt.discrepancies) == 4
    assert (await shop.level(0))["on_hand"] == 18 == (await shop.level(1))["on_hand"]
    assert await tasks(shop) == [("discrepancy", 0, 2, "over_delivered"), ("discrepancy", 1, 2, "over_delivered")]
    await balanced(shop)


async def test_a_receipt_covers_a_deficit(shop: Shop) -> None:
    await shop.place((0, 10))
    await shop.pool.execute(
        "SELECT inventory.post($1::jsonb, 'count', gen_random_uuid(), 'system', 'system', NULL, NULL)",
        [{"store": shop.world.gangnam, "sku": item(shop, 0), "kind": "count", "on_hand": -3, "truth": True}],
    )
    assert await tasks(shop) == [("short", 0, 3, "")]
    await arrive(shop, (0, 2))
    assert await tasks(shop) == [("short", 0, 1, "")]
    await arrive(shop, (0, 2))
    assert await tasks(shop) == [] and (await shop.level(0))["short"] == 0
    await balanced(shop)


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [([], NothingListed), ([(0, 0)], NothingListed), ([(0, 1), (0, 1)], ListedTwice), ([(1, 2), (99, 1)], UnknownGoods)],
)
async def test_a_paper_lists_known_goods_once(shop: Shop, lines: list[tuple[int, int]], refusal: type[Exception]) -> None:
    ids = {index: shop.world.items[index].sku_id if index < 6 else 999_999 for index, _ in lines}
    arrived = [Arrived(ids[index], qty) for index, qty in lines]
    with pytest.raises(refusal):
        await do(shop, receive, shop.world.gangnam, lines=arrived, by=shop.world.clerk.actor())


async def test_a_clerk_receives_for_her_own_store_only(shop: Shop) -> None:
    with pytest.raises(NotFound):
        await do(shop, receive, shop.world.gangnam, lines=[Arrived(item(shop, 0), 1)], by=shop.world.other_clerk.actor())
    assert await entries(shop, 0) == []
