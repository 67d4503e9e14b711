"""/counter/customers: the same search, record and history as at the desk, for the clerk whom the customer stands before."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from store_omni.customers.finding import NameAlone
from store_omni.customers.queries import customer_by_id
from store_omni.history.queries import timeline
from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import page, see_other
from store_omni.web.plumbing.searching_people import search_people

Req = Request[Any, Any, Any]


@get("/")
async def search(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], q: FromQuery[str] = ""
) -> Response[str]:
    found, said = await search_people(request, write, q, by=by, task="counter.search")
    if found and found.only_customer:
        return see_other(f"/counter/customers/{found.only_customer.id}")
    context = {"staff": staff_view(request), "nav": "customers", "q": q, "found": found, "said": said}
    return page(request, "counter/customers/index.html", context, status=NameAlone.status if said else 200)


@get("/{customer_id:uuid}")
async def show(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    customer_id: FromPath[UUID],
    before: FromQuery[UUID | None] = None,
) -> Response[str]:
    customer = await customer_by_id(write, customer_id)
    context = {
        "staff": staff_view(request),
        "nav": "customers",
        "customer": customer,
        "timeline": await timeline(write, by=by, customer_id=customer.id, before=before, task="counter.customer"),
        "more_url": f"/counter/customers/{customer.id}",
    }
    return page(request, "shared/_history.html" if before else "counter/customers/show.html", context)


CUSTOMERS = Router(
    path="/customers",
    guards=[staff_guard("counter", "clerk")],
    dependencies={"by": Provide(by)},
    route_handlers=[search, show],
)
