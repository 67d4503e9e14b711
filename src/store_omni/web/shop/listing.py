"""The list of products with what the stores have of them. For a visitor of whom nothing is known it is rendered once and kept
until something that it says has changed."""

from datetime import datetime
from typing import Any

from litestar import Response

from store_omni.catalog.categories import BY_KEY, CATEGORIES
from store_omni.catalog.knowing import Asked, KnownProducts
from store_omni.catalog.queries import PAGE_PRODUCTS, Found, Sort
from store_omni.stockroom.levelling import SkuStock
from store_omni.stockroom.offering import Spread, Stock
from store_omni.web.plumbing.baking import Baked, KeptPages, render_unfilled, serve
from store_omni.web.plumbing.formats import clock_time
from store_omni.web.plumbing.texts import current_locale
from store_omni.web.shop.visiting import Visitor, Web, frame_of, show

SORTS: tuple[Sort, ...] = ("popular", "cheap", "dear")
PAGE, LIST = "shop/products/index.html", "shop/products/_results.html"
CHANNEL = "web"


class Lists:
    """One per process."""

    def __init__(self, known: KnownProducts, stock: Stock) -> None:
        self._known = known
        self._stock = stock
        self._pages = KeptPages()

    async def show(self, request: Web, visitor: Visitor, asked: Asked, template: str) -> Response[Any]:
        """A page of the list, or the list alone."""
        found, sizes = await self._known.page(asked), await self._known.shelf_sizes()
        products = {card.id: card.sku_ids for card in found.cards}
        skus = await self._skus(found)
        if not visitor.is_anybody:
            spread = await self._stock.spreads(products, skus, place=visitor.place, chosen_id=visitor.store_id)
            return show(request, visitor, template, _context(asked, found, sizes, spread, _as_of(skus)), nav="products")
        key = (current_locale(), template, request.scope["query_string"])
        same = (found, sizes, *skus)
        baked = self._pages.get(key)
        if baked is None or not baked.is_made_of(same):
            spread = await self._stock.spreads(products, skus)
            as_of = _as_of(skus)
            # Stock may have moved without a word of the page being another.
            made_of = (found, sizes, spread, clock_time(as_of) if as_of else "")
            if baked is not None and baked.made_of == made_of:
                baked.same = same
            else:
                context = frame_of(visitor, "products") | _context(asked, found, sizes, spread, as_of)
                baked = Baked(render_unfilled(request, template, context), asked, made_of, same)
                self._pages.put(key, baked)
        return serve(request, baked)

    def fresh(self, locale: str, query: bytes) -> Baked | None:
        """The whole page as it was last given for this address, if all it was made of is still what it was."""
        baked = self._pages.get((locale, PAGE, query))
        if baked is None:
            return None
        found, sizes = self._known.peek(baked.asked)
        if found is None or found is not baked.same[0] or sizes is not baked.same[1]:
            return None
        skus = self._stock.snapshot.of(CHANNEL).peek_all(_sku_ids(found))
        return baked if skus is not None and baked.is_made_of((found, sizes, *skus)) else None

    async def _skus(self, found: Found) -> list[SkuStock]:
        """All SKUs of the page, in a fixed order."""
        ids, kept = _sku_ids(found), self._stock.snapshot.of(CHANNEL)
        return kept.peek_all(ids) or list((await kept.get_many(ids)).values())


def _sku_ids(found: Found) -> list[int]:
    return [sku for card in found.cards for sku in card.sku_ids]


def _as_of(skus: list[SkuStock]) -> datetime | None:
    return min((sku.as_of for sku in skus), default=None)


def _context(
    asked: Asked, found: Found, sizes: dict[str, int], spread: dict[int, Spread], as_of: datetime | None
) -> dict[str, Any]:
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
