"""Goods that come and go: receipts, purchases, transfers between stores."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from store_omni.inventory.errors import NotEnoughStock
from store_omni.journal.operations import OperationReused
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.stockroom import errors
from store_omni.stockroom.listing import goods_by_code
from store_omni.stockroom.papers import purchases_of, transfer_of, transfers_of
from store_omni.stockroom.purchasing import Listed, close_purchase, make_purchase
from store_omni.stockroom.receiving import Arrived, receive
from store_omni.stockroom.transferring import close_transfer, receive_transfer, send_transfer
from store_omni.stores.queries import store_by_code
from store_omni.web.api.declaring import changing, reading
from store_omni.web.api.entering import at_store, verb_guard
from store_omni.web.api.stockroom_shapes import (
    ArrivedIn,
    ArrivedLines,
    ClosedOut,
    Lines,
    Note,
    PaperOut,
    PurchaseOut,
    ReceiptOut,
    Short,
    TransferOut,
    discrepancies_out,
    done_once,
    purchase_out,
    transfer_out,
)

Req = Request[Any, Any, Any]
LISTED = (errors.NothingListed, errors.ListedTwice, errors.UnknownGoods)


async def _arrived(session: WriteSession, lines: list[ArrivedIn]) -> list[Arrived]:
    ids = await goods_by_code(session, [line.sku for line in lines])
    return [Arrived(ids[line.sku], line.qty, line.damaged) for line in lines]


class ReceiptIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`reference`: the delivery note. `purchase_id`: where it was ordered with one."""

    lines: ArrivedLines
    purchase_id: UUID | None = None
    reference: Short = ""
    note: Note = ""


@post(
    "/stores/{store:str}/receipts", operation_id="receive_goods", status_code=201,
    responses=changing(*LISTED, errors.PurchaseOver, OperationReused),
)  # fmt: skip
async def receipt(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], data: JSONBody[ReceiptIn]
) -> ReceiptOut:
    """What came is on the shelf, whatever was ordered; what differs from the purchase is said and becomes a task."""
    at, by = await at_store(request, store)
    lines = await _arrived(write, data.lines)

    async def work() -> ReceiptOut:
        done = await receive(
            write, at.id, lines=lines, by=by, purchase_id=data.purchase_id, reference=data.reference, note=data.note
        )
        return ReceiptOut(done.id, done.state, await discrepancies_out(write, done.discrepancies))

    return await done_once(request, write, ReceiptOut, ["receive_goods", store, data], by, work)


class PurchaseIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without a `number` we make one."""

    lines: Lines
    number: Short = ""
    supplier: Short = ""
    expected_on: date | None = None


@post(
    "/stores/{store:str}/purchases", operation_id="make_purchase", status_code=201,
    responses=changing(*LISTED, errors.NumberTaken, OperationReused),
)  # fmt: skip
async def purchase(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], data: JSONBody[PurchaseIn]
) -> PaperOut:
    at, by = await at_store(request, store)
    ids = await goods_by_code(write, [line.sku for line in data.lines])
    lines = [Listed(ids[line.sku], line.qty) for line in data.lines]

    async def work() -> PaperOut:
        made = await make_purchase(
            write, at.id, lines=lines, by=by, number=data.number, supplier=data.supplier, expected_on=data.expected_on
        )
        return PaperOut(made.id, made.number)

    return await done_once(request, write, PaperOut, ["make_purchase", store, data], by, work)


@get("/stores/{store:str}/purchases", operation_id="list_purchases", responses=reading())
async def purchases(
    request: Req, read: NamedDependency[ReadSession], store: FromPath[str], closed: FromQuery[bool] = False
) -> list[PurchaseOut]:
    """Newest first, at most 200. `closed`: those too."""
    at, _ = await at_store(request, store)
    return [purchase_out(found) for found in await purchases_of(read, at.id, open_only=not closed)]


@post(
    "/stores/{store:str}/purchases/{purchase_id:uuid}/closing", operation_id="close_purchase", status_code=200,
    responses=changing(errors.PurchaseOver, OperationReused),
)  # fmt: skip
async def purchase_closing(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], purchase_id: FromPath[UUID]
) -> ClosedOut:
    """Nothing more is expected; what is missing becomes a task."""
    at, by = await at_store(request, store)

    async def work() -> ClosedOut:
        return ClosedOut(await discrepancies_out(write, await close_purchase(write, at.id, purchase_id, by=by)))

    return await done_once(request, write, ClosedOut, ["close_purchase", store, purchase_id], by, work)


class TransferIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`to_store`: the code of the store that receives. Without a `number` we make one."""

    to_store: Short
    lines: Lines
    expected_at: datetime | None = None
    number: Short = ""
    note: Note = ""


@post(
    "/stores/{store:str}/transfers", operation_id="send_transfer", status_code=201,
    responses=changing(*LISTED, errors.NumberTaken, errors.SameStore, NotEnoughStock, OperationReused),
)  # fmt: skip
async def transfer(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], data: JSONBody[TransferIn]
) -> PaperOut:
    """Units that nobody was promised leave this store and are in transit at the other."""
    at, by = await at_store(request, store)
    to = await store_by_code(request.app.state.pool, data.to_store)
    ids = await goods_by_code(write, [line.sku for line in data.lines])
    lines = [Listed(ids[line.sku], line.qty) for line in data.lines]

    async def work() -> PaperOut:
        made = await send_transfer(
            write, at.id, to_store_id=to.id, lines=lines, by=by, expected_at=data.expected_at, number=data.number, note=data.note
        )
        return PaperOut(made.id, made.number)

    return await done_once(request, write, PaperOut, ["send_transfer", store, data], by, work)


@get("/stores/{store:str}/transfers", operation_id="list_transfers", responses=reading())
async def transfers(
    request: Req, read: NamedDependency[ReadSession], store: FromPath[str], direction: FromQuery[Literal["in", "out"]] = "in",
    closed: FromQuery[bool] = False,
) -> list[TransferOut]:  # fmt: skip
    """What comes to this store or leaves it, newest first, at most 200. `closed`: those that have ended too."""
    at, _ = await at_store(request, store)
    return [transfer_out(found) for found in await transfers_of(read, at.id, direction=direction, open_only=not closed)]


@get("/stores/{store:str}/transfers/{transfer_id:uuid}", operation_id="get_transfer", responses=reading())
async def one_transfer(
    request: Req, read: NamedDependency[ReadSession], store: FromPath[str], transfer_id: FromPath[UUID]
) -> TransferOut:
    at, _ = await at_store(request, store)
    return transfer_out(await transfer_of(read, at.id, transfer_id))


class TransferReceiptIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lines: ArrivedLines
    note: Note = ""


@post(
    "/stores/{store:str}/transfers/{transfer_id:uuid}/receipts", operation_id="receive_transfer", status_code=201,
    responses=changing(*LISTED, errors.TransferOver, OperationReused),
)  # fmt: skip
async def transfer_receipt(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], transfer_id: FromPath[UUID],
    data: JSONBody[TransferReceiptIn],
) -> ReceiptOut:  # fmt: skip
    """Part of it or all, at the store it was sent to. What was not sent is received as found and said."""
    at, by = await at_store(request, store)
    lines = await _arrived(write, data.lines)

    async def work() -> ReceiptOut:
        done = await receive_transfer(write, at.id, transfer_id, lines=lines, by=by, note=data.note)
        return ReceiptOut(done.id, done.state, await discrepancies_out(write, done.discrepancies))

    return await done_once(request, write, ReceiptOut, ["receive_transfer", store, transfer_id, data], by, work)


@post(
    "/stores/{store:str}/transfers/{transfer_id:uuid}/closing", operation_id="close_transfer", status_code=200,
    responses=changing(errors.TransferOver, OperationReused),
)  # fmt: skip
async def transfer_closing(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], transfer_id: FromPath[UUID]
) -> ClosedOut:
    """The receiving store waits no longer: what did not come is written off and becomes a task."""
    at, by = await at_store(request, store)

    async def work() -> ClosedOut:
        return ClosedOut(await discrepancies_out(write, await close_transfer(write, at.id, transfer_id, by=by)))

    return await done_once(request, write, ClosedOut, ["close_transfer", store, transfer_id], by, work)


PAPERS = Router(
    path="",
    route_handlers=[
        Router(path="", guards=[verb_guard("stock:read")], route_handlers=[purchases, transfers, one_transfer]),
        Router(
            path="",
            guards=[verb_guard("stock:write")],
            route_handlers=[receipt, purchase, purchase_closing, transfer, transfer_receipt, transfer_closing],
        ),
    ],
)
