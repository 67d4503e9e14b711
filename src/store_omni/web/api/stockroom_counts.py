"""Counts by JSON: begun for a zone, counted blind, closed, and decided on by a second person where a difference is large."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from store_omni.journal.operations import OperationReused
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.pickup.counting_shelves import units_aside
from store_omni.staff.serving import Service
from store_omni.stockroom import errors
from store_omni.stockroom.approving import approve_count, refuse_count
from store_omni.stockroom.counting import Closed, Zone, close_count, count_item, drop_count, start_count
from store_omni.stockroom.listing import goods_by_code
from store_omni.stockroom.papers import count_of, counts_of
from store_omni.web.api.declaring import changing, reading
from store_omni.web.api.entering import at_store, caller_of, verb_guard
from store_omni.web.api.stockroom_shapes import LINES_MAX, CountOut, DocumentOut, Figure, Note, Short, count_out, done_once

Req = Request[Any, Any, Any]
Skus = Annotated[list[Short], msgspec.Meta(max_length=LINES_MAX)]


class CountIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`zone` category: `text` is its name; shelf: `text` is what stands on it, and its goods are listed by counting them;
    skus and recount: `skus` are counted."""

    zone: Literal["category", "skus", "shelf", "recount"]
    text: Short = ""
    skus: Skus = []


class CountedIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`counted`: units on the shelf at this moment. `aside`: units in bags of orders that were not counted; left out, we add
    what was picked and not handed over."""

    counted: Figure
    aside: Figure | None = None


class CountClosingIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    leave_uncounted: bool = False


class DecisionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`skus`: only these of the waiting lines; left out, all. `reason`: why it is refused."""

    decision: Literal["approve", "refuse"]
    reason: Note = ""
    skus: Skus | None = None


class CountClosedOut(msgspec.Struct, frozen=True):
    """`state`: done, or to_approve while lines wait. `corrected`: lines whose figure was changed now."""

    state: str
    corrected: int
    waiting: int


@post(
    "/stores/{store:str}/counts", operation_id="start_count", status_code=201,
    responses=changing(errors.NothingListed, errors.ListedTwice, errors.UnknownGoods, OperationReused),
)  # fmt: skip
async def start(request: Req, write: NamedDependency[WriteSession], store: FromPath[str], data: JSONBody[CountIn]) -> DocumentOut:
    at, by = await at_store(request, store)
    ids = await goods_by_code(write, data.skus)
    zone = Zone(data.zone, data.text, [ids[sku] for sku in data.skus])

    async def work() -> DocumentOut:
        return DocumentOut(await start_count(write, at.id, zone=zone, by=by))

    return await done_once(request, write, DocumentOut, ["start_count", store, data], by, work)


@get("/stores/{store:str}/counts", operation_id="list_counts", responses=reading())
async def counts(
    request: Req, read: NamedDependency[ReadSession], store: FromPath[str], closed: FromQuery[bool] = False
) -> list[CountOut]:
    """Newest first, at most 200, without their lines. `closed`: those that have ended too."""
    at, _ = await at_store(request, store)
    return [count_out(found) for found in await counts_of(read, at.id, open_only=not closed)]


@get("/stores/{store:str}/counts/{count_id:uuid}", operation_id="get_count", responses=reading())
async def one_count(request: Req, read: NamedDependency[ReadSession], store: FromPath[str], count_id: FromPath[UUID]) -> CountOut:
    """What the books say is shown only to people who may approve; the others count blind."""
    at, _ = await at_store(request, store)
    caller = caller_of(request)
    blind = not (isinstance(caller, Service) and "stock:approve" in caller.verbs)
    return count_out(await count_of(read, at.id, count_id, blind=blind))


@put(
    "/stores/{store:str}/counts/{count_id:uuid}/lines/{sku:str}", operation_id="count_item", status_code=204,
    responses=changing(errors.CountOver, errors.NothingListed, errors.ListedTwice, errors.UnknownGoods, OperationReused),
)  # fmt: skip
async def item(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], count_id: FromPath[UUID], sku: FromPath[str],
    data: JSONBody[CountedIn],
) -> None:  # fmt: skip
    """A SKU that is not on the list is added to it; counted again, the new figure stands. Repeat it with its
    Idempotency-Key: under a new key it is a new count of that moment."""
    at, by = await at_store(request, store)
    sku_id = (await goods_by_code(write, [sku]))[sku]

    async def work() -> DocumentOut:
        aside = await units_aside(write, at.id, sku_id) if data.aside is None else data.aside
        await count_item(write, at.id, count_id, sku_id=sku_id, counted=data.counted, aside=aside, by=by)
        return DocumentOut(count_id)

    await done_once(request, write, DocumentOut, ["count_item", store, count_id, sku, data], by, work)


def _closed_out(closed: Closed) -> CountClosedOut:
    return CountClosedOut(closed.state, closed.corrected, closed.waiting)


@post(
    "/stores/{store:str}/counts/{count_id:uuid}/closing", operation_id="close_count", status_code=200,
    responses=changing(errors.CountOver, errors.NotAllCounted, OperationReused),
)  # fmt: skip
async def closing(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], count_id: FromPath[UUID],
    data: JSONBody[CountClosingIn],
) -> CountClosedOut:  # fmt: skip
    """Corrects the books. More than 5 units, or a value above the limit, waits for approval."""
    at, by = await at_store(request, store)

    async def work() -> CountClosedOut:
        return _closed_out(await close_count(write, at.id, count_id, by=by, leave_uncounted=data.leave_uncounted))

    return await done_once(request, write, CountClosedOut, ["close_count", store, count_id, data], by, work)


@delete(
    "/stores/{store:str}/counts/{count_id:uuid}", operation_id="drop_count", status_code=204, responses=changing(errors.CountOver)
)
async def drop(request: Req, write: NamedDependency[WriteSession], store: FromPath[str], count_id: FromPath[UUID]) -> None:
    """Given up: nothing is corrected."""
    at, by = await at_store(request, store)
    await drop_count(write, at.id, count_id, by=by)


@post(
    "/stores/{store:str}/counts/{count_id:uuid}/approval", operation_id="decide_count", status_code=200,
    responses=changing(
        errors.NothingToApprove, errors.OwnCount, errors.ManagerNeeded, errors.ReasonMissing, errors.UnknownGoods, OperationReused
    ),
)  # fmt: skip
async def approval(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], count_id: FromPath[UUID],
    data: JSONBody[DecisionIn],
) -> CountClosedOut:  # fmt: skip
    """By another account than the one that counted. A refused line leaves the books as they are and is to be counted again."""
    at, by = await at_store(request, store)
    ids = await goods_by_code(write, data.skus or [])
    skus = None if data.skus is None else [ids[sku] for sku in data.skus]

    async def work() -> CountClosedOut:
        if data.decision == "approve":
            return _closed_out(await approve_count(write, at.id, count_id, by=by, sku_ids=skus))
        return _closed_out(await refuse_count(write, at.id, count_id, reason=data.reason, by=by, sku_ids=skus))

    return await done_once(request, write, CountClosedOut, ["decide_count", store, count_id, data], by, work)


COUNTS = Router(
    path="",
    route_handlers=[
        Router(path="", guards=[verb_guard("stock:count")], route_handlers=[start, counts, one_count, item, closing, drop]),
        Router(path="", guards=[verb_guard("stock:approve")], route_handlers=[approval]),
    ],
)
