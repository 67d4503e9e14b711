"""/desk/customers/{id}: who it is, what is open, everything that happened, and what happened today."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from store_omni.customers.queries import customer_by_id
from store_omni.history.gathering import orders_of
from store_omni.history.queries import EntryView, timeline
from store_omni.journal.actors import Actor
from store_omni.kit.clock import Clock
from store_omni.kit.database import WriteSession
from store_omni.web.plumbing.formats import midnight
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import page

Req = Request[Any, Any, Any]


def failures_first(entries: list[EntryView]) -> list[EntryView]:
    return sorted(entries, key=lambda entry: not entry.failed)


@get("/{customer_id:uuid}")
async def show(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    clock: NamedDependency[Clock],
    customer_id: FromPath[UUID],
) -> Response[str]:
    customer = await customer_by_id(write, customer_id)
    today = await timeline(write, by=by, customer_id=customer.id, since=midnight(clock.now()))
    context = {
        "staff": staff_view(request),
        "customer": customer,
        "cards": await orders_of(write, customer.id),
        "timeline": await timeline(write, by=by, customer_id=customer.id, task="desk.customer"),
        "more_url": f"/desk/customers/{customer.id}/history",
        "today": failures_first(today.entries),
    }
    return page(request, "desk/customers/show.html", context)


@get("/{customer_id:uuid}/history")
async def history(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    customer_id: FromPath[UUID],
    before: FromQuery[UUID | None] = None,
) -> Response[str]:
    customer = await customer_by_id(write, customer_id)
    older = await timeline(write, by=by, customer_id=customer.id, before=before, task="desk.history")
    context = {"staff": staff_view(request), "timeline": older, "more_url": f"/desk/customers/{customer.id}/history"}
    return page(request, "shared/_history.html", context)


CUSTOMERS = Router(
    path="/customers",
    guards=[staff_guard("phone", "agent", "manager")],
    dependencies={"by": Provide(by)},
    route_handlers=[show, history],
)
