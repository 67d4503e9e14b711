"""The real product under the machine: one database for many worlds, one world for each run, and the looks that judge both."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import asyncpg
import msgspec
import uvloop
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from store_omni.app import make_signer
from store_omni.auditing import audit
from store_omni.inventory.holding import hold_batches
from store_omni.journal.actors import Actor
from store_omni.kit.batching import Batches
from store_omni.kit.database import WriteSession, open_engine, open_pool, writing
from store_omni.kit.signing import Signer
from store_omni.orders.placing import order_batches
from store_omni.settings import Secrets, Settings
from store_omni.stockroom.reconciling import drift_of
from store_omni.stores.knowing import KnownStores
from store_omni.stores.queries import StoreView

from ...factories.world import make_item, make_person, make_store, put_stock
from .levels import FIGURES, Place

T = TypeVar("T")
# Nobody seals rows and sends mails here, and the interleavings make functions stop on their way.
NOT_HERE = {"I23", "I43"}
_NUMBERS = itertools.count(1)

_ROWS = """
SELECT l.store_id, l.sku_id, l.on_hand, l.allocated, l.reserved, l.short, l.in_transit, l.quarantine, l.version,
       e.on_hand, e.allocated, e.reserved, e.short, e.in_transit, e.quarantine, e.entries, e.last,
       a.units, h.units, t.units, clock_timestamp() AS now
FROM inventory.stock_level l
CROSS JOIN LATERAL (
  SELECT coalesce(sum(d_on_hand), 0), coalesce(sum(d_allocated), 0), coalesce(sum(d_reserved), 0), coalesce(sum(d_short), 0),
         coalesce(sum(d_in_transit), 0), coalesce(sum(d_quarantine), 0), count(*), coalesce(max(version), 0)
  FROM inventory.ledger_entry e WHERE e.store_id = l.store_id AND e.sku_id = l.sku_id
) e(on_hand, allocated, reserved, short, in_transit, quarantine, entries, last)
CROSS JOIN LATERAL (
  SELECT coalesce(sum(qty), 0) FROM inventory.allocation a
  WHERE a.store_id = l.store_id AND a.sku_id = l.sku_id AND a.state = 'active') a(units)
CROSS JOIN LATERAL (
  SELECT coalesce(sum(x.qty), 0) FROM inventory.hold_line x
  JOIN inventory.hold h ON h.store_id = x.store_id AND h.id = x.hold_id AND h.state = 'active'
  WHERE x.store_id = l.store_id AND x.sku_id = l.sku_id) h(units)
CROSS JOIN LATERAL (
  SELECT coalesce(sum(x.qty_sent - x.qty_received - x.qty_missing), 0) FROM stockroom.transfer t
  JOIN stockroom.transfer_line x ON x.store_id = t.store_id AND x.transfer_id = t.id
  WHERE t.to_store_id = l.store_id AND x.sku_id = l.sku_id AND t.state IN ('sent', 'partly_received')) t(units)
WHERE l.store_id = ANY($1) AND l.sku_id = ANY($2)"""


class Town(msgspec.Struct, frozen=True):
    """One run's world. `skus`: goods, then the bundle; `codes`: SKU → its code."""

    stores: list[StoreView]
    clerks: dict[int, Actor]
    manager: Actor
    agent: Actor
    skus: list[int]
    bundle: int
    parts: dict[int, int]
    codes: dict[int, str]
    opening: dict[Place, int]


class Floor:
    """Not for several threads. `steps`: commands sent so far. `heard`: how often which answer."""

    def __init__(self, url: str) -> None:
        self.runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self.steps = 0
        self.heard: Counter[str] = Counter()
        self.pool: asyncpg.Pool
        self.engine: AsyncEngine
        self.sessions: async_sessionmaker[AsyncSession]
        self.orders: Batches
        self.holds: Batches
        self.signer: Signer = make_signer(
            Settings(url, "http://testserver.local", Path(), "a@example.com", None, Secrets("11" * 32, "22" * 32))
        )
        self.run(self._open(url))

    async def _open(self, url: str) -> None:
        self.pool = await open_pool(url, size=2)
        self.engine, self.sessions = open_engine(url, size=1)
        self.orders, self.holds = order_batches(self.pool), hold_batches(self.pool)

    def run(self, work: Awaitable[T]) -> T:
        return self.runner.get_loop().run_until_complete(work)

    def close(self) -> None:
        async def end() -> None:
            await self.pool.close()
            await self.engine.dispose()

        self.run(end())
        self.runner.close()

    async def write(self, work: Callable[[WriteSession], Awaitable[T]]) -> T:
        """One command in one transaction, as a request does it."""
        async with self.sessions.begin() as session:
            return await work(writing(session))

    def fresh_town(self) -> Town:
        return self.run(self._town())

    async def _town(self) -> Town:
        number = next(_NUMBERS)
        ids = [await make_store(self.pool, f"S{number}{name}", name, name, 37.5, 127.0) for name in "ABC"]
        known = KnownStores(self.pool)
        stores = [await known.by_id(store) for store in ids]
        items = [
            await make_item(self.pool, number * 5 % 10_000 + n, f"G{number}{n}", "것", "thing", "일상", "mug", price)
            for n, price in enumerate((100, 250, 401, 777, 999))
        ]
        *goods, bundle = items
        await self.pool.execute("UPDATE catalog.sku SET kind = 'bundle' WHERE id = $1", bundle.sku_id)
        parts = {goods[0].sku_id: 2, goods[1].sku_id: 1}
        await self.pool.executemany(
            "INSERT INTO catalog.bundle_part VALUES ($1, $2, $3)", [(bundle.sku_id, sku, units) for sku, units in parts.items()]
        )
        opening = {(store, item.sku_id): units for store in ids[:2] for item, units in zip(goods, (8, 6, 4, 3), strict=True)}
        for (store, sku), units in opening.items():
            await put_stock(self.pool, store, sku, units)
        clerks = {store: (await make_person(self.pool, f"{number}c{store}", "clerk", store)).actor() for store in ids}
        manager = (await make_person(self.pool, f"{number}m", "manager", None)).actor()
        agent = (await make_person(self.pool, f"{number}a", "agent", None)).actor("web")
        codes = {item.sku_id: item.code for item in items}
        return Town(stores, clerks, manager, agent, [item.sku_id for item in items], bundle.sku_id, parts, codes, opening)

    async def rows(self, town: Town, skus: list[int]) -> list[asyncpg.Record]:
        """Each level of these SKUs with its ledger's sums and its promises."""
        return await self.pool.fetch(_ROWS, [store.id for store in town.stores], skus)

    def look(self, town: Town, expected: dict[Place, tuple[int, ...]]) -> datetime:
        """The invariants of the town's rows, and that they are the expected ones. Returns the database's time of the look."""
        rows = self.run(self.rows(town, town.skus))
        found = judge_rows(rows)
        nothing = (0,) * (len(FIGURES) + 1)
        for place in {*found, *expected}:
            model, row = expected.get(place, nothing), found.get(place, nothing)
            assert row == model, f"{place}: the database has {row}, the model {model} ({', '.join(FIGURES)}, version)"
        return rows[0]["now"]

    def audit(self) -> None:
        """Every invariant over everything, and nothing drifted."""

        async def look() -> tuple[dict[str, int], int]:
            async with self.pool.acquire() as connection:
                broken = await audit(connection)
            return broken, len(await self.write(drift_of))

        broken, drift = self.run(look())
        found = {code: count for code, count in broken.items() if count and code not in NOT_HERE}
        assert found == {}, f"the audit finds {found}"
        assert drift == 0, f"{drift} figures drifted"


def operation_key() -> str:
    return str(uuid4())


def judge_rows(rows: list[asyncpg.Record]) -> dict[Place, tuple[int, ...]]:
    """The levels, with their version. Errors: `AssertionError` where one is not what its ledger and its promises say."""
    found = {}
    for row in rows:
        place, level, ledger = (row[0], row[1]), tuple(row[2:9]), tuple(row[9:17])
        found[place] = level
        assert level == ledger[:7], f"{place}: the balance {level} is not the sum of its ledger {ledger}"
        assert ledger[6] == ledger[7], f"{place}: versions have a gap"
        on_hand, allocated, reserved, short, in_transit, _, _ = level
        assert min(level) >= 0, f"{place}: {level}"
        assert short == max(0, allocated + reserved - on_hand), f"{place}: short is {short} of {level}"
        assert (allocated, reserved, in_transit) == tuple(row[17:20]), f"{place}: promises are {row[17:20]}, not of {level}"
    return found
