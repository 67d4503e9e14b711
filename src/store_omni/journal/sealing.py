"""Seals: every fact, every look at a person and every entry of the ledger is sealed soon after it was written. Each seal holds all
that its rows say and the seal before it.

A person who changes a sealed row, takes one out or puts one in breaks a seal. A person who cuts off the newest seals, or makes all
of them anew, shows only against heads that were written down elsewhere: the worker logs them each hour, the audit prints them.
"""

import re

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

ROWS_MAX = 1000
Asked = asyncpg.Connection | asyncpg.Pool


class Stream(msgspec.Struct, frozen=True):
    """A table that is only appended to. `name`: the table without its schema. `key`: of a row `t`, as text. `by_key`: the row `t` of
    a key `k.key`. `says`: the columns of `t` that a seal holds, as expressions of SQL whose text is the same in every session."""

    name: str
    table: str
    key: str
    by_key: str
    says: str

    @property
    def digest(self) -> str:
        """SHA-256 of what one row says; of a row that is not there, too."""
        return f"sha256(convert_to(jsonb_build_array({self.says})::text, 'UTF8'))"

    @property
    def rows(self) -> str:
        """The rows `t` of the keys `k (key, n)`; empty where one is missing."""
        return f"LEFT JOIN {self.table} t ON {self.by_key}"


FACTS = Stream(
    "fact", "journal.fact", "t.id::text", "t.id = k.key::uuid",
    "t.id, t.kind, t.subject_type, t.subject_id, t.at AT TIME ZONE 'UTC', t.actor_kind, t.actor_id, t.from_state, t.to_state, "
    "t.data, t.order_id, t.customer_id, t.store_id, t.channel",
)  # fmt: skip
LOOKS = Stream(
    "access", "journal.access", "t.id::text", "t.id = k.key::uuid",
    "t.id, t.at AT TIME ZONE 'UTC', t.staff_id, t.staff_role, t.store_id, t.customer_id, t.order_id, t.task, t.source, t.question, "
    "encode(t.question_hash, 'hex')",
)  # fmt: skip


async def seal_all(pool: asyncpg.Pool, stream: Stream) -> int:
    """Seals what waits, until less than a full seal was left. Returns how many rows."""
    sealed = 0
    while True:
        async with pool.acquire() as connection, connection.transaction():
            _, keys = await seal_waiting(connection, stream)
        sealed += len(keys)
        if len(keys) < ROWS_MAX:
            return sealed


async def seal_waiting(connection: asyncpg.Connection | PoolConnectionProxy, stream: Stream) -> tuple[int, list[str]]:
    """One seal over the rows that wait longest, in the caller's transaction. Returns the first one's place and the keys."""
    # A second worker waits here for the rows of the first, and then finds them gone: the chain has no fork.
    query = "SELECT number, key FROM journal.unsealed WHERE stream = $1 ORDER BY number LIMIT $2 FOR UPDATE"
    waiting = await connection.fetch(query, stream.name, ROWS_MAX)
    if not waiting:
        return 0, []
    keys = [row["key"] for row in waiting]
    query = "SELECT last, hash FROM journal.seal WHERE stream = $1 ORDER BY last DESC LIMIT 1"
    before = await connection.fetchrow(query, stream.name)
    last, previous = (before["last"], before["hash"]) if before else (0, b"")
    await connection.execute(
        f"""INSERT INTO journal.seal (stream, first, last, keys, hash)
            SELECT $1, $2, $3, $4, sha256($5 || string_agg({stream.digest}, ''::bytea ORDER BY k.n))
            FROM unnest($4::text[]) WITH ORDINALITY k (key, n) {stream.rows}""",
        stream.name, last + 1, last + len(keys), keys, previous,
    )  # fmt: skip
    query = "DELETE FROM journal.unsealed WHERE stream = $1 AND number = ANY ($2)"
    await connection.execute(query, stream.name, [row["number"] for row in waiting])
    return last + 1, keys


# A span of looks that was forgotten after its time: its rows are gone, all of them, and a fact says so. Its seal stays, and holds the
# chain together.
REMOVED = "journal.span_removed"
_REMOVED = f"""s.stream = 'access' AND d.found = 0 AND EXISTS (
  SELECT FROM journal.fact r WHERE r.kind = '{REMOVED}' AND r.subject_type = 'seal' AND r.subject_id = s.stream || ':' || s.last)"""


def broken_seals(stream: Stream) -> str:
    """A query for the seals that do not fit their rows, or not the seal before. Reads each sealed row once."""
    return f"""
        SELECT s.stream, s.last FROM (
          SELECT *, lag(last, 1, 0) OVER chain AS last_before, lag(hash, 1, ''::bytea) OVER chain AS hash_before
          FROM journal.seal WHERE stream = '{stream.name}' WINDOW chain AS (ORDER BY last)) s
        CROSS JOIN LATERAL (
          SELECT string_agg({stream.digest}, ''::bytea ORDER BY k.n) AS digests, count({stream.key}) AS found
          FROM unnest(s.keys) WITH ORDINALITY k (key, n) {stream.rows}) d
        WHERE s.first <> s.last_before + 1 OR s.last - s.first + 1 <> cardinality(s.keys)
           OR s.hash <> sha256(s.hash_before || d.digests) AND NOT ({_REMOVED})"""


def unsealed_rows(stream: Stream) -> str:
    """A query for the rows that neither stand in a seal nor wait for one: they were put in behind the product's back."""
    return f"""
        SELECT {stream.key} FROM {stream.table} t EXCEPT ALL (
          SELECT unnest(keys) FROM journal.seal WHERE stream = '{stream.name}'
          UNION ALL SELECT key FROM journal.unsealed WHERE stream = '{stream.name}')"""


async def heads(connection: Asked) -> str | None:
    """The newest seal of each stream as it is written down: `stream:place:seal`, separated by commas, the seal in hexadecimal. None
    while nothing is sealed."""
    rows = await connection.fetch("SELECT DISTINCT ON (stream) stream, last, hash FROM journal.seal ORDER BY stream, last DESC")
    return ",".join(f"{row['stream']}:{row['last']}:{row['hash'].hex()}" for row in rows) or None


async def still_hold(connection: asyncpg.Connection, written_down: str) -> bool:
    """Whether the seals still go through heads of before; that they are whole up to there only `broken_seals` tells. Errors:
    ValueError for what are no heads."""
    holds = True
    for one in written_down.split(","):
        if not (found := re.fullmatch(r"([a-z_]{1,40}):([1-9][0-9]{0,17}):([0-9a-f]{64})", one)):
            raise ValueError(written_down)
        query = "SELECT hash FROM journal.seal WHERE stream = $1 AND last = $2"
        holds = holds and await connection.fetchval(query, found[1], int(found[2])) == bytes.fromhex(found[3])
    return holds
