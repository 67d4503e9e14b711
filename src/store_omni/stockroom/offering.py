"""What shoppers are told of stock, store by store: from the process' snapshot, or read anew where a shopper is about to order."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import inf
from time import monotonic

import asyncpg
import msgspec

from store_omni.inventory.offering import NOT_CARRIED, Level, Moment, Offer, moment_of, offer
from store_omni.inventory.snapshot import Snapshot
from store_omni.stockroom.levelling import FEW_BELOW, SkuStock, mended, sku_stocks, store_level
from store_omni.stockroom.offering_sql import LEVELS_AT
from store_omni.stores.knowing import KnownStores, Stores
from store_omni.stores.near import Place, kilometres
from store_omni.stores.queries import StoreView

STORES_SHOWN = 8
ABLE_SHOWN_MIN = 4
WARM_AT_ONCE = 50
MOMENT_MAX = timedelta(seconds=5)
_LEVELS = "SELECT *, statement_timestamp() AS as_of FROM stockroom.levels($1, $2)"


class Offers(msgspec.Struct, frozen=True):
    """Stores for one SKU, nearest first. `as_of`: when the stock was read. `total`: stores that sell in its currency."""

    offers: list[Offer]
    as_of: datetime
    total: int


class Spread(msgspec.Struct, frozen=True):
    """How widely a product is on the shelves: in how many stores that take pickups, and which of them is nearest. `here`: units
    at the chosen store, None without one or where it is not carried."""

    stores: int
    here: int | None = None
    few_below: int = FEW_BELOW
    nearest: StoreView | None = None
    nearest_km: float | None = None


class StoreFit(msgspec.Struct, frozen=True):
    """A store for a whole basket: its weakest line's offer, and the SKUs that it lacks with what it has of each. `asks`: those
    of them of which only the store knows whether it has any."""

    offer: Offer
    lacking: dict[int, int]
    asks: frozenset[int] = frozenset()

    @property
    def can(self) -> bool:
        return self.offer.can and not self.lacking


class LevelMending:
    """See `inventory.snapshot.Mending`."""

    async def read(
        self, database: asyncpg.Connection, channel: str, levels: Sequence[tuple[int, int]]
    ) -> dict[int, list[tuple[int, Level]]]:
        stores, skus = zip(*levels, strict=True)
        found: dict[int, list[tuple[int, Level]]] = {}
        for row in await database.fetch(LEVELS_AT, stores, skus, channel):
            found.setdefault(row["sku_id"], []).append(store_level(row))
        return found

    def mend(self, value: SkuStock, levels: list[tuple[int, Level]], at: float, read_at: float) -> SkuStock | None:
        return None if value.part_ids else mended(value, levels, at, read_at)


class Stock:
    """One per process."""

    def __init__(self, pool: asyncpg.Pool, stores: KnownStores) -> None:
        self._pool = pool
        self.stores = stores
        self._moments: dict[int, tuple[StoreView, Moment]] = {}
        self.snapshot: Snapshot[SkuStock] = Snapshot(self._read, touching=lambda sku: sku.part_ids, mending=LevelMending())

    async def _read(self, channel: str, sku_ids: list[int]) -> Mapping[int, SkuStock]:
        read_at = monotonic()
        return sku_stocks(await self._pool.fetch(_LEVELS, sku_ids, channel), read_at)

    async def of(self, sku_ids: Iterable[int], *, channel: str, anew: bool = False) -> Mapping[int, SkuStock]:
        """By SKU id. `anew`: from the database, whatever is kept."""
        if anew:
            return await self._read(channel, list(sku_ids))
        return await self.snapshot.of(channel).get_many(sku_ids)

    async def warm(self, sku_ids: Sequence[int], *, channel: str) -> list[SkuStock]:
        """Reads what will be asked for soon, a little at a time. Returns as much of it as is kept."""
        kept = self.snapshot.of(channel)
        found: list[SkuStock] = []
        for begin in range(0, len(sku_ids), WARM_AT_ONCE):
            found += (await kept.get_many(sku_ids[begin : begin + WARM_AT_ONCE])).values()
        return found

    async def offers(
        self,
        sku_id: int,
        *,
        now: datetime,
        place: Place | None = None,
        chosen_id: int | None = None,
        channel: str = "web",
        count: int = STORES_SHOWN,
        wanted: int = 1,
        anew: bool = False,
    ) -> Offers:
        """The nearest stores with what each can promise, and among them always the chosen one and the nearest that can
        serve, however far."""
        sku = (await self.of([sku_id], channel=channel, anew=anew)).get(sku_id)
        if sku is None:
            return Offers([], now, 0)
        stores = await self.stores.all()
        return self.offers_in(stores, sku, now=now, place=place, chosen_id=chosen_id, count=count, wanted=wanted)

    def offers_in(
        self,
        stores: Stores,
        sku: SkuStock,
        *,
        now: datetime,
        place: Place | None = None,
        chosen_id: int | None = None,
        count: int = STORES_SHOWN,
        wanted: int = 1,
    ) -> Offers:
        """As `offers`, of what is at hand."""
        ranked = _ranked(stores.by_id.values(), sku, place)
        able = [store.id for store, _ in ranked if store.pickup and store.id in sku.here][:ABLE_SHOWN_MIN]
        kept = {*able, chosen_id}
        offers = [
            offer(store, km, sku.levels.get(store.id, NOT_CARRIED), self._moment(store, now), wanted=wanted)
            for rank, (store, km) in enumerate(ranked)
            if rank < count or store.id in kept
        ]
        return Offers(offers, sku.as_of, len(ranked))

    async def spreads(
        self,
        products: Mapping[int, Sequence[int]],
        skus: Iterable[SkuStock] | None = None,
        *,
        place: Place | None = None,
        chosen_id: int | None = None,
        channel: str = "web",
    ) -> dict[int, Spread]:
        """`products`: product id → SKU ids; `skus`: what has been read of them already. By product id."""
        if skus is None:
            skus = (await self.of((sku for ids in products.values() for sku in ids), channel=channel)).values()
        known = {sku.id: sku for sku in skus}
        stores = await self.stores.all()
        near = {store.id: kilometres(place, store.latitude, store.longitude) for store in stores.by_id.values()} if place else {}
        return {
            product: _spread([known[sku] for sku in ids if sku in known], stores, near, chosen_id)
            for product, ids in products.items()
        }

    async def fitting(
        self,
        wanted: Mapping[int, int],
        *,
        now: datetime,
        place: Place | None = None,
        chosen_id: int | None = None,
        channel: str = "web",
        count: int = STORES_SHOWN,
    ) -> list[StoreFit]:
        """Stores for a whole basket (SKU id → units), read anew: the chosen one first, then those that lack least, nearest
        first."""
        if not wanted:
            return []
        stock = await self.of(wanted, channel=channel, anew=True)
        currency = next((sku.currency for sku in stock.values()), "")
        fits = []
        for store in (await self.stores.all()).by_id.values():
            levels = {sku: stock[sku].levels.get(store.id, NOT_CARRIED) for sku in wanted if sku in stock}
            if store.currency != currency or (store.id != chosen_id and not any(level.carried for level in levels.values())):
                continue
            km = kilometres(place, store.latitude, store.longitude)
            lacking = {sku: level.sellable for sku, level in levels.items() if level.sellable < wanted[sku]}
            asks = frozenset(sku for sku in lacking if levels[sku].only_store_knows)
            fits.append(StoreFit(offer(store, km, _weakest(levels.values()), self._moment(store, now)), lacking, asks))
        fits.sort(key=_fit_order)
        return [fit for fit in fits if fit.offer.store.id == chosen_id] + [
            fit for fit in fits[:count] if fit.offer.store.id != chosen_id
        ]

    def _moment(self, store: StoreView, now: datetime) -> Moment:
        """The same for every SKU, so it is worked out once in a while and not once an offer."""
        kept = self._moments.get(store.id)
        if kept is None or kept[0] is not store or abs(now - kept[1].at) > MOMENT_MAX:
            kept = self._moments[store.id] = (store, moment_of(store, now))
        return kept[1]


def _ranked(stores: Iterable[StoreView], sku: SkuStock, place: Place | None) -> list[tuple[StoreView, float | None]]:
    """The stores that sell in the SKU's currency, nearest first; without distances those that can serve come first."""
    found = [(store, kilometres(place, store.latitude, store.longitude)) for store in stores if store.currency == sku.currency]

    def order(item: tuple[StoreView, float | None]) -> tuple[float, bool, bool, str]:
        store, km = item
        able = store.pickup and store.id in sku.here
        return (inf if km is None else km, not able, store.id not in sku.levels, store.name_ko)

    return sorted(found, key=order)


def _spread(skus: list[SkuStock], stores: Stores, near: Mapping[int, float | None], chosen_id: int | None) -> Spread:
    """`near`: store id → kilometres; empty without a place."""
    here = frozenset[int]().union(*(sku.here & stores.pickups.get(sku.currency, frozenset()) for sku in skus))
    chosen = [sku.levels[chosen_id] for sku in skus if chosen_id in sku.levels]
    close = min(((km, store) for store in here if (km := near.get(store)) is not None), default=None)
    return Spread(
        stores=len(here),
        here=max((level.sellable for level in chosen), default=None),
        few_below=max((level.few_below for level in chosen), default=FEW_BELOW),
        nearest=stores.by_id[close[1]] if close else None,
        nearest_km=close[0] if close else None,
    )


def _weakest(levels: Iterable[Level]) -> Level:
    """The line by which a basket's store is judged: not carried before uncertain before scarce."""
    return min(levels, key=lambda level: (level.carried, level.sellable), default=NOT_CARRIED)


def _fit_order(fit: StoreFit) -> tuple[bool, int, float, str]:
    store = fit.offer.store
    return (not store.pickup, len(fit.lacking), inf if fit.offer.km is None else fit.offer.km, store.name_ko)
