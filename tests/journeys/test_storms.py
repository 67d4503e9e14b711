"""Far more people than units: exactly the units are sold, everybody else hears a clear no, and nobody an error.

The sizes are for every change; scripts/nightly/storms runs the same with more of everybody.
"""

import itertools
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import asyncpg
import pytest

from store_omni.auditing import audit
from store_omni.staff.serving import add_service

from ..factories.ordering import Shop
from ..factories.world import World, put_stock
from .crowding import Server, crowd, post, serving

pytestmark = [pytest.mark.anyio, pytest.mark.race]
# A night's storm is so many times as large.
TIMES = int(os.environ.get("STORE_OMNI_STORM_TIMES", "1"))
CLIENTS = 200
ATTEMPTS, UNITS = 2_000 * TIMES, 100 * TIMES
CONTACT = {"name": "김하늘", "phone": "010-1234-5678"}
NO = (409, "not_enough_stock")


@pytest.fixture
def server(database_url: str, tmp_path: Path, world: World) -> Generator[Server, None, None]:
    with serving(database_url, tmp_path, "tests.browser.serving:create_app") as server:
        yield server


@pytest.fixture
async def token(pool: asyncpg.Pool, world: World) -> str:
    return await add_service(pool, name="storm", verbs=["orders:place"], store_ids=None)


async def _stock(shop: Shop, *units: int) -> str:
    """So many units of the first items in the first store; returns its code."""
    for index, wanted in enumerate(units):
        sku = shop.world.items[index].sku_id
        await put_stock(shop.pool, shop.world.gangnam, sku, wanted - (await shop.level(index))["on_hand"])
    return await shop.pool.fetchval("SELECT code FROM stores.store WHERE id = $1", shop.world.gangnam)


async def _sound(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        broken = {code: count for code, count in (await audit(connection)).items() if count}
    # Nobody seals facts here.
    assert broken.keys() <= {"I23"}, broken


def _orders(store: str, token: str, count: int, baskets: list[list[str]]) -> Iterator[bytes]:
    for _, skus in zip(range(count), itertools.cycle(baskets), strict=False):
        lines = [{"sku": sku, "qty": 1} for sku in skus]
        yield post("/orders", token, {"store": store, "lines": lines, "contact": CONTACT})


async def test_a_run_on_one_item_sells_exactly_what_is_there(shop: Shop, server: Server, token: str) -> None:
    store = await _stock(shop, UNITS)
    told = await crowd(server.port, _orders(store, token, ATTEMPTS, [[shop.world.items[0].code]]), CLIENTS)
    assert told.answers == {(201, ""): UNITS, NO: ATTEMPTS - UNITS}
    assert len({order["number"] for order in told.made}) == UNITS
    level = await shop.level(0)
    assert (level["allocated"], level["reserved"], level["short"]) == (UNITS, 0, 0)
    await _sound(shop.pool)


async def test_baskets_in_opposite_order_end_in_yes_or_no_and_never_in_a_deadlock(shop: Shop, server: Server, token: str) -> None:
    store, attempts = await _stock(shop, UNITS, UNITS), ATTEMPTS // (1 if TIMES > 1 else 2)
    one, two = shop.world.items[0].code, shop.world.items[1].code
    told = await crowd(server.port, _orders(store, token, attempts, [[one, two], [two, one]]), CLIENTS)
    assert told.answers == {(201, ""): UNITS, NO: attempts - UNITS}
    assert [(await shop.level(index))["allocated"] for index in (0, 1)] == [UNITS, UNITS]
    deadlocks = await shop.pool.fetchval("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    assert deadlocks == 0
    await _sound(shop.pool)


async def test_a_run_on_holds_keeps_exactly_what_is_there(shop: Shop, server: Server, token: str) -> None:
    store = await _stock(shop, UNITS)
    body = {"store": store, "lines": [{"sku": shop.world.items[0].code, "qty": 1}]}
    told = await crowd(server.port, (post("/holds", token, body) for _ in range(ATTEMPTS // 2)), CLIENTS)
    assert told.answers == {(201, ""): UNITS, NO: ATTEMPTS // 2 - UNITS}
    assert (await shop.level(0))["reserved"] == UNITS
    await _sound(shop.pool)
