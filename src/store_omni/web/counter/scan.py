"""/counter/scan: what a customer holds out. A pickup code opens the handover, an order number its order."""

import re
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide

from store_omni.fulfilling.refusing_codes import note_refusal
from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import N_, InvalidInput
from store_omni.kit.signing import TOKEN_CHARS, Signer
from store_omni.passes.errors import PassRefused
from store_omni.passes.verifying import verify
from store_omni.pickup.finding import fulfilment_by_code
from store_omni.web.counter.pickups import pickup_context
from store_omni.web.plumbing.forms import read_form
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import go_to, page, wants_fragment
from store_omni.web.plumbing.searching_people import searching

Req = Request[Any, Any, Any]
_PASS_LIKE = re.compile(rf"[A-Z2-7]{{{TOKEN_CHARS - 20},}}", re.IGNORECASE)


@get("/scan")
async def show(request: Req, by: NamedDependency[Actor]) -> Response[str]:
    return page(request, "counter/scan/index.html", {"staff": staff_view(request), "nav": "scan"})


@post("/scan", status_code=200)
async def scanned(
    request: Req, write: NamedDependency[WriteSession], signer: NamedDependency[Signer], by: NamedDependency[Actor]
) -> Response[str]:
    form = await read_form(request)
    code = form.get("code", "")
    if not code:
        raise InvalidInput({"code": N_("Scan or type a code first.")}, form)
    if not _PASS_LIKE.fullmatch(code):
        async with searching(request, by=by, task="counter.scan", question="code", asked=code):
            found = await fulfilment_by_code(write, code, by=by)
        return go_to(request, f"/counter/pickups/{found}")
    try:
        known = await verify(write, signer, code, purposes=("pickup",), at_store=by.store_id)
    except PassRefused as refusal:
        # Written in a transaction of its own: raising rolls this one back, and a refused code is worth remembering.
        async with request.app.state.sessions.begin() as session:
            await note_refusal(session, signer, code, refusal, by=by)
        raise
    context = await pickup_context(request, write, known.subject_id, by, "counter.scan")
    context |= {"pass_code": code, "nav": "scan"}
    template = "counter/pickups/_handover.html" if wants_fragment(request) else "counter/pickups/show.html"
    return page(request, template, context)


SCAN = Router(
    path="",
    guards=[staff_guard("counter", "clerk")],
    dependencies={"by": Provide(by)},
    route_handlers=[show, scanned],
)
