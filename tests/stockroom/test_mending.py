"""What a process keeps of stock follows each change, and is then what a whole read would have said."""

import asyncio
import contextlib
import itertools
import random
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import asyncpg
import msgspec
import pytest

from store_omni.inventory import listening
from store_omni.inventory.announcing import look
from store_omni.inventory.listening import Listener
from store_omni.stockroom.levelling import SkuStock
from store_omni.stockroom.offering import Stock
from store_omni.stores.knowing import KnownStores

from ..factories.ordering import Shop
from ..factories.world import World, make_bundle, make_store, put_stock
from .test_offering import send_transfer

pytestmark = pytest.mark.anyio
WEB = "web"


@pytest.fixture
def stock(pool: asyncpg.Pool) -> Stock:
    return Stock(pool, KnownStores(pool))


@pytest.fixture
async def listener(stock: Stock, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Listener, None]:
    """Looks only when somebody says that something has changed, or once a second."""
    monkeypatch.setattr(listening, "LOOK_SECONDS", 1.0)
    listener = Listener(database_url, stock.snapshot)
    running = asyncio.create_task(listener.run())
    await listener.begun.wait()
    yield listener
    running.cancel()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.002)


async def change(pool: asyncpg.Pool, store: int, sku: int, **balances: Any) -> None:
    await pool.execute(
        "SELECT inventory.post($1::jsonb, 'test', NULL, 'office', 'manager', NULL, NULL)",
        [{"store": store, "sku": sku, "kind": "count", "truth": True, **balances}],
    )


def said(sku: SkuStock) -> dict[str, Any]:
    """All but when and by which clock."""
    return {**msgspec.structs.asdict(sku), "as_of": None, "read_at": None}


async def test_what_is_mended_is_what_a_whole_read_says(pool: asyncpg.Pool, world: World, stock: Stock) -> None:
    """Two hundred changes of every kind that a level knows, looked at in pieces of any size."""
    dice = random.Random(20_261_123)
    skus = [item.sku_id for item in world.items[:4]]
    late = await make_store(pool, "JS", "잠실점", "Jamsil", 37.51, 127.1)
    seen = (await look(pool, None)).seen
    stock.snapshot.vouching.renew(60)
    kept = {channel: stock.snapshot.of(channel) for channel in (WEB, "api")}
    for keeping in kept.values():
        await keeping.get_many(skus)
    mended = 0
    for _ in range(40):
        for _ in range(dice.randrange(1, 10)):
            store, sku = dice.choice((world.gangnam, world.hongdae, late)), dice.choice(skus)
            balance = dice.choice(({"on_hand": -2}, {"on_hand": -1}, {"on_hand": 1}, {"on_hand": 4}, {"short": 1}, {"short": -1}))
            with contextlib.suppress(asyncpg.CheckViolationError):  # fewer than none
                await change(pool, store, sku, **balance)
        if dice.random() < 0.5:
            await send_transfer(pool, world, dice.choice(skus), datetime.now(UTC) + timedelta(hours=dice.choice((-1, 3, 5))))
        async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            found = await look(connection, seen)
            changes = await stock.snapshot.read_changes(connection, found)
        began = monotonic()
        stock.snapshot.catch_up(found, changes, began)
        seen = found.seen
        for channel, keeping in kept.items():
            whole = await stock.of(skus, channel=channel, anew=True)
            for sku in skus:
                now = keeping.peek(sku)
                if now is None:  # a level that was opened with nothing
                    assert sku in found.others
                    await keeping.get(sku)
                    continue
                assert said(now) == said(whole[sku])
                mended += now.read_at == began
    assert mended > 100


async def test_an_order_is_seen_at_once_here_without_reading_all_of_it_again(
    shop: Shop, stock: Stock, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    sku, world = shop.world.items[0].sku_id, shop.world
    kept, reads = stock.snapshot.of(WEB), itertools.count()
    await kept.get(sku)
    read = stock._read

    async def counted(channel: str, sku_ids: list[int]) -> Any:
        next(reads)
        return await read(channel, sku_ids)

    monkeypatch.setattr(stock.snapshot, "_read", counted)
    before = kept.peek(sku)
    assert before is not None and before.levels[world.gangnam].free == 10
    await shop.place((0, 3))
    assert kept.peek(sku) is None, "whoever ordered never sees what was before"
    await until(lambda: kept.peek(sku) is not None)
    after = kept.peek(sku)
    assert after is not None and after.levels[world.gangnam].free == 7 and next(reads) == 0
    assert after.levels[world.hongdae] is before.levels[world.hongdae]
    assert after.as_of > before.as_of and after.read_at != before.read_at


async def test_a_look_and_what_it_found_are_of_one_moment(
    pool: asyncpg.Pool, world: World, stock: Stock, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change between the two is found by the next look, with its own time."""
    sku, kept = world.items[0].sku_id, stock.snapshot.of(WEB)
    await kept.get(sku)
    read_changes, meanwhile = stock.snapshot.read_changes, [True]

    async def late(database: asyncpg.Connection, found: Any) -> Any:
        if meanwhile and found.levels:
            meanwhile.pop()
            await change(pool, world.gangnam, sku, on_hand=1)
        return await read_changes(database, found)

    monkeypatch.setattr(stock.snapshot, "read_changes", late)
    versions = []
    catch_up = stock.snapshot.catch_up

    def watched(*caught: Any) -> None:
        catch_up(*caught)
        if (now := kept.peek(sku)) is not None:
            versions.append(now.levels[world.gangnam].version)

    monkeypatch.setattr(stock.snapshot, "catch_up", watched)
    await change(pool, world.gangnam, sku, on_hand=1)
    listener.hear(str(sku))
    await until(lambda: bool(versions))
    listener.hear(str(sku))
    await until(lambda: len(versions) > 1)
    assert versions == [2, 3]


async def test_what_a_look_missed_stays_aside(
    pool: asyncpg.Pool, world: World, stock: Stock, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change of our own that was made while a look was under way: that look does not know of it."""
    sku, other, kept = world.items[0].sku_id, world.items[1].sku_id, stock.snapshot.of(WEB)
    await kept.get_many([sku, other])
    assert kept.peek(sku) is not None
    read_changes, gate = stock.snapshot.read_changes, asyncio.Event()

    async def held_up(database: asyncpg.Connection, found: Any) -> Any:
        changes = await read_changes(database, found)
        await gate.wait()
        return changes

    monkeypatch.setattr(stock.snapshot, "read_changes", held_up)
    await change(pool, world.gangnam, other, on_hand=1)
    listener.hear(str(other))
    await asyncio.sleep(0.1)
    await change(pool, world.gangnam, sku, on_hand=1)
    stock.snapshot.forget([sku])
    caught = []
    catch_up = stock.snapshot.catch_up
    monkeypatch.setattr(stock.snapshot, "catch_up", lambda *of: (catch_up(*of), caught.append(kept.peek(sku))))
    gate.set()
    await until(lambda: bool(caught))
    assert caught[0] is None
    await until(lambda: kept.peek(sku) is not None)
    now = kept.peek(sku)
    assert now is not None and now.levels[world.gangnam].free == 11


async def test_a_bundle_whose_part_changed_is_read_anew(
    pool: asyncpg.Pool, world: World, stock: Stock, listener: Listener
) -> None:
    part = world.items[0].sku_id
    bundle = await make_bundle(pool, {part: 2})
    kept = stock.snapshot.of(WEB)
    await listener_quiet(listener)
    found = await kept.get_many([bundle, part])
    assert found[bundle].levels[world.gangnam].free == 5
    await change(pool, world.gangnam, part, on_hand=-4)
    listener.hear(str(part))
    await until(lambda: (now := kept.peek(part)) is not None and now.levels[world.gangnam].free == 6)
    assert kept.peek(bundle) is None
    assert (await kept.get_many([bundle]))[bundle].levels[world.gangnam].free == 3


async def listener_quiet(listener: Listener) -> None:
    """Until it has looked at all that was changed so far."""
    until_now = listener._snapshot.vouching.until
    listener.hear("1")
    await until(lambda: listener._snapshot.vouching.until > until_now)


async def test_a_rule_that_changed_is_read_whole(pool: asyncpg.Pool, world: World, stock: Stock, listener: Listener) -> None:
    sku, kept = world.items[0].sku_id, stock.snapshot.of(WEB)
    await kept.get(sku)
    await pool.execute(
        "INSERT INTO inventory.selling_rule (store_id, sku_id, channel, safety) VALUES ($1, $2, 'web', 4)", world.gangnam, sku
    )
    await put_stock(pool, world.gangnam, sku, 1)
    listener.hear(str(sku))
    await until(lambda: kept.peek(sku) is None)
    now = await kept.get(sku)
    assert now is not None and now.levels[world.gangnam].free == 7
