"""A worker's trace: it leads, it waits, it ends as it should, or it is gone."""

import asyncio
from collections.abc import AsyncGenerator

import asyncpg
import pytest

from store_omni.notifications.condition import read_condition
from store_omni.settings import Settings
from store_omni.worker import Lateness, run_worker

pytestmark = pytest.mark.anyio


async def _until(pool: asyncpg.Pool, statement: str) -> None:
    async with asyncio.timeout(60):
        while not await pool.fetchval(statement):
            await asyncio.sleep(0.05)


@pytest.fixture
async def stop() -> AsyncGenerator[asyncio.Event, None]:
    event = asyncio.Event()
    yield event
    event.set()


async def test_a_worker_that_stopped_is_missed_like_a_dead_one(
    pool: asyncpg.Pool, settings: Settings, stop: asyncio.Event
) -> None:
    worker = asyncio.create_task(run_worker(settings, stop))
    await _until(pool, "SELECT count(*) = 1 FROM journal.heartbeat WHERE leads")
    condition = await read_condition(pool)
    assert condition.leads and condition.troubles() == []
    stop.set()
    await worker
    await pool.execute("UPDATE journal.heartbeat SET beat_at = beat_at - interval '61 seconds'")
    assert [trouble.code for trouble in (await read_condition(pool)).troubles()] == ["no_worker"]


async def test_a_worker_that_waits_for_another_one_says_so_too(
    pool: asyncpg.Pool, settings: Settings, stop: asyncio.Event
) -> None:
    async with pool.acquire() as other:
        await other.execute("SELECT pg_advisory_lock(7315001)")
        worker = asyncio.create_task(run_worker(settings, stop))
        await _until(pool, "SELECT count(*) = 1 FROM journal.heartbeat WHERE NOT leads")
        assert (await read_condition(pool)).standby == 1
        stop.set()
        await worker
        assert (await read_condition(pool)).standby == 0
        await other.execute("SELECT pg_advisory_unlock_all()")


async def test_a_worker_that_was_killed_is_missed_after_a_minute(pool: asyncpg.Pool) -> None:
    await pool.execute("INSERT INTO journal.heartbeat (host, pid, version, leads) VALUES ('a', 1, '1', true)")
    assert (await read_condition(pool)).troubles() == []
    await pool.execute("UPDATE journal.heartbeat SET beat_at = now() - interval '61 seconds'")
    (trouble,) = (await read_condition(pool)).troubles()
    assert (trouble.code, trouble.minutes) == ("no_worker", 1)
    # Its successor is the one that counts.
    await pool.execute("INSERT INTO journal.heartbeat (host, pid, version, leads) VALUES ('b', 2, '1', true)")
    assert (await read_condition(pool)).troubles() == []


def test_a_job_is_late_once_it_missed_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000.0]
    monkeypatch.setattr("store_omni.worker.monotonic", lambda: now[0])

    async def work() -> None: ...

    late = Lateness([("mail", 0.5, work), ("forget", 3600, work)])
    now[0] += 101
    assert late.seconds() == 100
    late.ended("mail")
    assert late.seconds() == 0
