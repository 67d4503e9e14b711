"""The stores: nearest first, hours said plainly, and one of them as the own."""

import asyncpg
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from store_omni.kit.clock import Clock
from store_omni.kit.errors import NotFound
from store_omni.stores.near import stores_near
from store_omni.web.shop.visiting import Visitor, Web, show

STORES_SHOWN = 40


@get("/stores")
async def stores(
    request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor], clock: NamedDependency[Clock]
) -> Response[str]:
    found = await stores_near(pool, visitor.place, count=STORES_SHOWN, chosen_id=visitor.store_id)
    return show(request, visitor, "shop/stores/index.html", {"stores": found, "now": clock.now()}, nav="stores")


@get("/stores/{code:str}")
async def store_page(
    request: Web,
    pool: NamedDependency[asyncpg.Pool],
    visitor: NamedDependency[Visitor],
    clock: NamedDependency[Clock],
    code: FromPath[str],
) -> Response[str]:
    found = await stores_near(pool, visitor.place, count=1, code=code)
    if not found:
        raise NotFound
    context = {"near": found[0], "store": found[0].store, "now": clock.now()}
    return show(request, visitor, "shop/stores/store.html", context, nav="stores")
