"""Every process hears of every change, also of the one that commits late, and trusts silence no longer than a moment."""

import asyncio
from collections.abc import AsyncGenerator, Mapping

import asyncpg
import pytest

from store_omni.inventory.announcing import CHANNEL, LEVELS_TOLD_MAX, PAYLOAD_BYTES_MAX, Announcer, look, messages
from store_omni.inventory.listening import NAME, Listener
from store_omni.inventory.snapshot import KEPT_SECONDS, Snapshot, forget

from ..factories.world import World, put_stock

pytestmark = pytest.mark.anyio


def snapshot_of(read=None, mending=None) -> Snapshot[str]:
    async def echo(channel: str, sku_ids: list[int]) -> Mapping[int, str]:
        return {sku: f"{channel} {sku}" for sku in sku_ids}

    return Snapshot(read or echo, touching=lambda _: (), mending=mending)


async def until(true, seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


@pytest.fixture
async def heard(database_url: str) -> AsyncGenerator[list[str], None]:
    connection = await asyncpg.connect(database_url)
    told: list[str] = []
    await connection.add_listener(CHANNEL, lambda *message: told.append(message[3]))
    yield told
    await connection.close()


async def test_each_change_is_told_once_in_whatever_order_they_commit(
    pool: asyncpg.Pool, world: World, heard: list[str], database_url: str
) -> None:
    first, second, third = (item.sku_id for item in world.items[:3])
    announcer = Announcer(pool)
    await announcer.announce()
    await until(lambda: heard and heard[-1].startswith("@"))
    assert heard[0] == "*"  # a new leader has seen nothing
    late = await asyncpg.connect(database_url)
    running = late.transaction()
    await running.start()
    await late.execute(
        "SELECT inventory.post($1::jsonb, 'opening', NULL, 'system', 'system', NULL, NULL)",
        f'[{{"store": {world.gangnam}, "sku": {first}, "kind": "opening", "on_hand": 1}}]',
    )
    await put_stock(pool, world.gangnam, second, 1)
    del heard[:]
    await announcer.announce()
    await running.commit()
    await late.close()
    await announcer.announce()
    await pool.execute(
        "INSERT INTO inventory.selling_rule (store_id, sku_id, channel, safety) VALUES ($1, $2, 'web', 1)", world.gangnam, third
    )
    await announcer.announce()
    assert await announcer.announce() == 0
    await until(lambda: sum(text.startswith("@") for text in heard) == 4)
    assert [text for text in heard if not text.startswith("@")] == [str(second), str(first), str(third)]


AGES_AGO = "clock_timestamp() - interval '300 days'"
EVERYTHING_AGAIN = "*"
# What is there before, what then changes, and of what the processes hear: a SKU's place among the items, or "*". $1 store, $2 first
# item, $3 second item.
BESIDES = {
    "first doubt": ("", "INSERT INTO stockroom.trust (store_id, sku_id, short_picks) VALUES ($1, $2, 1)", 0),
    "more doubt": (
        "INSERT INTO stockroom.trust (store_id, sku_id) VALUES ($1, $2)",
        "UPDATE stockroom.trust SET short_picks = 1 WHERE store_id = $1 AND sku_id = $2",
        0,
    ),
    "counted again": (
        f"INSERT INTO stockroom.trust (store_id, sku_id, counted_at) VALUES ($1, $2, {AGES_AGO})",
        "UPDATE stockroom.trust SET counted_at = clock_timestamp() WHERE store_id = $1 AND sku_id = $2",
        0,
    ),
    "counted, nothing doubted": ("", "INSERT INTO stockroom.trust (store_id, sku_id, counted_at) VALUES ($1, $2, now())", None),
    "a till that never said": (
        "",
        f"INSERT INTO stockroom.till_feed (store_id, till, heard_at) SELECT $1::int, 'T1', {AGES_AGO} WHERE $2::int > 0",
        EVERYTHING_AGAIN,
    ),
    "a silent till is retired": (
        f"INSERT INTO stockroom.till_feed (store_id, till, heard_at) SELECT $1::int, 'T1', {AGES_AGO} WHERE $2::int > 0",
        "DELETE FROM stockroom.till_feed WHERE store_id = $1 AND $2::int > 0",
        EVERYTHING_AGAIN,
    ),
    "a till says as ever": (
        "INSERT INTO stockroom.till_feed (store_id, till) SELECT $1::int, 'T1' WHERE $2::int > 0",
        "UPDATE stockroom.till_feed SET heard_at = clock_timestamp() WHERE store_id = $1 AND $2::int > 0",
        None,
    ),
    "out of the range": ("", "UPDATE catalog.sku SET active = false WHERE id = $2 AND $1::int > 0", 0),
    "moved to a product out of the range": (
        "",
        "WITH p AS (INSERT INTO catalog.product (code, name_ko, name_en, active) VALUES ('X', 'x', 'x', false) RETURNING id) "
        "UPDATE catalog.sku SET product_id = p.id FROM p WHERE sku.id = $2 AND $1::int > 0",
        0,
    ),
    "a level opened with nothing": (
        "",
        "WITH s AS (INSERT INTO stores.store (code, name_ko, name_en) VALUES ('NEW', 'x', 'x') RETURNING id) "
        "INSERT INTO inventory.stock_level (store_id, sku_id) SELECT s.id, $2 FROM s WHERE $1::int > 0",
        0,
    ),
    "its product too": (
        "",
        "UPDATE catalog.product SET active = false WHERE id = (SELECT product_id FROM catalog.sku WHERE id = $2) AND $1::int > 0",
        0,
    ),
    "another price": ("", "UPDATE catalog.sku SET price_minor = price_minor + 1 WHERE id = $2 AND $1::int > 0", None),
    "a part more": (
        "UPDATE catalog.sku SET kind = 'bundle' WHERE id = $2 AND $1::int > 0",
        "INSERT INTO catalog.bundle_part (bundle_sku_id, part_sku_id, qty) SELECT $2, $3::int, 1 WHERE $1::int > 0",
        0,
    ),
    "more of a part": (
        "INSERT INTO catalog.bundle_part (bundle_sku_id, part_sku_id, qty) SELECT $2, $3::int, 1 WHERE $1::int > 0",
        "UPDATE catalog.bundle_part SET qty = 2 WHERE bundle_sku_id = $2 AND $1::int > 0",
        0,
    ),
    "a part less": (
        "INSERT INTO catalog.bundle_part (bundle_sku_id, part_sku_id, qty) SELECT $2, $3::int, 1 WHERE $1::int > 0",
        "DELETE FROM catalog.bundle_part WHERE bundle_sku_id = $2 AND $1::int > 0",
        0,
    ),
}


@pytest.mark.parametrize("besides", BESIDES)
async def test_what_else_is_shown_of_a_sku_is_told_too(pool: asyncpg.Pool, world: World, besides: str) -> None:
    """Trust, tills, the range: whoever keeps what is shown hears of these as of the stock itself."""
    before, change, of = BESIDES[besides]
    skus = [item.sku_id for item in world.items[:2]]

    async def run(statement: str) -> None:
        if statement:
            values = [world.gangnam, *skus]
            await pool.execute(statement, *values[: max(int(part[0]) for part in statement.split("$")[1:])])

    await run(before)
    seen = (await look(pool, None)).seen
    await run(change)
    siblings = "SELECT array_agg(id) FROM catalog.sku WHERE product_id = (SELECT product_id FROM catalog.sku WHERE id = $1)"
    expected = {EVERYTHING_AGAIN: None, None: [], 0: [skus[0]]}[of]
    if besides == "its product too":
        expected = await pool.fetchval(siblings, skus[0])
    found = (await look(pool, seen)).changed
    assert (sorted(found) if found else found) == (sorted(expected) if expected else expected)


@pytest.mark.parametrize("table", ["ledger_entry", "selling_rule_version", "notice"])
@pytest.mark.owner
async def test_rows_of_a_server_that_counted_further_are_no_news(pool: asyncpg.Pool, world: World, table: str) -> None:
    """After a restore elsewhere; they would be told four times a second, for years."""
    rows = {
        "ledger_entry": "SELECT 1",
        "notice": "INSERT INTO inventory.notice (sku_id) VALUES (NULL)",
        "selling_rule_version": "INSERT INTO inventory.selling_rule (store_id, sku_id, channel) "
        "SELECT store_id, sku_id, 'web' FROM inventory.stock_level",
    }
    await pool.execute(rows[table])
    await pool.execute(f"ALTER TABLE inventory.{table} DISABLE TRIGGER USER")
    await pool.execute(f"UPDATE inventory.{table} SET tx = '900000000'")
    seen = (await look(pool, None)).seen
    assert await pool.fetchval(f"SELECT count(*) FROM inventory.{table}") > 0
    assert (await look(pool, seen)).changed == []


def test_messages_fit() -> None:
    many = list(range(1_000_000, 1_000_000 + LEVELS_TOLD_MAX))
    parts = messages(many)
    assert [int(sku) for part in parts for sku in part.split(",")] == many
    assert max(len(part) for part in parts) <= PAYLOAD_BYTES_MAX and len(parts) < 8
    assert messages([]) == [] and messages(None) == ["*"]


async def test_a_process_forgets_what_it_is_told_and_everything_after_a_silence(
    pool: asyncpg.Pool, world: World, database_url: str
) -> None:
    snapshot = snapshot_of()
    kept = snapshot.of("web")
    listener = Listener(database_url, snapshot)
    running = asyncio.create_task(listener.run())
    announcer = Announcer(pool)
    try:
        await until(lambda: snapshot.vouching.until > 0)
        await announcer.announce()
        await until(lambda: listener.heard >= 2)  # "everything", for the announcer is new; and that this was all
        sku, other = world.items[0].sku_id, world.items[1].sku_id
        await kept.get_many([sku, other])
        await put_stock(pool, world.gangnam, sku, 1)
        await announcer.announce()
        await until(lambda: kept.peek(sku) is None)
        assert kept.peek(other) is not None
        gone = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()"
        )
        await pool.execute(gone, NAME)
        # Nothing was said while it was away, so everything goes.
        await until(lambda: kept.peek(other) is None)
        heard = listener.heard
        async with asyncio.timeout(10):
            while listener.heard == heard:
                await announcer.announce()
                await asyncio.sleep(0.02)
    finally:
        running.cancel()


class _Failing:
    """Fails at the first change, mends nothing."""

    def __init__(self, error: Exception) -> None:
        self.errors = [error]

    async def read(self, *_: object) -> Mapping[int, str]:
        if self.errors:
            raise self.errors.pop()
        return {}

    def mend(self, *_: object) -> None:
        return None


@pytest.mark.parametrize("error", [asyncpg.InternalClientError("another operation is in progress"), KeyError("unforeseen")])
async def test_a_process_listens_again_whatever_went_wrong(
    pool: asyncpg.Pool, world: World, database_url: str, error: Exception
) -> None:
    """asyncpg calls it an error of its own where a connection breaks between two statements of a transaction."""
    failing = _Failing(error)
    snapshot = snapshot_of(mending=failing)
    kept = snapshot.of("web")
    running = asyncio.create_task(Listener(database_url, snapshot).run())
    try:
        await until(lambda: snapshot.vouching.until > 0)
        sku = world.items[0].sku_id
        await kept.get(sku)
        await put_stock(pool, world.gangnam, sku, 1)
        await until(lambda: not failing.errors and snapshot.vouching.until == 0)
        await until(lambda: snapshot.vouching.until > 0)
        await kept.get(sku)
        await put_stock(pool, world.gangnam, sku, 1)
        await until(lambda: kept.peek(sku) is None, KEPT_SECONDS / 2)
    finally:
        running.cancel()


async def test_where_nobody_announces_a_process_looks_for_itself(pool: asyncpg.Pool, world: World, database_url: str) -> None:
    snapshot = snapshot_of()
    kept = snapshot.of("web")
    running = asyncio.create_task(Listener(database_url, snapshot).run())
    try:
        await until(lambda: snapshot.vouching.until > 0)
        sku, other = world.items[0].sku_id, world.items[1].sku_id
        await kept.get_many([sku, other])
        await put_stock(pool, world.gangnam, sku, 1)
        await until(lambda: kept.peek(sku) is None, KEPT_SECONDS / 2)
        await asyncio.sleep(KEPT_SECONDS)
        assert kept.peek(other) is not None
    finally:
        running.cancel()


async def test_an_old_word_vouches_for_nothing(pool: asyncpg.Pool, database_url: str) -> None:
    """A message that waited while this process was busy: what came behind it is not known yet."""
    snapshot = snapshot_of()
    listener = Listener(database_url, snapshot)
    running = asyncio.create_task(listener.run())
    try:
        await until(lambda: snapshot.vouching.until > 0)
        at = await pool.fetchval("SELECT extract(epoch FROM clock_timestamp())::float8")
        loop = asyncio.get_running_loop()
        listener.hear(f"@{at} 1:1:")
        assert KEPT_SECONDS / 2 < snapshot.vouching.until - loop.time() <= KEPT_SECONDS
        listener.hear(f"@{at - 3} 1:1:")
        assert snapshot.vouching.until < loop.time()
    finally:
        running.cancel()


async def test_without_any_word_nothing_is_shown_for_long(pool: asyncpg.Pool) -> None:
    kept = snapshot_of().of("web")
    await kept.get(1)
    assert kept.peek(1) == "web 1"
    await asyncio.sleep(KEPT_SECONDS + 0.05)
    assert kept.peek(1) is None


async def test_who_changes_stock_forgets_it_at_once_in_every_channel() -> None:
    snapshot = snapshot_of()
    for channel in ("web", "api"):
        await snapshot.of(channel).get_many([1, 2])
    forget([1])
    assert [snapshot.of(channel).peek(sku) for channel in ("web", "api") for sku in (1, 2)] == [None, "web 2", None, "api 2"]
