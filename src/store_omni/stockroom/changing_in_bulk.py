"""Many figures in one call, from an ERP or a file: each line has an answer of its own."""

from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.inventory.errors import NotEnoughStock
from store_omni.inventory.ledger import Move, post
from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import InvalidInput
from store_omni.stockroom.adjusting import NO_LEVEL, Change, move_for
from store_omni.stockroom.errors import ListedTwice, ManagerNeeded, MoreThanThere, ReasonMissing, UnknownGoods
from store_omni.stockroom.limits import too_large
from store_omni.stockroom.listing import check_reach, known_goods, write_document
from store_omni.stockroom.locking import LevelNow, lock_levels

LINES_MAX = 1000
UNITS_MAX = 1_000_000


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`code`: SKU code or barcode. Either `on_hand` (an absolute count, true now) or `change` (±) with `reason`, a key of
    `adjusting.REASONS`."""

    code: str
    on_hand: int | None = None
    change: int | None = None
    reason: str = ""


class FigureAnswer(msgspec.Struct, frozen=True):
    """`state`: changed, unchanged or refused, then `refusal` is the code of why. The figures are those afterwards."""

    code: str
    state: Literal["changed", "unchanged", "refused"]
    refusal: str = ""
    on_hand: int | None = None
    short: int | None = None
    version: int | None = None


async def change_in_bulk(
    session: WriteSession, store_id: int, *, figures: list[Figure], by: Actor, reference: str = "", note: str = ""
) -> list[FigureAnswer]:
    """One answer per line, in their order; a refused line does not spoil the others. An absolute figure is a recorded
    truth: promised units that are not there become short. Errors: `NotFound`."""
    check_reach(store_id, by)
    known = await known_goods(session, [figure.code for figure in figures])
    document_id = await write_document(session, "bulk", store_id, by=by, reference=reference, note=note)
    absolute = [(store_id, known[figure.code]) for figure in figures if figure.on_hand is not None and figure.code in known]
    levels = await lock_levels(session, [(store_id, sku_id) for sku_id in known.values()])
    levels |= await lock_levels(session, [place for place in absolute if place not in levels], opening=True)
    large = await too_large(session, _changes(figures, known)) if by.kind == "clerk" else set()
    moves: list[Move] = []
    refused: dict[int, str] = {}
    seen: set[int] = set()
    for place, figure in enumerate(figures):
        try:
            sku_id = _sku(figure, known, seen)
            if sku_id in large:
                raise ManagerNeeded
            moves += _moves(store_id, sku_id, figure, levels.get((store_id, sku_id), NO_LEVEL), document_id)
        except (UnknownGoods, ListedTwice, ManagerNeeded, ReasonMissing, MoreThanThere, NotEnoughStock, InvalidInput) as no:
            refused[place] = no.code
    if moves:
        await post(session, moves, cause=("bulk", document_id), by=by)
    await record(
        session, "stock.changed_in_bulk", Subject("stock_document", document_id, store_id=store_id), by=by,
        data={"lines": len(figures), "changed": len(moves), "refused": len(refused)},
    )  # fmt: skip
    after = await _after(session, store_id, list(known.values()))
    moved = {move.sku for move in moves}
    return [_answer(figure, known, refused.get(place), moved, after) for place, figure in enumerate(figures)]


def _changes(figures: list[Figure], known: dict[str, int]) -> dict[int, int]:
    return {known[figure.code]: figure.change for figure in figures if figure.code in known and figure.change}


def _sku(figure: Figure, known: dict[str, int], seen: set[int]) -> int:
    if figure.code not in known:
        raise UnknownGoods(code=figure.code)
    if known[figure.code] in seen:
        raise ListedTwice(item=figure.code)
    seen.add(known[figure.code])
    return known[figure.code]


def _moves(store_id: int, sku_id: int, figure: Figure, level: LevelNow, document_id: UUID) -> list[Move]:
    if (figure.on_hand is None) == (figure.change is None):
        raise InvalidInput({"on_hand": ""})
    if figure.change is not None:
        change = Change(sku_id, figure.change)
        return [move_for(store_id, change, figure.reason, level, item=figure.code, document=document_id)]
    units = figure.on_hand or 0
    if not 0 <= units <= UNITS_MAX:
        raise InvalidInput({"on_hand": ""})
    if units == level.on_hand:
        return []
    kind = "count" if level.version else "opening"
    return [Move(store_id, sku_id, kind, on_hand=units - level.on_hand, truth=True, document=document_id)]


async def _after(session: WriteSession, store_id: int, sku_ids: list[int]) -> dict[int, tuple[int, int, int]]:
    rows = await session.execute(
        text("SELECT sku_id, on_hand, short, version FROM inventory.stock_level WHERE store_id = :store AND sku_id = ANY(:skus)"),
        {"store": store_id, "skus": sku_ids},
    )
    return {row.sku_id: (row.on_hand, row.short, row.version) for row in rows}


def _answer(
    figure: Figure, known: dict[str, int], no: str | None, moved: set[int], after: dict[int, tuple[int, int, int]]
) -> FigureAnswer:
    sku_id = known.get(figure.code, 0)
    state = "refused" if no else "changed" if sku_id in moved else "unchanged"
    return FigureAnswer(figure.code, state, no or "", *after.get(sku_id, (None, None, None)))
