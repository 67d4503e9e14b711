"""Stores as this process knows them: read whole, kept for seconds. For showing, and for turning codes into ids; what a
store may sell is decided in the database."""

from collections.abc import Mapping
from typing import Any

import asyncpg
import msgspec

from store_omni.kit.errors import NotFound
from store_omni.kit.keeping import Keeping
from store_omni.stores.near import HOURS_COLUMNS, with_hours
from store_omni.stores.queries import STORE_COLUMNS, StoreView

KEPT_SECONDS = 5.0
_ALL = f"SELECT {STORE_COLUMNS}, {HOURS_COLUMNS} FROM stores.store s WHERE s.active ORDER BY s.id"


class Stores(msgspec.Struct, frozen=True):
    """All active stores at one moment. `pickups`: currency → those that take pickup orders in it."""

    by_id: dict[int, StoreView]
    by_code: dict[str, StoreView]
    pickups: dict[str, frozenset[int]]


class KnownStores:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._kept: Keeping[str, Stores] = Keeping(self._read, seconds=KEPT_SECONDS, most=1)

    async def _read(self, keys: list[str]) -> Mapping[str, Stores]:
        rows: list[Any] = await self._pool.fetch(_ALL)
        stores = [with_hours(row) for row in rows]
        pickups = {
            currency: frozenset(store.id for store in stores if store.pickup and store.currency == currency)
            for currency in {store.currency for store in stores}
        }
        return {keys[0]: Stores({store.id: store for store in stores}, {store.code: store for store in stores}, pickups)}

    def peek(self) -> Stores | None:
        """What is known of them now, without waiting."""
        return self._kept.peek("all")

    async def all(self) -> Stores:
        found = self.peek() or await self._kept.get("all")
        assert found is not None  # `_read` always returns its one key
        return found

    async def by_code(self, code: str) -> StoreView:
        """Errors: `NotFound`."""
        store = (await self.all()).by_code.get(code)
        if store is None:
            raise NotFound
        return store

    async def by_id(self, store_id: int) -> StoreView:
        """Errors: `NotFound`."""
        store = (await self.all()).by_id.get(store_id)
        if store is None:
            raise NotFound
        return store
