"""Reads of returns: what may come back, what is on its way, what came."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession
from store_omni.kit.errors import NotFound
from store_omni.passes.issuing import LivePass, live_pass

# From pickup on. Policies by category come as rows later; this is the house's rule for everything.
WINDOW_DAYS = 30


class Sale(msgspec.Struct, frozen=True):
    """Where an order's goods last left a store, and until when they may come back; the database's clock decides."""

    store_id: int
    until: datetime
    over: bool
    now: datetime


class ReturnLineView(msgspec.Struct, frozen=True):
    """`disposition`: restock or quarantine; None until the goods are here."""

    line_no: int
    order_line_no: int
    sku_id: int
    name_ko: str
    name_en: str
    drawing: str
    colour: str
    qty: int
    unit_price_minor: int
    disposition: str | None

    @property
    def sum_minor(self) -> int:
        return self.qty * self.unit_price_minor


class ReturnView(msgspec.Struct, frozen=True):
    """`refund_minor`: what was given back (0 until received). `tender`: how the order was paid, so how money goes back;
    `slip_no`: of the refund."""

    id: UUID
    number: str
    reception: str
    acceptance: str
    reason: str
    channel: str
    currency: str
    refund_minor: int
    requested_at: datetime
    expires_at: datetime | None
    received_at: datetime | None
    order_id: UUID
    order_number: str
    customer_id: UUID | None
    contact_name: str
    store_id: int | None
    store_ko: str | None
    store_en: str | None
    received_by: str | None
    tender: str | None
    slip_no: str | None
    lines: list[ReturnLineView]

    @property
    def worth_minor(self) -> int:
        return sum(line.sum_minor for line in self.lines)

    @property
    def state(self) -> str:
        """The word to show: acceptance once the goods are here."""
        return self.acceptance if self.reception == "received" else self.reception


_RETURNS = """
SELECT r.id, r.number, r.reception, r.acceptance, r.reason, r.channel, r.currency, r.refund_minor, r.requested_at, r.expires_at,
       r.received_at, r.order_id, o.number, r.customer_id, o.contact_name, s.id, s.name_ko, s.name_en, a.name,
       coalesce(f.tender, k.tender), f.slip_no
FROM returns.request r JOIN orders."order" o ON o.id = r.order_id LEFT JOIN stores.store s ON s.id = r.received_store_id
LEFT JOIN returns.reception x ON x.store_id = r.received_store_id AND x.request_id = r.id
LEFT JOIN staff.account a ON a.id = x.staff_id
LEFT JOIN payments.refund f ON f.cause_key = 'return:' || r.id
LEFT JOIN orders.order_charge oc ON oc.order_id = o.id LEFT JOIN payments.capture k ON k.charge_id = oc.charge_id
WHERE {where} ORDER BY r.requested_at DESC LIMIT 50"""

_LINES = text(
    """SELECT l.request_id, l.line_no, l.order_line_no, l.sku_id, o.name_ko, o.name_en, p.drawing,
              CASE WHEN s.colour <> '' THEN s.colour ELSE p.colour END, l.qty, l.unit_price_minor, l.disposition
       FROM returns.request_line l JOIN orders.order_line o ON o.order_id = l.order_id AND o.line_no = l.order_line_no
       JOIN catalog.sku s ON s.id = l.sku_id JOIN catalog.product p ON p.id = s.product_id
       WHERE l.request_id = ANY(:ids) ORDER BY l.request_id, l.line_no"""
)


async def _returns(session: ReadSession, where: str, values: dict[str, object]) -> list[ReturnView]:
    rows = (await session.execute(text(_RETURNS.format(where=where)), values)).all()
    lines: dict[UUID, list[ReturnLineView]] = {row[0]: [] for row in rows}
    for line in await session.execute(_LINES, {"ids": list(lines)}):
        lines[line[0]].append(ReturnLineView(*line[1:]))
    return [ReturnView(*row, lines=lines[row[0]]) for row in rows]


async def returns_of(session: ReadSession, order_id: UUID) -> list[ReturnView]:
    """All returns of one order, newest first."""
    return await _returns(session, "r.order_id = :order", {"order": order_id})


async def return_by_id(session: ReadSession, request_id: UUID) -> ReturnView:
    """For commands and staff whose right to see it was decided elsewhere. Errors: `NotFound`."""
    found = await _returns(session, "r.id = :id", {"id": request_id})
    if not found:
        raise NotFound
    return found[0]


async def return_received_here(session: ReadSession, request_id: UUID, *, by: Actor) -> ReturnView:
    """A return that this clerk's own store received (any store for staff of none). Errors: `NotFound`."""
    where = "r.id = :id AND r.received_store_id = coalesce(:store, r.received_store_id)"
    found = await _returns(session, where, {"id": request_id, "store": by.store_id})
    if not found:
        raise NotFound
    return found[0]


async def received_today(session: ReadSession, store_id: int) -> list[ReturnView]:
    """What this store received since local midnight, newest first, at most 50."""
    where = """r.received_store_id = :store AND r.received_at >=
               (SELECT date_trunc('day', now(), timezone) FROM stores.store WHERE id = :store)"""
    return await _returns(session, where, {"store": store_id})


async def stores_of(session: ReadSession, order_id: UUID) -> list[int]:
    """The stores an order's parts were at; a return's code was issued for one of them."""
    found = await session.scalars(
        text("SELECT DISTINCT store_id FROM orders.fulfilment WHERE order_id = :id ORDER BY store_id"), {"id": order_id}
    )
    return list(found)


async def sold(session: ReadSession, order_id: UUID) -> Sale | None:
    """None when nothing was handed over."""
    row = (
        await session.execute(
            text(
                """SELECT store_id, handed_over_at + make_interval(days => :days),
                          now() > handed_over_at + make_interval(days => :days), now()
                   FROM orders.fulfilment WHERE order_id = :id AND handed_over_at IS NOT NULL
                   ORDER BY handed_over_at DESC LIMIT 1"""
            ),
            {"id": order_id, "days": WINDOW_DAYS},
        )
    ).one_or_none()
    return Sale(*row) if row else None


async def live_code(session: ReadSession, found: ReturnView) -> LivePass | None:
    """The pass that would open this return now."""
    for store_id in await stores_of(session, found.order_id):
        live = await live_pass(session, purpose="return", store_id=store_id, subject_id=found.id)
        if live is not None:
            return live
    return None
