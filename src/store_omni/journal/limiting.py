"""Counting tries of what could be guessed (PINs, codes): one atomic statement, committed whatever comes after."""

import asyncpg

from store_omni.kit.errors import TooManyTries

_COUNT = """
INSERT INTO journal.tries AS t (key, count) VALUES ($1, 1)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN t.since < now() - make_interval(mins => $2) THEN 1 ELSE t.count + 1 END,
  since = CASE WHEN t.since < now() - make_interval(mins => $2) THEN now() ELSE t.since END
RETURNING count"""


async def count_try(pool: asyncpg.Pool, key: str, *, tries_max: int, window_minutes: int) -> None:
    """Errors: `TooManyTries` from the (tries_max + 1)th try within the window on."""
    if await pool.fetchval(_COUNT, key, window_minutes) > tries_max:
        raise TooManyTries(minutes=window_minutes)


async def forget_tries(pool: asyncpg.Pool, key: str) -> None:
    """After a success the count starts anew."""
    await pool.execute("DELETE FROM journal.tries WHERE key = $1", key)
