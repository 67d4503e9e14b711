"""What shoppers see of stock: always the same rule as placing an order, and never more."""

from datetime import UTC, datetime

import asyncpg
import pytest

from store_omni.inventory.queries import offers_for, spread_of, stores_fitting
from store_omni.stores.near import Place

from ..factories.ordering import Shop
from ..factories.world import World, make_store, put_stock

pytestmark = pytest.mark.anyio
SEONGSU = Place(37.5446, 127.0559)


def now() -> datetime:
    return datetime.now(UTC)


async def product_of(pool: asyncpg.Pool, sku_id: int) -> int:
    return await pool.fetchval("SELECT product_id FROM catalog.sku WHERE id = $1", sku_id)


async def test_an_order_takes_its_units_out_of_sight_at_once(pool: asyncpg.Pool, world: World, shop: Shop) -> None:
    sku = world.items[0].sku_id
    await shop.place((0, 7))
    found = await offers_for(pool, sku, now=now(), place=SEONGSU)
    assert [(offer.store.id, offer.free, offer.label) for offer in found.offers] == [
        (world.gangnam, 3, "few"),
        (world.hongdae, 10, "here"),
    ]
    assert (now() - found.as_of).total_seconds() < 5 and found.total == 2


async def test_safety_stock_and_closed_sales_are_held_back_per_channel(pool: asyncpg.Pool, world: World) -> None:
    sku = world.items[0].sku_id
    await pool.execute(
        "INSERT INTO inventory.selling_rule (store_id, sku_id, channel, safety) VALUES ($1, $2, 'web', 8)", world.gangnam, sku
    )
    await pool.execute(
        "INSERT INTO inventory.selling_rule (store_id, sku_id, channel, closed) VALUES ($1, $2, 'web', true)", world.hongdae, sku
    )
    web = {offer.store.id: offer for offer in (await offers_for(pool, sku, now=now())).offers}
    assert web[world.gangnam].free == 2 and web[world.hongdae].reason == "not_sold_online"
    counter = await offers_for(pool, sku, now=now(), channel="counter")
    assert {offer.free for offer in counter.offers} == {10}


async def test_nothing_is_sold_while_a_deficit_is_open(pool: asyncpg.Pool, world: World) -> None:
    sku = world.items[0].sku_id
    await pool.execute("UPDATE inventory.stock_level SET short = 1 WHERE store_id = $1 AND sku_id = $2", world.gangnam, sku)
    found = {offer.store.id: offer for offer in (await offers_for(pool, sku, now=now())).offers}
    assert (found[world.gangnam].free, found[world.gangnam].reason) == (0, "being_counted")
    spread = (await spread_of(pool, [await product_of(pool, sku)], chosen_id=world.gangnam))[await product_of(pool, sku)]
    assert (spread.stores, spread.here) == (1, 0)


async def test_the_nearest_that_can_is_shown_however_far(pool: asyncpg.Pool, world: World) -> None:
    sku = world.items[0].sku_id
    for n in range(6):
        await make_store(pool, f"X{n}", f"가까운점{n}", f"Close {n}", 37.5446 + n / 1000, 127.0559)
    found = await offers_for(pool, sku, now=now(), place=SEONGSU, count=3, chosen_id=world.hongdae)
    assert [offer.store.code for offer in found.offers] == ["X0", "X1", "X2", "GN", "HD"]
    assert found.offers[0].reason == "not_carried" and found.total == 8


async def test_how_widely_products_are_spread(pool: asyncpg.Pool, world: World) -> None:
    mug, lamp = world.items[0].sku_id, world.items[1].sku_id
    await pool.execute("UPDATE inventory.stock_level SET on_hand = 0 WHERE store_id = $1 AND sku_id = $2", world.gangnam, mug)
    await pool.execute("UPDATE stores.store SET pickup = false WHERE id = $1", world.hongdae)
    products = [await product_of(pool, mug), await product_of(pool, lamp)]
    spread = await spread_of(pool, products, place=SEONGSU, chosen_id=world.gangnam)
    assert (spread[products[0]].stores, spread[products[0]].here) == (0, 0)
    assert (spread[products[1]].stores, spread[products[1]].here, spread[products[1]].nearest_ko) == (1, 10, "강남점")
    assert spread[products[1]].nearest_km == pytest.approx(5.75, abs=0.1)
    assert await spread_of(pool, []) == {}


async def test_stores_for_a_whole_basket(pool: asyncpg.Pool, world: World) -> None:
    mug, lamp = world.items[0].sku_id, world.items[1].sku_id
    wanted = {mug: 2, lamp: 11}
    await put_stock(pool, world.hongdae, lamp, 5)
    fits = await stores_fitting(pool, wanted, now=now(), place=SEONGSU, chosen_id=world.gangnam)
    assert [(fit.offer.store.id, fit.can, fit.lacking) for fit in fits] == [
        (world.gangnam, False, {lamp: 10}),
        (world.hongdae, True, {}),
    ]
    # Without a chosen store the one that has everything comes first, though it is farther.
    assert (await stores_fitting(pool, wanted, now=now(), place=SEONGSU))[0].offer.store.id == world.hongdae
