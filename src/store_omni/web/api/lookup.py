"""Finding and reading orders."""

from typing import Any, Literal

import msgspec
from litestar import Request, Router, get
from litestar.params import FromPath, FromQuery

from store_omni.customers.finding import DigitsAlone, NameAlone, read_search
from store_omni.kit.errors import N_, InvalidInput, SignInNeeded
from store_omni.orders.looking_up import FoundOrder, find_orders, look_up
from store_omni.web.api.declaring import reading
from store_omni.web.api.entering import bearer_of, turn_away
from store_omni.web.api.shapes import OrderOut, order_out
from store_omni.web.plumbing.guarding import source_of
from store_omni.web.plumbing.searching_people import search_key

Req = Request[Any, Any, Any]


@get("/orders/{number:str}", operation_id="get_order", responses=reading())
async def get_order(request: Req, number: FromPath[str]) -> OrderOut:
    """For its buyer's app, or a service with `orders:read` at its store. A service's look at a customer's order is written down,
    like anybody's."""
    try:
        key = search_key(request)
        return order_out(await look_up(request.app.state.pool, bearer_of(request), number, source=source_of(request), key=key))
    except SignInNeeded:
        await turn_away(request)


class FoundOrdersOut(msgspec.Struct, frozen=True):
    """Newest first, at most 20."""

    orders: list[FoundOrder]


def _sought(q: str) -> tuple[Literal["order", "phone", "email"], str]:
    """Errors: `InvalidInput`: a name opens nothing here."""
    try:
        readings = read_search(q)
    except (NameAlone, DigitsAlone):
        readings = []
    for sought in readings:
        if sought.kind != "name":
            return sought.kind, sought.value
    raise InvalidInput({"q": N_("Send an order number, a whole phone number or an e-mail address.")})


@get("/orders", operation_id="find_orders", responses=reading())
async def find(request: Req, q: FromQuery[str]) -> FoundOrdersOut:
    """By number, phone number or e-mail address. A service with `orders:read` finds those at its stores, and each that it is shown
    is written down; a shopper's app finds her own."""
    token, (kind, value) = bearer_of(request), _sought(q)
    try:
        key = search_key(request)
        found = await find_orders(request.app.state.pool, token, kind, value, source=source_of(request), key=key)
    except SignInNeeded:
        await turn_away(request)
    return FoundOrdersOut(found)


LOOKUP = Router(path="", tags=["orders"], route_handlers=[get_order, find])
