"""Searching products. The answer to a search is kept as bytes for as long as nothing that it says has changed."""

from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, get
from litestar.params import FromQuery

from store_omni.catalog.knowing import Asked, KnownProducts
from store_omni.catalog.queries import Found
from store_omni.catalog.searching import QUERY_CHARS_MAX
from store_omni.kit.errors import N_, InvalidInput
from store_omni.stockroom.levelling import SkuStock
from store_omni.stockroom.offering import Spread, Stock
from store_omni.web.api.declaring import reading
from store_omni.web.api.entering import caller_from_cache
from store_omni.web.api.shapes import CardOut, FoundOut
from store_omni.web.plumbing.pages import named
from store_omni.web.plumbing.texts import current_locale

CHANNEL = "api"
PAGES_MAX = 1000
KEPT_MAX = 500
Same = tuple[Found, list[SkuStock]]


class Searches:
    """One per process."""

    def __init__(self, known: KnownProducts, stock: Stock) -> None:
        self._known = known
        self._stock = stock
        self._kept: dict[tuple[str, Asked], tuple[Same, bytes]] = {}

    async def answer(self, asked: Asked) -> bytes:
        """In the present language. `as_of` in it: the oldest of its figures."""
        found = await self._known.page(asked)
        ids = [sku for card in found.cards for sku in card.sku_ids]
        levels = self._stock.snapshot.of(CHANNEL)
        skus = levels.peek_all(ids) or list((await levels.get_many(ids)).values())
        key = (current_locale(), asked)
        kept = self._kept.get(key)
        if kept is not None and _is_same(kept[0], (found, skus)):
            return kept[1]
        spread = await self._stock.spreads({card.id: card.sku_ids for card in found.cards}, skus)
        body = msgspec.json.encode(_out(found, spread, skus))
        self._kept.pop(key, None)
        self._kept[key] = ((found, skus), body)
        while len(self._kept) > KEPT_MAX:
            del self._kept[next(iter(self._kept))]
        return body


def _is_same(one: Same, other: Same) -> bool:
    """Made from the very same objects, which takes no comparing of what they hold."""
    return one[0] is other[0] and len(one[1]) == len(other[1]) and all(a is b for a, b in zip(one[1], other[1], strict=True))


def _out(found: Found, spread: dict[int, Spread], skus: list[SkuStock]) -> FoundOut:
    cards = [
        CardOut(card.code, named(card), card.brand, card.category, card.price_minor, spread[card.id].stores)
        for card in found.cards
    ]
    return FoundOut(found.total, found.guessed, cards, min((sku.as_of for sku in skus), default=None))


@get("/products", operation_id="search_products", responses=reading(), media_type=MediaType.JSON)
async def products(request: Request[Any, Any, Any], q: FromQuery[str], page: FromQuery[int] = 1) -> Response[FoundOut]:
    """Forgives Korean typing: particles, spacing, half-typed syllables, initials; English names and barcodes too."""
    await caller_from_cache(request, "stock:read")
    if not 1 <= page <= PAGES_MAX:
        raise InvalidInput({"page": N_("Please enter a whole number in the allowed range.")})
    searches: Searches = request.app.state.searches
    body: Any = await searches.answer(Asked(q.strip()[:QUERY_CHARS_MAX], page=page))
    return Response(body)


SEARCHES = Router(path="", tags=["stock"], route_handlers=[products])
