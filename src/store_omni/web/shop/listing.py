"""The list of products with what the stores have of them. For a visitor of whom nothing is known it is rendered once and kept
until something that it says has changed."""

from datetime import datetime
from typing import Any

from litestar import Response

from store_omni.catalog.categories import BY_KEY, CATEGORIES
from store_omni.catalog.knowing import Asked, KnownProducts
from store_omni.catalog.queries import PAGE_PRODUCTS, Found, Sort
from store_omni.stockroom.levelling import SkuStock
from store_omni.stockroom.offering import Stock
from store_omni.web.plumbing.baking import KeptPages, bake, serve
from store_omni.web.plumbing.formats import clock_time
from store_omni.web.plumbing.texts import current_locale
from store_omni.web.shop.visiting import Visitor, Web, frame_of, show

SORTS: tuple[Sort, ...] = ("popular", "cheap", "dear")
CHANNEL = "web"


async def list_page(request: Web, visitor: Visitor, asked: Asked, template: str) -> Response[Any]:
    """A page of the list, or the list alone."""
    known: KnownProducts = request.app.state.known_products
    stock: Stock = request.app.state.stock
    found, sizes = await known.page(asked), await known.shelf_sizes()
    skus = await _skus(stock, found)
    if not visitor.is_anybody:
        spread = await stock.spreads(_products(found), skus, place=visitor.place, chosen_id=visitor.store_id)
        return show(request, visitor, template, _context(asked, found, sizes, spread, _as_of(skus)), nav="products")
    pages: KeptPages = request.app.state.kept_pages
    key = (current_locale(), template, request.url.path, request.url.query)
    same = (found, sizes, *skus)
    baked = pages.get(key)
    if baked is None or not baked.is_made_of(same):
        spread = await stock.spreads(_products(found), skus)
        as_of = _as_of(skus)
        # Stock may have moved without a word of the page being another.
        made_of = (found, sizes, spread, clock_time(as_of) if as_of else "")
        if baked is not None and baked.made_of == made_of:
            baked.same = same
        else:
            context = frame_of(visitor, "products") | _context(asked, found, sizes, spread, as_of)
            baked = bake(request, template, context, made_of, same)
            pages.put(key, baked)
    return serve(request, baked)


def _products(found: Found) -> dict[int, list[int]]:
    return {card.id: card.sku_ids for card in found.cards}


async def _skus(stock: Stock, found: Found) -> list[SkuStock]:
    """All SKUs of the page, in a fixed order."""
    ids = [sku for card in found.cards for sku in card.sku_ids]
    kept = stock.snapshot.of(CHANNEL)
    return kept.peek_all(ids) or list((await kept.get_many(ids)).values())


def _as_of(skus: list[SkuStock]) -> datetime | None:
    return min((sku.as_of for sku in skus), default=None)


def _context(asked: Asked, found: Found, sizes: dict[str, int], spread: dict[int, Any], as_of: datetime | None) -> dict[str, Any]:
    return {
        "q": asked.typed,
        "found": found,
        "cards": found.cards,
        "spread": spread,
        "as_of": as_of,
        "category": asked.category,
        "shelf": BY_KEY.get(asked.category),
        "shelves": [shelf for shelf in CATEGORIES if sizes.get(shelf.key)],
        "sort": asked.sort,
        "sorts": SORTS,
        "at": asked.page,
        "has_more": found.total > asked.page * PAGE_PRODUCTS,
    }
