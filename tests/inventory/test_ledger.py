"""The ledger: no balance moves without its entry, nothing is rewritten."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from store_omni.inventory.errors import NotEnoughStock
from store_omni.inventory.ledger import Move, post
from store_omni.kit.database import writing

from ..factories.ordering import Shop

pytestmark = pytest.mark.anyio


async def move(shop: Shop, *moves: Move) -> None:
    async with shop.sessions.begin() as session:
        await post(writing(session), list(moves), cause=("test", uuid4()), by=shop.world.clerk.actor())


async def test_balance_and_entries_agree_under_concurrent_writers(shop: Shop) -> None:
    sku, store = shop.world.items[0].sku_id, shop.world.gangnam
    await asyncio.gather(*(move(shop, Move(store, sku, "receive", on_hand=n)) for n in range(1, 21)))
    level = await shop.level(0)
    entries = await shop.pool.fetch(
        "SELECT version, d_on_hand FROM inventory.ledger_entry WHERE store_id = $1 AND sku_id = $2 ORDER BY version", store, sku
    )
    assert level["on_hand"] == 10 + sum(range(1, 21)) == sum(e["d_on_hand"] for e in entries)
    assert [e["version"] for e in entries] == list(range(1, 22))


async def test_several_moves_of_one_level_get_versions_of_their_own(shop: Shop) -> None:
    sku, store = shop.world.items[0].sku_id, shop.world.gangnam
    await move(
        shop, Move(store, sku, "receive", on_hand=5), Move(store, sku, "damage", on_hand=-1, quarantine=1, reason="broken")
    )
    level = await shop.level(0)
    assert (level["on_hand"], level["quarantine"], level["version"]) == (14, 1, 3)


@pytest.mark.owner
async def test_a_store_that_never_had_it_gets_a_level_by_receiving_not_by_selling(shop: Shop) -> None:
    await shop.pool.execute("DELETE FROM inventory.ledger_entry WHERE false")
    sku = shop.world.items[0].sku_id
    new_store = await shop.pool.fetchval(
        "INSERT INTO stores.store (code, name_ko, name_en) VALUES ('JS', '잠실점', 'Jamsil') RETURNING id"
    )
    with pytest.raises(NotEnoughStock):
        await move(shop, Move(new_store, sku, "allocate", allocated=1, need=1))
    await move(shop, Move(new_store, sku, "receive", on_hand=3))
    assert (await shop.level(0, new_store))["on_hand"] == 3


@pytest.mark.owner
async def test_entries_and_looks_cannot_be_rewritten(shop: Shop) -> None:
    await shop.collected((0, 1))
    for statement in (
        "UPDATE inventory.ledger_entry SET d_on_hand = 0",
        "DELETE FROM inventory.ledger_entry",
        "DELETE FROM journal.fact",
        "UPDATE journal.fact SET kind = 'nothing'",
    ):
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await shop.pool.execute(statement)


async def test_raw_sql_cannot_promise_more_than_there_is(shop: Shop) -> None:
    for statement in ("UPDATE inventory.stock_level SET allocated = 11", "UPDATE inventory.stock_level SET on_hand = -1"):
        with pytest.raises(asyncpg.CheckViolationError):
            await shop.pool.execute(statement)


async def test_an_adjustment_needs_its_reason(shop: Shop) -> None:
    with pytest.raises(Exception, match="reason"):
        await move(shop, Move(shop.world.gangnam, shop.world.items[0].sku_id, "adjust", on_hand=-1))
