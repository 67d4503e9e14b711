"""Counting a shelf by scanning it piece by piece, while its goods are sold and lie in customers' bags.

A count says what is there at one moment, but scanning takes a while. So each piece is added to what was counted before only
if nothing of this SKU left or came in between; else nobody could say whether that unit had been scanned already.
"""

from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import N_, NotFound, Refusal
from store_omni.passes.verifying import Names
from store_omni.stockroom.counting import count_item
from store_omni.stockroom.errors import CountOver
from store_omni.stockroom.listing import check_reach
from store_omni.stockroom.locking import lock_levels

UNITS_MAX = 99_999


class MovedMeanwhile(Refusal):
    """`params["sku_id"]`: of what."""

    code = "moved_meanwhile"
    title = N_("It was sold or came in while you counted it")
    reason = N_("Some of it left the shelf or came to it since you began with %(item)s.")
    next_step = N_("Start this item again, or count it by eye and type the number.")


class CountedSince(Refusal):
    code = "counted_since"
    title = N_("It has been counted further meanwhile")
    reason = N_("The figure is not the one you want to take back any more.")
    next_step = N_("Reload the page to see the present figure.")


class Counted(msgspec.Struct, frozen=True):
    """`shelf`: units counted on the shelf; None: not counted any more. `before`: likewise, before this act. `aside`: units in
    bags, which are added."""

    sku_id: int
    shelf: int | None
    before: int | None
    aside: int


class _Line(msgspec.Struct, frozen=True):
    """`listed`: it stood on the list before anybody counted."""

    listed: bool
    shelf: int | None = None
    aside: int = 0
    on_hand: int | None = None


async def units_aside(session: ReadSession, store_id: int, sku_id: int) -> int:
    """Units that were taken off the shelf for orders and still belong to the store."""
    units = await session.scalar(
        text(
            """SELECT sum(greatest(0, l.qty_picked - o.qty_handed_over)) FROM orders.fulfilment_line l
               JOIN orders.fulfilment f ON f.store_id = l.store_id AND f.id = l.fulfilment_id
               JOIN orders.order_line o ON o.order_id = l.order_id AND o.line_no = l.line_no
               WHERE l.store_id = :store AND l.sku_id = :sku AND f.state IN ('picking', 'short', 'packed', 'staged',
                 'ready_for_pickup', 'partially_handed_over', 'uncollected')"""
        ),
        {"store": store_id, "sku": sku_id},
    )
    return int(units or 0)


async def count_one_more(session: WriteSession, store_id: int, count_id: UUID, *, sku_id: int, by: Actor) -> Counted:
    """One piece was scanned. Errors: `MovedMeanwhile`, `CountOver`, `UnknownGoods`, `NotFound`."""
    line = await _line(session, store_id, count_id, sku_id, by=by)
    level = (await lock_levels(session, [(store_id, sku_id)])).get((store_id, sku_id))
    aside = await units_aside(session, store_id, sku_id)
    on_hand = level.on_hand if level else 0
    if line.shelf is not None and line.shelf > 0 and (line.on_hand, line.aside) != (on_hand, aside):
        raise MovedMeanwhile(item=await _name(session, sku_id), sku_id=sku_id)
    shelf = (line.shelf or 0) + 1
    await count_item(session, store_id, count_id, sku_id=sku_id, counted=shelf, aside=aside, by=by)
    return Counted(sku_id, shelf, line.shelf, aside)


async def state_counted(session: WriteSession, store_id: int, count_id: UUID, *, sku_id: int, units: int, by: Actor) -> Counted:
    """`units` lie on the shelf now, as a clerk saw at a glance; what was counted before is replaced. Errors: as above."""
    line = await _line(session, store_id, count_id, sku_id, by=by)
    aside = await units_aside(session, store_id, sku_id)
    await count_item(session, store_id, count_id, sku_id=sku_id, counted=units, aside=aside, by=by)
    return Counted(sku_id, units, line.shelf, aside)


async def take_back(
    session: WriteSession, store_id: int, count_id: UUID, *, sku_id: int, shelf: int, to: int | None, by: Actor
) -> Counted:
    """Undoes the last figure, as long as it is still `shelf`. `to` None: the item is not counted any more.

    Errors: `CountedSince`, `CountOver`, `UnknownGoods`, `NotFound`.
    """
    line = await _line(session, store_id, count_id, sku_id, by=by)
    if line.shelf != shelf:
        raise CountedSince
    keys = {"store": store_id, "id": count_id, "sku": sku_id}
    if to is not None:
        # Less of what was counted at that moment; the moment stays.
        await session.execute(
            text(
                """UPDATE stockroom.count_line SET counted = :to + aside
                   WHERE store_id = :store AND count_id = :id AND sku_id = :sku"""
            ),
            keys | {"to": to},
        )
        return Counted(sku_id, to, shelf, line.aside)
    # A shelf's list is made by counting: what was not counted does not stand on it.
    await session.execute(text(_FORGET if line.listed else _REMOVE), keys)
    return Counted(sku_id, None, shelf, 0)


_FORGET = """
UPDATE stockroom.count_line SET counted = NULL, aside = 0, on_hand = NULL, version = NULL, counted_at = NULL, counted_by = NULL
WHERE store_id = :store AND count_id = :id AND sku_id = :sku"""
_REMOVE = "DELETE FROM stockroom.count_line WHERE store_id = :store AND count_id = :id AND sku_id = :sku"


async def _line(session: WriteSession, store_id: int, count_id: UUID, sku_id: int, *, by: Actor) -> _Line:
    """Takes the whole count for this transaction, so that two people who scan the same goods add up."""
    check_reach(store_id, by)
    keys = {"store": store_id, "id": count_id}
    count = (
        await session.execute(
            text("SELECT state, zone_kind FROM stockroom.count WHERE store_id = :store AND id = :id FOR UPDATE"), keys
        )
    ).one_or_none()
    if count is None:
        raise NotFound
    if count.state != "open":
        raise CountOver
    row = (
        await session.execute(
            text(
                """SELECT counted - aside, aside, on_hand FROM stockroom.count_line
                   WHERE store_id = :store AND count_id = :id AND sku_id = :sku"""
            ),
            keys | {"sku": sku_id},
        )
    ).one_or_none()
    listed = count.zone_kind != "shelf"
    return _Line(listed, *row) if row else _Line(listed)


async def _name(session: WriteSession, sku_id: int) -> Names:
    row = (
        await session.execute(
            text(
                "SELECT p.name_ko, p.name_en FROM catalog.sku k JOIN catalog.product p ON p.id = k.product_id WHERE k.id = :sku"
            ),
            {"sku": sku_id},
        )
    ).one()
    return Names(row.name_ko, row.name_en)
