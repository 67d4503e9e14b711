"""A history in one round trip: the token is checked, the look is written down and the lines are read by one statement."""

from collections.abc import Callable, Mapping
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
NOWHERE = b'"store":null,"store_name":null'


_json = msgspec.json.encode


class Told(dict[bytes, bytes]):
    """How a history is told in one language: the words of a line (`sql.WORDS` between kind, channel and kind of actor) → the part of it
    that says them. `english`: names in English, else in Korean."""

    def __init__(self, say: Callable[[str], str], *, english: bool) -> None:
        super().__init__()
        self._say = say
        self.english = english

    def __missing__(self, words: bytes) -> bytes:
        kind, channel, actor_kind = words.decode().split(sql.WORDS.decode())
        told = {"kind": kind, "said": self._say(kind), "channel": channel, "actor_kind": actor_kind}
        part = self[words] = _json(told)[1:-1]
        return part


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
    display: dict[str, Any]


class History(msgspec.Struct, frozen=True):
    """A page, newest first. `next_before`: ask for the older ones with `before` of it; null at the end."""

    entries: list[HistoryEntry]
    next_before: UUID | None


# Hash of the token, customer, id of the access row, source.
_Look = tuple[bytes, UUID, UUID, str]


# Store id as the database writes it (empty: none) → the part of a line that names it.
_Names = dict[bytes, bytes]


class _Stores(msgspec.Struct, frozen=True):
    ko: _Names
    en: _Names


class Histories:
    """Reads for programs, which bring a token: ready JSON of a `History`. Pages, whose reader is known already, use
    `history.queries.timeline`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._looks: Grouped[_Look, asyncpg.Record | None] = Grouped(self._look)
        self._stores: Keeping[str, _Stores] = Keeping(self._read_stores, seconds=KEPT_SECONDS, most=1)

    async def own(self, token: str, *, told: Told, before: UUID | None = None) -> bytes:
        """What the shopper who holds this token may read about herself. Errors: `SignInNeeded`."""
        held = token_hash(token)
        if before is None:
            rows = await self._pool.fetch(sql.OWN, held)
        else:
            rows = await self._pool.fetch(sql.OWN_OLDER, held, before)
        if not rows:
            raise SignInNeeded
        return await self._history(rows[0][0], told)

    async def look_at(self, token: str, customer_id: UUID, *, source: str, told: Told, before: UUID | None = None) -> bytes:
        """What the service that holds this token may read about a customer: entries of its own stores, if it has only some.
        Returns when the row that says who looked is as durable as an order.

        Errors: `SignInNeeded`, `NotAllowed` without the verb `customers:read`, `NotFound` for a customer outside its stores.
        """
        asked = (token_hash(token), customer_id, new_id(), source)
        row = await self._looks.ask(asked) if before is None else (await self._look([asked], before))[0]
        if row is None:
            raise SignInNeeded
        _, may, found, page = row
        if not may:
            raise NotAllowed
        if not found:
            raise NotFound
        return await self._history(page, told)

    async def _look(self, asked: list[_Look], *before: UUID) -> list[asyncpg.Record | None]:
        """One statement and one commit for all who ask at the same moment."""
        found: list[asyncpg.Record | None] = [None] * len(asked)
        held, customers, looks, sources = zip(*asked, strict=True)
        statement = sql.LOOKED_OLDER if before else sql.LOOKED
        for row in await self._pool.fetch(statement, held, customers, looks, sources, *before):
            found[row[0] - 1] = row
        return found

    async def _history(self, page: bytes | None, told: Told) -> bytes:
        """Bytes from the database to the wire: as text, each page would be decoded, widened and encoded again."""
        if page is None:
            return b'{"entries":[],"next_before":null}'
        older = b"null"
        if page.count(sql.LINES) >= sql.PAGE_ENTRIES:
            page = page[: page.rindex(sql.LINES)]
            older = b'"%b"' % page[page.rfind(sql.LINES) + 1 :][sql.ID_PLACE]
        parts = page.replace(sql.LINES, b",").split(sql.ADDED)
        names = await self._names(parts[3::4], told.english)
        parts[1::4] = [told[words] for words in parts[1::4]]
        parts[3::4] = [names.get(store, NOWHERE) for store in parts[3::4]]
        return b'{"entries":[%b],"next_before":%b}' % (b"".join(parts), older)

    async def _names(self, asked: list[bytes], english: bool) -> _Names:
        stores = self._stores.peek("all")
        if stores is not None and not stores.ko.keys() >= set(asked):
            self._stores.forget(["all"])  # a store has opened since
            stores = None
        stores = stores or await self._stores.get("all")
        assert stores is not None  # `_read_stores` always returns its one key
        return stores.en if english else stores.ko

    async def _read_stores(self, keys: list[str]) -> Mapping[str, _Stores]:
        """Closed stores too: what happened there stays."""
        found = _Stores({b"": NOWHERE}, {b"": NOWHERE})
        for row in await self._pool.fetch(sql.STORES):
            found.ko[b"%d" % row["id"]] = _place(row["code"], row["name_ko"])
            found.en[b"%d" % row["id"]] = _place(row["code"], row["name_en"] or row["name_ko"])
        return {keys[0]: found}


def _place(code: str, name: str) -> bytes:
    return b'"store":%b,"store_name":%b' % (_json(code), _json(name))
