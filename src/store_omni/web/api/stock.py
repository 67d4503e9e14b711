"""Stores, products and what each store can promise of them."""

from typing import Any

import asyncpg
from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from store_omni.catalog.queries import product as product_by_code
from store_omni.catalog.queries import search, skus_by_code
from store_omni.catalog.searching import read_query
from store_omni.inventory.queries import offers_for, spread_of
from store_omni.kit.clock import Clock
from store_omni.kit.errors import N_, InvalidInput, NotFound
from store_omni.stores.near import Place, stores_near
from store_omni.web.api.declaring import reading
from store_omni.web.api.entering import verb_guard
from store_omni.web.api.shapes import AvailabilityOut, CardOut, FoundOut, OfferOut, ProductOut, SkuOut, StoreOut, store_out
from store_omni.web.plumbing.pages import named

STORES_MAX = 100


def _place(latitude: float | None, longitude: float | None) -> Place | None:
    if latitude is None or longitude is None:
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise InvalidInput({"latitude": N_("Latitude is −90 to 90 degrees, longitude −180 to 180.")})
    return Place(latitude, longitude)


@get("/stores", operation_id="list_stores", responses=reading())
async def stores(
    pool: NamedDependency[asyncpg.Pool], latitude: FromQuery[float | None] = None, longitude: FromQuery[float | None] = None
) -> list[StoreOut]:
    """Active stores, nearest first where a position is given."""
    found = await stores_near(pool, _place(latitude, longitude), count=STORES_MAX)
    return [store_out(near.store) for near in found]


@get("/products", operation_id="search_products", responses=reading())
async def products(pool: NamedDependency[asyncpg.Pool], q: FromQuery[str], page: FromQuery[int] = 1) -> FoundOut:
    """Forgives Korean typing: particles, spacing, half-typed syllables, initials; English names and barcodes too."""
    if not 1 <= page <= 1000:
        raise InvalidInput({"page": N_("Please enter a whole number in the allowed range.")})
    found = await search(pool, read_query(q), page=page)
    spread = await spread_of(pool, [card.id for card in found.cards])
    return FoundOut(
        found.total,
        found.guessed,
        [
            CardOut(
                card.code, named(card), card.brand, card.category, card.price_minor,
                spread[card.id].stores if card.id in spread else 0,
            )
            for card in found.cards
        ],
    )  # fmt: skip


@get("/products/{code:str}", operation_id="get_product", responses=reading())
async def product(pool: NamedDependency[asyncpg.Pool], code: FromPath[str]) -> ProductOut:
    found = await product_by_code(pool, code)
    if found is None:
        raise NotFound
    return ProductOut(
        found.code, named(found), found.brand, found.category, named(found, "description"),
        [SkuOut(sku.code, sku.gtin, named(sku, "option"), sku.price_minor, sku.currency) for sku in found.skus],
    )  # fmt: skip


@get("/skus/{sku:str}/availability", operation_id="get_availability", responses=reading())
async def availability(
    request: Request[Any, Any, Any],
    pool: NamedDependency[asyncpg.Pool],
    clock: NamedDependency[Clock],
    sku: FromPath[str],
    latitude: FromQuery[float | None] = None,
    longitude: FromQuery[float | None] = None,
) -> AvailabilityOut:
    """What each store can promise of this SKU now, nearest first where a position is given."""
    sku_id = (await skus_by_code(pool, [sku])).get(sku)
    if sku_id is None:
        raise NotFound
    place = _place(latitude, longitude)
    found = await offers_for(pool, sku_id, now=clock.now(), place=place, channel="api", count=STORES_MAX)
    return AvailabilityOut(
        sku,
        found.as_of,
        [
            OfferOut(
                offer.store.code, named(offer.store), offer.km, offer.label, offer.free, offer.reason, offer.ready_by
            )
            for offer in found.offers
        ],
    )  # fmt: skip


STOCK = Router(
    path="", tags=["stock"], guards=[verb_guard("stock:read")], route_handlers=[stores, products, product, availability]
)
