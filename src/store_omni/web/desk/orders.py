"""/desk/orders/{number}: one order as its buyer tells about it, and what an agent can do for her."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from store_omni.customers.queries import CustomerView, customer_by_id
from store_omni.fulfilling.cancelling import OFF_THE_WAY, cancel_order
from store_omni.fulfilling.cancelling import REASONS as CANCEL_REASONS
from store_omni.history.finding import order_named
from store_omni.history.queries import timeline
from store_omni.journal.actors import Actor
from store_omni.journal.looking import note_look
from store_omni.journal.operations import once
from store_omni.kit.database import WriteSession
from store_omni.kit.signing import Signer
from store_omni.notifications.queries import messages_of
from store_omni.orders.queries import order_by_id
from store_omni.returns.queries import returns_of, sold
from store_omni.returns.requesting import REASONS as RETURN_REASONS
from store_omni.returns.requesting import request_return
from store_omni.returns.withdrawing import withdraw_return
from store_omni.stores.queries import stores_by_id
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import go_to, page
from store_omni.web.plumbing.returning import asked_lines
from store_omni.web.plumbing.searching_people import searching
from store_omni.web.plumbing.units import operation_key

Req = Request[Any, Any, Any]


async def _buyer(session: WriteSession, customer_id: UUID | None) -> CustomerView | None:
    return await customer_by_id(session, customer_id) if customer_id is not None else None


@get("/{number:str}")
async def show(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], number: FromPath[str]
) -> Response[str]:
    async with searching(request, by=by, task="desk.order", question="order", asked=number):
        order = await order_by_id(write, await order_named(write, number))
    await note_look(write, by=by, task="desk.order", customer_id=order.customer_id, order_id=order.id)
    stores = await stores_by_id(write, [order.fulfilment.store_id]) if order.fulfilment else {}
    found = await returns_of(write, order.id)
    sale = await sold(write, order.id)
    context = {
        "staff": staff_view(request),
        "order": order,
        "store": next(iter(stores.values()), None),
        "customer": await _buyer(write, order.customer_id),
        "returns": found,
        "open_return": next((one for one in found if one.reception == "requested"), None),
        "sale": sale,
        "may_cancel": order.state in ("confirmed", "pending_payment"),
        "off_the_shelf": order.fulfilment is not None and order.fulfilment.state not in (*OFF_THE_WAY, "allocated"),
        "cancel_reasons": CANCEL_REASONS,
        "return_reasons": RETURN_REASONS,
        "messages": await messages_of(write, order.id),
        "timeline": await timeline(write, by=by, order_id=order.id),
        "more_url": f"/desk/orders/{order.number}/history",
    }
    return page(request, "desk/orders/show.html", context)


@get("/{number:str}/history")
async def history(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    number: FromPath[str],
    before: FromQuery[UUID | None] = None,
) -> Response[str]:
    order = await order_by_id(write, await order_named(write, number))
    await note_look(write, by=by, task="desk.history", customer_id=order.customer_id, order_id=order.id)
    older = await timeline(write, by=by, order_id=order.id, before=before)
    context = {"staff": staff_view(request), "timeline": older, "more_url": f"/desk/orders/{number}/history"}
    return page(request, "shared/_history.html", context)


@post("/{number:str}/cancellation", status_code=200)
async def cancellation(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], number: FromPath[str]
) -> Response[str]:
    """Cannot be undone, so the page asks first and a reason is needed."""
    form = await read_form(request)
    checks = Checks(form)
    reason = checks.one_of("reason", tuple(CANCEL_REASONS))
    checks.done()
    order_id, note = await order_named(write, number), form.get("note", "")

    async def work() -> dict[str, Any]:
        await cancel_order(write, order_id, reason=reason, note=note, by=by)
        return {}

    await once(write, operation_key(request, form), ["cancel", str(order_id), reason, note], by, work)
    return go_to(request, f"/desk/orders/{number}")


@post("/{number:str}/return", status_code=200)
async def start_return(
    request: Req,
    write: NamedDependency[WriteSession],
    signer: NamedDependency[Signer],
    by: NamedDependency[Actor],
    number: FromPath[str],
) -> Response[str]:
    form = await read_form(request)
    checks = Checks(form)
    reason = checks.one_of("reason", tuple(RETURN_REASONS))
    asked = asked_lines(form, checks)
    checks.done()
    order_id, note = await order_named(write, number), form.get("note", "")

    async def work() -> dict[str, Any]:
        made = await request_return(write, signer, order_id, asked=asked, reason=reason, note=note, by=by)
        return {"number": made.number}

    await once(write, operation_key(request, form), ["return", str(order_id), asked, reason, note], by, work)
    return go_to(request, f"/desk/orders/{number}")


@post("/{number:str}/return/cancellation", status_code=200)
async def withdraw(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], number: FromPath[str]
) -> Response[str]:
    order_id = await order_named(write, number)
    for one in await returns_of(write, order_id):
        if one.reception == "requested":
            await withdraw_return(write, one.id, by=by)
    return go_to(request, f"/desk/orders/{number}")


ORDERS = Router(
    path="/orders",
    guards=[staff_guard("phone", "agent", "manager")],
    dependencies={"by": Provide(by)},
    route_handlers=[show, history, cancellation, start_return, withdraw],
)
