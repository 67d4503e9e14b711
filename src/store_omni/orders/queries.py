"""Reads of one order, shaped for whoever looks at it."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession
from store_omni.kit.errors import NotFound


class LineView(msgspec.Struct, frozen=True):
    """`gtin` is what a scanner reads; `location` nothing yet. Money in the order's currency, minor units."""

    line_no: int
    sku_id: int
    sku_code: str
    gtin: str | None
    product_code: str
    name_ko: str
    name_en: str
    drawing: str
    colour: str
    category: str
    qty: int
    qty_cancelled: int
    qty_handed_over: int
    qty_returned: int
    qty_picked: int
    unit_price_minor: int

    @property
    def qty_left(self) -> int:
        """Ordered and not cancelled."""
        return self.qty - self.qty_cancelled

    @property
    def sum_minor(self) -> int:
        return self.qty_left * self.unit_price_minor

    @property
    def returnable(self) -> int:
        return self.qty_handed_over - self.qty_returned


class FulfilmentView(msgspec.Struct, frozen=True):
    store_id: int
    id: UUID
    state: str
    ready_by: datetime
    picker_id: UUID | None
    picker_name: str | None
    staging_code: str | None
    ready_at: datetime | None
    hold_until: datetime | None
    checked_in_at: datetime | None
    handed_over_at: datetime | None


class OrderView(msgspec.Struct, frozen=True):
    """`due_minor`: still to be paid."""

    id: UUID
    number: str
    state: str
    channel: str
    currency: str
    customer_id: UUID | None
    contact_name: str
    contact_phone: str | None
    contact_email: str | None
    locale: str
    placed_at: datetime
    close_reason: str | None
    charge_state: str | None
    tender: str | None
    captured_minor: int
    refunded_minor: int
    lines: list[LineView]
    fulfilment: FulfilmentView | None

    @property
    def total_minor(self) -> int:
        return sum(line.sum_minor for line in self.lines)

    @property
    def due_minor(self) -> int:
        return self.total_minor if self.charge_state == "due" else 0


_ORDER = """
SELECT o.id, o.number, o.state, o.channel, o.currency, o.customer_id, o.contact_name, o.contact_phone, o.contact_email,
       o.locale, o.placed_at, o.close_reason, c.state AS charge_state, k.tender, coalesce(c.captured_minor, 0),
       coalesce(c.refunded_minor, 0)
FROM orders."order" o LEFT JOIN orders.order_charge oc ON oc.order_id = o.id LEFT JOIN payments.charge c ON c.id = oc.charge_id
LEFT JOIN payments.capture k ON k.charge_id = c.id WHERE {where}"""

_LINES = text(
    """SELECT l.line_no, l.sku_id, s.code, s.gtin, p.code, l.name_ko, l.name_en, p.drawing,
              CASE WHEN s.colour <> '' THEN s.colour ELSE p.colour END, p.category, l.qty, l.qty_cancelled,
              l.qty_handed_over, l.qty_returned, coalesce(f.qty_picked, 0), l.unit_price_minor
       FROM orders.order_line l JOIN catalog.sku s ON s.id = l.sku_id JOIN catalog.product p ON p.id = s.product_id
       LEFT JOIN orders.fulfilment_line f ON f.order_id = l.order_id AND f.line_no = l.line_no
       WHERE l.order_id = :id ORDER BY l.line_no"""
)
_FULFILMENT = text(
    """SELECT f.store_id, f.id, f.state, f.ready_by, f.picker_id, a.name, f.staging_code, f.ready_at, f.hold_until,
              f.checked_in_at, f.handed_over_at
       FROM orders.fulfilment f LEFT JOIN staff.account a ON a.id = f.picker_id
       WHERE f.order_id = :id ORDER BY f.allocated_at DESC LIMIT 1"""
)


async def _order(session: ReadSession, where: str, values: dict[str, object]) -> OrderView:
    row = (await session.execute(text(_ORDER.format(where=where)), values)).first()
    if row is None:
        raise NotFound
    lines = [LineView(*line) for line in await session.execute(_LINES, {"id": row.id})]
    found = (await session.execute(_FULFILMENT, {"id": row.id})).one_or_none()
    fulfilment = FulfilmentView(*found) if found else None
    return OrderView(*row, lines=lines, fulfilment=fulfilment)


async def order_by_id(session: ReadSession, order_id: UUID) -> OrderView:
    """For commands and staff whose right to see it was decided elsewhere. Errors: `NotFound`."""
    return await _order(session, "o.id = :id", {"id": order_id})


def spellings(number: str) -> list[str]:
    """How an order number may have been typed: lower case, without its dash, with spaces. Asked for by equality, so that
    the unique index answers."""
    plain = "".join(number.split()).upper()
    bare = plain.replace("-", "")
    return list(dict.fromkeys((number.strip(), plain, bare, f"{bare[:4]}-{bare[4:]}")))


async def order_by_number(session: ReadSession, number: str) -> OrderView:
    """For programs whose reach the caller checks. Errors: `NotFound`."""
    return await _order(session, "o.number = ANY(:spellings)", {"spellings": spellings(number)})


async def order_at_store(session: ReadSession, fulfilment_id: UUID, *, by: Actor) -> OrderView:
    """The order of a fulfilment of this clerk's own store (any store for staff of none). Errors: `NotFound`."""
    where = "o.id = (SELECT f.order_id FROM orders.fulfilment f WHERE f.id = :id AND f.store_id = coalesce(:store, f.store_id))"
    return await _order(session, where, {"id": fulfilment_id, "store": by.store_id})


async def order_for_shopper(
    session: ReadSession, number: str, *, customer_id: UUID | None, viewer_hash: bytes | None
) -> OrderView:
    """An order for the signed-in customer it belongs to, or for a browser that has shown it may see it.

    Errors: `NotFound`, also for somebody else's order.
    """
    where = """o.number = ANY(:spellings) AND (o.customer_id = CAST(:customer AS uuid) OR EXISTS (
        SELECT 1 FROM orders.order_viewer v
        WHERE v.order_id = o.id AND v.viewer_hash = :viewer AND v.expires_at > now()))"""
    values = {"spellings": spellings(number), "customer": customer_id, "viewer": viewer_hash}
    return await _order(session, where, values)
