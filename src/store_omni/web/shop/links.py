"""The way back from a mail: one link, one button, one order."""

import asyncpg
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from store_omni.kit.ids import secret_token
from store_omni.orders.errors import LinkSpent
from store_omni.orders.granting import VIEWER_DAYS, link_alive, open_link
from store_omni.web.plumbing.pages import go_to
from store_omni.web.shop.visiting import VIEWER_COOKIE, Visitor, Web, keep, show


@get("/o/{token:str}")
async def link_page(
    request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor], token: FromPath[str]
) -> Response[str]:
    """Looking uses nothing up: mail scanners look before the person does."""
    if not await link_alive(pool, token, viewer=visitor.viewer):
        raise LinkSpent(next_url="/orders/lookup")
    return show(request, visitor, "shop/links/link.html", {"token": token}, nav="orders")


@post("/o/{token:str}", status_code=303)
async def use_link(
    request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor], token: FromPath[str]
) -> Response[str]:
    viewer = visitor.viewer or secret_token()
    number = await open_link(pool, token, viewer=viewer)
    answer = go_to(request, f"/orders/{number}")
    keep(request, answer, VIEWER_COOKIE, viewer, VIEWER_DAYS)
    return answer
