"""Where the shopper stands, and which stores are close. Raw asyncpg, one statement each; nobody has to tell us."""

from collections.abc import Sequence
from datetime import date, time
from math import asin, cos, radians, sin, sqrt
from typing import Any

import asyncpg
import msgspec

from store_omni.kit.korean import plain
from store_omni.stores.districts import DISTRICTS
from store_omni.stores.hours import Hours
from store_omni.stores.queries import STORE_COLUMNS, StoreView

PLACE_CHARS_MAX = 60
_ENDINGS = ("특별시", "광역시", "지하철역", "입구역", "역", "구", "동", "시", "점", "-gu", "-dong", "-si", " station", "station")
STORE_FIELDS = 16
EARTH_RADIUS_KM = 6371.0088


class Place(msgspec.Struct, frozen=True):
    """A point in degrees (WGS 84) and what it is called; `name_*` empty for the browser's own position."""

    latitude: float
    longitude: float
    name_ko: str = ""
    name_en: str = ""


class NearStore(msgspec.Struct, frozen=True):
    store: StoreView
    km: float | None


def kilometres(place: Place | None, latitude: float | None, longitude: float | None) -> float | None:
    """Great-circle distance; None where either point is unknown. The same figure as `distance_sql`."""
    if place is None or latitude is None or longitude is None:
        return None
    north, south = radians(place.latitude), radians(latitude)
    half = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(radians(longitude - place.longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half))


def distance_sql(latitude: str, longitude: str) -> str:
    """Great-circle kilometres between store `s` and a point (two SQL expressions); NULL where either is unknown."""
    return f"""(2 * {EARTH_RADIUS_KM} * asin(sqrt(
      power(sin(radians(s.latitude - {latitude}) / 2), 2)
      + cos(radians(s.latitude)) * cos(radians({latitude})) * power(sin(radians(s.longitude - {longitude}) / 2), 2))))"""


# Put after STORE_COLUMNS and read by `with_hours`: the week and the coming holidays in the same row.
HOURS_COLUMNS = """
  (SELECT jsonb_agg(jsonb_build_array(h.weekday, h.opens, h.closes)) FROM stores.opening_hours h WHERE h.store_id = s.id),
  (SELECT jsonb_agg(d.day) FROM stores.holiday d WHERE d.store_id = s.id AND d.day >= current_date - 1)"""


def with_hours(row: Sequence[Any]) -> StoreView:
    """A row that begins with STORE_COLUMNS, HOURS_COLUMNS → the store."""
    week = {day: (time.fromisoformat(opens), time.fromisoformat(closes)) for day, opens, closes in row[STORE_FIELDS] or ()}
    closed = frozenset(date.fromisoformat(day) for day in row[STORE_FIELDS + 1] or ())
    return StoreView(*row[:STORE_FIELDS], hours=Hours(row[9], week, closed))


def bare_place(typed: str) -> str:
    """`강남역`, `강남구` and `강남` are the same place to most people."""
    name = plain(typed)
    for ending in _ENDINGS:
        left = name.removesuffix(ending).strip()
        if left != name and len(left) >= 2:
            return left
    return name


def known_place(typed: str) -> Place | None:
    """A district, town or station by its Korean or English name."""
    exact, bare = plain(typed), bare_place(typed)
    found: dict[str, str] = {}
    for name, (english, _, _) in DISTRICTS.items():
        for spelling in (name, bare_place(name), plain(english), bare_place(english)):
            found.setdefault(spelling, name)
    name = found.get(exact) or found.get(bare)
    if name is None:
        return None
    english, latitude, longitude = DISTRICTS[name]
    return Place(latitude, longitude, name, english)


_BY_STORES = """
SELECT avg(latitude), avg(longitude) FROM stores.store
WHERE active AND latitude IS NOT NULL
  AND concat_ws(' ', name_ko, lower(name_en), district_ko, lower(district_en), address, lower(address), lower(city), lower(postcode))
      LIKE $1"""


async def find_place(pool: asyncpg.Pool, typed: str) -> Place | None:
    """A typed district, station, town or postcode; None where nobody knows it."""
    typed = " ".join(typed.split())[:PLACE_CHARS_MAX]
    if not typed:
        return None
    known = known_place(typed)
    if known is not None:
        return known
    bare = bare_place(typed).replace("\\", "").replace("%", "").replace("_", "")
    if not bare:
        return None
    row = await pool.fetchrow(_BY_STORES, f"%{bare}%")
    return None if row[0] is None else Place(row[0], row[1], typed, typed)


_NEAR = f"""
SELECT {STORE_COLUMNS}, {HOURS_COLUMNS}, {distance_sql("$1::float8", "$2::float8")} AS km
FROM stores.store s WHERE s.active AND ($4::text IS NULL OR s.code = $4)
ORDER BY km, s.id = $5 DESC, s.pickup DESC, s.name_ko LIMIT $3"""


async def stores_near(
    pool: asyncpg.Pool, place: Place | None, *, count: int, code: str | None = None, chosen_id: int | None = None
) -> list[NearStore]:
    """Nearest first; without a place the chosen store first, then by name. `code`: only that one."""
    point = (place.latitude, place.longitude) if place else (None, None)
    rows = await pool.fetch(_NEAR, *point, count, code, chosen_id)
    return [NearStore(with_hours(row), row["km"]) for row in rows]
