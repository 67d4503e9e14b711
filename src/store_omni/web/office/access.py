"""/office/access: who looked at whose record, when, from where, for what."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from store_omni.history.bulk import lookers
from store_omni.history.watching import looks
from store_omni.kit.clock import Clock
from store_omni.kit.database import ReadSession
from store_omni.web.plumbing.formats import midnight
from store_omni.web.plumbing.guarding import own_stores, staff_guard, staff_view
from store_omni.web.plumbing.pages import page, see_other, wants_fragment

Req = Request[Any, Any, Any]


@get("/")
async def home() -> Response[str]:
    return see_other("/office/access")


@get("/access")
async def access(
    request: Req,
    read: NamedDependency[ReadSession],
    clock: NamedDependency[Clock],
    staff: FromQuery[str] = "",
    order: FromQuery[str] = "",
    customer: FromQuery[UUID | None] = None,
    before: FromQuery[UUID | None] = None,
) -> Response[str]:
    """Filters: `staff` (number or name), `order` (a number: everybody who looked at its buyer), `customer` (an id)."""
    found = await looks(
        read, staff=staff.strip(), customer_id=customer, number=order.strip(), before=before, among=own_stores(request)
    )
    asked = {"staff": staff.strip(), "order": order.strip(), "customer": str(customer) if customer else ""}
    today = midnight(clock.now())
    bulk = await lookers(read, today, least=request.app.state.settings.looks_per_day) if before is None else []
    context = {"staff": staff_view(request), "nav": "access", "looks": found, "asked": asked, "lookers": bulk}
    template = "office/access/_rows.html" if wants_fragment(request) and before else "office/access/index.html"
    return page(request, template, context)


ACCESS = Router(
    path="",
    guards=[staff_guard("web", "manager")],
    route_handlers=[home, access],
)
