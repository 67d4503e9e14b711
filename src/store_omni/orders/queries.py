"""Reads of one order, shaped for shoppers, staff and programs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession
from store_omni.kit.errors import NotFound
from store_omni.orders.reading_sql import FULFILMENT, HEAD, LINE, order_where


class LineView(msgspec.Struct, frozen=True):
    """`gtin` is what a scanner reads. `set_ko`, `set_en`: name of the bundle it is a part of. Money in the order's currency, minor
    units."""

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
    set_ko: str | None = None
    set_en: str | None = None

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


def shape_order(rows: Sequence[Any]) -> OrderView:
    """Rows of `order_where` → the order. Errors: `NotFound` without any."""
    if not rows or rows[0][0] is None:
        raise NotFound
    first = rows[0]
    return OrderView(
        *first[HEAD],
        lines=[LineView(*row[LINE]) for row in rows if row[LINE.start] is not None],
        fulfilment=FulfilmentView(*first[FULFILMENT]) if first[FULFILMENT.start] is not None else None,
    )


async def _order(session: ReadSession, where: str, values: dict[str, object]) -> OrderView:
    return shape_order((await session.execute(text(order_where(where)), values)).all())


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

    Errors: `NotFound`, also for another person's order.
    """
    where = """o.number = ANY(:spellings) AND (o.customer_id = CAST(:customer AS uuid) OR EXISTS (
        SELECT 1 FROM orders.order_viewer v
        WHERE v.order_id = o.id AND v.viewer_hash = :viewer AND v.expires_at > now()))"""
    values = {"spellings": spellings(number), "customer": customer_id, "viewer": viewer_hash}
    return await _order(session, where, values)
