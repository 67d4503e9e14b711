"""Changing a figure by hand, with a typed reason; damaged goods go to quarantine and out of it again."""

from typing import Literal
from uuid import UUID

import msgspec

from store_omni.inventory.errors import NotEnoughStock
from store_omni.inventory.ledger import Move, post
from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import N_
from store_omni.stockroom.errors import ManagerNeeded, MoreThanThere, ReasonMissing
from store_omni.stockroom.limits import too_large
from store_omni.stockroom.listing import check_listed, check_reach, write_document
from store_omni.stockroom.locking import LevelNow, lock_levels
from store_omni.stockroom.queries import codes_of


class Reason(msgspec.Struct, frozen=True):
    """`sign`: +1 only more, −1 only fewer, 0 both. `truth`: it has happened already, so units that were promised may go
    (and become short); else only free units."""

    text: str
    sign: int
    truth: bool = False


REASONS = {
    "found": Reason(N_("Found again"), +1, truth=True),
    "lost": Reason(N_("Not to be found"), -1, truth=True),
    "stolen": Reason(N_("Stolen"), -1, truth=True),
    "expired": Reason(N_("Past its date"), -1, truth=True),
    "own_use": Reason(N_("Used by the store"), -1),
    "given_away": Reason(N_("Given away"), -1),
    "back_to_supplier": Reason(N_("Sent back to the supplier"), -1),
    "typing_error": Reason(N_("An earlier entry was wrong"), 0, truth=True),
}
DAMAGE_REASONS = {
    "broken": N_("Broken"),
    "stained": N_("Stained or opened"),
    "faulty": N_("Does not work"),
    "recalled": N_("Recalled by the maker"),
}
# What takes units out of quarantine, as it stands in the ledger.
QUARANTINE_ENDS = {"shelf": N_("Back on the shelf"), "written_off": N_("Written off")}
NO_LEVEL = LevelNow(0, 0, 0, 0, 0)


class Change(msgspec.Struct, frozen=True):
    """`units` more (+) or fewer (−)."""

    sku_id: int
    units: int


def move_for(store_id: int, change: Change, reason: str, level: LevelNow, *, item: str, document: UUID) -> Move:
    """The movement of a change by hand, on a level that is locked. Errors: `ReasonMissing`, `MoreThanThere`,
    `NotEnoughStock`."""
    known = REASONS.get(reason)
    if known is None or change.units == 0 or known.sign * change.units < 0:
        raise ReasonMissing
    if level.on_hand + change.units < 0:
        raise MoreThanThere(item=item, left=level.on_hand)
    need = None if known.truth or change.units > 0 else -change.units
    free = 0 if level.short else level.on_hand - level.promised
    if need is not None and need > free:
        raise NotEnoughStock([{"sku": change.sku_id, "free": max(0, free)}])
    return Move(
        store_id, change.sku_id, "adjust", on_hand=change.units, reason=reason, need=need, truth=known.truth, document=document
    )


async def adjust(session: WriteSession, store_id: int, *, changes: list[Change], reason: str, by: Actor, note: str = "") -> UUID:
    """Returns the document's id. `reason`: a key of `REASONS`.

    Errors: `ReasonMissing`, `MoreThanThere`, `NotEnoughStock`, `ManagerNeeded` (a clerk, above the limits of a count),
    `NothingListed`, `ListedTwice`, `UnknownGoods`, `NotFound`.
    """
    check_reach(store_id, by)
    await check_listed(session, [change.sku_id for change in changes], [abs(change.units) for change in changes])
    if by.kind == "clerk" and await too_large(session, {change.sku_id: change.units for change in changes}):
        raise ManagerNeeded
    document_id = await write_document(session, "adjustment", store_id, by=by, note=note)
    levels = await lock_levels(session, [(store_id, change.sku_id) for change in changes])
    names = await codes_of(session, [change.sku_id for change in changes])
    moves = [
        move_for(
            store_id, change, reason, levels.get((store_id, change.sku_id), NO_LEVEL), item=names[change.sku_id],
            document=document_id,
        )
        for change in changes
    ]  # fmt: skip
    await post(session, moves, cause=("adjustment", document_id), by=by)
    data = {"reason": reason, "units": {str(change.sku_id): change.units for change in changes}}
    await record(session, "stock.adjusted", Subject("stock_document", document_id, store_id=store_id), by=by, data=data)
    return document_id


async def set_aside_damaged(
    session: WriteSession, store_id: int, *, sku_id: int, units: int, reason: str, by: Actor, note: str = ""
) -> UUID:
    """Units leave the shelf for quarantine, promised ones too. `reason`: a key of `DAMAGE_REASONS`. Returns the document's
    id. Errors: `ReasonMissing`, `MoreThanThere`, `NothingListed`, `UnknownGoods`, `NotFound`."""
    if reason not in DAMAGE_REASONS:
        raise ReasonMissing
    move = Move(store_id, sku_id, "damage", on_hand=-units, quarantine=units, reason=reason, truth=True)
    return await _move_quarantine(session, "damage", move, units, by=by, note=note)


async def end_quarantine(
    session: WriteSession,
    store_id: int,
    *,
    sku_id: int,
    units: int,
    to: Literal["shelf", "written_off"],
    by: Actor,
    note: str = "",
) -> UUID:
    """Units leave quarantine: for sale again, or for good. Returns the document's id. Errors: `MoreThanThere`,
    `NothingListed`, `UnknownGoods`, `NotFound`."""
    if to == "shelf":
        move = Move(store_id, sku_id, "adjust", on_hand=units, quarantine=-units, reason="shelf")
    else:
        move = Move(store_id, sku_id, "damage", quarantine=-units, reason="written_off")
    return await _move_quarantine(session, "quarantine_end", move, units, by=by, note=note)


async def _move_quarantine(session: WriteSession, kind: str, move: Move, units: int, *, by: Actor, note: str) -> UUID:
    check_reach(move.store, by)
    await check_listed(session, [move.sku], [units])
    document_id = await write_document(session, kind, move.store, by=by, note=note)
    level = (await lock_levels(session, [(move.store, move.sku)])).get((move.store, move.sku), NO_LEVEL)
    left = level.quarantine if move.quarantine < 0 else level.on_hand
    if units > left:
        raise MoreThanThere(item=(await codes_of(session, [move.sku]))[move.sku], left=left)
    await post(session, [msgspec.structs.replace(move, document=document_id)], cause=(kind, document_id), by=by)
    data = {"reason": move.reason, "sku_id": move.sku, "units": move.quarantine}
    await record(session, "stock.quarantined", Subject("stock_document", document_id, store_id=move.store), by=by, data=data)
    return document_id
