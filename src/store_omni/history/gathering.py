"""What stands beside the timeline of a customer: her orders with where they are now."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.kit.database import ReadSession

ORDERS_MAX = 10


class OrderCard(msgspec.Struct, frozen=True):
    """`open`: something is still to happen: collecting, putting back, or an open return (`return_number`)."""

    number: str
    state: str
    placed_at: datetime
    currency: str
    total_minor: int
    fulfilment_state: str | None
    ready_by: datetime | None
    hold_until: datetime | None
    store_ko: str | None
    store_en: str | None
    first_ko: str
    first_en: str
    kinds: int
    return_number: str | None

    @property
    def open(self) -> bool:
        return self.state in ("pending_payment", "confirmed") or self.return_number is not None


_CARDS = text(
    """SELECT o.number, o.state, o.placed_at, o.currency, o.total_minor, f.state, f.ready_by, f.hold_until, s.name_ko, s.name_en,
              coalesce(l.first_ko, ''), coalesce(l.first_en, ''), coalesce(l.kinds, 0)::int, r.number
       FROM orders."order" o
       LEFT JOIN LATERAL (SELECT * FROM orders.fulfilment x WHERE x.order_id = o.id ORDER BY x.allocated_at DESC LIMIT 1) f ON true
       LEFT JOIN stores.store s ON s.id = f.store_id
       LEFT JOIN LATERAL (SELECT (array_agg(x.name_ko ORDER BY x.line_no))[1] AS first_ko,
                                 (array_agg(x.name_en ORDER BY x.line_no))[1] AS first_en, count(*) AS kinds
                          FROM orders.order_line x WHERE x.order_id = o.id) l ON true
       LEFT JOIN returns.request r ON r.order_id = o.id AND r.reception = 'requested'
       WHERE o.customer_id = :customer ORDER BY o.placed_at DESC LIMIT :limit"""
)


async def orders_of(session: ReadSession, customer_id: UUID) -> list[OrderCard]:
    """The ten newest, those that are still open first."""
    rows = await session.execute(_CARDS, {"customer": customer_id, "limit": ORDERS_MAX})
    return sorted((OrderCard(*row) for row in rows), key=lambda card: not card.open)
