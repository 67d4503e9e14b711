"""/counter/returns: goods that come back, from any store's sale. A return code or a receipt is scanned, the goods are
taken in, the money goes back, a slip is printed."""

from typing import Any, cast
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from store_omni.fulfilling.refusing_codes import note_refusal
from store_omni.history.queries import timeline
from store_omni.journal.actors import Actor
from store_omni.journal.looking import note_look
from store_omni.journal.operations import once
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import N_, InvalidInput
from store_omni.kit.signing import Signer
from store_omni.orders.queries import order_by_id
from store_omni.passes.errors import PassRefused
from store_omni.passes.verifying import KnownPass, verify
from store_omni.payments.approving import ask_approval
from store_omni.payments.errors import WHY, ApprovalNeeded
from store_omni.returns.approving import why_second_person
from store_omni.returns.choosing import coming_back, must_be_in_time
from store_omni.returns.queries import ReturnView, received_today, return_by_id, return_received_here, returns_of
from store_omni.returns.receiving import receive_on_receipt, receive_return
from store_omni.returns.requesting import REASONS
from store_omni.web.plumbing.confirming import manager_on_screen
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import go_to, page, wants_fragment
from store_omni.web.plumbing.returning import asked_lines
from store_omni.web.plumbing.units import operation_key

Req = Request[Any, Any, Any]
OPENS_RETURNS = ("return", "receipt")


async def _answer(request: Req, session: ReadSession, by: Actor, part: str, context: dict[str, Any]) -> Response[str]:
    """The fragment under the scan field, or the whole page around it."""
    shown = {"staff": staff_view(request), "nav": "returns", "part": part, "reasons": REASONS} | context
    if wants_fragment(request):
        return page(request, part, shown)
    received = await received_today(session, cast(int, by.store_id))
    return page(request, "counter/returns/index.html", shown | {"received": received})


async def _receiving(session: ReadSession, code: str, known: KnownPass, found: ReturnView, by: Actor) -> dict[str, Any]:
    """What the clerk checks before taking the goods in, and whether a manager has to sign."""
    second = await why_second_person(
        session, found.order_id, amount_minor=found.worth_minor, currency=found.currency, by_receipt=known.purpose == "receipt", by=by
    )  # fmt: skip
    return {
        "second_person": WHY.get(second or ""),
        "code": code, "lines": found.lines, "worth": found.worth_minor, "currency": found.currency, "tender": found.tender,
        "number": found.order_number, "name": found.contact_name, "return_number": found.number, "reason": found.reason,
        "asked": [],
    }  # fmt: skip


async def _open_return(session: ReadSession, known: KnownPass) -> ReturnView | None:
    """The return a code opens; for a receipt the one that is open for its order, if any."""
    if known.purpose == "return":
        return await return_by_id(session, known.subject_id)
    found = await returns_of(session, known.subject_id)
    return next((one for one in found if one.reception == "requested"), None)


async def _verified(request: Req, session: WriteSession, signer: Signer, code: str, by: Actor) -> KnownPass:
    if not code:
        raise InvalidInput({"code": N_("Scan or type a code first.")})
    try:
        return await verify(session, signer, code, purposes=OPENS_RETURNS, at_store=None)
    except PassRefused as refusal:
        # In a transaction of its own: raising rolls this one back, and a refused code is worth remembering.
        async with request.app.state.sessions.begin() as own:
            await note_refusal(own, signer, code, refusal, by=by, kind="return.refused")
        raise


@get("/")
async def show(request: Req, read: NamedDependency[ReadSession], by: NamedDependency[Actor]) -> Response[str]:
    received = await received_today(read, cast(int, by.store_id))
    context = {"staff": staff_view(request), "nav": "returns", "part": None, "received": received}
    return page(request, "counter/returns/index.html", context)


@post("/scan", status_code=200)
async def scan(
    request: Req, write: NamedDependency[WriteSession], signer: NamedDependency[Signer], by: NamedDependency[Actor]
) -> Response[str]:
    form = await read_form(request)
    code = form.get("code", "")
    known = await _verified(request, write, signer, code, by)
    found = await _open_return(write, known)
    if found is not None:
        await note_look(write, by=by, task="counter.return", customer_id=found.customer_id, order_id=found.order_id)
        return await _answer(request, write, by, "counter/returns/_receive.html", await _receiving(write, code, known, found, by))
    order = await order_by_id(write, known.subject_id)
    await note_look(write, by=by, task="counter.return", customer_id=order.customer_id, order_id=order.id)
    sale = await must_be_in_time(write, order.id)
    context = {"code": code, "order": order, "sale": sale}
    return await _answer(request, write, by, "counter/returns/_choose.html", context)


@post("/choice", status_code=200)
async def choice(
    request: Req, write: NamedDependency[WriteSession], signer: NamedDependency[Signer], by: NamedDependency[Actor]
) -> Response[str]:
    """A look ahead, nothing is written: these goods, this much money."""
    form = await read_form(request)
    checks = Checks(form)
    reason = checks.one_of("reason", tuple(REASONS))
    asked = asked_lines(form, checks)
    checks.done()
    code = form.get("code", "")
    known = await verify(write, signer, code, purposes=("receipt",), at_store=None)
    order = await order_by_id(write, known.subject_id)
    await note_look(write, by=by, task="counter.return", customer_id=order.customer_id, order_id=order.id)
    lines = await coming_back(write, order.id, asked)
    worth = sum(line.sum_minor for line in lines)
    second = await why_second_person(write, order.id, amount_minor=worth, currency=order.currency, by_receipt=True, by=by)
    context = {
        "second_person": WHY.get(second or ""),
        "code": code, "lines": lines, "worth": worth, "currency": order.currency,
        "tender": order.tender, "number": order.number, "name": order.contact_name, "return_number": None, "reason": reason,
        "asked": asked,
    }  # fmt: skip
    return await _answer(request, write, by, "counter/returns/_receive.html", context)


@post("/receptions", status_code=200)
async def receptions(
    request: Req, write: NamedDependency[WriteSession], signer: NamedDependency[Signer], by: NamedDependency[Actor]
) -> Response[str]:
    """Goods in, money out: sent twice, it happens once."""
    form = await read_form(request)
    checks = Checks(form)
    asked, reason = asked_lines(form, checks), form.get("reason", "")
    checks.done()
    code, slip, unsellable = form.get("code", ""), form.get("slip_no") or None, form.get("unsellable") == "yes"

    manager = await manager_on_screen(request, form, store_id=cast(int, by.store_id))

    async def work() -> dict[str, Any]:
        if asked:
            done = await receive_on_receipt(
                write,
                signer,
                receipt_code=code,
                asked=asked,
                reason=reason,
                slip_no=slip,
                by=by,
                unsellable=unsellable,
                manager_id=manager,
            )
        else:
            known = await _verified(request, write, signer, code, by)
            found = await _open_return(write, known)
            if found is None:
                raise InvalidInput({"code": N_("Scan the code again.")})
            done = await receive_return(
                write, signer, found.id, code=code, slip_no=slip, by=by, unsellable=unsellable, manager_id=manager
            )
        return {"request_id": str(done.request_id)}

    try:
        result = await once(write, operation_key(request, form), ["receive", code, asked, reason, slip, unsellable], by, work)
    except ApprovalNeeded as refusal:
        # In a transaction of its own: raising rolls this one back, and the office has to see what waits.
        async with request.app.state.sessions.begin() as own:
            await ask_approval(own, refusal.asked, by=by)
        raise
    return go_to(request, f"/counter/returns/{result['request_id']}")


@get("/{request_id:uuid}")
async def done(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], request_id: FromPath[UUID]
) -> Response[str]:
    found = await return_received_here(write, request_id, by=by)
    await note_look(write, by=by, task="counter.return", customer_id=found.customer_id, order_id=found.order_id)
    context = {
        "staff": staff_view(request),
        "nav": "returns",
        "found": found,
        "this_order": found.order_number,
        "timeline": await timeline(write, by=by, order_id=found.order_id),
        "more_url": f"/counter/returns/{request_id}/history",
    }
    return page(request, "counter/returns/done.html", context)


@get("/{request_id:uuid}/history")
async def history(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    request_id: FromPath[UUID],
    before: FromQuery[UUID | None] = None,
) -> Response[str]:
    found = await return_received_here(write, request_id, by=by)
    await note_look(write, by=by, task="counter.history", customer_id=found.customer_id, order_id=found.order_id)
    older = await timeline(write, by=by, order_id=found.order_id, before=before)
    context = {
        "staff": staff_view(request),
        "timeline": older,
        "this_order": found.order_number,
        "more_url": f"/counter/returns/{request_id}/history",
    }
    return page(request, "shared/_history.html", context)


@get("/{request_id:uuid}/slip")
async def slip(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], request_id: FromPath[UUID]
) -> Response[str]:
    found = await return_received_here(write, request_id, by=by)
    await note_look(write, by=by, task="counter.return_slip", customer_id=found.customer_id, order_id=found.order_id)
    context = {"staff": staff_view(request), "nav": "returns", "found": found}
    return page(request, "counter/returns/slip.html", context)


RETURNS = Router(
    path="/returns",
    guards=[staff_guard("counter", "clerk")],
    dependencies={"by": Provide(by)},
    route_handlers=[show, scan, choice, receptions, done, history, slip],
)
