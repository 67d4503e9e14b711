"""/counter/pickups/{id}/shortage: something is not on the shelf; taken back within ten seconds, or settled at once."""

from typing import Any, cast
from uuid import UUID

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from store_omni.fulfilling.shorting import settle_shortages
from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession
from store_omni.pickup.shortages import SHORT_REASONS, note_shortage, withdraw_shortage
from store_omni.web.counter.pickups import after_act
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.guarding import by, staff_guard

Req = Request[Any, Any, Any]
LINES_MAX = 999


@post("/{fulfilment_id:uuid}/shortage", status_code=200)
async def shortage(
    request: Req, write: NamedDependency[WriteSession], fulfilment_id: FromPath[UUID], by: NamedDependency[Actor]
) -> Response[str]:
    checks = Checks(await read_form(request))
    line_no = checks.whole_number("line_no", low=1, high=LINES_MAX)
    reason = checks.one_of("reason", tuple(SHORT_REASONS))
    checks.done()
    await note_shortage(write, fulfilment_id, line_no=line_no, reason=reason, by=by)
    return await after_act(request, write, fulfilment_id, by)


@post("/{fulfilment_id:uuid}/shortage/withdrawal", status_code=200)
async def withdrawal(
    request: Req, write: NamedDependency[WriteSession], fulfilment_id: FromPath[UUID], by: NamedDependency[Actor]
) -> Response[str]:
    checks = Checks(await read_form(request))
    line_no = checks.whole_number("line_no", low=1, high=LINES_MAX)
    checks.done()
    await withdraw_shortage(write, fulfilment_id, line_no=line_no, by=by)
    return await after_act(request, write, fulfilment_id, by)


@post("/{fulfilment_id:uuid}/shortage/settlement", status_code=200)
async def settlement(
    request: Req, write: NamedDependency[WriteSession], fulfilment_id: FromPath[UUID], by: NamedDependency[Actor]
) -> Response[str]:
    """Without waiting for the ten seconds: the clerk is sure."""
    await settle_shortages(write, fulfilment_id, store_id=cast(int, by.store_id))
    return await after_act(request, write, fulfilment_id, by)


SHORTAGES = Router(
    path="/pickups",
    guards=[staff_guard("counter", "clerk")],
    dependencies={"by": Provide(by)},
    route_handlers=[shortage, withdrawal, settlement],
)
