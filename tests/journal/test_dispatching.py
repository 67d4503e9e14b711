"""Sealing: no gap, no fork, nothing passed over, nothing changed unseen."""

import asyncio
import re

import asyncpg
import pytest

from store_omni.inventory.sealing import LEDGER
from store_omni.journal.dispatching import dispatch
from store_omni.journal.sealing import FACTS, LOOKS, ROWS_MAX, Stream, broken_seals, seal_all
from store_omni.notifications.telling import CONSUMER, TEMPLATES

from ..factories.ordering import Shop

pytestmark = pytest.mark.anyio
CONSUMERS = {CONSUMER: frozenset(TEMPLATES)}
INSERT = """INSERT INTO journal.fact (id, kind, subject_type, subject_id, channel, actor_kind, at)
            VALUES (gen_random_uuid(), 'test.happened', 'test', $1, 'system', 'system', $2)"""


async def test_a_fact_that_commits_late_is_not_passed_over(shop: Shop) -> None:
    slow = await shop.pool.acquire()
    transaction = slow.transaction()
    await transaction.start()
    at = await slow.fetchval("SELECT clock_timestamp()")
    await slow.execute(INSERT, "slow", at)
    await shop.place((0, 1))
    await dispatch(shop.pool, CONSUMERS)
    await transaction.commit()
    await shop.pool.release(slow)
    await dispatch(shop.pool, CONSUMERS)
    query = """SELECT f.kind, s.first + k.n - 1 AS place FROM journal.seal s, unnest(s.keys) WITH ORDINALITY k (key, n)
               JOIN journal.fact f ON f.id = k.key::uuid WHERE s.stream = 'fact' ORDER BY place"""
    rows = await shop.pool.fetch(query)
    assert [(row["kind"], row["place"]) for row in rows] == [("order.placed", 1), ("test.happened", 2)]


async def test_two_dispatchers_seal_one_chain(shop: Shop) -> None:
    for _ in range(5):
        await shop.place((3, 1))
    results = await asyncio.gather(*(dispatch(shop.pool, CONSUMERS) for _ in range(4)))
    # A second leader by mistake waits and finds nothing to do: the chain has no fork.
    assert sorted(results) == [0, 0, 0, 5]
    await shop.place((3, 1))
    await dispatch(shop.pool, CONSUMERS)
    rows = await shop.pool.fetch("SELECT first, last FROM journal.seal WHERE stream = 'fact' ORDER BY last")
    assert [tuple(row) for row in rows] == [(1, 5), (6, 6)]
    assert await shop.pool.fetch(broken_seals(FACTS)) == []
    deliveries = await shop.pool.fetch("SELECT pos FROM journal.delivery ORDER BY pos")
    assert [row["pos"] for row in deliveries] == [1, 2, 3, 4, 5, 6]


async def test_more_than_a_seal_holds_is_sealed_in_the_same_turn(shop: Shop) -> None:
    query = """INSERT INTO journal.fact (id, kind, subject_type, subject_id, channel, actor_kind)
               SELECT gen_random_uuid(), 'test.happened', 'test', n, 'system', 'system' FROM generate_series(1, $1::int) n"""
    await shop.pool.execute(query, ROWS_MAX + 5)
    assert await dispatch(shop.pool, CONSUMERS) == ROWS_MAX + 5
    rows = await shop.pool.fetch("SELECT first, last FROM journal.seal WHERE stream = 'fact' ORDER BY last")
    assert [tuple(row) for row in rows] == [(1, ROWS_MAX), (ROWS_MAX + 1, ROWS_MAX + 5)]
    assert await shop.pool.fetch(broken_seals(FACTS)) == []


@pytest.mark.parametrize("stream", [FACTS, LOOKS, LEDGER], ids=lambda stream: stream.name)
async def test_a_seal_holds_all_that_a_row_says(pool: asyncpg.Pool, stream: Stream) -> None:
    """A column that a later migration adds has to be sealed, too. `tx` is a number of the server, which means nothing in another."""
    schema, table = stream.table.split(".")
    query = "SELECT column_name FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2"
    columns = {row["column_name"] for row in await pool.fetch(query, schema, table)}
    assert set(re.findall(r"\bt\.([a-z_]+)", stream.says)) == columns - {"tx"}


async def test_a_seal_is_the_same_in_every_session(shop: Shop) -> None:
    """Whatever time zone and form of dates the person who audits has set."""
    await shop.collected((0, 1))
    await dispatch(shop.pool, CONSUMERS)
    await seal_all(shop.pool, LEDGER)
    async with shop.pool.acquire() as connection:
        for setting in ("timezone = 'Asia/Seoul'", "datestyle = 'SQL, DMY'", "bytea_output = 'escape'"):
            await connection.execute(f"SET {setting}")
            for stream in (FACTS, LEDGER):
                assert await connection.fetch(broken_seals(stream)) == [], setting
        await connection.execute("RESET ALL")
