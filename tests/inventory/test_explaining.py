"""Every figure of every moment can be rebuilt from the ledger, term by term."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.inventory.explaining import Explanation, explain
from store_omni.kit.database import ReadSession
from store_omni.kit.errors import NotFound
from store_omni.stockroom.offering import Stock
from store_omni.stores.knowing import KnownStores

from ..factories.world import World

pytestmark = pytest.mark.anyio
Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
def why(sessions: Sessions, world: World) -> Callable:
    async def ask(store_id: int | None = None, channel: str = "web", **more: object) -> Explanation:
        async with sessions.begin() as session:
            sku = world.items[0].sku_id
            return await explain(ReadSession(session), store_id or world.gangnam, sku, channel=channel, **more)  # type: ignore[arg-type]

    return ask


async def move(pool: asyncpg.Pool, world: World, kind: str, **changes: object) -> None:
    one = {"store": world.gangnam, "sku": world.items[0].sku_id, "kind": kind} | changes
    await pool.execute("SELECT inventory.post($1::jsonb, 'test', NULL, 'office', 'manager', NULL, NULL)", [one])


async def rule(pool: asyncpg.Pool, world: World, safety: int, closed: bool = False, channel: str = "web") -> None:
    await pool.execute(
        """INSERT INTO inventory.selling_rule (store_id, sku_id, channel, safety, closed) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (store_id, sku_id, channel) DO UPDATE SET safety = excluded.safety, closed = excluded.closed""",
        world.gangnam, world.items[0].sku_id, channel, safety, closed,
    )  # fmt: skip


def terms(found: Explanation) -> tuple[int, ...]:
    return (found.on_hand, found.allocated, found.reserved, found.short, found.in_transit, found.quarantine, found.safety)


async def test_each_version_has_its_own_sum(pool: asyncpg.Pool, world: World, why: Callable) -> None:
    await move(pool, world, "receive", on_hand=5)
    await move(pool, world, "transfer_in", in_transit=4)
    await move(pool, world, "damage", on_hand=-2, quarantine=2, reason="broken")
    await rule(pool, world, 3)
    await rule(pool, world, 1, closed=True)
    await move(pool, world, "count", on_hand=-13, truth=True)
    found = await why()
    assert (found.version, found.newest, found.rule_version) == (5, 5, 2)
    assert terms(found) == (0, 0, 0, 0, 4, 2, 1) and found.closed and found.atp == 0
    assert [(await why(version=n, rule_version=0)).atp for n in range(6)] == [0, 10, 15, 15, 13, 0]
    assert [(await why(version=4, rule_version=n)).atp for n in range(3)] == [13, 10, 0]
    assert (await why(channel="counter", version=4)).atp == 13
    assert (await why(store_id=world.hongdae)).atp == 10


async def test_a_deficit_and_a_rule_taken_away(pool: asyncpg.Pool, world: World, why: Callable) -> None:
    allocation = await pool.fetchval(
        "INSERT INTO inventory.allocation (store_id, id, sku_id, qty) VALUES ($1, gen_random_uuid(), $2, 8) RETURNING id",
        world.gangnam, world.items[0].sku_id,
    )  # fmt: skip
    await move(pool, world, "allocate", allocated=8, allocation=str(allocation))
    await move(pool, world, "count", on_hand=-5, truth=True)
    await rule(pool, world, 2)
    await pool.execute("DELETE FROM inventory.selling_rule")
    found = await why()
    assert (found.short, found.free, found.atp, found.rule_version, found.safety) == (3, -3, 0, 0, 0)
    assert (await why(version=2, rule_version=1)).atp == 0 and (await why(version=2, rule_version=0)).atp == 2


async def test_a_time_means_the_last_version_of_then(pool: asyncpg.Pool, world: World, why: Callable) -> None:
    times = [datetime.now(UTC) - timedelta(days=1)]
    for n in range(4):
        await move(pool, world, "receive", on_hand=1)
        await rule(pool, world, n)
        times.append(await pool.fetchval("SELECT clock_timestamp()"))
    found = [await why(at=at) for at in times]
    assert [(one.version, one.rule_version, one.atp) for one in found] == [
        (0, 0, 0),
        (2, 1, 11),
        (3, 2, 11),
        (4, 3, 11),
        (5, 4, 11),
    ]
    exactly = (await why(version=3)).at
    assert (await why(at=exactly)).version == 3 and (await why(at=exactly - timedelta(microseconds=1))).version == 2


@pytest.mark.parametrize("more", [{"version": 2}, {"version": -1}, {"rule_version": 1}])
async def test_what_has_not_been_is_not_made_up(why: Callable, more: dict[str, int]) -> None:
    with pytest.raises(NotFound):
        await why(**more)


async def test_what_shoppers_are_told_is_what_is_explained(pool: asyncpg.Pool, world: World, why: Callable) -> None:
    dice = random.Random(7)
    stock = Stock(pool, KnownStores(pool))
    sku = world.items[0].sku_id
    for _ in range(40):
        if dice.random() < 0.3:
            await rule(pool, world, dice.randrange(4), closed=dice.random() < 0.2)
        else:
            await move(pool, world, "count", on_hand=dice.randrange(-3, 6), truth=True)
        level = (await stock.of([sku], channel="web", anew=True))[sku].levels[world.gangnam]
        told = await why(version=level.version, rule_version=level.rule_version)
        assert (told.atp, told.closed, told.short > 0) == (level.free, level.closed, level.short)
