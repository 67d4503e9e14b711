"""A history in one round trip: the token is checked, the look is written down and the lines are read by one statement."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from store_omni.history import reading_sql as sql
from store_omni.kit.errors import NotAllowed, NotFound, SignInNeeded
from store_omni.kit.grouping import Grouped
from store_omni.kit.ids import new_id, token_hash
from store_omni.kit.keeping import Keeping

KEPT_SECONDS = 5.0
# Code and name of a store.
Place = tuple[str | None, str | None]
NOWHERE: Place = (None, None)
NAMED_ACTORS = frozenset({"guest", "shopper"})


class Told(msgspec.Struct, frozen=True):
    """How a history is told: `words`: kind → how it is said (any kind has some), `english`: names in English, else in Korean."""

    words: Mapping[str, str]
    english: bool


class HistoryEntry(msgspec.Struct, frozen=True):
    """One thing that happened. `said`: the same as `kind`, in the reader's language. `actor`: the buyer's name; null for staff and
    systems, whose names stay in the house. `store`: its code, null where no store took part. `display`: the kind's own parts
    (number, items, total_minor …)."""

    id: UUID
    occurred_at: datetime
    kind: str
    said: str
    channel: str
    actor_kind: str
    actor: str | None
    order_id: UUID | None
    store: str | None
    store_name: str | None
    display: dict[str, Any] | msgspec.Raw


class History(msgspec.Struct, frozen=True):
    """A page, newest first. `next_before`: ask for the older ones with `before` of it; null at the end."""

    entries: list[HistoryEntry]
    next_before: UUID | None


# Hash of the token, customer, id of the access row, source.
_Look = tuple[bytes, UUID, UUID, str]


class _Stores(msgspec.Struct, frozen=True):
    """Store id (None: in none) → its code and name."""

    ko: dict[int | None, Place]
    en: dict[int | None, Place]


class Histories:
    """Reads for programs, which bring a token. Pages, whose reader is known already, use `history.queries.timeline`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._looks: Grouped[_Look, list[Any]] = Grouped(self._look)
        self._stores: Keeping[str, _Stores] = Keeping(self._read_stores, seconds=KEPT_SECONDS, most=1)

    async def own(self, token: str, *, told: Told, before: UUID | None = None) -> History:
        """What the shopper who holds this token may read about herself. Errors: `SignInNeeded`."""
        held = token_hash(token)
        if before is None:
            rows = await self._pool.fetch(sql.OWN, held)
        else:
            rows = await self._pool.fetch(sql.OWN_OLDER, held, before)
        if not rows:
            raise SignInNeeded
        return await self._history(rows, told)

    async def look_at(self, token: str, customer_id: UUID, *, source: str, told: Told, before: UUID | None = None) -> History:
        """What the service that holds this token may read about a customer: entries of its own stores, if it has only some.
        Returns when the row that says who looked is as durable as an order.

        Errors: `SignInNeeded`, `NotAllowed` without the verb `customers:read`, `NotFound` for a customer outside its stores.
        """
        asked = (token_hash(token), customer_id, new_id(), source)
        rows = await self._looks.ask(asked) if before is None else (await self._look([asked], before))[0]
        if not rows:
            raise SignInNeeded
        *_, may, found, _ = rows[0]
        if not may:
            raise NotAllowed
        if not found:
            raise NotFound
        return await self._history(rows, told)

    async def _look(self, asked: list[_Look], *before: UUID) -> list[list[Any]]:
        """One statement and one commit for all who ask at the same moment."""
        found: list[list[Any]] = [[] for _ in asked]
        held, customers, looks, sources = zip(*asked, strict=True)
        statement = sql.LOOKED_OLDER if before else sql.LOOKED
        for row in await self._pool.fetch(statement, held, customers, looks, sources, *before):
            found[row[-1] - 1].append(row)
        return found

    async def _history(self, rows: list[Any], told: Told) -> History:
        if rows[0][0] is None:
            return History([], None)
        shown = rows[: sql.PAGE_ENTRIES]
        stores, words = await self._names(shown, told.english), told.words
        entries = [
            HistoryEntry(
                row[0], row[1], row[2], words[row[2]], row[3], row[4], row[5] if row[4] in NAMED_ACTORS else None, row[6],
                *stores.get(row[7], NOWHERE), msgspec.Raw(row[8]),
            )
            for row in shown
        ]  # fmt: skip
        return History(entries, shown[-1][0] if len(rows) > len(shown) else None)

    async def _names(self, rows: list[Any], english: bool) -> dict[int | None, Place]:
        stores = self._stores.peek("all")
        if stores is not None and any(row[7] not in stores.ko for row in rows):
            self._stores.forget(["all"])  # a store has opened since
            stores = None
        stores = stores or await self._stores.get("all")
        assert stores is not None  # `_read_stores` always returns its one key
        return stores.en if english else stores.ko

    async def _read_stores(self, keys: list[str]) -> Mapping[str, _Stores]:
        """Closed stores too: what happened there stays."""
        rows = await self._pool.fetch(sql.STORES)
        korean: dict[int | None, Place] = {row[0]: (row[1], row[2]) for row in rows}
        english: dict[int | None, Place] = {row[0]: (row[1], row[3] or row[2]) for row in rows}
        return {keys[0]: _Stores(korean | {None: NOWHERE}, english | {None: NOWHERE})}
