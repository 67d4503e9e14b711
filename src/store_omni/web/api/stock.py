"""Stores, products and what each store can promise of them."""

from datetime import UTC, datetime
from time import monotonic

import asyncpg
import msgspec
from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from store_omni.catalog.knowing import KnownSkus
from store_omni.catalog.queries import product as product_by_code
from store_omni.kit.errors import N_, InvalidInput, NotFound
from store_omni.stockroom.levelling import SkuStock
from store_omni.stockroom.offering import Stock
from store_omni.stores.knowing import Stores
from store_omni.stores.near import Place, stores_near
from store_omni.web.api.declaring import reading, reading_openly
from store_omni.web.api.entering import verb_guard
from store_omni.web.api.shapes import AvailabilityOut, ProductOut, SkuOut, StoreOut, offer_out, store_out
from store_omni.web.plumbing.pages import named

STORES_MAX = 100
CHANNEL = "api"


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


@get("/products/{code:str}", operation_id="get_product", responses=reading())
async def product(pool: NamedDependency[asyncpg.Pool], code: FromPath[str]) -> ProductOut:
    found = await product_by_code(pool, code)
    if found is None:
        raise NotFound
    return ProductOut(
        found.code, named(found), found.brand, found.category, named(found, "description"),
        [SkuOut(sku.code, sku.gtin, named(sku, "option"), sku.price_minor, sku.currency) for sku in found.skus],
    )  # fmt: skip


@get("/skus/{sku:str}/availability", operation_id="get_availability", responses=reading_openly(), security=[{}])
async def availability(
    known_skus: NamedDependency[KnownSkus],
    stock: NamedDependency[Stock],
    sku: FromPath[str],
    latitude: FromQuery[float | None] = None,
    longitude: FromQuery[float | None] = None,
) -> Response[AvailabilityOut]:
    """What each store can promise of this SKU, nearest first where a position is given. Open to everybody, like the shelves
    themselves: it needs no token. The stock was read at `as_of`, seconds ago (header Age); placing an order asks anew."""
    sku_id = (await known_skus.ids([sku])).get(sku)
    held = (await stock.of([sku_id], channel=CHANNEL)).get(sku_id) if sku_id is not None else None
    if held is None or not held.sold:
        raise NotFound
    place = _place(latitude, longitude)
    headers = {"age": str(int(monotonic() - held.read_at)), "cache-control": "no-store", "vary": "accept-language, cookie"}
    return Response(_availability(stock, await stock.stores.all(), held, place), headers=headers)


def _availability(stock: Stock, stores: Stores, sku: SkuStock, place: Place | None = None) -> AvailabilityOut:
    found = stock.offers_in(stores, sku, now=datetime.now(UTC), place=place, count=STORES_MAX)
    return AvailabilityOut(sku.code, found.as_of, [offer_out(offer) for offer in found.offers])


def write_availability(stock: Stock, stores: Stores, sku: SkuStock) -> bytes:
    """The answer without distances, for the front."""
    return msgspec.json.encode(_availability(stock, stores, sku))


# Readable without a token.
OPEN_STOCK = Router(path="", tags=["stock"], route_handlers=[availability])
STOCK = Router(path="", tags=["stock"], guards=[verb_guard("stock:read")], route_handlers=[stores, product])
