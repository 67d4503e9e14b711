"""Finding a product, and what every store has of it."""

from functools import lru_cache
from typing import Any

import asyncpg
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from store_omni.catalog.categories import BY_KEY
from store_omni.catalog.knowing import Asked
from store_omni.catalog.queries import Sort, by_number, parts_of, product
from store_omni.catalog.searching import QUERY_CHARS_MAX, read_query
from store_omni.inventory.offering import best
from store_omni.kit.clock import Clock
from store_omni.kit.errors import NotFound
from store_omni.orders.basketing import LINE_UNITS_MAX
from store_omni.stockroom.offering import STORES_SHOWN, Stock
from store_omni.web.plumbing.pages import go_to, wants_fragment
from store_omni.web.shop.listing import LIST, PAGE, SORTS, Lists
from store_omni.web.shop.visiting import Visitor, Web, show

STORES_SHOWN_ALL = 60
PAGES_MAX = 200


@lru_cache(maxsize=1024)
def number_in(typed: str) -> str:
    """The barcode or code that this may be, else empty."""
    return read_query(typed).number or ""


@get("/products")
async def products(
    request: Web,
    pool: NamedDependency[asyncpg.Pool],
    visitor: NamedDependency[Visitor],
    q: FromQuery[str] = "",
    category: FromQuery[str] = "",
    sort: FromQuery[str] = "popular",
    at: FromQuery[int] = 1,
) -> Response[Any]:
    """`at`: the page, from 1. A scanned or typed number that is one product's own leads straight to it."""
    fragment = wants_fragment(request)
    number = number_in(q) if q else ""
    if number and not fragment:
        known = await by_number(pool, number)
        if known:
            return go_to(request, f"/products/{known[0]}?sku={known[1]}")
    order: Sort = sort if sort in SORTS else "popular"
    asked = Asked(q.strip()[:QUERY_CHARS_MAX], category[:40], order, min(max(at, 1), PAGES_MAX))
    lists: Lists = request.app.state.lists
    return await lists.show(request, visitor, asked, LIST if fragment else PAGE)


@get("/products/{code:str}")
async def product_page(
    request: Web,
    pool: NamedDependency[asyncpg.Pool],
    stock: NamedDependency[Stock],
    visitor: NamedDependency[Visitor],
    clock: NamedDependency[Clock],
    code: FromPath[str],
    sku: FromQuery[int | None] = None,
    stores: FromQuery[str] = "",
) -> Response[str]:
    """`sku`: the variant looked at; `stores=all`: more than the nearest."""
    found = await product(pool, code)
    if found is None:
        raise NotFound
    chosen = found.sku(sku)
    count = STORES_SHOWN_ALL if stores == "all" else STORES_SHOWN
    offers = await stock.offers(chosen.id, now=clock.now(), place=visitor.place, chosen_id=visitor.store_id, count=count)
    context = {
        "product": found,
        "sku": chosen,
        "offers": offers,
        "best": best(offers.offers, visitor.store_id),
        "chosen": next((offer for offer in offers.offers if offer.store.id == visitor.store_id), None),
        "shelf": BY_KEY.get(found.category),
        "units_max": LINE_UNITS_MAX,
        "all_stores": stores == "all",
        "parts": await parts_of(pool, chosen.id) if chosen.kind == "bundle" else [],
    }
    template = "shop/products/_stores.html" if wants_fragment(request) else "shop/products/product.html"
    return show(request, visitor, template, context, nav="products")
