"""Sealing: no gap, no fork, nothing passed over, nothing changed unseen."""

import asyncio

import asyncpg
import pytest

from store_omni.journal.dispatching import dispatch
from store_omni.journal.sealing import COLUMNS, seal
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
    rows = await shop.pool.fetch("SELECT kind, pos FROM journal.fact ORDER BY pos")
    assert [(row["kind"], row["pos"]) for row in rows] == [("order.placed", 1), ("test.happened", 2)]


async def test_two_dispatchers_seal_one_chain(shop: Shop) -> None:
    for _ in range(5):
        await shop.place((3, 1))
    results = await asyncio.gather(*(dispatch(shop.pool, CONSUMERS) for _ in range(4)), return_exceptions=True)
    # A second leader by mistake either finds nothing to do or is refused by the UNIQUE position; the chain has no fork.
    assert all(isinstance(r, int | asyncpg.UniqueViolationError) for r in results)
    await dispatch(shop.pool, CONSUMERS)
    rows = await shop.pool.fetch("SELECT pos, prev_hash, hash FROM journal.fact ORDER BY pos")
    assert [row["pos"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["prev_hash"] for row in rows] == [b"", *(row["hash"] for row in rows[:-1])]


async def test_the_seal_tells_of_any_change(shop: Shop) -> None:
    await shop.collected((0, 1))
    await dispatch(shop.pool, CONSUMERS)
    query = f"SELECT {COLUMNS}, prev_hash, hash FROM journal.fact ORDER BY pos"
    assert all(seal(row["prev_hash"], row) == row["hash"] for row in await shop.pool.fetch(query))
    await shop.pool.execute("ALTER TABLE journal.fact DISABLE TRIGGER seal_only")
    await shop.pool.execute("UPDATE journal.fact SET to_state = 'cancelled' WHERE kind = 'order.completed'")
    broken = [row["kind"] for row in await shop.pool.fetch(query) if seal(row["prev_hash"], row) != row["hash"]]
    assert broken == ["order.completed"]
