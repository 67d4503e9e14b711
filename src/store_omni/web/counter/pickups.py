"""/counter/pickups/{id}: one order of this store, from the shelf to the hands of its buyer."""

from typing import Any, cast
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from store_omni.fulfilling.cancelling import REASONS, cancel_order
from store_omni.fulfilling.shorting import settle_shortages
from store_omni.history.queries import timeline
from store_omni.journal.actors import Actor
from store_omni.journal.looking import note_look
from store_omni.journal.recording import Subject
from store_omni.kit.clock import Clock
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import N_, InvalidInput, NotFound
from store_omni.kit.signing import Signer
from store_omni.notifications.queries import messages_of
from store_omni.orders.queries import order_at_store
from store_omni.passes.drawing import draw_qr
from store_omni.passes.issuing import live_pass
from store_omni.passes.showing import note_shown
from store_omni.pickup.packing import BAGS_MAX, pack, stage
from store_omni.pickup.picking import Picked, scan_item, start_picking, undo_scan
from store_omni.pickup.putting_back import put_back
from store_omni.pickup.queries import bags_of, receipt_of
from store_omni.pickup.shortages import SHORT_REASONS, shortages_of
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import go_to, page, wants_fragment
from store_omni.web.plumbing.units import operation_key

Req = Request[Any, Any, Any]


async def pickup_context(request: Req, session: WriteSession, fulfilment_id: UUID, by: Actor, task: str) -> dict[str, Any]:
    """`task`: for what the clerk sees whose order it is."""
    order = await order_at_store(session, fulfilment_id, by=by)
    if order.fulfilment is None:
        raise NotFound
    await note_look(session, by=by, task=task, customer_id=order.customer_id, order_id=order.id)
    history = await timeline(session, by=by, customer_id=order.customer_id, order_id=order.id)
    return {
        "staff": staff_view(request),
        "nav": "queue",
        "order": order,
        "fulfilment": order.fulfilment,
        "timeline": history,
        "more_url": f"/counter/pickups/{fulfilment_id}/history",
        "messages": await messages_of(session, order.id),
        "receipt": await receipt_of(session, order.id),
        "bags": await bags_of(session, order.fulfilment.store_id, fulfilment_id),
        "short_reasons": SHORT_REASONS,
        "shortages": {one.line_no: one for one in await shortages_of(session, order.fulfilment.store_id, fulfilment_id)},
        "bags_max": BAGS_MAX,
        "cancel_reasons": REASONS,
        "me": by.id,
        "picked": None,
        "pass_code": None,
        "last_four": None,
        "handing_over": False,
    }


async def after_act(
    request: Req, session: WriteSession, fulfilment_id: UUID, by: Actor, picked: Picked | None = None
) -> Response[str]:
    """What a clerk sees after an act: the same partial the page is made of, or the page again."""
    address = f"/counter/pickups/{fulfilment_id}"
    if not wants_fragment(request):
        return go_to(request, address)
    context = await pickup_context(request, session, fulfilment_id, by, "counter.work")
    return page(request, "counter/pickups/_pickup.html", context | {"picked": picked})


@get("/{fulfilment_id:uuid}")
async def show(
    request: Req, write: NamedDependency[WriteSession], fulfilment_id: FromPath[UUID], by: NamedDependency[Actor]
) -> Response[str]:
    context = await pickup_context(request, write, fulfilment_id, by, "counter.order")
    return page(request, "counter/pickups/show.html", context)


@get("/{fulfilment_id:uuid}/history")
async def history(
    request: Req,
    write: NamedDependency[WriteSession],
    fulfilment_id: FromPath[UUID],
    by: NamedDependency[Actor],
    before: FromQuery[UUID | None] = None,
) -> Response[str]:
    order = await order_at_store(write, fulfilment_id, by=by)
    await note_look(write, by=by, task="counter.history", customer_id=order.customer_id, order_id=order.id)
    older = await timeline(write, by=by, customer_id=order.customer_id, order_id=order.id, before=before)
    context = {"timeline": older, "more_url": f"/counter/pickups/{fulfilment_id}/history"}
    return page(request, "shared/_history.html", context)


@post("/{fulfilment_id:uuid}/picking", status_code=200)
async def picking(
    request: Req, write: NamedDependency[WriteSession], fulfilment_id: FromPath[UUID], by: NamedDependency[Actor]
) -> Response[str]:
    form = await read_form(request)
    await start_picking(write, fulfilment_id, by=by, take_over=form.get("take_over") == "yes")
    return await after_act(request, write, fulfilment_id, by)


@post("/{fulfilment_id:uuid}/scans", status_code=200)
async def scans(
    request: Req, write: NamedDependency[WriteSession], fulfilment_id: FromPath[UUID], by: NamedDependency[Actor]
) -> Response[str]:
    """A barcode while picking; a shelf code once packed. One field, whatever the scanner reads next."""
    form = await read_form(request)
    code = form.get("code", "")
    if not code:
        raise InvalidInput({"code": N_("Scan or type a code first.")}, form)
    try:
        operation = UUID(operation_key(request, form))
    except ValueError:
        raise InvalidInput({"operation_id": N_("Reload the page and send again.")}, form) from None
    picked = await scan_item(write, fulfilment_id, barcode=code, operation_id=operation, by=by)
    return await after_act(request, write, fulfilment_id, by, picked)


@post("/{fulfilment_id:uuid}/undo", status_code=200)
async def undo(
    request: Req, write: NamedDependency[WriteSession], fulfilment_id: FromPath[UUID], by: NamedDependency[Actor]
) -> Response[str]:
    picked = await undo_scan(write, fulfilment_id, by=by)
    return await after_act(request, write, fulfilment_id, by, picked)


@post("/{fulfilment_id:uuid}/packing", status_code=200)
async def packing(
    request: Req, write: NamedDependency[WriteSession], fulfilment_id: FromPath[UUID], by: NamedDependency[Actor]
) -> Response[str]:
    checks = Checks(await read_form(request))
    bags = checks.whole_number("bags", low=1, high=BAGS_MAX, default=1)
    checks.done()
    await settle_shortages(write, fulfilment_id, store_id=cast(int, by.store_id))
    await pack(write, fulfilment_id, bags=bags, by=by)
    return await after_act(request, write, fulfilment_id, by)


@post("/{fulfilment_id:uuid}/staging", status_code=200)
async def staging(
    request: Req,
    write: NamedDependency[WriteSession],
    signer: NamedDependency[Signer],
    fulfilment_id: FromPath[UUID],
    by: NamedDependency[Actor],
) -> Response[str]:
    form = await read_form(request)
    await stage(write, signer, fulfilment_id, shelf=form.get("code", ""), by=by)
    return await after_act(request, write, fulfilment_id, by)


@post("/{fulfilment_id:uuid}/cancellation", status_code=200)
async def cancellation(
    request: Req, write: NamedDependency[WriteSession], fulfilment_id: FromPath[UUID], by: NamedDependency[Actor]
) -> Response[str]:
    form = await read_form(request)
    checks = Checks(form)
    reason = checks.one_of("reason", tuple(REASONS))
    checks.done()
    order = await order_at_store(write, fulfilment_id, by=by)
    await cancel_order(write, order.id, reason=reason, by=by)
    return await after_act(request, write, fulfilment_id, by)


@post("/{fulfilment_id:uuid}/put-back", status_code=200)
async def back_on_shelf(
    request: Req, write: NamedDependency[WriteSession], fulfilment_id: FromPath[UUID], by: NamedDependency[Actor]
) -> Response[str]:
    await put_back(write, fulfilment_id, by=by)
    return await after_act(request, write, fulfilment_id, by)


@get("/{fulfilment_id:uuid}/labels")
async def labels(
    request: Req, write: NamedDependency[WriteSession], fulfilment_id: FromPath[UUID], by: NamedDependency[Actor]
) -> Response[str]:
    context = await pickup_context(request, write, fulfilment_id, by, "counter.labels")
    return page(request, "counter/pickups/labels.html", context)


@get("/{fulfilment_id:uuid}/labels/{label:str}/qr")
async def label_qr(
    read: NamedDependency[ReadSession], fulfilment_id: FromPath[UUID], label: FromPath[str], by: NamedDependency[Actor]
) -> Response[bytes]:
    """A bag's label for the scanner: the same code that is printed beside it."""
    order = await order_at_store(read, fulfilment_id, by=by)
    bags = await bags_of(read, order.fulfilment.store_id, fulfilment_id) if order.fulfilment else []
    if label not in {bag.label for bag in bags}:
        raise NotFound
    return Response(draw_qr(label), media_type="image/svg+xml", headers={"cache-control": "no-store"})


@get("/{fulfilment_id:uuid}/receipt")
async def receipt(
    request: Req, write: NamedDependency[WriteSession], fulfilment_id: FromPath[UUID], by: NamedDependency[Actor]
) -> Response[str]:
    context = await pickup_context(request, write, fulfilment_id, by, "counter.receipt")
    return page(request, "counter/pickups/receipt.html", context)


@get("/{fulfilment_id:uuid}/receipt/qr")
async def receipt_qr(
    write: NamedDependency[WriteSession],
    fulfilment_id: FromPath[UUID],
    by: NamedDependency[Actor],
    signer: NamedDependency[Signer],
    clock: NamedDependency[Clock],
) -> Response[bytes]:
    order = await order_at_store(write, fulfilment_id, by=by)
    part = order.fulfilment
    store_id = part.store_id if part else 0
    live = await live_pass(write, purpose="receipt", store_id=store_id, subject_id=order.id)
    if live is None:
        raise NotFound
    subject = Subject("receipt", order.id, order.id, order.customer_id, store_id)
    await note_shown(write, subject, handed_over_at=part.handed_over_at if part else None, now=clock.now(), by=by)
    return Response(draw_qr(live.code(signer)), media_type="image/svg+xml", headers={"cache-control": "no-store"})


PICKUPS = Router(
    path="/pickups",
    guards=[staff_guard("counter", "clerk")],
    dependencies={"by": Provide(by)},
    route_handlers=[
        show, history, picking, scans, undo, packing, staging, cancellation, back_on_shelf, labels, receipt,
        receipt_qr,
        label_qr,
    ],
)  # fmt: skip
