"""A shopper's own orders, newest first, with what is in them as pictures."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.kit.database import ReadSession

PAGE_ORDERS = 10
THUMBS_MAX = 5


class Thumb(msgspec.Struct, frozen=True):
    name_ko: str
    name_en: str
    category: str
    drawing: str
    colour: str


class OrderCard(msgspec.Struct, frozen=True):
    """`fulfilment_state` None: bought at a till. `lines`: how many different items."""

    number: str
    state: str
    fulfilment_state: str | None
    channel: str
    placed_at: datetime
    ready_by: datetime | None
    store_ko: str | None
    store_en: str | None
    total_minor: int
    currency: str
    lines: int
    thumbs: list[Thumb]


class OwnOrders(msgspec.Struct, frozen=True):
    orders: list[OrderCard]
    has_more: bool


_ORDERS = text(
    """SELECT o.number, o.state, f.state, o.channel, o.placed_at, f.ready_by, s.name_ko, s.name_en, o.total_minor, o.currency,
              count(l.line_no),
              (jsonb_agg(jsonb_build_array(l.name_ko, l.name_en, p.category, p.drawing,
                           CASE WHEN k.colour <> '' THEN k.colour ELSE p.colour END) ORDER BY l.line_no)
                 FILTER (WHERE l.line_no <= :thumbs))
       FROM (SELECT * FROM orders."order" x
             WHERE x.customer_id = CAST(:customer AS uuid) OR x.id IN (
               SELECT v.order_id FROM orders.order_viewer v WHERE v.viewer_hash = :viewer AND v.expires_at > now())
             ORDER BY x.placed_at DESC LIMIT :count OFFSET :skipped) o
       LEFT JOIN LATERAL (SELECT * FROM orders.fulfilment x WHERE x.order_id = o.id ORDER BY x.allocated_at DESC LIMIT 1) f ON true
       LEFT JOIN stores.store s ON s.id = f.store_id
       JOIN orders.order_line l ON l.order_id = o.id JOIN catalog.sku k ON k.id = l.sku_id
       JOIN catalog.product p ON p.id = k.product_id
       GROUP BY o.id, o.number, o.state, f.state, o.channel, o.placed_at, f.ready_by, s.name_ko, s.name_en, o.total_minor, o.currency
       ORDER BY o.placed_at DESC"""
)


async def orders_of(session: ReadSession, *, customer_id: UUID | None, viewer_hash: bytes | None, page: int = 1) -> OwnOrders:
    """The customer's, and those that this browser may see. `page` from 1, ten orders each."""
    rows = (
        await session.execute(
            _ORDERS,
            {
                "customer": customer_id,
                "viewer": viewer_hash,
                "count": PAGE_ORDERS + 1,
                "skipped": (page - 1) * PAGE_ORDERS,
                "thumbs": THUMBS_MAX,
            },
        )
    ).all()
    cards = [OrderCard(*row[:11], thumbs=[Thumb(*thumb) for thumb in row[11] or []]) for row in rows]
    return OwnOrders(cards[:PAGE_ORDERS], len(cards) > PAGE_ORDERS)
