"""Levels, their ledgers, and changes by hand: one by one or many at once."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from store_omni.inventory.errors import NotEnoughStock
from store_omni.journal.operations import OperationReused
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.stockroom import errors
from store_omni.stockroom.adjusting import Change, adjust, end_quarantine, set_aside_damaged
from store_omni.stockroom.changing_in_bulk import LINES_MAX, Figure, FigureAnswer, change_in_bulk
from store_omni.stockroom.listing import goods_by_code
from store_omni.stockroom.queries import Only, ledger_of, levels_of
from store_omni.web.api.declaring import changing, reading
from store_omni.web.api.entering import at_store, verb_guard
from store_omni.web.api.stockroom_shapes import (
    FIGURES,
    DocumentOut,
    EntryOut,
    LevelsOut,
    Note,
    Short,
    Units,
    done_once,
    level_out,
)

Req = Request[Any, Any, Any]
VERSION_MAX = 2**62


@get("/stores/{store:str}/stock", operation_id="list_levels", responses=reading())
async def levels(
    request: Req, read: NamedDependency[ReadSession], store: FromPath[str], find: FromQuery[str] = "",
    category: FromQuery[str] = "", only: FromQuery[Only] = "", page: FromQuery[int] = 1,
) -> LevelsOut:  # fmt: skip
    """50 at a time, by name. `find`: part of a name or code, or a whole barcode. `only`: short, in_transit, quarantine,
    task (with an open one), uncounted or empty."""
    at, _ = await at_store(request, store)
    found = await levels_of(read, at.id, find=find, category=category, only=only, page=page)
    return LevelsOut(found.total, found.page, found.pages, [level_out(level) for level in found.levels])


@get("/stores/{store:str}/stock/{sku:str}/ledger", operation_id="read_ledger", responses=reading(errors.UnknownGoods))
async def ledger(
    request: Req, read: NamedDependency[ReadSession], store: FromPath[str], sku: FromPath[str],
    before: FromQuery[int] = VERSION_MAX,
) -> list[EntryOut]:  # fmt: skip
    """Every movement of one level, newest first, 100 at a time. `before`: only versions below it."""
    at, _ = await at_store(request, store)
    sku_id = (await goods_by_code(read, [sku]))[sku]
    return [
        EntryOut(
            entry.version, entry.kind, entry.reason, {figure: getattr(entry, f"d_{figure}") for figure in FIGURES},
            {figure: getattr(entry, figure) for figure in FIGURES},
            None if entry.paper in ("hold", "allocation") else entry.paper_id, entry.paper, entry.reference, entry.note,
            entry.channel, entry.actor_kind, entry.actor, entry.at,
        )
        for entry in await ledger_of(read, at.id, sku_id, before=before)
    ]  # fmt: skip


class FigureIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Either `on_hand` (an absolute figure, true now) or `change` (±) with a `reason` as in `adjust_stock`."""

    sku: Short
    on_hand: int | None = None
    change: int | None = None
    reason: Short = ""


class FiguresIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lines: Annotated[list[FigureIn], msgspec.Meta(min_length=1, max_length=LINES_MAX)]
    reference: Short = ""
    note: Note = ""


class FigureOut(msgspec.Struct, frozen=True):
    """`state`: changed, unchanged, or refused with the code of why under `refusal`. The figures are those afterwards."""

    sku: str
    state: str
    refusal: str
    on_hand: int | None
    short: int | None
    version: int | None


class FiguresOut(msgspec.Struct, frozen=True):
    """One answer per line, in their order."""

    lines: list[FigureOut]


def _figure_out(answer: FigureAnswer) -> FigureOut:
    return FigureOut(answer.code, answer.state, answer.refusal, answer.on_hand, answer.short, answer.version)


@put("/stores/{store:str}/stock", operation_id="change_stock", responses=changing(OperationReused))
async def change(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], data: JSONBody[FiguresIn]
) -> FiguresOut:
    """Up to 1,000 figures in one transaction. A line that is refused does not spoil the others. An absolute figure is a
    recorded truth: where promised units are not there, the level becomes short and a task is opened."""
    at, by = await at_store(request, store)
    figures = [Figure(line.sku, line.on_hand, line.change, line.reason) for line in data.lines]

    async def work() -> FiguresOut:
        answers = await change_in_bulk(write, at.id, figures=figures, by=by, reference=data.reference, note=data.note)
        return FiguresOut([_figure_out(answer) for answer in answers])

    return await done_once(request, write, FiguresOut, ["change_stock", store, data], by, work)


class ChangeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`units` more (+) or fewer (−)."""

    sku: Short
    units: Annotated[int, msgspec.Meta(ge=-1_000_000, le=1_000_000)]


class AdjustmentIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`reason`: found (more), lost, stolen, expired (fewer, promised ones too), own_use, given_away, back_to_supplier
    (fewer, free ones only), or typing_error."""

    lines: Annotated[list[ChangeIn], msgspec.Meta(max_length=LINES_MAX)]
    reason: Short
    note: Note = ""


@post(
    "/stores/{store:str}/adjustments", operation_id="adjust_stock", status_code=201,
    responses=changing(
        errors.ReasonMissing, errors.MoreThanThere, errors.ManagerNeeded, errors.NothingListed, errors.ListedTwice,
        errors.UnknownGoods, NotEnoughStock, OperationReused,
    ),
)  # fmt: skip
async def adjustment(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], data: JSONBody[AdjustmentIn]
) -> DocumentOut:
    """All lines or none."""
    at, by = await at_store(request, store)
    ids = await goods_by_code(write, [line.sku for line in data.lines])
    changes = [Change(ids[line.sku], line.units) for line in data.lines]

    async def work() -> DocumentOut:
        return DocumentOut(await adjust(write, at.id, changes=changes, reason=data.reason, by=by, note=data.note))

    return await done_once(request, write, DocumentOut, ["adjust_stock", store, data], by, work)


class QuarantineIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`reason`, into quarantine: broken, stained, faulty, recalled. Out of it `to`: shelf or written_off. One of the two."""

    sku: Short
    units: Units
    reason: Short = ""
    to: Literal["", "shelf", "written_off"] = ""
    note: Note = ""


@post(
    "/stores/{store:str}/quarantine", operation_id="move_quarantine", status_code=201,
    responses=changing(
        errors.ReasonMissing, errors.MoreThanThere, errors.NothingListed, errors.ListedTwice, errors.UnknownGoods,
        OperationReused,
    ),
)  # fmt: skip
async def quarantine(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], data: JSONBody[QuarantineIn]
) -> DocumentOut:
    """Damaged units leave the shelf, promised ones too; or units leave quarantine, for sale again or for good."""
    at, by = await at_store(request, store)
    sku_id = (await goods_by_code(write, [data.sku]))[data.sku]
    if bool(data.reason) == bool(data.to):
        raise errors.ReasonMissing

    async def work() -> DocumentOut:
        return DocumentOut(await _move(write, at.id, sku_id, data, by))

    return await done_once(request, write, DocumentOut, ["move_quarantine", store, data], by, work)


async def _move(write: WriteSession, store_id: int, sku_id: int, data: QuarantineIn, by: Any) -> UUID:
    if data.to:
        return await end_quarantine(write, store_id, sku_id=sku_id, units=data.units, to=data.to, by=by, note=data.note)
    return await set_aside_damaged(write, store_id, sku_id=sku_id, units=data.units, reason=data.reason, by=by, note=data.note)


LEVELS = Router(
    path="",
    route_handlers=[
        Router(path="", guards=[verb_guard("stock:read")], route_handlers=[levels, ledger]),
        Router(path="", guards=[verb_guard("stock:write")], route_handlers=[change, adjustment, quarantine]),
    ],
)
