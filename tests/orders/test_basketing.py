from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.journal.operations import OperationReused
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import NotFound
from store_omni.orders.basketing import (
    LINE_UNITS_MAX,
    add_line,
    basket_of,
    choose_store,
    glance,
    latest_basket,
    set_quantity,
)  # fmt: skip
from store_omni.orders.errors import BasketFull

from ..factories.world import SHOPPER, World

pytestmark = pytest.mark.anyio
Sessions = async_sessionmaker[AsyncSession]


async def add(sessions: Sessions, basket, sku_id: int, qty: int = 1, store_id: int | None = None, key: str | None = None) -> None:
    async with sessions.begin() as session:
        await add_line(
            WriteSession(session),
            basket,
            sku_id=sku_id,
            qty=qty,
            store_id=store_id,
            by=SHOPPER,
            operation_key=key or str(uuid4()),
        )


async def test_gathering_for_one_store(pool: asyncpg.Pool, sessions: Sessions, world: World) -> None:
    basket, (mug, lamp) = uuid4(), [item.sku_id for item in world.items[:2]]
    assert (await basket_of(pool, None)).lines == [] and await glance(pool, basket) is None
    await add(sessions, basket, mug, 2, world.gangnam)
    await add(sessions, basket, mug, 1)
    await add(sessions, basket, lamp, 1, world.hongdae)
    held = await basket_of(pool, basket)
    assert held.store_id == world.hongdae and held.wanted == {mug: 3, lamp: 1}
    assert (held.units, held.total_minor, held.currency) == (4, 3 * 12900 + 49000, "KRW")
    seen = await glance(pool, basket)
    assert seen is not None and (seen.units, seen.store_ko) == (4, "홍대점")


async def test_the_same_form_twice_adds_once(pool: asyncpg.Pool, sessions: Sessions, world: World) -> None:
    basket, mug = uuid4(), world.items[0].sku_id
    await add(sessions, basket, mug, 2, key="press")
    await add(sessions, basket, mug, 2, key="press")
    assert (await basket_of(pool, basket)).wanted == {mug: 2}
    with pytest.raises(OperationReused):
        await add(sessions, basket, mug, 3, key="press")


async def test_quantities(pool: asyncpg.Pool, sessions: Sessions, world: World) -> None:
    basket, mug = uuid4(), world.items[0].sku_id
    await add(sessions, basket, mug, 90)
    await add(sessions, basket, mug, 90)
    assert (await basket_of(pool, basket)).wanted == {mug: LINE_UNITS_MAX}
    async with sessions.begin() as session:
        await set_quantity(WriteSession(session), basket, sku_id=mug, qty=4)
    assert (await basket_of(pool, basket)).wanted == {mug: 4}
    for _ in range(2):
        async with sessions.begin() as session:
            await set_quantity(WriteSession(session), basket, sku_id=mug, qty=0)
    assert (await basket_of(pool, basket)).lines == []
    with pytest.raises(NotFound):
        async with sessions.begin() as session:
            await set_quantity(WriteSession(session), basket, sku_id=mug, qty=1)


async def test_only_what_exists_can_be_gathered(sessions: Sessions, world: World) -> None:
    for sku_id, store_id in ((999_999, world.gangnam), (world.items[0].sku_id, 999_999)):
        with pytest.raises(NotFound):
            await add(sessions, uuid4(), sku_id, 1, store_id)
    with pytest.raises(NotFound):
        async with sessions.begin() as session:
            await choose_store(WriteSession(session), uuid4(), store_id=999_999, by=SHOPPER)


async def test_a_basket_has_an_end(pool: asyncpg.Pool, sessions: Sessions, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store_omni.orders.basketing.LINES_MAX", 2)
    basket = uuid4()
    for item in world.items[:2]:
        await add(sessions, basket, item.sku_id)
    await add(sessions, basket, world.items[0].sku_id)
    with pytest.raises(BasketFull):
        await add(sessions, basket, world.items[2].sku_id)


async def test_what_is_no_longer_sold_is_said(pool: asyncpg.Pool, sessions: Sessions, world: World) -> None:
    basket, mug = uuid4(), world.items[0].sku_id
    await add(sessions, basket, mug)
    await pool.execute("UPDATE catalog.sku SET active = false WHERE id = $1", mug)
    assert [line.sold for line in (await basket_of(pool, basket)).lines] == [False]


async def test_another_device_finds_the_latest_basket_with_something_in_it(
    pool: asyncpg.Pool, sessions: Sessions, world: World
) -> None:
    customer = await pool.fetchval("INSERT INTO customers.customer (id) VALUES (gen_random_uuid()) RETURNING id")
    old, new, empty = uuid4(), uuid4(), uuid4()
    for basket in (old, new):
        await add(sessions, basket, world.items[0].sku_id)
    await pool.execute("INSERT INTO orders.basket (id) VALUES ($1)", empty)
    await pool.execute("UPDATE orders.basket SET customer_id = $1", customer)
    await pool.execute("UPDATE orders.basket SET changed_at = now() - interval '1 day' WHERE id = $1", old)
    assert await latest_basket(pool, customer) == new
    assert await latest_basket(pool, uuid4()) is None
