"""`store-omni audit`: runs every invariant and prints each with its count."""

import sys
import time

import asyncpg

from store_omni.invariants import INVARIANTS
from store_omni.journal.sealing import heads, still_hold


async def audit(connection: asyncpg.Connection) -> dict[str, int]:
    """Code → how many rows break it (some codes stand for a query each of several tables). One snapshot for all."""
    broken: dict[str, int] = {}
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        for invariant in INVARIANTS:
            found = await connection.fetchval(f"SELECT count(*) FROM ({invariant.sql}) b", *invariant.values) or 0
            broken[invariant.code] = broken.get(invariant.code, 0) + found
    return broken


async def print_audit(url: str, *, since: str | None = None) -> int:
    """For the operator. `since`: heads of the seals as an earlier audit printed them. Returns the exit code: 1 if anything is
    broken, 2 for what are no heads."""
    connection = await asyncpg.connect(url, timeout=10)
    started = time.monotonic()
    try:
        holds = since is None or await still_hold(connection, since)
        broken = await audit(connection)
        # The seals go through those heads, and are whole: both together say that nothing before them is gone.
        holds = holds and not (since and broken["I21"])
        now = await heads(connection)
    except ValueError:
        print(
            f"{since} are no heads. They look like access:12:9f86d0…,fact:34:1b4f0e…, as an earlier audit printed them.",
            file=sys.stderr,
        )
        return 2
    finally:
        await connection.close()
    for invariant in INVARIANTS:
        print(f"{invariant.code}  {broken[invariant.code]:>6}  {invariant.says}")
    if since is not None:
        print(f"What was sealed until those heads is {'all there' if holds else 'NOT all there'}.")
    if now:
        print(f"Heads of the seals, to be kept elsewhere: {now}")
    bad = sum(1 for count in broken.values() if count)
    print(f"{len(INVARIANTS)} invariants, {bad} broken, {time.monotonic() - started:.1f} s.")
    return 0 if holds and not bad else 1
