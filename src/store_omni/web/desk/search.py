"""/desk/search: one box for an order number, a phone, an e-mail, or a name with the last four digits."""

from typing import Any

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from store_omni.customers.finding import DigitsAlone, NameAlone
from store_omni.history.finding import Found, find, recent_customers
from store_omni.journal.actors import Actor
from store_omni.journal.looking import note_look
from store_omni.kit.database import WriteSession
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import page, see_other
from store_omni.web.plumbing.refusing import say

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
    found, said = None, None
    if q.strip():
        try:
            found = await find(write, q)
        except (NameAlone, DigitsAlone) as refusal:
            said = say(refusal)
    if found is not None:
        only = _only(found)
        if only is not None:
            return see_other(only)
        for person in found.customers:
            await note_look(write, by=by, task="desk.search", customer_id=person.id)
        for order in found.orders:
            await note_look(write, by=by, task="desk.search", customer_id=order.customer_id, order_id=order.id)
    recent = await recent_customers(write, by=by)
    context = {"staff": staff_view(request), "q": q, "found": found, "said": said, "recent": recent}
    return page(request, "desk/search/index.html", context, status=NameAlone.status if said else 200)


SEARCH = Router(
    path="",
    guards=[staff_guard("phone", "agent", "manager")],
    dependencies={"by": Provide(by)},
    route_handlers=[home, search],
)
