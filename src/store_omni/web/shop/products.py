"""Finding a product, and what every store has of it."""

import asyncpg
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from store_omni.catalog.categories import BY_KEY, CATEGORIES
from store_omni.catalog.queries import PAGE_PRODUCTS, Found, Sort, by_number, listed, product, search, shelf_sizes
from store_omni.catalog.searching import QUERY_CHARS_MAX, Reading, read_query
from store_omni.inventory.offering import best
from store_omni.kit.clock import Clock
from store_omni.kit.errors import NotFound
from store_omni.stockroom.offering import STORES_SHOWN, Stock
from store_omni.web.plumbing.pages import go_to, wants_fragment
from store_omni.web.shop.visiting import Visitor, Web, show

SORTS: tuple[Sort, ...] = ("popular", "cheap", "dear")
STORES_SHOWN_ALL = 60
PAGES_MAX = 200


@get("/products")
async def products(
    request: Web,
    pool: NamedDependency[asyncpg.Pool],
    stock: NamedDependency[Stock],
    visitor: NamedDependency[Visitor],
    q: FromQuery[str] = "",
    category: FromQuery[str] = "",
    sort: FromQuery[str] = "popular",
    at: FromQuery[int] = 1,
) -> Response[str]:
    """`at`: the page, from 1. A scanned or typed number that is one product's own leads straight to it."""
    reading = read_query(q)
    if reading.number and not wants_fragment(request):
        known = await by_number(pool, reading.number)
        if known:
            return go_to(request, f"/products/{known[0]}?sku={known[1]}")
    order: Sort = sort if sort in SORTS else "popular"
    at = min(max(at, 1), PAGES_MAX)
    found = await _find(pool, reading, category[:40], order, at)
    skus = {card.id: card.sku_ids for card in found.cards}
    spread = await stock.spreads(skus, place=visitor.place, chosen_id=visitor.store_id)
    sizes = await shelf_sizes(pool)
    context = {
        "q": q.strip()[:QUERY_CHARS_MAX],
        "found": found,
        "cards": found.cards,
        "spread": spread,
        "category": category,
        "shelf": BY_KEY.get(category),
        "shelves": [shelf for shelf in CATEGORIES if sizes.get(shelf.key)],
        "sort": order,
        "sorts": SORTS,
        "at": at,
        "has_more": found.total > at * PAGE_PRODUCTS,
    }
    template = "shop/products/_results.html" if wants_fragment(request) else "shop/products/index.html"
    return show(request, visitor, template, context, nav="products")


async def _find(pool: asyncpg.Pool, reading: Reading, category: str, sort: Sort, at: int) -> Found:
    if reading.empty:
        return await listed(pool, category=category, sort=sort, page=at)
    return await search(pool, reading, category=category, sort=sort, page=at)


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
        "all_stores": stores == "all",
    }
    template = "shop/products/_stores.html" if wants_fragment(request) else "shop/products/product.html"
    return show(request, visitor, template, context, nav="products")
