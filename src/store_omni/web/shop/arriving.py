"""/orders/{number}/check-in: “I'm here”."""

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from store_omni.kit.database import WriteSession
from store_omni.kit.errors import NotFound
from store_omni.orders.queries import order_for_shopper
from store_omni.pickup.checking_in import check_in
from store_omni.web.plumbing.pages import go_to
from store_omni.web.shop.visiting import Visitor, Web


@post("/orders/{number:str}/check-in", status_code=303)
async def arrive(
    request: Web, write: NamedDependency[WriteSession], visitor: NamedDependency[Visitor], number: FromPath[str]
) -> Response[str]:
    order = await order_for_shopper(write, number, customer_id=visitor.customer_id, viewer_hash=visitor.viewer_hash)
    if order.fulfilment is None:
        raise NotFound
    await check_in(write, order.fulfilment.id, by=visitor.actor(order.contact_name))
    return go_to(request, f"/orders/{order.number}")
