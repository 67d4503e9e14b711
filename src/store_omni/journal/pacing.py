"""Waits that grow with each failure, instead of a lock: a try is refused until the wait after the failures before it is over.

A turn is taken before the secret is checked and counts as a failure until it is given back, in one statement. So tries at the
same moment cannot pass together. Counted in `journal.tries`, where `since` is the last try. Nothing here sleeps.
"""

import asyncpg

from store_omni.kit.errors import TooManyTries

_OVER = "t.since < clock_timestamp() - make_interval(mins => $2)"
_ENDS = "t.since + make_interval(secs => ($3::int[])[least(t.count, cardinality($3::int[]))])"

_TAKE = f"""
INSERT INTO journal.tries AS t (key, count, since) VALUES ($1, 1, clock_timestamp())
ON CONFLICT (key) DO UPDATE SET count = CASE WHEN {_OVER} THEN 1 ELSE t.count + 1 END, since = clock_timestamp()
WHERE {_OVER} OR t.count = 0 OR {_ENDS} <= clock_timestamp()
RETURNING count"""

_LEFT = f"SELECT extract(epoch FROM {_ENDS} - clock_timestamp()) FROM journal.tries t WHERE key = $1 AND NOT {_OVER}"


async def take_turn(pool: asyncpg.Pool, key: str, *, waits: tuple[int, ...], quiet_minutes: int) -> None:
    """`waits`: seconds after the 1st, 2nd … failure; the last one stands for all after it. After `quiet_minutes` without a try
    the count starts anew. A success gives the turn back: `forget_tries`, or `take_back_try` where failures before it stay.

    Errors: `TooManyTries`, which is not counted.
    """
    if await pool.fetchval(_TAKE, key, quiet_minutes, list(waits)) is None:
        raise TooManyTries(seconds=float(await pool.fetchval(_LEFT, key, quiet_minutes, list(waits)) or 1))
