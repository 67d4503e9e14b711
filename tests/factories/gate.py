"""Lets several reach one point of a database function before any of them goes on: a race that is one on every machine.

`WAITS` is put into the function. Those who wait there within one statement have read what they act on, so none of them sees
what another is about to write.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

_LOCK = 4711
WAITS = f"pg_advisory_xact_lock_shared({_LOCK})"
PATIENCE_SECONDS = 60
_WAITING = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@asynccontextmanager
async def gate(pool: asyncpg.Pool, *, opens_at: int) -> AsyncIterator[None]:
    """Shut until `opens_at` transactions wait at `WAITS`, open from then on. Raises AssertionError if they never come."""
    async with pool.acquire() as keeper:
        await keeper.execute("SELECT pg_advisory_lock($1)", _LOCK)

        async def open_it() -> int:
            waiting = 0
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    while (waiting := await keeper.fetchval(_WAITING, _LOCK)) < opens_at:
                        await asyncio.sleep(0.01)
            except TimeoutError:
                pass
            finally:
                await keeper.execute("SELECT pg_advisory_unlock($1)", _LOCK)
            return waiting

        opening = asyncio.create_task(open_it())
        yield
        assert await opening >= opens_at, "too few came to the gate"
