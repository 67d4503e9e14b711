"""What a customer's code opens, before anything is handed over."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, post
from litestar.params import FromPath, JSONBody

from store_omni.fulfilling.refusing_codes import note_refusal
from store_omni.kit.database import writing
from store_omni.kit.errors import SignInNeeded
from store_omni.passes.errors import (
    PassExpired,
    PassInvalid,
    PassRefused,
    PassRevoked,
    PassSpent,
    PassWrongPurpose,
    PassWrongStore,
)
from store_omni.pickup.opening import Opened, what_opens
from store_omni.web.api.declaring import changing
from store_omni.web.api.entering import at_store, bearer_of, enter, turn_away
from store_omni.web.api.shapes import Scanned
from store_omni.web.plumbing.pages import named

Req = Request[Any, Any, Any]


class CodeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`code`: the 160 characters of the customer's QR."""

    code: Scanned


class OpenedLineOut(msgspec.Struct, frozen=True):
    """`qty_picked`: of them in the bags."""

    line_no: int
    sku: str
    name: str
    qty: int
    qty_picked: int


class OpenedOut(msgspec.Struct, frozen=True):
    """`pickup`: its id, for the handover, which needs the state ready_for_pickup. `shelf`: where its bags wait. `due_minor`: to be
    paid at the handover."""

    pickup: UUID
    number: str
    state: str
    shelf: str | None
    currency: str
    due_minor: int
    lines: list[OpenedLineOut]


def _out(opened: Opened) -> OpenedOut:
    lines = [OpenedLineOut(line.line_no, line.sku, named(line), line.qty, line.qty_picked) for line in opened.lines]
    return OpenedOut(
        opened.pickup_id, opened.number, opened.state, opened.shelf, opened.currency, opened.due_minor, lines
    )  # fmt: skip


async def _remember(request: Req, store: str, code: str, refusal: PassRefused) -> None:
    """A refused code is worth remembering, in a transaction of its own. Who showed it is let in only here, because a code that is
    none of ours never came to the statement that asks."""
    await enter(request, "pickups:work")
    _, by = await at_store(request, store)
    async with request.app.state.sessions.begin() as session:
        await note_refusal(writing(session), request.app.state.signer, code, refusal, by=by)


@post(
    "/stores/{store:str}/passes/verification", operation_id="verify_pass", status_code=200,
    responses=changing(PassInvalid, PassWrongPurpose, PassSpent, PassRevoked, PassExpired, PassWrongStore),
)  # fmt: skip
async def verification(request: Req, store: FromPath[str], data: JSONBody[CodeIn]) -> OpenedOut:
    """Only looks: the code stays good, and may be shown again. No Idempotency-Key is needed. A refused code stands in the order's
    history."""
    state = request.app.state
    try:
        return _out(await what_opens(state.pool, state.signer, bearer_of(request), store=store, code=data.code))
    except PassRefused as refusal:
        await _remember(request, store, data.code, refusal)
        raise
    except SignInNeeded:
        await turn_away(request)


PASSES = Router(path="", tags=["pickups"], route_handlers=[verification])
