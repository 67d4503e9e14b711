"""Only some stores, for a person who has no others: any other is as if it were not there."""

from collections.abc import Sequence

from store_omni.stores.knowing import KnownStores, Stores


class SomeStores(KnownStores):
    """`store_ids`: those that are left of `known`."""

    def __init__(self, known: KnownStores, store_ids: Sequence[int]) -> None:
        self._known = known
        self._store_ids = frozenset(store_ids)

    def peek(self) -> Stores | None:
        found = self._known.peek()
        return self._narrowed(found) if found else None

    async def all(self) -> Stores:
        return self._narrowed(await self._known.all())

    def _narrowed(self, found: Stores) -> Stores:
        by_id = {store_id: store for store_id, store in found.by_id.items() if store_id in self._store_ids}
        pickups = {currency: ids & self._store_ids for currency, ids in found.pickups.items()}
        return Stores(by_id, {store.code: store for store in by_id.values()}, pickups)
