"""What shoppers see of stock: always the same rule as placing an order, and never more."""

import itertools
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from store_omni.inventory.offering import Offer
from store_omni.inventory.snapshot import forget
from store_omni.kit.ids import new_id
from store_omni.stockroom.offering import Offers, Spread, Stock
from store_omni.stores.knowing import KnownStores
from store_omni.stores.near import Place, distance_sql, kilometres

from ..factories.ordering import Shop
from ..factories.world import World, make_bundle, make_store, put_stock

pytestmark = pytest.mark.anyio
SEONGSU = Place(37.5446, 127.0559)


_NUMBER = itertools.count(1)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def stock(pool: asyncpg.Pool) -> Stock:
    return Stock(pool, KnownStores(pool))


def by_store(found: Offers) -> dict[int, Offer]:
    return {offer.store.id: offer for offer in found.offers}


async def send_transfer(pool: asyncpg.Pool, world: World, sku: int, due: datetime | None) -> None:
    """Five units on their way from Hongdae to Gangnam: a document, the transfer, and in_transit at the receiver."""
    source, target, transfer, units = world.hongdae, world.gangnam, new_id(), 5
    await pool.execute(
        "INSERT INTO inventory.document (store_id, id, kind, channel, actor_kind) VALUES ($1, $2, 'transfer', 'office', 'manager')",
        source, transfer,
    )  # fmt: skip
    await pool.execute(
        "INSERT INTO stockroom.transfer (store_id, id, to_store_id, number, expected_at) VALUES ($1, $2, $3, $4, $5)",
        source, transfer, target, f"T-{next(_NUMBER)}", due,
    )  # fmt: skip
    await pool.execute(
        "INSERT INTO stockroom.transfer_line (store_id, transfer_id, sku_id, qty_sent) VALUES ($1, $2, $3, $4)",
        source, transfer, sku, units,
    )  # fmt: skip
    await pool.execute(
        "SELECT inventory.post($1::jsonb, 'transfer', NULL, 'office', 'manager', NULL, NULL)",
        [{"store": target, "sku": sku, "kind": "transfer_in", "in_transit": units}],
    )


async def empty(pool: asyncpg.Pool, store_id: int, sku: int) -> None:
    level = await pool.fetchrow("SELECT * FROM inventory.stock_level WHERE (store_id, sku_id) = ($1, $2)", store_id, sku)
    await pool.execute(
        "SELECT inventory.post($1::jsonb, 'count', NULL, 'office', 'manager', NULL, NULL)",
        [{"store": store_id, "sku": sku, "kind": "count", "on_hand": -level["on_hand"], "truth": True}],
    )


async def test_an_order_takes_its_units_out_of_sight_at_once(stock: Stock, world: World, shop: Shop) -> None:
    sku = world.items[0].sku_id
    before = by_store(await stock.offers(sku, now=now()))[world.gangnam].level
    await shop.place((0, 7))
    forget([sku])
    found = await stock.offers(sku, now=now(), place=SEONGSU)
    assert [(offer.store.id, offer.free, offer.label) for offer in found.offers] == [
        (world.gangnam, 3, "few"),
        (world.hongdae, 10, "here"),
    ]
    assert found.offers[0].level.version > before.version
    assert (now() - found.as_of).total_seconds() < 5 and found.total == 2


async def test_safety_stock_and_closed_sales_are_held_back_per_channel(pool: asyncpg.Pool, stock: Stock, world: World) -> None:
    sku = world.items[0].sku_id
    await pool.execute(
        "INSERT INTO inventory.selling_rule (store_id, sku_id, channel, safety) VALUES ($1, $2, 'web', 8)", world.gangnam, sku
    )
    await pool.execute(
        "INSERT INTO inventory.selling_rule (store_id, sku_id, channel, closed) VALUES ($1, $2, 'web', true)", world.hongdae, sku
    )
    web = by_store(await stock.offers(sku, now=now()))
    assert (web[world.gangnam].free, web[world.gangnam].level.rule_version) == (2, 1)
    assert web[world.hongdae].reason == "not_sold_online"
    counter = await stock.offers(sku, now=now(), channel="counter")
    assert {(offer.free, offer.level.rule_version) for offer in counter.offers} == {(10, 0)}


async def test_nothing_is_sold_while_a_deficit_is_open(pool: asyncpg.Pool, stock: Stock, world: World) -> None:
    sku = world.items[0].sku_id
    await pool.execute("UPDATE inventory.stock_level SET short = 1 WHERE store_id = $1 AND sku_id = $2", world.gangnam, sku)
    found = by_store(await stock.offers(sku, now=now()))[world.gangnam]
    assert (found.free, found.reason, found.label) == (0, "being_counted", "ask")
    assert (await stock.spreads({7: [sku]}, chosen_id=world.gangnam))[7] == Spread(stores=1, here=0)


async def test_units_on_their_way_are_said_with_their_day(pool: asyncpg.Pool, stock: Stock, world: World) -> None:
    sku, other, third = (item.sku_id for item in world.items[:3])
    due = now() + timedelta(days=2)
    for each, when in ((sku, due), (other, None), (third, now() - timedelta(days=1))):
        await empty(pool, world.gangnam, each)
        await send_transfer(pool, world, each, when)
    found = by_store(await stock.offers(sku, now=now()))[world.gangnam]
    assert (found.reason, found.label, found.expected) == ("in_transit", "none", due)
    later = by_store(await stock.offers(sku, now=due + timedelta(minutes=1)))[world.gangnam]
    assert (later.reason, later.expected) == ("sold_out", None), "what is kept was read before"
    # Nobody said when, or the day has passed: then nothing is promised.
    for each in (other, third):
        found = by_store(await stock.offers(each, now=now()))[world.gangnam]
        assert (found.reason, found.expected) == ("sold_out", None)


@pytest.mark.parametrize(
    ("counted_days_ago", "short_picks", "till_silent_hours", "confidence"),
    [
        (None, 0, None, 100), (1, 0, 1, 100), (28, 0, None, 100), (36, 0, None, 99), (84, 0, None, 92), (4000, 0, None, 70),
        (1, 1, None, 70), (1, 2, None, 40), (None, 1, 25, 50), (None, 2, 25, 20), (4000, 3, 25, 0),
    ],
)  # fmt: skip
async def test_how_far_a_figure_is_trusted(
    pool: asyncpg.Pool,
    stock: Stock,
    world: World,
    counted_days_ago: int | None,
    short_picks: int,
    till_silent_hours: int | None,
    confidence: int,
) -> None:
    sku = world.items[0].sku_id
    if counted_days_ago is not None or short_picks:
        counted = None if counted_days_ago is None else now() - timedelta(days=counted_days_ago)
        await pool.execute(
            "INSERT INTO stockroom.trust (store_id, sku_id, counted_at, short_picks) VALUES ($1, $2, $3, $4)",
            world.gangnam, sku, counted, short_picks,
        )  # fmt: skip
    if till_silent_hours is not None:
        heard = now() - timedelta(hours=till_silent_hours)
        await pool.execute("INSERT INTO stockroom.till_feed VALUES ($1, 'till 1', $2)", world.gangnam, heard)
    assert await pool.fetchval("SELECT stockroom.confidence($1, $2)", world.gangnam, sku) == confidence
    found = by_store(await stock.offers(sku, now=now()))
    assert found[world.gangnam].level.confidence == confidence
    unsure = (found[world.gangnam].reason, found[world.gangnam].label, found[world.gangnam].units)
    assert unsure == (("unsure", "ask", None) if confidence < 50 else (None, "here", None))
    assert found[world.hongdae].can


async def test_a_bundle_is_there_as_often_as_its_scarcest_part(
    pool: asyncpg.Pool, stock: Stock, world: World, shop: Shop
) -> None:
    mug, lamp, towel = (item.sku_id for item in world.items[:3])
    bundle = await make_bundle(pool, {mug: 2, lamp: 1})
    found = by_store(await stock.offers(bundle, now=now()))
    assert {offer.free for offer in found.values()} == {5}
    assert [(part.sku, part.qty, part.free) for part in found[world.gangnam].level.parts] == [("MUG-1", 2, 10), ("LAMP-1", 1, 10)]
    # Whatever takes a part takes the bundle along, also out of what is kept.
    await shop.place((0, 7))
    forget([mug])
    found = by_store(await stock.offers(bundle, now=now()))
    assert (found[world.gangnam].free, found[world.hongdae].free) == (1, 5)
    await empty(pool, world.gangnam, towel)
    await pool.execute("INSERT INTO catalog.bundle_part VALUES ($1, $2, 1)", bundle, towel)
    forget([bundle])
    assert by_store(await stock.offers(bundle, now=now()))[world.gangnam].reason == "sold_out"
    due = now() + timedelta(days=1)
    await send_transfer(pool, world, towel, due)
    forget([towel])
    found = by_store(await stock.offers(bundle, now=now()))
    assert (found[world.gangnam].reason, found[world.gangnam].expected) == ("in_transit", due)
    await pool.execute(
        "INSERT INTO inventory.selling_rule (store_id, sku_id, channel, closed) VALUES ($1, $2, 'web', true)",
        world.hongdae, bundle,
    )  # fmt: skip
    forget([bundle])
    assert by_store(await stock.offers(bundle, now=now()))[world.hongdae].reason == "not_sold_online"


async def test_a_bundle_without_parts_is_carried_nowhere(pool: asyncpg.Pool, stock: Stock, world: World) -> None:
    bundle = await make_bundle(pool, {})
    assert {offer.reason for offer in (await stock.offers(bundle, now=now())).offers} == {"not_carried"}


async def test_the_nearest_that_can_is_shown_however_far(pool: asyncpg.Pool, stock: Stock, world: World) -> None:
    sku = world.items[0].sku_id
    for n in range(6):
        await make_store(pool, f"X{n}", f"가까운점{n}", f"Close {n}", 37.5446 + n / 1000, 127.0559)
    found = await stock.offers(sku, now=now(), place=SEONGSU, count=3, chosen_id=world.hongdae)
    assert [offer.store.code for offer in found.offers] == ["X0", "X1", "X2", "GN", "HD"]
    assert found.offers[0].reason == "not_carried" and found.total == 8


async def test_how_widely_products_are_spread(pool: asyncpg.Pool, stock: Stock, world: World) -> None:
    mug, lamp = world.items[0].sku_id, world.items[1].sku_id
    await empty(pool, world.gangnam, mug)
    await pool.execute("UPDATE stores.store SET pickup = false WHERE id = $1", world.hongdae)
    spread = await stock.spreads({1: [mug], 2: [lamp], 3: [mug, lamp]}, place=SEONGSU, chosen_id=world.gangnam)
    assert (spread[1].stores, spread[1].here, spread[1].nearest) == (0, 0, None)
    assert (spread[2].stores, spread[2].here) == (1, 10)
    assert spread[2].nearest is not None and spread[2].nearest.name_ko == "강남점"
    assert spread[2].nearest_km == pytest.approx(5.75, abs=0.1)
    assert (spread[3].stores, spread[3].here) == (1, 10)
    assert await stock.spreads({}) == {}


async def test_distances_are_the_same_in_both_places(pool: asyncpg.Pool, world: World) -> None:
    row = await pool.fetchrow(
        f"SELECT latitude, longitude, {distance_sql('$1', '$2')} AS km FROM stores.store s WHERE code = 'GN'",
        SEONGSU.latitude, SEONGSU.longitude,
    )  # fmt: skip
    assert kilometres(SEONGSU, row["latitude"], row["longitude"]) == pytest.approx(row["km"])
    assert kilometres(None, 1, 1) is None and kilometres(SEONGSU, None, None) is None


async def test_stores_for_a_whole_basket(pool: asyncpg.Pool, stock: Stock, world: World) -> None:
    mug, lamp = world.items[0].sku_id, world.items[1].sku_id
    wanted = {mug: 2, lamp: 11}
    await stock.offers(lamp, now=now())
    await put_stock(pool, world.hongdae, lamp, 5)  # seen although an older figure is kept
    fits = await stock.fitting(wanted, now=now(), place=SEONGSU, chosen_id=world.gangnam)
    assert [(fit.offer.store.id, fit.can, fit.lacking) for fit in fits] == [
        (world.gangnam, False, {lamp: 10}),
        (world.hongdae, True, {}),
    ]
    # Without a chosen store the one that has everything comes first, though it is farther.
    assert (await stock.fitting(wanted, now=now(), place=SEONGSU))[0].offer.store.id == world.hongdae
    assert await stock.fitting({}, now=now()) == []
