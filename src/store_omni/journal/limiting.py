"""Counting tries of what could be guessed (PINs, codes): one atomic statement, committed whatever comes after.

A key is made with `limit_key` and never by hand: what people type into it has no bound, an index row has.
"""

import hashlib

import asyncpg

from store_omni.kit.errors import TooManyTries
from store_omni.kit.forwarding import neighbourhood

KEY_HEX_BYTES = 20
_ENDS = "EXTRACT(epoch FROM t.since + make_interval(mins => $2) - now())"
_OVER = "t.since < now() - make_interval(mins => $2)"

_COUNT = f"""
INSERT INTO journal.tries AS t (key, count) VALUES ($1, 1)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN {_OVER} THEN 1 ELSE t.count + 1 END,
  since = CASE WHEN {_OVER} THEN now() ELSE t.since END
RETURNING count, {_ENDS} AS seconds_left"""

_LOOK = f"SELECT count, {_ENDS} AS seconds_left FROM journal.tries t WHERE key = $1 AND NOT {_OVER}"

_TAKE_BACK = "UPDATE journal.tries SET count = count - 1 WHERE key = $1 AND count > 0"


def limit_key(kind: str, *parts: object) -> str:
    """`limit_key("lookup", number)`: the same for the same parts, short however long the parts are, and without a word of them.

    The parts are told apart: ("a", "b:c") and ("a:b", "c") are two keys. An IPv6 address counts as its whole /64.
    """
    typed = repr([neighbourhood(str(part)) for part in parts]).encode("utf-8", "backslashreplace")
    return f"{kind}:{hashlib.blake2b(typed, digest_size=KEY_HEX_BYTES).hexdigest()}"


async def count_try(pool: asyncpg.Pool, key: str, *, tries_max: int, window_minutes: int) -> None:
    """Counts this try, whatever becomes of it. Errors: `TooManyTries` from the (tries_max + 1)th try within the window on."""
    counted = await pool.fetchrow(_COUNT, key, window_minutes)
    assert counted is not None  # it returns the row it wrote
    if counted["count"] > tries_max:
        raise TooManyTries(seconds=float(counted["seconds_left"]))


async def take_back_try(pool: asyncpg.Pool, key: str) -> None:
    """A try that `count_try` counted and that was no failure: so only failures stay counted, and tries at the same moment
    cannot pass the limit together, as they would between `refuse_if_spent` and `count_failure`."""
    await pool.execute(_TAKE_BACK, key)


async def refuse_if_spent(pool: asyncpg.Pool, key: str, *, tries_max: int, window_minutes: int) -> None:
    """Only looks. Errors: `TooManyTries` when `tries_max` failures were counted within the window."""
    found = await pool.fetchrow(_LOOK, key, window_minutes)
    if found is not None and found["count"] >= tries_max:
        raise TooManyTries(seconds=float(found["seconds_left"]))


async def count_failure(pool: asyncpg.Pool, key: str, *, window_minutes: int) -> int:
    """How many there have been within the window, this one included."""
    counted = await pool.fetchrow(_COUNT, key, window_minutes)
    assert counted is not None  # it returns the row it wrote
    return counted["count"]


async def forget_tries(pool: asyncpg.Pool, key: str) -> None:
    """After a success the count starts anew."""
    await pool.execute("DELETE FROM journal.tries WHERE key = $1", key)
