"""/office: what is off today, the headline first. /office/components: every component in every state."""

from typing import Any

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency

from store_omni.kit.database import ReadSession
from store_omni.kit.errors import NotFound
from store_omni.reporting.queries import today_by_store
from store_omni.web.plumbing.guarding import own_stores, staff_guard, staff_view
from store_omni.web.plumbing.pages import page

Req = Request[Any, Any, Any]


@get("/")
async def today(request: Req, read: NamedDependency[ReadSession]) -> Response[str]:
    stores = await today_by_store(read, among=own_stores(request))
    return page(request, "office/today/index.html", {"staff": staff_view(request), "nav": "today", "stores": stores})


@get("/components")
async def components(request: Req) -> Response[str]:
    """For those who build pages. Errors: `NotFound` on any address but this machine's own."""
    if not request.app.state.settings.local:
        raise NotFound
    return page(request, "office/components/index.html", {"staff": staff_view(request), "nav": "components"})


TODAY = Router(path="", guards=[staff_guard("office", "manager")], route_handlers=[today, components])
