"""Tasks: at most one open per kind and SKU; a deficit's opens and closes with the level, whoever caused it."""

import asyncio
from uuid import uuid4

import pytest

from store_omni.kit.errors import NotFound
from store_omni.stockroom.doubting import doubt
from store_omni.stockroom.errors import ReasonMissing, TaskClosesItself
from store_omni.stockroom.queries import open_tasks, task_of
from store_omni.stockroom.tasks import close_task

from ..factories.ordering import Shop
from .keeping import do, tasks, trust

pytestmark = pytest.mark.anyio


async def post(shop: Shop, index: int, on_hand: int, *, truth: bool = False) -> None:
    move = {
        "store": shop.world.gangnam,
        "sku": shop.world.items[index].sku_id,
        "kind": "count",
        "on_hand": on_hand,
        "truth": truth,
    }
    await shop.pool.execute("SELECT inventory.post($1::jsonb, 'count', gen_random_uuid(), 'x', 'system', NULL, NULL)", [move])


async def test_a_deficit_opens_its_task_in_the_same_transaction(shop: Shop) -> None:
    await shop.place((0, 8))
    async with shop.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        move = {"store": shop.world.gangnam, "sku": shop.world.items[0].sku_id, "kind": "count", "on_hand": -4, "truth": True}
        await connection.execute("SELECT inventory.post($1::jsonb, 'count', $2, 'x', 'system', NULL, NULL)", [move], uuid4())
        assert await connection.fetchval("SELECT units FROM stockroom.task WHERE closed_at IS NULL") == 2
        await transaction.rollback()
    assert await tasks(shop) == []
    await post(shop, 0, -4, truth=True)
    await post(shop, 0, -1, truth=True)
    assert await tasks(shop) == [("short", 0, 3, "")]
    await post(shop, 0, 3)
    assert await tasks(shop) == []
    await post(shop, 0, -1, truth=True)
    assert await shop.pool.fetchval("SELECT count(*) FROM stockroom.task WHERE kind = 'short'") == 2


async def test_even_raw_sql_does_not_get_around_it(shop: Shop) -> None:
    await shop.pool.execute("UPDATE inventory.stock_level SET short = 1 WHERE sku_id = $1", shop.world.items[0].sku_id)
    assert await tasks(shop) == [("short", 0, 1, "")] == await tasks(shop, shop.world.hongdae)


async def test_a_deficits_task_is_not_closed_by_hand(shop: Shop) -> None:
    await shop.place((0, 8))
    await post(shop, 0, -4, truth=True)
    async with shop.sessions.begin() as session:
        task = (await open_tasks(session, shop.world.gangnam))[0]  # type: ignore[arg-type]
    with pytest.raises(TaskClosesItself):
        await do(shop, close_task, shop.world.gangnam, task.id, how="explained", by=shop.world.clerk.actor())


async def test_doubts_add_up_in_one_task_whoever_has_them(shop: Shop) -> None:
    store, sku, by = shop.world.gangnam, shop.world.items[0].sku_id, shop.world.clerk.actor()
    await asyncio.gather(*(do(shop, doubt, store, sku, units=2, reason="not_found", by=by) for _ in range(4)))
    assert await tasks(shop) == [("recount", 0, 8, "not_found")]
    assert (await trust(shop, 0))["short_picks"] == 4
    facts = await shop.pool.fetch("SELECT data FROM journal.fact WHERE kind = 'stock.task_opened'")
    assert [row["data"]["kind"] for row in facts] == ["recount"]


async def test_a_person_closes_a_task_once_and_says_how(shop: Shop) -> None:
    store, by = shop.world.gangnam, shop.world.clerk.actor()
    await do(shop, doubt, store, shop.world.items[0].sku_id, units=2, reason="not_found", by=by)
    async with shop.sessions.begin() as session:
        found = await open_tasks(session, None, kind="recount")  # type: ignore[arg-type]
        assert [(task.kind, task.units, task.goods.code, task.store_name_ko) for task in found] == [
            ("recount", 2, "MUG-1", "강남점")
        ]
    with pytest.raises(ReasonMissing):
        await do(shop, close_task, store, found[0].id, how="", by=by)
    with pytest.raises(NotFound):
        await do(shop, close_task, store, found[0].id, how="explained", by=shop.world.other_clerk.actor())
    with pytest.raises(NotFound):
        await do(shop, close_task, store, uuid4(), how="explained", by=by)
    await do(shop, close_task, store, found[0].id, how="explained", by=by)
    await do(shop, close_task, store, found[0].id, how="accepted", by=by)
    async with shop.sessions.begin() as session:
        assert (await task_of(session, store, found[0].id)).closed_how == "explained"  # type: ignore[arg-type]
