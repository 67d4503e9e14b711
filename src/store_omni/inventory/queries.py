"""Reads of stock for shoppers: raw asyncpg, one statement each, always from the primary and so "as of" now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from store_omni.inventory.offering import Level, Offer, offer
from store_omni.stores.near import HOURS_COLUMNS, STORE_FIELDS, Place, distance_sql, with_hours
from store_omni.stores.queries import STORE_COLUMNS

STORES_SHOWN = 8
ABLE_SHOWN_MIN = 4
FEW_BELOW = 4
# What may still be promised: never while a recorded deficit is open, never the units that the channel holds back.
FREE = """CASE WHEN l.store_id IS NULL OR l.short > 0 OR coalesce(r.closed, false) THEN 0
  ELSE greatest(0, l.on_hand - l.allocated - l.reserved - coalesce(r.safety, 0)) END"""


class Offers(msgspec.Struct, frozen=True):
    """Stores for one SKU, nearest first. `as_of`: when the stock was read. `total`: stores that sell in its currency."""

    offers: list[Offer]
    as_of: datetime
    total: int


class Spread(msgspec.Struct, frozen=True):
    """How widely a product is on the shelves. `here`: free units at the chosen store, None without one or without a row."""

    stores: int
    here: int | None
    few_below: int
    nearest_ko: str
    nearest_en: str
    nearest_km: float | None


class StoreFit(msgspec.Struct, frozen=True):
    """A store for a whole basket: its weakest line's offer, and the SKUs that it lacks with what it has of each."""

    offer: Offer
    lacking: dict[int, int]

    @property
    def can(self) -> bool:
        return self.offer.can and not self.lacking


_BY_STORE = f"""
WITH each AS (
  SELECT s.id, {distance_sql("$3::float8", "$4::float8")} AS km, {FREE} AS free, l.store_id IS NOT NULL AS carried,
         coalesce(r.closed, false) AS closed, coalesce(l.short, 0) > 0 AS short, coalesce(r.few_below, {FEW_BELOW}) AS few_below,
         s.pickup, s.name_ko
  FROM stores.store s LEFT JOIN inventory.stock_level l ON l.store_id = s.id AND l.sku_id = $1
  LEFT JOIN inventory.selling_rule r ON r.store_id = s.id AND r.sku_id = $1 AND r.channel = $2
  WHERE s.active AND s.currency = (SELECT k.currency FROM catalog.sku k WHERE k.id = $1)
), ranked AS (
  SELECT e.*, e.free > 0 AND e.pickup AS able,
         row_number() OVER (ORDER BY e.km, e.free > 0 AND e.pickup DESC, e.carried DESC, e.name_ko) AS place,
         row_number() OVER (PARTITION BY e.free > 0 AND e.pickup ORDER BY e.km, e.name_ko) AS able_place,
         count(*) OVER () AS total
  FROM each e
)
SELECT {STORE_COLUMNS}, {HOURS_COLUMNS}, e.km, e.free, e.few_below, e.carried, e.closed, e.short, e.total, now() AS as_of
FROM ranked e JOIN stores.store s ON s.id = e.id
WHERE e.place <= $6 OR (e.able AND e.able_place <= {ABLE_SHOWN_MIN}) OR e.id = $5 ORDER BY e.place"""


async def offers_for(
    pool: asyncpg.Pool,
    sku_id: int,
    *,
    now: datetime,
    place: Place | None = None,
    chosen_id: int | None = None,
    channel: str = "web",
    count: int = STORES_SHOWN,
    wanted: int = 1,
) -> Offers:
    """The nearest stores with what each can promise, and among them always the chosen one and the nearest that can
    serve, however far."""
    point = (place.latitude, place.longitude) if place else (None, None)
    rows = await pool.fetch(_BY_STORE, sku_id, channel, *point, chosen_id, count)
    offers = [offer(with_hours(row), row["km"], _level(row), now=now, wanted=wanted) for row in rows]
    return Offers(offers, rows[0]["as_of"] if rows else now, rows[0]["total"] if rows else 0)


def _level(row: Any) -> Level:
    return Level(row["free"], row["few_below"], row["carried"], row["closed"], row["short"])


_SPREAD = f"""
SELECT k.product_id, count(DISTINCT s.id) FILTER (WHERE f.free > 0) AS stores,
       max(f.free) FILTER (WHERE s.id = $2) AS here, max(coalesce(r.few_below, {FEW_BELOW})) FILTER (WHERE s.id = $2) AS few_below,
       (array_agg(s.name_ko ORDER BY d.km) FILTER (WHERE f.free > 0))[1], (array_agg(s.name_en ORDER BY d.km) FILTER (WHERE f.free > 0))[1],
       min(d.km) FILTER (WHERE f.free > 0)
FROM catalog.sku k JOIN inventory.stock_level l ON l.sku_id = k.id
JOIN stores.store s ON s.id = l.store_id AND s.active AND s.pickup AND s.currency = k.currency
LEFT JOIN inventory.selling_rule r ON r.store_id = s.id AND r.sku_id = k.id AND r.channel = $5
CROSS JOIN LATERAL (SELECT {FREE} AS free) f CROSS JOIN LATERAL (SELECT {distance_sql("$3::float8", "$4::float8")} AS km) d
WHERE k.product_id = ANY($1) AND k.active AND k.kind = 'goods' GROUP BY k.product_id"""


async def spread_of(
    pool: asyncpg.Pool,
    product_ids: Sequence[int],
    *,
    place: Place | None = None,
    chosen_id: int | None = None,
    channel: str = "web",
) -> dict[int, Spread]:
    """By product id; a product that no store has is missing."""
    point = (place.latitude, place.longitude) if place else (None, None)
    rows = await pool.fetch(_SPREAD, list(product_ids), chosen_id, *point, channel)
    return {row[0]: Spread(row[1], row[2], row[3] or FEW_BELOW, row[4] or "", row[5] or "", row[6]) for row in rows}


_FITS = f"""
WITH want AS (
  SELECT w.sku_id, w.qty FROM unnest($1::int[], $2::int[]) w(sku_id, qty)
), levels AS MATERIALIZED (
  SELECT * FROM inventory.stock_level WHERE sku_id = ANY($1)
), each AS (
  SELECT s.id, {distance_sql("$4::float8", "$5::float8")} AS km, min(f.free) AS free, bool_and(l.store_id IS NOT NULL) AS carried,
         bool_or(coalesce(r.closed, false)) AS closed, bool_or(coalesce(l.short, 0) > 0) AS short,
         min(coalesce(r.few_below, {FEW_BELOW})) AS few_below, s.pickup, s.name_ko,
         jsonb_object_agg(w.sku_id, f.free) FILTER (WHERE f.free < w.qty) AS lacking,
         count(*) FILTER (WHERE f.free < w.qty) AS lacks
  FROM stores.store s CROSS JOIN want w
  LEFT JOIN levels l ON l.store_id = s.id AND l.sku_id = w.sku_id
  LEFT JOIN inventory.selling_rule r ON r.store_id = s.id AND r.sku_id = w.sku_id AND r.channel = $3
  CROSS JOIN LATERAL (SELECT {FREE} AS free) f
  WHERE s.active AND s.currency = (SELECT k.currency FROM catalog.sku k WHERE k.id = $1[1])
    AND (s.id = $6 OR s.id IN (SELECT x.store_id FROM levels x))
  GROUP BY s.id
), ranked AS (
  SELECT e.*, row_number() OVER (ORDER BY NOT e.pickup, e.lacks, e.km, e.name_ko) AS place, count(*) OVER () AS total FROM each e
)
SELECT {STORE_COLUMNS}, {HOURS_COLUMNS}, e.km, e.free, e.few_below, e.carried, e.closed, e.short, e.total, now() AS as_of,
       coalesce(e.lacking, '{{}}') AS lacking
FROM ranked e JOIN stores.store s ON s.id = e.id WHERE e.place <= $7 OR e.id = $6 ORDER BY e.id = $6 DESC, e.place"""


async def stores_fitting(
    pool: asyncpg.Pool,
    wanted: dict[int, int],
    *,
    now: datetime,
    place: Place | None = None,
    chosen_id: int | None = None,
    channel: str = "web",
    count: int = STORES_SHOWN,
) -> list[StoreFit]:
    """Stores for a whole basket (SKU id → units): the chosen one first, then those that lack least, nearest first."""
    point = (place.latitude, place.longitude) if place else (None, None)
    rows = await pool.fetch(_FITS, list(wanted), list(wanted.values()), channel, *point, chosen_id, count)
    fits = []
    for row in rows:
        lacking = {int(sku): free for sku, free in row["lacking"].items()}
        found = offer(with_hours(row), row["km"], _level(row), now=now)
        fits.append(StoreFit(found, lacking))
    return fits


assert STORE_COLUMNS.count(",") + 1 == STORE_FIELDS  # the row shapes above count on it
