"""A store's work on its orders: picking, packing, staging, handing over; for tills and hand-held computers."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from store_omni.journal.operations import OperationReused, once
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import N_, InvalidInput
from store_omni.kit.signing import Signer
from store_omni.orders.queries import order_at_store
from store_omni.orders.states import WrongState
from store_omni.passes.errors import PassExpired, PassInvalid, PassRevoked, PassSpent, PassWrongPurpose, PassWrongStore
from store_omni.payments.capturing import Tender
from store_omni.payments.errors import AlreadyTaken, SlipMissing
from store_omni.pickup.errors import EnoughPicked, NotAllPicked, SomebodyElsePicks, UnknownBarcode, UnknownShelf, WrongItem
from store_omni.pickup.handing_over import hand_over
from store_omni.pickup.packing import BAGS_MAX, pack, stage
from store_omni.pickup.picking import scan_item, start_picking
from store_omni.pickup.queries import queue
from store_omni.web.api.declaring import changing, reading
from store_omni.web.api.entering import at_store, key_of, verb_guard
from store_omni.web.api.shapes import Code, OrderOut, Scanned, order_shown

Req = Request[Any, Any, Any]
PASS_REFUSALS = (PassInvalid, PassWrongPurpose, PassSpent, PassRevoked, PassExpired, PassWrongStore)


class QueuedOut(msgspec.Struct, frozen=True):
    """`late`: the promise has passed and it is not ready."""

    id: UUID
    number: str
    state: str
    ready_by: str
    late: bool
    shelf: str | None
    items: int
    picked: int
    due_minor: int
    currency: str


@get("/", operation_id="list_pickups", responses=reading())
async def pickups(request: Req, read: NamedDependency[ReadSession], store: FromPath[str]) -> list[QueuedOut]:
    """Everything open at this store, who is here first, then by promise."""
    place, _ = await at_store(request, store)
    return [
        QueuedOut(
            row.fulfilment_id, row.number, row.state, row.ready_by.isoformat(), row.late, row.staging_code, row.items, row.picked,
            row.due_minor, row.currency,
        )
        for row in await queue(read, place.id)
    ]  # fmt: skip


@post("/{pickup:uuid}/picking", operation_id="start_picking", status_code=200, responses=changing(SomebodyElsePicks, WrongState))
async def picking(request: Req, write: NamedDependency[WriteSession], store: FromPath[str], pickup: FromPath[UUID]) -> OrderOut:
    _, by = await at_store(request, store)
    await start_picking(write, pickup, by=by)
    return await order_shown(write, await order_at_store(write, pickup, by=by), by=by, task="api.picking")


class ScanIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`barcode`: GTIN or SKU code. One call is one unit; the Idempotency-Key (a UUID) makes a repeated call one beep."""

    barcode: Scanned


@post(
    "/{pickup:uuid}/scans", operation_id="scan_item", status_code=200,
    responses=changing(UnknownBarcode, WrongItem, EnoughPicked, WrongState),
)  # fmt: skip
async def scans(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], pickup: FromPath[UUID], data: JSONBody[ScanIn]
) -> OrderOut:
    _, by = await at_store(request, store)
    try:
        beep = UUID(key_of(request))
    except ValueError:
        raise InvalidInput({"Idempotency-Key": N_("For a scan it is a UUID, a new one for each beep.")}) from None
    await scan_item(write, pickup, barcode=data.barcode, operation_id=beep, by=by)
    return await order_shown(write, await order_at_store(write, pickup, by=by), by=by, task="api.picking")


class PackingIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    bags: int = 1


@post(
    "/{pickup:uuid}/packing", operation_id="pack", status_code=200, responses=changing(NotAllPicked, WrongState, OperationReused)
)
async def packing(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], pickup: FromPath[UUID], data: JSONBody[PackingIn]
) -> OrderOut:
    _, by = await at_store(request, store)
    if not 1 <= data.bags <= BAGS_MAX:
        raise InvalidInput({"bags": N_("Please enter a whole number in the allowed range.")})

    async def work() -> dict[str, Any]:
        return {"labels": (await pack(write, pickup, bags=data.bags, by=by)).labels}

    await once(write, key_of(request), ["pack", str(pickup), data.bags], by, work)
    return await order_shown(write, await order_at_store(write, pickup, by=by), by=by, task="api.packing")


class StagingIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shelf: Code


@post(
    "/{pickup:uuid}/staging", operation_id="stage", status_code=200, responses=changing(UnknownShelf, WrongState, OperationReused)
)
async def staging(
    request: Req, write: NamedDependency[WriteSession], signer: NamedDependency[Signer], store: FromPath[str],
    pickup: FromPath[UUID], data: JSONBody[StagingIn],
) -> OrderOut:  # fmt: skip
    """The bag is on its shelf; the shopper is told."""
    _, by = await at_store(request, store)

    async def work() -> dict[str, Any]:
        await stage(write, signer, pickup, shelf=data.shelf, by=by)
        return {}

    await once(write, key_of(request), ["stage", str(pickup), data.shelf], by, work)
    return await order_shown(write, await order_at_store(write, pickup, by=by), by=by, task="api.staging")


class HandoverIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`pass_code`: the 160 characters of the customer's QR. `slip_no`: of the card terminal, for card_terminal."""

    pass_code: Scanned
    tender: Tender
    slip_no: Code | None = None


@post(
    "/{pickup:uuid}/handover", operation_id="hand_over", status_code=200,
    responses=changing(*PASS_REFUSALS, WrongState, AlreadyTaken, SlipMissing, OperationReused),
)  # fmt: skip
async def handover(
    request: Req, write: NamedDependency[WriteSession], signer: NamedDependency[Signer], store: FromPath[str],
    pickup: FromPath[UUID], data: JSONBody[HandoverIn],
) -> OrderOut:  # fmt: skip
    """The code is spent, the money taken, the goods sold and the receipt written, all or nothing."""
    _, by = await at_store(request, store)

    async def work() -> dict[str, Any]:
        done = await hand_over(write, signer, pickup, pass_code=data.pass_code, tender=data.tender, slip_no=data.slip_no, by=by)
        return {"receipt": done.receipt_number}

    await once(write, key_of(request), ["handover", str(pickup), data], by, work)
    return await order_shown(write, await order_at_store(write, pickup, by=by), by=by, task="api.handover")


PICKUPS = Router(
    path="/stores/{store:str}/pickups",
    tags=["pickups"],
    guards=[verb_guard("pickups:work")],
    route_handlers=[pickups, picking, scans, packing, staging, handover],
)
