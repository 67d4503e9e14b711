"""A history in one round trip: the token is checked, the look is written down and the lines are read by one statement."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from store_omni.history import reading_sql as sql
from store_omni.kit.errors import NotAllowed, NotFound, SignInNeeded
from store_omni.kit.ids import new_id, token_hash
from store_omni.kit.keeping import Keeping

KEPT_SECONDS = 5.0
NAMED_ACTORS = frozenset({"guest", "shopper"})


class AtStore(msgspec.Struct, frozen=True):
    code: str
    name_ko: str
    name_en: str


class Line(msgspec.Struct, frozen=True):
    """One thing that happened. `actor`: None for staff and systems, whose names stay in the house. `display`: the kind's own parts,
    as the JSON that they are stored as."""

    id: UUID
    occurred_at: datetime
    kind: str
    channel: str
    actor_kind: str
    actor: str | None
    order_id: UUID | None
    store: AtStore | None
    display: msgspec.Raw


class Lines(msgspec.Struct, frozen=True):
    """A page of a history, newest first. `next_before`: the entry id to ask the next page with, None at the end."""

    lines: list[Line]
    next_before: UUID | None


class Histories:
    """Reads for programs, which bring a token. Pages, whose reader is known already, use `history.queries.timeline`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._stores: Keeping[str, dict[int, AtStore]] = Keeping(self._read_stores, seconds=KEPT_SECONDS, most=1)

    async def own(self, token: str, before: UUID | None = None) -> Lines:
        """What the shopper who holds this token may read about herself. Errors: `SignInNeeded`."""
        held = token_hash(token)
        if before is None:
            rows = await self._pool.fetch(sql.OWN, held)
        else:
            rows = await self._pool.fetch(sql.OWN_OLDER, held, before)
        if not rows:
            raise SignInNeeded
        return await self._page(rows)

    async def look_at(self, token: str, customer_id: UUID, *, source: str, before: UUID | None = None) -> Lines:
        """What the service that holds this token may read about a customer: entries of its own stores, if it has only some.
        Returns when the row that says who looked is as durable as an order.

        Errors: `SignInNeeded`, `NotAllowed` without the verb `customers:read`, `NotFound` for a customer outside its stores.
        """
        values = [token_hash(token), customer_id, new_id(), source]
        if before is None:
            rows = await self._pool.fetch(sql.LOOKED, *values)
        else:
            rows = await self._pool.fetch(sql.LOOKED_OLDER, *values, before)
        if not rows:
            raise SignInNeeded
        *_, may, found = rows[0]
        if not may:
            raise NotAllowed
        if not found:
            raise NotFound
        return await self._page(rows)

    async def _page(self, rows: list[Any]) -> Lines:
        if rows[0][0] is None:
            return Lines([], None)
        shown = rows[: sql.PAGE_ENTRIES]
        stores = await self._stores_of(shown)
        lines = [
            Line(
                row[0], row[1], row[2], row[3], row[4], row[5] if row[4] in NAMED_ACTORS else None, row[6], stores.get(row[7]),
                msgspec.Raw(row[8]),
            )
            for row in shown
        ]  # fmt: skip
        return Lines(lines, shown[-1][0] if len(rows) > len(shown) else None)

    async def _stores_of(self, rows: list[Any]) -> dict[int | None, AtStore]:
        stores = self._stores.peek("all")
        if stores is None or any(row[7] is not None and row[7] not in stores for row in rows):
            self._stores.forget(["all"])  # a store may have opened since
            stores = await self._stores.get("all")
            assert stores is not None  # `_read_stores` always returns its one key
        return stores  # type: ignore[return-value]  # None is asked for, and not there

    async def _read_stores(self, keys: list[str]) -> Mapping[str, dict[int, AtStore]]:
        """Closed stores too: what happened there stays."""
        rows = await self._pool.fetch(sql.STORES)
        return {keys[0]: {row[0]: AtStore(*row[1:]) for row in rows}}
