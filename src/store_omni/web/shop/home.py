"""The first page: search, where you are, the shelves, and what people like."""

import asyncpg
from litestar import Response, get
from litestar.di import NamedDependency

from store_omni.catalog.categories import CATEGORIES
from store_omni.catalog.knowing import Asked, KnownProducts
from store_omni.stockroom.offering import Stock
from store_omni.stores.near import stores_near
from store_omni.web.shop.visiting import Visitor, Web, show

POPULAR_SHOWN = 12


@get("/")
async def home(
    request: Web,
    pool: NamedDependency[asyncpg.Pool],
    known_products: NamedDependency[KnownProducts],
    stock: NamedDependency[Stock],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    popular = (await known_products.page(Asked())).cards[:POPULAR_SHOWN]
    skus = {card.id: card.sku_ids for card in popular}
    spread = await stock.spreads(skus, place=visitor.place, chosen_id=visitor.store_id)
    sizes = await known_products.shelf_sizes()
    near = await stores_near(pool, visitor.place, count=1, chosen_id=visitor.store_id)
    context = {
        "cards": popular,
        "spread": spread,
        "shelves": [shelf for shelf in CATEGORIES if sizes.get(shelf.key)],
        "near": near[0] if near and visitor.place else None,
    }
    return show(request, visitor, "shop/home/index.html", context, nav="home")
