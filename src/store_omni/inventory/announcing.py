"""Telling every process of which SKUs something shown has changed, four times a second, by the one leader among the workers.

Changes are found by the transaction that wrote them and never by "newer than the last one seen": transactions commit in
another order than they began, and one that commits late would be passed over.
"""

from typing import Any

import asyncpg
import msgspec

CHANNEL = "store_omni_stock"
EVERYTHING = "*"
# Begins the message that closes a round: the database's time before which every change has been told, and what was seen.
TOLD = "@"
PAYLOAD_BYTES_MAX = 7_500
LEVELS_TOLD_MAX = 5_000

# Whatever this round sees and the last one did not. A transaction that the last round did not see is at least as new as the
# oldest that was running then, which keeps the search in the newest end of the index.
# Rows restored from another server bear its numbers, which may be far ahead of ours: these are no news.
_NEWS = """FROM inventory.{} WHERE tx >= pg_snapshot_xmin($1::text::pg_snapshot)
  AND tx < pg_snapshot_xmax(pg_current_snapshot()) AND NOT pg_visible_in_snapshot(tx, $1::text::pg_snapshot)"""
_CHANGED = f"""
WITH level AS (SELECT DISTINCT store_id, sku_id {_NEWS.format("ledger_entry")} LIMIT $2),
  other AS (SELECT sku_id {_NEWS.format("selling_rule_version")} UNION SELECT sku_id {_NEWS.format("notice")} LIMIT $2)
SELECT pg_current_snapshot()::text AS seen, extract(epoch FROM statement_timestamp())::float8 AS at,
  (SELECT array_agg(store_id) FROM level) AS stores, (SELECT array_agg(sku_id) FROM level) AS skus,
  (SELECT array_agg(sku_id) FROM other) AS others"""


def messages(sku_ids: list[int] | None) -> list[str]:
    """SKU ids in as few messages as fit; None is everything."""
    if sku_ids is None:
        return [EVERYTHING]
    parts: list[str] = []
    line = ""
    for sku_id in sku_ids:
        if len(line) > PAYLOAD_BYTES_MAX - 12:
            parts.append(line)
            line = ""
        line = f"{line},{sku_id}" if line else str(sku_id)
    return [*parts, line] if line else parts


class Look(msgspec.Struct, frozen=True):
    """What changed since the last look. `levels`: (store, SKU) whose stock did; `others`: SKUs of which something else did that is
    shown. `everything`: so much that it is not said what. `at`: the database's time (seconds since 1970) until which that is so.
    `seen`: what this look saw, for the next one."""

    levels: list[tuple[int, int]]
    others: list[int]
    everything: bool
    at: float
    seen: str

    @property
    def changed(self) -> list[int] | None:
        """SKU ids; None for everything."""
        return None if self.everything else sorted({sku_id for _, sku_id in self.levels} | set(self.others))


async def look(database: asyncpg.Pool | asyncpg.Connection, seen: str | None) -> Look:
    row: Any = await database.fetchrow(_CHANGED, seen or "1:1:", LEVELS_TOLD_MAX + 1 if seen else 0)
    levels: list[tuple[int, int]] = list(zip(row["stores"] or (), row["skus"] or (), strict=True))
    others: list[int] = list(row["others"] or ())
    # None: a notice of all of them.
    if not seen or None in others or max(len(levels), len(others)) > LEVELS_TOLD_MAX:
        return Look([], [], True, row["at"], row["seen"])
    return Look(levels, others, False, row["at"], row["seen"])


def read_told(message: str) -> tuple[float, str | None]:
    """(`at`, `seen`) of the message that closes a round."""
    at, _, seen = message.removeprefix(TOLD).partition(" ")
    return float(at), seen or None


class Announcer:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._seen: str | None = None

    async def announce(self) -> int:
        """One round; returns how many messages named changes."""
        found = await look(self._pool, self._seen)
        told = messages(found.changed)
        # Where very many transactions are running, what was seen does not fit; then it is left out.
        close = f"{TOLD}{found.at:.6f} {found.seen if len(found.seen) < PAYLOAD_BYTES_MAX else ''}"
        await self._pool.execute(
            "SELECT pg_notify($1, m) FROM unnest($2::text[]) WITH ORDINALITY x(m, n) ORDER BY n", CHANNEL, [*told, close]
        )
        self._seen = found.seen  # only what has been told
        return len(told)
