"""What else bears on a figure: units on their way or ordered, with their day, and how far the figure is trusted."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.kit.database import ReadSession
from store_omni.stockroom.silent_tills import SILENT


class Arrival(msgspec.Struct, frozen=True):
    """Units of one transfer that were on their way. `expected_at` None: nobody said when."""

    number: str
    from_ko: str
    from_en: str
    units: int
    expected_at: datetime | None


_ARRIVALS = text(
    """SELECT t.number, s.name_ko, s.name_en, i.qty_sent - CASE WHEN t.closed_at IS NULL THEN i.qty_received + i.qty_missing ELSE 0 END,
              t.expected_at
       FROM stockroom.transfer t
       JOIN stockroom.transfer_line i ON i.store_id = t.store_id AND i.transfer_id = t.id AND i.sku_id = :sku
       JOIN stores.store s ON s.id = t.store_id
       WHERE t.to_store_id = :store AND t.sent_at <= coalesce(CAST(:at AS timestamptz), now())
         AND (t.closed_at IS NULL OR t.closed_at > coalesce(CAST(:at AS timestamptz), now()))
         AND i.qty_sent > CASE WHEN t.closed_at IS NULL THEN i.qty_received + i.qty_missing ELSE 0 END
       ORDER BY t.expected_at, t.number"""
)


async def arrivals(session: ReadSession, store_id: int, sku_id: int, *, at: datetime | None = None) -> list[Arrival]:
    """On their way at that time, the soonest first. Of a transfer that has arrived since, all that was sent."""
    rows = await session.execute(_ARRIVALS, {"store": store_id, "sku": sku_id, "at": at})
    return [Arrival(*row) for row in rows]


class Ordered(msgspec.Struct, frozen=True):
    """Units of one purchase that a store still waits for. `expected_on` None: nobody said when. `late`: that day is over there."""

    id: UUID
    number: str
    supplier: str
    units: int
    expected_on: date | None
    late: bool


async def ordered(session: ReadSession, store_id: int, sku_id: int) -> list[Ordered]:
    """What suppliers will bring of a SKU, the earliest first."""
    rows = await session.execute(
        text(
            """SELECT u.id, u.number, u.supplier, i.qty_ordered - i.qty_received, u.expected_on,
                      coalesce(u.expected_on < (now() AT TIME ZONE s.timezone)::date, false)
               FROM stockroom.purchase u JOIN stores.store s ON s.id = u.store_id
               JOIN stockroom.purchase_line i ON i.store_id = u.store_id AND i.purchase_id = u.id AND i.sku_id = :sku
               WHERE u.store_id = :store AND u.state = 'open' AND i.qty_received < i.qty_ordered
               ORDER BY u.expected_on NULLS LAST, u.at"""
        ),
        {"store": store_id, "sku": sku_id},
    )
    return [Ordered(*row) for row in rows]


class Trust(msgspec.Struct, frozen=True):
    """How far a figure is trusted today, 0 to 100, and what speaks against it: `short_picks` since it was last counted, the store's
    `silent_tills` by name."""

    confidence: int
    counted_at: datetime | None
    short_picks: int
    silent_tills: list[str]


async def trust_of(session: ReadSession, store_id: int, sku_id: int) -> Trust:
    row = (
        await session.execute(
            text(
                f"""SELECT coalesce(stockroom.confidence(:store, :sku), 100), t.counted_at, coalesce(t.short_picks, 0),
                           ARRAY(SELECT f.till FROM stockroom.till_feed f WHERE f.store_id = :store AND {SILENT} ORDER BY 1)
                    FROM (SELECT 1) x LEFT JOIN stockroom.trust t ON t.store_id = :store AND t.sku_id = :sku"""
            ),
            {"store": store_id, "sku": sku_id},
        )
    ).one()
    return Trust(*row)
