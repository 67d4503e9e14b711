"""Goods between two stores: never promised ones, never in two places, and nothing lost without being said."""

import asyncio
from typing import Any

import pytest

from store_omni.inventory.errors import NotEnoughStock
from store_omni.kit.errors import NotFound
from store_omni.stockroom.errors import NumberTaken, SameStore, TransferOver
from store_omni.stockroom.papers import transfer_of, transfers_of
from store_omni.stockroom.purchasing import Discrepancy, Listed, Paper
from store_omni.stockroom.receiving import Arrived, Receipt
from store_omni.stockroom.transferring import close_transfer, receive_transfer, send_transfer

from ..factories.ordering import Shop
from .keeping import balanced, do, during, tasks

pytestmark = pytest.mark.anyio


async def send(shop: Shop, *lines: tuple[int, int], back: bool = False, **more: Any) -> Paper:
    """From Gangnam to Hongdae, or back."""
    stores = (shop.world.gangnam, shop.world.hongdae)
    here, there = reversed(stores) if back else stores
    listed = [Listed(shop.world.items[index].sku_id, qty) for index, qty in lines]
    return await do(shop, send_transfer, here, to_store_id=there, lines=listed, by=shop.clerk_at(here), **more)


async def receive(shop: Shop, paper: Paper, *lines: tuple[int, int], damaged: int = 0) -> Receipt:
    arrived = [Arrived(shop.world.items[index].sku_id, qty, damaged) for index, qty in lines]
    return await do(shop, receive_transfer, shop.world.hongdae, paper.id, lines=arrived, by=shop.world.other_clerk.actor())


async def figures(shop: Shop, index: int) -> tuple[int, int, int]:
    """(on hand at the sender, on hand at the receiver, in transit to the receiver)."""
    here, there = await shop.level(index), await shop.level(index, shop.world.hongdae)
    return here["on_hand"], there["on_hand"], there["in_transit"]


async def test_sent_travelling_received_in_parts(shop: Shop) -> None:
    paper = await send(shop, (0, 4), (1, 2), note="아침 차편")
    assert await figures(shop, 0) == (6, 10, 4)
    first = await receive(shop, paper, (0, 3))
    assert (first.state, first.discrepancies) == ("partly_received", [])
    assert await figures(shop, 0) == (6, 13, 1)
    async with shop.sessions.begin() as session:
        view = await transfer_of(session, shop.world.hongdae, paper.id)
        assert {(line.goods.code, line.qty_sent, line.open) for line in view.lines} == {("MUG-1", 4, 1), ("LAMP-1", 2, 2)}
        assert (view.note, view.state) == ("아침 차편", "partly_received")
        coming = await transfers_of(session, shop.world.hongdae, direction="in")
        assert [found.id for found in coming] == [paper.id]
    second = await receive(shop, paper, (0, 1), (1, 2), damaged=1)
    assert second.state == "received"
    assert await figures(shop, 0) == (6, 13, 0) and await figures(shop, 1) == (8, 11, 0)
    assert (await shop.level(1, shop.world.hongdae))["quarantine"] == 1
    with pytest.raises(TransferOver):
        await receive(shop, paper, (0, 1))
    await balanced(shop)


async def test_what_was_not_sent_is_received_as_found_and_said_on_both_sides(shop: Shop) -> None:
    paper = await send(shop, (0, 2))
    receipt = await receive(shop, paper, (0, 3), (2, 1))
    assert receipt.state == "received"
    assert receipt.discrepancies == [
        Discrepancy(shop.world.items[0].sku_id, 1, "not_sent"), Discrepancy(shop.world.items[2].sku_id, 1, "not_sent"),
    ]  # fmt: skip
    assert await figures(shop, 0) == (8, 13, 0) and await figures(shop, 2) == (10, 11, 0)
    assert await tasks(shop, shop.world.hongdae) == [("discrepancy", 0, 1, "not_sent"), ("discrepancy", 2, 1, "not_sent")]
    assert await tasks(shop) == [("recount", 0, 1, "sent_more"), ("recount", 2, 1, "sent_more")]
    await balanced(shop)


async def test_what_never_came_is_written_off_when_it_is_closed(shop: Shop) -> None:
    paper = await send(shop, (0, 4), (1, 2))
    await receive(shop, paper, (0, 3), (1, 2))
    missing = await do(shop, close_transfer, shop.world.hongdae, paper.id, by=shop.world.other_clerk.actor())
    assert missing == [Discrepancy(shop.world.items[0].sku_id, -1, "lost_on_the_way")]
    assert await figures(shop, 0) == (6, 13, 0)
    assert await tasks(shop, shop.world.hongdae) == [("discrepancy", 0, 1, "lost_on_the_way")]
    entry = await shop.pool.fetchrow(
        "SELECT kind, d_in_transit, reason FROM inventory.ledger_entry WHERE store_id = $1 ORDER BY at DESC LIMIT 1",
        shop.world.hongdae,
    )
    assert tuple(entry) == ("adjust", -1, "lost_on_the_way")
    with pytest.raises(TransferOver):
        await do(shop, close_transfer, shop.world.hongdae, paper.id, by=shop.world.other_clerk.actor())
    await balanced(shop)


async def test_promised_units_do_not_travel(shop: Shop) -> None:
    await shop.place((0, 7))
    with pytest.raises(NotEnoughStock) as refusal:
        await send(shop, (1, 1), (0, 4))
    assert refusal.value.lacking == [{"sku": shop.world.items[0].sku_id, "free": 3}]
    assert await figures(shop, 0) == (10, 10, 0) and await figures(shop, 1) == (10, 10, 0)
    assert await shop.pool.fetchval("SELECT count(*) FROM stockroom.transfer") == 0


async def test_two_receipts_of_one_transfer_at_once_take_its_units_once(shop: Shop) -> None:
    paper = await send(shop, (0, 4), (1, 4))
    by = shop.world.other_clerk.actor()
    arrived = [Arrived(shop.world.items[index].sku_id, 4) for index in (0, 1)]
    with pytest.raises(TransferOver):
        await during(
            shop,
            lambda session: receive_transfer(session, shop.world.hongdae, paper.id, lines=arrived, by=by),
            receive(shop, paper, (0, 4), (1, 4)),
        )
    assert await figures(shop, 0) == (6, 14, 0) == await figures(shop, 1)
    await balanced(shop)


async def test_transfers_in_both_directions_at_once_never_wait_in_a_ring(shop: Shop) -> None:
    both = [send(shop, (n % 3, 1), ((n + 1) % 3, 1), back=bool(n % 2)) for n in range(12)]
    await asyncio.gather(*both)
    assert await shop.pool.fetchval("SELECT count(*) FROM stockroom.transfer") == 12
    await balanced(shop)


async def test_a_store_that_never_had_it_receives_it(shop: Shop) -> None:
    new_store = await shop.pool.fetchval(
        "INSERT INTO stores.store (code, name_ko, name_en) VALUES ('JS', '잠실점', 'Jamsil') RETURNING id"
    )
    listed = [Listed(shop.world.items[0].sku_id, 2)]
    by = shop.world.clerk.actor()
    paper = await do(shop, send_transfer, shop.world.gangnam, to_store_id=new_store, lines=listed, by=by)
    level = await shop.level(0, new_store)
    assert (level["on_hand"], level["in_transit"]) == (0, 2)
    arrived = [Arrived(shop.world.items[0].sku_id, 2)]
    await do(shop, receive_transfer, new_store, paper.id, lines=arrived, by=shop.world.manager.actor())
    assert (await shop.level(0, new_store))["on_hand"] == 2
    await balanced(shop)


async def test_who_may_send_and_who_may_receive(shop: Shop) -> None:
    paper = await send(shop, (0, 1), number="T-1")
    arrived = [Arrived(shop.world.items[0].sku_id, 1)]
    # The sender does not receive, and the receiver not what goes elsewhere.
    with pytest.raises(NotFound):
        await do(shop, receive_transfer, shop.world.hongdae, paper.id, lines=arrived, by=shop.world.clerk.actor())
    with pytest.raises(NotFound):
        await do(shop, receive_transfer, shop.world.gangnam, paper.id, lines=arrived, by=shop.world.clerk.actor())
    listed = [Listed(shop.world.items[0].sku_id, 1)]
    with pytest.raises(NotFound):
        await do(
            shop, send_transfer, shop.world.gangnam, to_store_id=shop.world.hongdae, lines=listed,
            by=shop.world.other_clerk.actor(),
        )  # fmt: skip
    with pytest.raises(SameStore):
        await do(
            shop, send_transfer, shop.world.gangnam, to_store_id=shop.world.gangnam, lines=listed, by=shop.world.clerk.actor()
        )
    with pytest.raises(NumberTaken):
        await send(shop, (0, 1), number="T-1")
