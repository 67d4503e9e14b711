"""Caps bind orders: what one buyer may have promised at a time, and against whom an order counts."""

import asyncio

import msgspec
import pytest

from store_omni.auditing import audit
from store_omni.fulfilling.cancelling import cancel_order
from store_omni.fulfilling.expiring import end_uncollected
from store_omni.journal.actors import SYSTEM, Actor
from store_omni.kit.database import writing
from store_omni.kit.ids import new_id, token_hash
from store_omni.orders.capping import (
    OPEN_ORDERS_MAX,
    ORDER_ITEM_UNITS_MAX,
    ORDER_LINES_MAX,
    ORDER_UNITS_MAX,
    SOURCE_OPEN_ORDERS_MAX,
    UNPROVED_OPEN_ORDERS_MAX,
    Standing,
)
from store_omni.orders.errors import OrderTooLarge, ProofNeeded, TooManyOfOneItem, TooManyOpenOrders, TooManyOpenUnits

from ..factories.ordering import KIM, Contact, Shop
from ..factories.world import Item, put_stock

pytestmark = pytest.mark.anyio
PLENTY = 10_000


def stranger(number: int, source: str = "") -> Standing:
    """Another browser each."""
    return Standing(device=token_hash(f"browser {number}"), source=source)


async def plenty(shop: Shop) -> None:
    for item in shop.world.items:
        await put_stock(shop.pool, shop.world.gangnam, item.sku_id, PLENTY)


async def many(shop: Shop, count: int, **more: object) -> list[str]:
    """The names of what so many orders at once end with."""
    placing = (shop.place((index % 4, 1), **more) for index in range(count))  # type: ignore[arg-type]
    return sorted(type(result).__name__ for result in await asyncio.gather(*placing, return_exceptions=True))


async def shares(shop: Shop) -> int:
    return await shop.pool.fetchval("SELECT count(*) FROM orders.open_share")


async def test_an_order_takes_so_many_of_an_item_and_so_many_in_all(shop: Shop) -> None:
    await plenty(shop)
    with pytest.raises(TooManyOfOneItem) as refused:
        await shop.place((0, ORDER_ITEM_UNITS_MAX), (0, 1))
    assert refused.value.params == {"max": ORDER_ITEM_UNITS_MAX}
    with pytest.raises(OrderTooLarge):
        await shop.place(*((index, ORDER_ITEM_UNITS_MAX) for index in range(ORDER_UNITS_MAX // ORDER_ITEM_UNITS_MAX)), (5, 1))
    await shop.place((0, ORDER_ITEM_UNITS_MAX))
    assert (await shop.level(0))["allocated"] == ORDER_ITEM_UNITS_MAX


async def test_an_order_has_so_many_lines(shop: Shop) -> None:
    last = shop.world.items[-1].sku_id
    shop.world.items.extend(Item(last + n, "", "", 1) for n in range(1, ORDER_LINES_MAX + 1))
    with pytest.raises(OrderTooLarge):
        await shop.place(*((index, 1) for index in range(ORDER_LINES_MAX + 1)))


async def test_staff_and_connected_systems_have_no_caps(shop: Shop) -> None:
    await plenty(shop)
    for _ in range(3):
        await shop.place((0, 99), (1, 99), by=shop.world.agent.actor())
    assert await shares(shop) == 0


async def test_open_units_are_counted_over_orders_and_go_down_when_one_ends(shop: Shop) -> None:
    await plenty(shop)
    placed = [await shop.place((0, 20), (1, 20)) for _ in range(2)]
    with pytest.raises(TooManyOpenUnits) as refused:
        await shop.place((0, 11), (1, 10))
    assert refused.value.params == {"max": 100, "left": 20}
    async with shop.sessions.begin() as session:
        await cancel_order(writing(session), placed[0].order_id, reason="other", by=SYSTEM)
    await shop.place((0, 11), (1, 10))


async def test_at_once_they_cannot_pass_the_cap_together(shop: Shop) -> None:
    await plenty(shop)
    heard = await many(shop, OPEN_ORDERS_MAX + 6)
    assert heard == ["Placed"] * OPEN_ORDERS_MAX + ["TooManyOpenOrders"] * 6


@pytest.mark.parametrize("end", ["cancelled", "collected", "not collected"])
async def test_an_order_counts_until_it_ends(shop: Shop, end: str) -> None:
    order = await shop.ready((0, 1))
    assert await shares(shop) == 2, "her phone and her address"
    if end == "cancelled":
        async with shop.sessions.begin() as session:
            await cancel_order(writing(session), order.id, reason="other", by=SYSTEM)
    elif end == "collected":
        await shop.hand_over(order)
    else:
        await shop.pool.execute("UPDATE orders.fulfilment SET hold_until = now() - interval '1 second'")
        assert await end_uncollected(shop.sessions) == 1
    assert await shares(shop) == 0


@pytest.mark.owner
async def test_the_audit_finds_a_share_of_an_order_that_has_ended_and_one_that_is_wrong(shop: Shop) -> None:
    async def broken() -> set[str]:
        async with shop.pool.acquire() as connection:
            return {code for code, count in (await audit(connection)).items() if count}

    await shop.place((0, 2))
    assert await broken() == set()
    await shop.pool.execute("UPDATE orders.open_share SET units = units + 1")
    assert await broken() == {"I40"}
    await shop.pool.execute("UPDATE orders.open_share SET units = units - 1")
    await shop.pool.execute('ALTER TABLE orders."order" DISABLE TRIGGER drop_open_shares')
    async with shop.sessions.begin() as session:
        placed = await shop.pool.fetchval('SELECT id FROM orders."order"')
        await cancel_order(writing(session), placed, reason="other", by=SYSTEM)
    assert await broken() == {"I40"}


# Whom it counts against.


async def test_twenty_orders_in_a_strangers_number_do_not_lock_its_owner_out(shop: Shop) -> None:
    await plenty(shop)
    heard = [result for n in range(20) for result in await many(shop, 1, standing=stranger(n), viewer=f"browser {n}")]
    assert heard == ["Placed"] * UNPROVED_OPEN_ORDERS_MAX + ["ProofNeeded"] * (20 - UNPROVED_OPEN_ORDERS_MAX)
    owner = Standing(device=token_hash("her own"), proved=frozenset({KIM.phone or ""}))
    for _ in range(OPEN_ORDERS_MAX):
        await shop.place((0, 1), standing=owner)
    with pytest.raises(TooManyOpenOrders):
        await shop.place((0, 1), standing=owner)


async def test_a_signed_in_stranger_who_types_her_number_does_not_lock_her_out_either(shop: Shop) -> None:
    await plenty(shop)
    owner = Standing(proved=frozenset({KIM.phone or ""}))
    for number in range(3):
        customer = new_id()
        await shop.pool.execute(
            "INSERT INTO customers.customer (id, status, display_name, locale) VALUES ($1, 'active', '남', 'ko')", customer
        )
        standing = msgspec.structs.replace(stranger(number), account_proved=True)
        by = Actor(kind="shopper", id=customer, label="남", channel="web", source=str(number))
        heard = await many(shop, OPEN_ORDERS_MAX + 1, by=by, customer_id=customer, standing=standing, viewer=None)
        assert heard == ["Placed"] * OPEN_ORDERS_MAX + ["TooManyOpenOrders"]
    await shop.place((0, 1), standing=owner)


async def test_unproved_orders_count_against_the_browser_whatever_it_types(shop: Shop) -> None:
    heard = []
    for number in range(UNPROVED_OPEN_ORDERS_MAX + 3):
        contact = Contact("김하늘", f"+8210000000{number:02}", None, "ko")
        heard += await many(shop, 1, contact=contact, standing=stranger(0))
    assert heard == ["Placed"] * UNPROVED_OPEN_ORDERS_MAX + ["ProofNeeded"] * 3


async def test_unproved_orders_count_against_the_network_whatever_the_browser_says(shop: Shop) -> None:
    await plenty(shop)
    placing = (
        shop.place(
            (number % 4, 1), contact=Contact("김", f"+8210000000{number:02}", None, "ko"), viewer=f"browser {number}",
            standing=stranger(number, "203.0.113.7"),
        )
        for number in range(SOURCE_OPEN_ORDERS_MAX + 5)
    )  # fmt: skip
    heard = [type(result) for result in await asyncio.gather(*placing, return_exceptions=True)]
    assert heard.count(ProofNeeded) == 5
    proved = Standing(source="203.0.113.7", proved=frozenset({KIM.phone or ""}))
    await shop.place((0, 1), standing=proved)
