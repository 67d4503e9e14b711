"""/counter/pickups/{id}/identity and /handover: who collects, then goods against money."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from store_omni.journal.actors import Actor
from store_omni.journal.operations import once
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import N_, InvalidInput, Refusal
from store_omni.kit.signing import Signer
from store_omni.pickup.errors import LastFourWrong, NoPhoneToCheck, NumberCheckLocked
from store_omni.pickup.handing_over import hand_over
from store_omni.pickup.identifying import note_wrong_digits, pass_by_last_four, take_try
from store_omni.web.counter.pickups import pickup_context
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.guarding import by, staff_guard
from store_omni.web.plumbing.pages import go_to, page, wants_fragment
from store_omni.web.plumbing.units import operation_key

Req = Request[Any, Any, Any]


async def _take_try(request: Req, fulfilment_id: UUID, by: Actor) -> None:
    try:
        async with request.app.state.sessions.begin() as session:
            await take_try(session, fulfilment_id, by=by)
    except NumberCheckLocked as refusal:
        await _note(request, fulfilment_id, refusal, by)
        raise


async def _note(request: Req, fulfilment_id: UUID, refusal: Refusal, by: Actor) -> None:
    async with request.app.state.sessions.begin() as session:
        await note_wrong_digits(session, fulfilment_id, refusal.code, by=by)


@post("/{fulfilment_id:uuid}/identity", status_code=200)
async def identity(
    request: Req, write: NamedDependency[WriteSession], fulfilment_id: FromPath[UUID], by: NamedDependency[Actor]
) -> Response[str]:
    """The order is on the screen; the customer says the last four digits of its phone. Right ones open the handover."""
    form = await read_form(request)
    last_four = form.get("last_four", "")
    if not last_four:
        raise InvalidInput({"last_four": N_("Type the four digits the customer says.")}, form)
    await _take_try(request, fulfilment_id, by)
    try:
        await pass_by_last_four(write, fulfilment_id, last_four, by=by)
    except (LastFourWrong, NoPhoneToCheck) as refusal:
        await _note(request, fulfilment_id, refusal, by)
        raise
    context = await pickup_context(request, write, fulfilment_id, by, "counter.order")
    template = "counter/pickups/_handover.html" if wants_fragment(request) else "counter/pickups/show.html"
    return page(request, template, context | {"last_four": last_four, "pass_code": "", "handing_over": True})


@post("/{fulfilment_id:uuid}/handover", status_code=200)
async def handover(
    request: Req,
    write: NamedDependency[WriteSession],
    signer: NamedDependency[Signer],
    fulfilment_id: FromPath[UUID],
    by: NamedDependency[Actor],
) -> Response[str]:
    """The one that gives goods and takes money: sent twice, it happens once."""
    form = await read_form(request)
    checks = Checks(form)
    tender = checks.one_of("tender", ("cash", "card_terminal"))
    checks.done()
    code, last_four, slip = form.get("pass_code", ""), form.get("last_four", ""), form.get("slip_no")

    async def work() -> dict[str, Any]:
        # The digits are asked again here: this address can be called without the one before.
        if last_four and not code:
            await _take_try(request, fulfilment_id, by)
        done = await hand_over(
            write, signer, fulfilment_id, pass_code=code, last_four=last_four, tender=tender, slip_no=slip, by=by,  # type: ignore[arg-type]
        )  # fmt: skip
        return {"receipt": done.receipt_number}

    try:
        await once(write, operation_key(request, form), [str(fulfilment_id), code, last_four, tender, slip], by, work)
    except (LastFourWrong, NoPhoneToCheck) as refusal:
        await _note(request, fulfilment_id, refusal, by)
        raise
    return go_to(request, f"/counter/pickups/{fulfilment_id}")


HANDOVERS = Router(
    path="/pickups",
    guards=[staff_guard("counter", "clerk")],
    dependencies={"by": Provide(by)},
    route_handlers=[identity, handover],
)
