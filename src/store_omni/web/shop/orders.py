"""An order as its buyer sees it: how far it is, live; the code to collect it; cancelling."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import asyncpg
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import ServerSentEvent, ServerSentEventMessage

from store_omni.customers.signing_in import signed_in
from store_omni.fulfilling.cancelling import REASONS, cancel_order
from store_omni.history.queries import timeline
from store_omni.kit.clock import Clock
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import NotFound
from store_omni.kit.signing import Signer
from store_omni.notifications.queries import messages_of
from store_omni.notifications.watching import mark_of
from store_omni.orders.listing import orders_of
from store_omni.orders.queries import OrderView, order_for_shopper
from store_omni.passes.drawing import draw_qr
from store_omni.passes.issuing import live_pass
from store_omni.returns.queries import returns_of
from store_omni.stores.queries import stores_by_id
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.pages import go_to, render, wants_fragment
from store_omni.web.shop.visiting import SHOPPER_COOKIE, Visitor, Web, show

LOOK_EVERY_SECONDS = 2
# A stream ends by itself now and then, so that none is forgotten; the page opens the next one.
STREAM_SECONDS_MAX = 900
PING_EVERY_LOOKS = 8
SHOPPER_REASONS = ("changed_mind", "wrong_order", "too_long", "cannot_come", "other")
STEP_OF = {
    "allocated": 0, "picking": 1, "short": 1, "packed": 1, "staged": 1, "ready_for_pickup": 2, "partially_handed_over": 2,
    "handed_over": 4,
}  # fmt: skip


async def _status(request: Web, session: ReadSession, order: OrderView, visitor: Visitor) -> dict[str, Any]:
    """What `_status.html` shows, on the page and in every message of the stream."""
    fulfilment = order.fulfilment
    store = (await stores_by_id(session, [fulfilment.store_id])).get(fulfilment.store_id) if fulfilment else None
    ready = fulfilment is not None and fulfilment.state == "ready_for_pickup" and order.state == "confirmed"
    live = None
    if ready and fulfilment is not None:
        live = await live_pass(session, purpose="pickup", store_id=fulfilment.store_id, subject_id=fulfilment.id)
    history = await timeline(session, by=visitor.actor(), order_id=order.id)
    stopped = order.state in ("cancelled", "expired") or (
        fulfilment is not None and fulfilment.state in ("uncollected", "restocked", "rejected", "cancelled")
    )
    can_return = any(line.returnable > 0 for line in order.lines)
    return {
        "order": order,
        "fulfilment": fulfilment,
        "store": store,
        "step": STEP_OF.get(fulfilment.state, 0) if fulfilment else 4,
        "stopped": stopped,
        "has_code": live is not None,
        "code_mark": str(live.id)[-8:] if live else "",
        "messages": await messages_of(session, order.id),
        "receipt": next((entry.display for entry in history.entries if entry.kind == "pickup.handed_over"), None),
        "timeline": history,
        "more_url": f"/orders/{order.number}/history",
        "late": fulfilment is not None and fulfilment.ready_by < request.app.state.clock.now(),
        "can_cancel": order.state == "confirmed" and fulfilment is not None and fulfilment.state == "allocated",
        "can_return": can_return,
        "return_open": can_return and any(one.reception == "requested" for one in await returns_of(session, order.id)),
    }


async def _own(session: ReadSession, visitor: Visitor, number: str) -> OrderView:
    """Errors: `NotFound`, also for another person's."""
    return await order_for_shopper(session, number, customer_id=visitor.customer_id, viewer_hash=visitor.viewer_hash)


@get("/orders")
async def own_orders(request: Web, read: NamedDependency[ReadSession], visitor: NamedDependency[Visitor]) -> Response[str]:
    """What this browser may see; a signed-in shopper has all of hers on her own page."""
    if visitor.shopper:
        return go_to(request, "/account")
    found = await orders_of(read, customer_id=None, viewer_hash=visitor.viewer_hash) if visitor.viewer else None
    if found is None or not found.orders:
        return go_to(request, "/orders/lookup")
    return show(request, visitor, "shop/orders/index.html", {"orders": found.orders}, nav="orders")


@get("/orders/{number:str}")
async def order_page(
    request: Web,
    read: NamedDependency[ReadSession],
    pool: NamedDependency[asyncpg.Pool],
    clock: NamedDependency[Clock],
    visitor: NamedDependency[Visitor],
    number: FromPath[str],
) -> Response[str]:
    # Read before the rest: a change in between then shows as a new mark, and the stream sends it.
    mark = await mark_of(pool, number, customer_id=visitor.customer_id, viewer_hash=visitor.viewer_hash)
    order = await _own(read, visitor, number)
    context = await _status(request, read, order, visitor) | {"mark": mark or "", "now": clock.now()}
    return show(request, visitor, "shop/orders/order.html", context, nav="orders")


@get("/orders/{number:str}/history")
async def order_history(
    request: Web,
    read: NamedDependency[ReadSession],
    visitor: NamedDependency[Visitor],
    number: FromPath[str],
    before: FromQuery[UUID | None] = None,
) -> Response[str]:
    """The older part of what happened."""
    order = await _own(read, visitor, number)
    older = await timeline(read, by=visitor.actor(), order_id=order.id, before=before)
    context = {"order": order, "timeline": older, "more_url": f"/orders/{order.number}/history"}
    template = "shared/_history.html" if wants_fragment(request) else "shop/orders/history.html"
    return show(request, visitor, template, context, nav="orders")


@get("/orders/{number:str}/live")
async def order_live(
    request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor], number: FromPath[str]
) -> ServerSentEvent:
    """The status again whenever it changed. Looks cost one short statement; nothing is held between them."""
    mark = await mark_of(pool, number, customer_id=visitor.customer_id, viewer_hash=visitor.viewer_hash)
    if mark is None:
        raise NotFound
    return ServerSentEvent(_changes(request, pool, visitor, number), headers={"cache-control": "no-store"})


async def _changes(
    request: Web, pool: asyncpg.Pool, visitor: Visitor, number: str
) -> AsyncGenerator[ServerSentEventMessage, None]:
    # A browser that comes back says what it saw last, so it hears at once what it missed and nothing twice.
    seen = request.headers.get("last-event-id") or request.query_params.get("seen", "")
    for look in range(int(STREAM_SECONDS_MAX / LOOK_EVERY_SECONDS)):
        if visitor.shopper and await signed_in(pool, request.cookies.get(SHOPPER_COOKIE, "")) is None:
            return
        mark = await mark_of(pool, number, customer_id=visitor.customer_id, viewer_hash=visitor.viewer_hash)
        if mark is None:
            return
        if mark != seen:
            seen = mark
            async with request.app.state.readers.begin() as session:
                context = await _status(request, session, await _own(session, visitor, number), visitor)
            yield ServerSentEventMessage(data=render(request, "shop/orders/_live.html", context), id=mark)
        elif look % PING_EVERY_LOOKS == 0:
            yield ServerSentEventMessage(data=None, comment="still here")
        await asyncio.sleep(LOOK_EVERY_SECONDS)


@get("/orders/{number:str}/qr")
async def order_qr(
    read: NamedDependency[ReadSession], signer: NamedDependency[Signer], visitor: NamedDependency[Visitor], number: FromPath[str]
) -> Response[bytes]:
    """Drawn anew each time it is looked at; the code itself is stored nowhere."""
    order = await _own(read, visitor, number)
    part = order.fulfilment
    if part is None or part.state != "ready_for_pickup" or order.state != "confirmed":
        raise NotFound
    live = await live_pass(read, purpose="pickup", store_id=part.store_id, subject_id=part.id)
    if live is None:
        raise NotFound
    return Response(draw_qr(live.code(signer)), media_type="image/svg+xml", headers={"cache-control": "no-store"})


@get("/orders/{number:str}/cancellation")
async def cancellation_page(
    request: Web, read: NamedDependency[ReadSession], visitor: NamedDependency[Visitor], number: FromPath[str]
) -> Response[str]:
    order = await _own(read, visitor, number)
    context = await _status(request, read, order, visitor)
    context["reasons"] = [(code, REASONS[code]) for code in SHOPPER_REASONS]
    return show(request, visitor, "shop/orders/cancellation.html", context, nav="orders")


@post("/orders/{number:str}/cancellation", status_code=303)
async def cancel(
    request: Web, write: NamedDependency[WriteSession], visitor: NamedDependency[Visitor], number: FromPath[str]
) -> Response[str]:
    form = await read_form(request)
    order = await _own(ReadSession(write), visitor, number)
    checks = Checks(form)
    reason = checks.one_of("reason", SHOPPER_REASONS)
    checks.done()
    by = visitor.actor(order.contact_name)
    await cancel_order(write, order.id, reason=reason, by=by, viewer_hash=visitor.viewer_hash)
    return go_to(request, f"/orders/{order.number}")
