"""/orders/{number}/return: a shopper asks to bring something back, and shows its code at any store."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from store_omni.journal.operations import once
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import NotFound
from store_omni.kit.signing import Signer
from store_omni.orders.queries import OrderView, order_for_shopper
from store_omni.passes.drawing import draw_qr
from store_omni.returns.queries import ReturnView, live_code, returns_of, sold
from store_omni.returns.requesting import REASONS, request_return
from store_omni.returns.withdrawing import withdraw_return
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.pages import go_to
from store_omni.web.plumbing.returning import asked_lines
from store_omni.web.plumbing.units import operation_key
from store_omni.web.shop.visiting import Visitor, Web, show


async def _own(session: ReadSession, visitor: Visitor, number: str) -> OrderView:
    """Errors: `NotFound`, also for another person's."""
    return await order_for_shopper(session, number, customer_id=visitor.customer_id, viewer_hash=visitor.viewer_hash)


async def _open(session: ReadSession, order: OrderView) -> ReturnView | None:
    found = await returns_of(session, order.id)
    return next((one for one in found if one.reception == "requested"), None)


@get("/orders/{number:str}/return")
async def return_page(
    request: Web, read: NamedDependency[ReadSession], visitor: NamedDependency[Visitor], number: FromPath[str]
) -> Response[str]:
    order = await _own(read, visitor, number)
    found = await returns_of(read, order.id)
    opened = next((one for one in found if one.reception == "requested"), None)
    context = {
        "order": order,
        "opened": opened,
        "has_code": opened is not None and await live_code(read, opened) is not None,
        "received": [one for one in found if one.reception == "received"],
        "sale": await sold(read, order.id),
        "reasons": REASONS,
    }
    return show(request, visitor, "shop/returns/return.html", context, nav="orders")


@get("/orders/{number:str}/return/qr")
async def return_qr(
    read: NamedDependency[ReadSession], signer: NamedDependency[Signer], visitor: NamedDependency[Visitor], number: FromPath[str]
) -> Response[bytes]:
    """Drawn anew each time it is looked at; the code itself is stored nowhere."""
    opened = await _open(read, await _own(read, visitor, number))
    live = await live_code(read, opened) if opened is not None else None
    if live is None:
        raise NotFound
    return Response(draw_qr(live.code(signer)), media_type="image/svg+xml", headers={"cache-control": "no-store"})


@post("/orders/{number:str}/return", status_code=303)
async def ask_return(
    request: Web,
    write: NamedDependency[WriteSession],
    signer: NamedDependency[Signer],
    visitor: NamedDependency[Visitor],
    number: FromPath[str],
) -> Response[str]:
    form = await read_form(request)
    order = await _own(write, visitor, number)
    checks = Checks(form)
    reason = checks.one_of("reason", tuple(REASONS))
    asked = asked_lines(form, checks)
    checks.done()
    by, note = visitor.actor(order.contact_name), form.get("note", "")

    async def work() -> dict[str, Any]:
        made = await request_return(
            write, signer, order.id, asked=asked, reason=reason, note=note, by=by, viewer_hash=visitor.viewer_hash
        )
        return {"number": made.number}

    await once(write, operation_key(request, form), ["return", str(order.id), asked, reason, note], by, work)
    return go_to(request, f"/orders/{order.number}/return")


@post("/orders/{number:str}/return/cancellation", status_code=303)
async def withdraw(
    request: Web, write: NamedDependency[WriteSession], visitor: NamedDependency[Visitor], number: FromPath[str]
) -> Response[str]:
    """The goods stay where they are; sent twice it says the same."""
    order = await _own(write, visitor, number)
    opened = await _open(write, order)
    if opened is not None:
        await withdraw_return(write, opened.id, by=visitor.actor(order.contact_name), viewer_hash=visitor.viewer_hash)
    return go_to(request, f"/orders/{order.number}/return")
