"""Workers say that they live, so that a dead one is seen. The database's clock counts: hosts may disagree about the time."""

import os
import socket

import asyncpg

from store_omni.versions import VERSION

BEAT_SECONDS = 5
# A worker that waits for a slow database is not dead yet.
DEAD_SECONDS = 60
Asked = asyncpg.Connection | asyncpg.Pool

_BEAT = """
INSERT INTO journal.heartbeat (host, pid, version, leads, late_seconds) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (host, pid) DO UPDATE SET version = excluded.version, leads = excluded.leads, late_seconds = excluded.late_seconds,
  beat_at = now(), since = CASE WHEN heartbeat.leads = excluded.leads THEN heartbeat.since ELSE now() END"""


async def beat(connection: Asked, *, leads: bool, late_seconds: float = 0.0) -> None:
    await connection.execute(_BEAT, socket.gethostname(), os.getpid(), VERSION, leads, late_seconds)


async def stop_beating(connection: Asked) -> None:
    """It ends as it should. The trace of one that led stays: where no other follows within a minute, work is not done."""
    await connection.execute(
        "DELETE FROM journal.heartbeat WHERE host = $1 AND pid = $2 AND NOT leads", socket.gethostname(), os.getpid()
    )


async def forget_beats(connection: Asked) -> None:
    """Of workers that died more than a day ago."""
    await connection.execute("DELETE FROM journal.heartbeat WHERE beat_at < now() - interval '1 day'")
