"""Returns: asked for by the buyer's app or a service, received by a till at any store."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from store_omni.journal.operations import OperationReused, once
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import N_, InvalidInput
from store_omni.kit.signing import Signer
from store_omni.passes.errors import PassExpired, PassInvalid, PassRevoked, PassSpent, PassWrongPurpose
from store_omni.payments.approving import ask_approval
from store_omni.payments.errors import ApprovalNeeded, NothingToRefund, SlipMissing
from store_omni.returns import errors
from store_omni.returns.choosing import Asked
from store_omni.returns.queries import live_code, return_by_id
from store_omni.returns.receiving import receive_return
from store_omni.returns.requesting import REASONS, request_return
from store_omni.returns.states import ReturnMovedOn
from store_omni.web.api.declaring import changing
from store_omni.web.api.entering import actor_of, at_store, key_of, verb_guard
from store_omni.web.api.orders import order_in_reach
from store_omni.web.api.shapes import LINES_MAX, Code, Scanned

Req = Request[Any, Any, Any]


class ReturnLineIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    line_no: int
    qty: Annotated[int, msgspec.Meta(ge=1, le=99)]


class ReturnIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`reason`: changed_mind, size, not_as_shown, defective, wrong_item or other."""

    lines: Annotated[list[ReturnLineIn], msgspec.Meta(max_length=LINES_MAX)]
    reason: Code
    note: Annotated[str, msgspec.Meta(max_length=300)] = ""


class ReturnOut(msgspec.Struct, frozen=True):
    """`code`: what the return's QR holds, while it can still be used. `refund_minor`: given back, 0 until received."""

    id: UUID
    number: str
    order_number: str
    reception: str
    currency: str
    refund_minor: int
    code: str | None


async def _out(session: ReadSession, signer: Signer, request_id: UUID) -> ReturnOut:
    found = await return_by_id(session, request_id)
    live = await live_code(session, found)
    return ReturnOut(
        found.id, found.number, found.order_number, found.reception, found.currency, found.refund_minor,
        live.code(signer) if live else None,
    )  # fmt: skip


@post(
    "/orders/{number:str}/returns", operation_id="request_return", status_code=201,
    responses=changing(
        errors.NothingChosen, errors.MoreThanLeft, errors.WindowOver, errors.NotHandedOverYet, errors.OpenReturnExists,
        errors.ReceiptNeeded, OperationReused,
    ),
    guards=[verb_guard("returns:request")],
)  # fmt: skip
async def ask(
    request: Req, write: NamedDependency[WriteSession], signer: NamedDependency[Signer], number: FromPath[str],
    data: JSONBody[ReturnIn],
) -> ReturnOut:  # fmt: skip
    """Opens a return; its code is good at any store for two weeks."""
    if data.reason not in REASONS:
        raise InvalidInput({"reason": N_("Please choose one.")})
    order, by = await order_in_reach(request, write, number), actor_of(request)
    asked = [Asked(line.line_no, line.qty) for line in data.lines]

    async def work() -> dict[str, Any]:
        made = await request_return(write, signer, order.id, asked=asked, reason=data.reason, note=data.note, by=by)
        return {"id": str(made.request_id)}

    done = await once(write, key_of(request), ["return", order.number, data], by, work)
    return await _out(write, signer, UUID(done["id"]))


class ReceptionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`code`: the return's QR, or the receipt's of its order. `slip_no`: of the reversal, where a card had paid."""

    code: Scanned
    slip_no: Code | None = None


@post(
    "/stores/{store:str}/returns/{return_id:uuid}/reception", operation_id="receive_return", status_code=200,
    responses=changing(
        PassInvalid, PassWrongPurpose, PassSpent, PassRevoked, PassExpired, ReturnMovedOn, SlipMissing, NothingToRefund,
        ApprovalNeeded, OperationReused,
    ),
    guards=[verb_guard("returns:receive")],
)  # fmt: skip
async def receive(
    request: Req, write: NamedDependency[WriteSession], signer: NamedDependency[Signer], store: FromPath[str],
    return_id: FromPath[UUID], data: JSONBody[ReceptionIn],
) -> ReturnOut:  # fmt: skip
    """Goods in at this store, money back by the tender it came by, once. Above what one person may refund alone it is refused
    with `approval_needed` and waits in the office; sent again after a manager approved it, it goes through."""
    _, by = await at_store(request, store)

    async def work() -> dict[str, Any]:
        await receive_return(write, signer, return_id, code=data.code, slip_no=data.slip_no, by=by)
        return {}

    try:
        await once(write, key_of(request), ["receive", str(return_id), data], by, work)
    except ApprovalNeeded as refusal:
        # In a transaction of its own: raising rolls this one back, and the office has to see what waits.
        async with request.app.state.sessions.begin() as own:
            await ask_approval(own, refusal.asked, by=by)
        raise
    return await _out(write, signer, return_id)


RETURNS = Router(path="", tags=["returns"], route_handlers=[ask, receive])
