"""/desk/search: one box for an order number, a phone, an e-mail, or a name with the last four digits."""

from typing import Any

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from store_omni.customers.finding import NameAlone
from store_omni.history.finding import Found, recent_customers
from store_omni.journal.actors import Actor
from store_omni.journal.looking import Record, note_looks
from store_omni.kit.database import WriteSession
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import page, see_other
from store_omni.web.plumbing.searching_people import search_people

Req = Request[Any, Any, Any]


@get("/")
async def home() -> Response[str]:
    return see_other("/desk/search")


def _only(found: Found) -> str | None:
    """The address of the one thing that was found: nobody wants to click on a list of one."""
    if found.only_order is not None:
        return f"/desk/orders/{found.only_order.number}"
    if found.only_customer is not None:
        return f"/desk/customers/{found.only_customer.id}"
    return None


@get("/search")
async def search(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], q: FromQuery[str] = ""
) -> Response[str]:
    found, said = await search_people(request, write, q, by=by, task="desk.search")
    if found is not None and (only := _only(found)) is not None:
        return see_other(only)
    recent = await recent_customers(write, by=by)
    await note_looks(write, [Record(person.id) for person in recent], by=by, task="desk.recent", hourly=True)
    context = {"staff": staff_view(request), "q": q, "found": found, "said": said, "recent": recent}
    return page(request, "desk/search/index.html", context, status=NameAlone.status if said else 200)


SEARCH = Router(
    path="",
    guards=[staff_guard("phone", "agent", "manager")],
    dependencies={"by": Provide(by)},
    route_handlers=[home, search],
)
