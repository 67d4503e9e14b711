"""Placing, reading and cancelling orders."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from store_omni.customers.signing_in import Shopper
from store_omni.fulfilling.cancelling import REASONS, cancel_order
from store_omni.fulfilling.errors import AlreadyCancelled, AlreadyHandedOver
from store_omni.inventory.errors import NotEnoughStock, NotSoldHere
from store_omni.journal.actors import Actor
from store_omni.journal.operations import OperationReused, once
from store_omni.kit.batching import OutcomeUnknown
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import N_, InvalidInput, NotFound, SignInNeeded
from store_omni.kit.signing import Signer
from store_omni.kit.tidying import tidy_line
from store_omni.orders.capping import Standing
from store_omni.orders.errors import (
    BasketEmpty,
    OrderTooLarge,
    ProofNeeded,
    StoreCannotServe,
    TooLateToCancel,
    TooManyOfOneItem,
    TooManyOpenOrders,
    TooManyOpenUnits,
    TooManyOrders,
)
from store_omni.orders.pacing import pace
from store_omni.orders.placing import Contact, Placed, place
from store_omni.orders.queries import OrderView, order_by_number, order_for_shopper
from store_omni.orders.states import WrongState
from store_omni.passes.issuing import live_pass
from store_omni.staff.serving import Service
from store_omni.web.api.declaring import changing, reading
from store_omni.web.api.entering import actor_of, caller_from_cache, caller_of, key_of, verb_guard
from store_omni.web.api.naming import wanted_of
from store_omni.web.api.shapes import Code, OrderIn, OrderOut, PlacedOut, order_shown
from store_omni.web.plumbing.forms import Checks
from store_omni.web.plumbing.texts import LOCALES

Req = Request[Any, Any, Any]


def _contact(data: OrderIn, caller: object) -> Contact:
    if data.contact is None:
        if not isinstance(caller, Shopper):
            raise InvalidInput({"contact": N_("Say whom to tell: a name, and a phone number or an e-mail address.")})
        return Contact(caller.name, caller.phone, caller.email, caller.locale)
    given = data.contact
    checks = Checks(
        {"contact.name": tidy_line(given.name), "contact.phone": given.phone or "", "contact.email": given.email or ""}
    )
    name = checks.need("contact.name", N_("Please enter a name."))
    phone, email = checks.phone("contact.phone", needed=False), checks.email("contact.email", needed=False)
    if not checks.problems and phone is None and email is None:
        checks.problems["contact"] = N_("Say whom to tell: a name, and a phone number or an e-mail address.")
    checks.done()
    return Contact(name, phone, email, given.locale if given.locale in LOCALES else "ko")


@post(
    "/orders", operation_id="place_order", status_code=201,
    responses=changing(
        BasketEmpty, StoreCannotServe, NotSoldHere, NotEnoughStock, TooManyOfOneItem, OrderTooLarge, TooManyOpenOrders,
        TooManyOpenUnits, TooManyOrders, ProofNeeded, OperationReused, OutcomeUnknown,
    ),
)  # fmt: skip
async def place_order(request: Req, data: JSONBody[OrderIn]) -> PlacedOut:
    """Places a pickup order, confirmed at once, paid in the store. Send the same Idempotency-Key again to learn what
    became of a call whose answer was lost."""
    # Hot: what it needs is taken from the application itself, as each dependency costs a task of its own.
    token = await caller_from_cache(request, "orders:place")
    placed = await placed_for(
        request.app.state, data, caller=caller_of(request), by=actor_of(request), key=key_of(request), token=token
    )
    return PlacedOut(placed.order_id, placed.number, placed.replayed)


async def placed_for(
    state: State, data: OrderIn, *, caller: Service | Shopper, by: Actor, key: str, token: bytes | None
) -> Placed:
    """`token`: hash of a service's token, None of a shopper. Errors: those of `place`, `NotFound`, `InvalidInput`."""
    store = await state.known_stores.by_code(data.store)
    if isinstance(caller, Service) and not caller.may_at(store.id):
        raise NotFound
    standing = Standing()
    if isinstance(caller, Shopper):
        standing = Standing(source=by.source, account_proved=caller.proved, small_basket=state.settings.small_basket)
        await pace(state.pool, by=by, standing=standing)
    try:
        return await place(
            state.order_batches,
            store=store,
            wanted=await wanted_of(state.known_skus, data.lines),
            contact=_contact(data, caller),
            customer_id=caller.customer_id if isinstance(caller, Shopper) else None,
            by=by,
            clock=state.clock,
            operation_key=key,
            hold_id=data.hold_id,
            token_hash=token,
            standing=standing,
        )
    except SignInNeeded:
        if token is not None:
            state.known_services.forget(token)
        raise


async def order_in_reach(request: Req, session: ReadSession, number: str) -> OrderView:
    """An order within the caller's reach. Errors: `NotFound`."""
    caller = caller_of(request)
    if isinstance(caller, Shopper):
        return await order_for_shopper(session, number, customer_id=caller.customer_id, viewer_hash=None)
    order = await order_by_number(session, number)
    if order.fulfilment is None or not caller.may_at(order.fulfilment.store_id):
        raise NotFound
    return order


class PassOut(msgspec.Struct, frozen=True):
    """`code`: what the QR holds, 160 characters, to be drawn as it is. Null until the order is ready."""

    code: str | None


@get("/orders/{number:str}/pass", operation_id="get_pickup_pass", responses=reading())
async def get_pass(
    request: Req, read: NamedDependency[ReadSession], signer: NamedDependency[Signer], number: FromPath[str]
) -> PassOut:
    """The code that opens the handover; for the buyer's own app only."""
    if not isinstance(caller_of(request), Shopper):
        raise NotFound
    order = await order_in_reach(request, read, number)
    part = order.fulfilment
    live = part and await live_pass(read, purpose="pickup", store_id=part.store_id, subject_id=part.id)
    return PassOut(live.code(signer) if live else None)


class CancellationIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`reason`: changed_mind, wrong_order, too_long, cannot_come, store_cannot or other."""

    reason: Code
    note: Annotated[str, msgspec.Meta(max_length=300)] = ""


@post(
    "/orders/{number:str}/cancellation", operation_id="cancel_order", status_code=200,
    responses=changing(TooLateToCancel, AlreadyCancelled, AlreadyHandedOver, WrongState, OperationReused),
)  # fmt: skip
async def cancel(
    request: Req, write: NamedDependency[WriteSession], number: FromPath[str], data: JSONBody[CancellationIn]
) -> OrderOut:
    """A shopper until picking begins, a service until handover."""
    if data.reason not in REASONS:
        raise InvalidInput({"reason": N_("Please choose one.")})
    order, by = await order_in_reach(request, write, number), actor_of(request)

    async def work() -> dict[str, Any]:
        await cancel_order(write, order.id, reason=data.reason, note=data.note, by=by)
        return {"number": order.number}

    await once(write, key_of(request), ["cancel", order.number, data], by, work)
    return await order_shown(write, await order_in_reach(request, write, number), by=by, task="api.cancellation")


ORDERS = Router(
    path="",
    tags=["orders"],
    route_handlers=[
        Router(path="", route_handlers=[place_order]),
        Router(path="", guards=[verb_guard("orders:read")], route_handlers=[get_pass]),
        Router(path="", guards=[verb_guard("orders:cancel")], route_handlers=[cancel]),
    ],
)
