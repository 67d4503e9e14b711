"""Keeping units for a shopper while she orders."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from store_omni.customers.signing_in import Shopper
from store_omni.inventory.errors import (
    HoldEnded,
    NotEnoughStock,
    NothingToHold,
    NotSoldHere,
    StoreKeepsNothing,
    TooManyHolds,
)
from store_omni.inventory.holding import Held, Holder, extend_hold, hold, release_hold
from store_omni.journal.operations import OperationReused, once
from store_omni.kit.batching import OutcomeUnknown
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import NotFound, SignInNeeded
from store_omni.kit.phones import normal_phone
from store_omni.stores.knowing import KnownStores
from store_omni.stores.queries import StoreView
from store_omni.web.api.declaring import changing
from store_omni.web.api.entering import actor_of, caller_from_cache, caller_of, key_of, verb_guard
from store_omni.web.api.naming import wanted_of
from store_omni.web.api.shapes import Code, Lines, Reach

Req = Request[Any, Any, Any]


class HoldIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`phone`: of the person it is for, if known; with the signed-in customer it is what the caps go by."""

    store: Code
    lines: Lines
    phone: Reach | None = None


class HoldOut(msgspec.Struct, frozen=True):
    """`hold_id` is a secret of its holder: a caller who names it may order with it."""

    hold_id: UUID
    store: str
    expires_at: datetime


def _out(held: Held, store: StoreView) -> HoldOut:
    return HoldOut(held.hold_id, store.code, held.expires_at)


@post(
    "/holds", operation_id="place_hold", status_code=201,
    responses=changing(
        NothingToHold, NotEnoughStock, NotSoldHere, StoreKeepsNothing, TooManyHolds, OperationReused, OutcomeUnknown,
    ),
)  # fmt: skip
async def place_hold(request: Req, data: JSONBody[HoldIn]) -> HoldOut:
    """Keeps units for 15 minutes, all of them or none."""
    token = await caller_from_cache(request, "orders:place")
    caller, state = caller_of(request), request.app.state
    store = await _within_reach(request, state.known_stores, data.store)
    wanted = await wanted_of(state.known_skus, data.lines)
    customer_id = caller.customer_id if isinstance(caller, Shopper) else None
    phone = normal_phone(data.phone) if data.phone else None
    try:
        held = await hold(
            state.hold_batches,
            store_id=store.id,
            wanted=wanted,
            holder=Holder(customer_id=customer_id, phone=phone),
            by=actor_of(request),
            operation_key=key_of(request),
            token_hash=token,
        )
    except SignInNeeded:
        if token is not None:
            state.known_services.forget(token)
        raise
    return _out(held, store)


async def _within_reach(request: Req, stores: KnownStores, code: str) -> StoreView:
    """Errors: `NotFound`."""
    store, caller = await stores.by_code(code), caller_of(request)
    if not isinstance(caller, Shopper) and not caller.may_at(store.id):
        raise NotFound
    return store


@post(
    "/stores/{store:str}/holds/{hold_id:uuid}/extension", operation_id="extend_hold", status_code=200,
    responses=changing(HoldEnded, OperationReused),
)  # fmt: skip
async def extend(
    request: Req,
    write: NamedDependency[WriteSession],
    known_stores: NamedDependency[KnownStores],
    store: FromPath[str],
    hold_id: FromPath[UUID],
) -> HoldOut:
    """Ten minutes more, once."""
    at = await _within_reach(request, known_stores, store)

    async def work() -> dict[str, Any]:
        held = await extend_hold(write, at.id, hold_id)
        return {"expires_at": held.expires_at.isoformat()}

    done = await once(write, key_of(request), ["extend", at.id, hold_id], actor_of(request), work)
    return HoldOut(hold_id, at.code, datetime.fromisoformat(done["expires_at"]))


@delete("/stores/{store:str}/holds/{hold_id:uuid}", operation_id="release_hold", status_code=204, responses=changing())
async def release(
    request: Req,
    write: NamedDependency[WriteSession],
    known_stores: NamedDependency[KnownStores],
    store: FromPath[str],
    hold_id: FromPath[UUID],
) -> None:
    """The units may be sold again. Letting go of what has ended changes nothing, so no key is needed."""
    at = await _within_reach(request, known_stores, store)
    await release_hold(write, at.id, hold_id, by=actor_of(request))


HOLDS = Router(
    path="",
    tags=["holds"],
    route_handlers=[place_hold, Router(path="", guards=[verb_guard("orders:place")], route_handlers=[extend, release])],
)
