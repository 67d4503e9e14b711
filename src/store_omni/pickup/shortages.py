"""What a picker does not find. She may take her word back for ten seconds; then it is taken off the order and told."""

from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.inventory.allocating import release_some
from store_omni.journal.actors import Actor
from store_omni.journal.recording import record
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import N_, NotFound
from store_omni.pickup.errors import NothingReported
from store_omni.pickup.picking import must_pick
from store_omni.stockroom.doubting import doubt

SHORT_REASONS = {
    "not_found": N_("Not on the shelf"),
    "damaged": N_("Damaged"),
    "wrong_count": N_("The count was wrong"),
}
UNDO_SECONDS = 10


class Shortage(msgspec.Struct, frozen=True):
    """A line of which something was reported missing and not yet settled. `seconds_left`: to take it back, 0 when over."""

    line_no: int
    reason: str
    seconds_left: int


async def note_shortage(session: WriteSession, fulfilment_id: UUID, *, line_no: int, reason: str, by: Actor) -> None:
    """Reported, and nothing else yet: the order, the shelf and the shopper hear of it when it is settled. Reported again, the
    ten seconds begin anew. Errors: `WrongState`, `NotFound` (no such line, or nothing missing)."""
    if reason not in SHORT_REASONS:
        raise NotFound
    row = await must_pick(session, fulfilment_id, by)
    noted = await session.scalar(
        text(
            """INSERT INTO pickup.shortage (store_id, fulfilment_id, line_no, reason, staff_id, staff_name)
               SELECT l.store_id, l.fulfilment_id, l.line_no, :reason, :by, :name FROM orders.fulfilment_line l
               WHERE l.store_id = :store AND l.fulfilment_id = :id AND l.line_no = :line AND l.qty_picked < l.qty
               ON CONFLICT (store_id, fulfilment_id, line_no) DO UPDATE
               SET reason = excluded.reason, staff_id = excluded.staff_id, staff_name = excluded.staff_name, at = excluded.at
               RETURNING 1"""
        ),
        {"store": row.store_id, "id": row.id, "line": line_no, "reason": reason, "by": by.id, "name": by.label},
    )
    if noted is None:
        raise NotFound


async def withdraw_shortage(session: WriteSession, fulfilment_id: UUID, *, line_no: int, by: Actor) -> None:
    """As if it had not been reported. Errors: `NothingReported` (settled by now), `WrongState`, `NotFound`."""
    row = await must_pick(session, fulfilment_id, by)
    gone = await session.scalar(
        text("DELETE FROM pickup.shortage WHERE store_id = :store AND fulfilment_id = :id AND line_no = :line RETURNING 1"),
        {"store": row.store_id, "id": row.id, "line": line_no},
    )
    if gone is None:
        raise NothingReported


async def shortages_of(session: ReadSession, store_id: int, fulfilment_id: UUID) -> list[Shortage]:
    """Not settled yet, in the order of the lines."""
    rows = await session.execute(
        text(
            """SELECT line_no, reason, greatest(:seconds - floor(extract(epoch FROM clock_timestamp() - at)), 0)::int
               FROM pickup.shortage WHERE store_id = :store AND fulfilment_id = :id ORDER BY line_no"""
        ),
        {"store": store_id, "id": fulfilment_id, "seconds": UNDO_SECONDS},
    )
    return [Shortage(*row) for row in rows]


async def report_short(session: WriteSession, fulfilment_id: UUID, *, line_no: int, reason: str, by: Actor) -> None:
    """What was not found is taken off the order: the buyer pays for the rest, the shelf's figure is corrected with the
    reason and has to be counted again, and the shopper is told. What becomes of an order of which nothing was found:
    `fulfilling.shorting`.

    Errors: `WrongState`, `NotFound` (no such line, or nothing missing).
    """
    if reason not in SHORT_REASONS:
        raise NotFound
    row = await must_pick(session, fulfilment_id, by)
    line = (
        await session.execute(
            text(
                """SELECT l.order_id, l.qty, l.qty_picked, l.allocation_id, l.sku_id, o.name_ko, o.name_en
                   FROM orders.fulfilment_line l JOIN orders.order_line o ON o.order_id = l.order_id AND o.line_no = l.line_no
                   WHERE l.store_id = :store AND l.fulfilment_id = :id AND l.line_no = :line FOR UPDATE OF l"""
            ),
            {"store": row.store_id, "id": row.id, "line": line_no},
        )
    ).one_or_none()
    if line is None or line.qty_picked >= line.qty:
        raise NotFound
    missing = line.qty - line.qty_picked
    await session.execute(
        text("UPDATE orders.order_line SET qty_cancelled = qty_cancelled + :missing WHERE order_id = :order AND line_no = :line"),
        {"missing": missing, "order": line.order_id, "line": line_no},
    )
    keys = {"store": row.store_id, "id": row.id, "line": line_no}
    if line.qty_picked:
        await session.execute(
            text(
                "UPDATE orders.fulfilment_line SET qty = qty_picked "
                "WHERE store_id = :store AND fulfilment_id = :id AND line_no = :line"
            ),
            keys,
        )
    else:
        await session.execute(
            text("DELETE FROM orders.fulfilment_line WHERE store_id = :store AND fulfilment_id = :id AND line_no = :line"),
            keys,
        )
    await release_some(session, row.store_id, line.allocation_id, missing, reason=reason, cause=("short_pick", row.id), by=by)
    await doubt(session, row.store_id, line.sku_id, units=missing, reason=reason, by=by)
    await record(
        session, "pickup.short", row.subject(), by=by,
        data={"line_no": line_no, "sku_id": line.sku_id, "missing": missing, "reason": reason},
        display={"number": row.order.number, "name_ko": line.name_ko, "name_en": line.name_en, "missing": missing,
                 "reason": reason},
    )  # fmt: skip
