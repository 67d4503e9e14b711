"""Reads for the counter: who is waiting, what is due, what lies where."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.kit.database import ReadSession


class QueueRow(msgspec.Struct, frozen=True):
    """One open fulfilment of a store. `late`: the promise has passed and it is not ready. `waiting_minutes`: since the
    shopper said "I'm here"."""

    fulfilment_id: UUID
    number: str
    state: str
    contact_name: str
    contact_phone: str | None
    ready_by: datetime
    late: bool
    ready_at: datetime | None
    hold_until: datetime | None
    staging_code: str | None
    bags: int
    items: int
    picked: int
    picker_name: str | None
    checked_in_at: datetime | None
    waiting_minutes: int
    due_minor: int
    currency: str
    first_item_ko: str
    first_item_en: str
    kinds: int
    order_id: UUID
    customer_id: UUID | None


_QUEUE = text(
    """SELECT f.id, o.number, f.state, o.contact_name, o.contact_phone, f.ready_by,
              f.ready_by < now() AND f.state IN ('allocated','picking','short','packed','staged'), f.ready_at, f.hold_until,
              f.staging_code,
              (SELECT count(*) FROM pickup.bag b WHERE b.store_id = f.store_id AND b.fulfilment_id = f.id)::int,
              l.items, l.picked, a.name, f.checked_in_at,
              CASE WHEN f.checked_in_at IS NULL THEN 0
                   ELSE floor(extract(epoch FROM now() - f.checked_in_at) / 60)::int END,
              l.due, o.currency, l.first_ko, l.first_en, l.kinds, o.id, o.customer_id
       FROM orders.fulfilment f JOIN orders."order" o ON o.id = f.order_id LEFT JOIN staff.account a ON a.id = f.picker_id
       CROSS JOIN LATERAL (
         SELECT coalesce(sum(x.qty), 0)::int AS items, coalesce(sum(x.qty_picked), 0)::int AS picked, count(*)::int AS kinds,
                coalesce(sum(x.qty * ol.unit_price_minor), 0)::bigint AS due,
                coalesce((array_agg(ol.name_ko ORDER BY ol.line_no))[1], '') AS first_ko,
                coalesce((array_agg(ol.name_en ORDER BY ol.line_no))[1], '') AS first_en
         FROM orders.fulfilment_line x JOIN orders.order_line ol ON ol.order_id = x.order_id AND ol.line_no = x.line_no
         WHERE x.store_id = f.store_id AND x.fulfilment_id = f.id) l
       WHERE f.store_id = :store AND f.state NOT IN ('handed_over', 'cancelled', 'restocked')
       -- Equal promises (all orders of a night have one) keep their places from screen to screen.
       ORDER BY f.checked_in_at NULLS LAST, f.ready_by, f.id"""
)


async def queue(session: ReadSession, store_id: int) -> list[QueueRow]:
    """Everything open at this store: who is here first, then by promise."""
    return [QueueRow(*row) for row in await session.execute(_QUEUE, {"store": store_id})]


class StoreToday(msgspec.Struct, frozen=True):
    handed_over: int
    late_now: int


# Two counts, each by an index of its own rows alone: a store's past orders cost nothing.
_TODAY = text(
    """SELECT (SELECT count(*) FROM orders.fulfilment f
               WHERE f.store_id = s.id AND f.handed_over_at >= date_trunc('day', now(), s.timezone))::int,
              (SELECT count(*) FROM orders.fulfilment f
               WHERE f.store_id = s.id AND f.ready_by < now() AND f.state IN ('allocated','picking','short','packed','staged')
                 AND f.state NOT IN ('handed_over', 'cancelled', 'restocked'))::int
       FROM stores.store s WHERE s.id = :store"""
)


async def today(session: ReadSession, store_id: int) -> StoreToday:
    """Handed over since local midnight, and late now."""
    return StoreToday(*(await session.execute(_TODAY, {"store": store_id})).one())


class ReceiptView(msgspec.Struct, frozen=True):
    store_id: int
    number: int
    order_id: UUID
    tender: str
    slip_no: str | None
    currency: str
    total_minor: int
    at: datetime
    staff_name: str


async def receipt_of(session: ReadSession, order_id: UUID) -> ReceiptView | None:
    row = (
        await session.execute(
            text(
                """SELECT r.store_id, r.number, r.order_id, r.tender, r.slip_no, r.currency, r.total_minor, r.at, a.name
                   FROM pickup.receipt r JOIN pickup.handover h ON h.store_id = r.store_id AND h.id = r.handover_id
                   JOIN staff.account a ON a.id = h.staff_id WHERE r.order_id = :order ORDER BY r.at DESC LIMIT 1"""
            ),
            {"order": order_id},
        )
    ).one_or_none()
    return ReceiptView(*row) if row else None


class BagView(msgspec.Struct, frozen=True):
    label: str
    staging_code: str | None


async def bags_of(session: ReadSession, store_id: int, fulfilment_id: UUID) -> list[BagView]:
    rows = await session.execute(
        text(
            "SELECT label, staging_code FROM pickup.bag WHERE store_id = :store AND fulfilment_id = :id ORDER BY packed_at, label"
        ),
        {"store": store_id, "id": fulfilment_id},
    )
    return [BagView(*row) for row in rows]
