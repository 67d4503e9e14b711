"""A shopper's own page: her orders, and who looked at her data."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from store_omni.customers.own_record import looks_at
from store_omni.kit.database import ReadSession
from store_omni.orders.listing import orders_of
from store_omni.web.shop.visiting import Visitor, Web, must_be_signed_in, show


@get("/account")
async def account(
    request: Web,
    read: NamedDependency[ReadSession],
    visitor: NamedDependency[Visitor],
    at: FromQuery[int] = 1,
    had_one: FromQuery[bool] = False,
) -> Response[str]:
    shopper = must_be_signed_in(visitor)
    found = await orders_of(read, customer_id=shopper.customer_id, viewer_hash=visitor.viewer_hash, page=max(at, 1))
    context = {"orders": found.orders, "has_more": found.has_more, "at": max(at, 1), "person": shopper, "had_one": had_one}
    return show(request, visitor, "shop/account/index.html", context, nav="account")


@get("/account/looks")
async def looks(request: Web, read: NamedDependency[ReadSession], visitor: NamedDependency[Visitor]) -> Response[str]:
    shopper = must_be_signed_in(visitor)
    return show(request, visitor, "shop/account/looks.html", {"looks": await looks_at(read, shopper.customer_id)}, nav="account")
