"""Stores with their places, hours and shelves."""

from collections.abc import Sequence
from datetime import time

import asyncpg

from store_omni.importing.asking import figure, figures
from store_omni.importing.counting import Counts
from store_omni.importing.mapping import Mapping
from store_omni.importing.parsing import degrees, opening, whole, zone
from store_omni.importing.progress import Progress
from store_omni.importing.reading import Source
from store_omni.importing.rejecting import Rejects
from store_omni.importing.staging import Cells, Parse, needed, stage
from store_omni.kit.phones import normal_phone
from store_omni.stores.shelves import GIVE_SHELVES, SHELF_CODE

LEAD_MINUTES, KEEPS_DAYS = 60, 3
SHELVES_MAX = 200
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Where a country lies: (south, north, west, east) in degrees. Tells a swapped pair from a right one where both would be
# somewhere on earth, as in Britain.
COUNTRIES: dict[str, tuple[float, float, float, float]] = {
    "KR": (33.0, 38.7, 124.5, 132.0), "GB": (49.8, 60.9, -8.7, 1.8), "JP": (24.0, 45.6, 122.9, 146.0), "IE": (51.4, 55.4, -10.7, -5.9),
    "US": (18.9, 71.4, -179.2, -66.9), "DE": (47.2, 55.1, 5.8, 15.1), "FR": (41.3, 51.1, -5.2, 9.6), "TW": (21.9, 25.4, 119.3, 122.1),
}  # fmt: skip
CURRENCIES = {"KR": "KRW", "GB": "GBP", "JP": "JPY", "US": "USD", "DE": "EUR", "FR": "EUR", "IE": "EUR", "TW": "TWD"}

_FIELDS = (
    "code", "name_ko", "name_en", "brand", "district_ko", "district_en", "address", "city", "country", "postcode", "phone",
    "timezone", "latitude", "longitude", "currency", "lead_minutes", "keeps_days",
)  # fmt: skip
# What a later list may correct.
_CHANGEABLE = (
    "name_ko", "name_en", "brand", "district_ko", "district_en", "address", "city", "postcode", "phone", "latitude", "longitude",
    "lead_minutes", "keeps_days",
)  # fmt: skip
_COLUMNS = (*_FIELDS, "shelves", "days", "opens", "closes", "mended")
_TABLE = """CREATE TEMP TABLE import_store (
  file int, row int, code text, name_ko text, name_en text, brand text, district_ko text, district_en text, address text,
  city text, country text, postcode text, phone text, timezone text, latitude float8, longitude float8, currency text,
  lead_minutes int, keeps_days int, shelves int, days int[], opens time[], closes time[], mended boolean) ON COMMIT DROP"""


async def import_stores(
    connection: asyncpg.Connection, sources: Sequence[Source], *, mapping: Mapping, progress: Progress, rejects: Rejects
) -> Counts:
    """Insert new stores, update known ones (by code) with the cells that are not empty. Runs in the caller's transaction."""
    counts = Counts()
    await connection.execute(_TABLE)
    await stage(
        connection, "import_store", _COLUMNS, sources, mapping, _parser(mapping), counts=counts, rejects=rejects, progress=progress
    )  # fmt: skip
    progress.step("Writing stores")
    known = await figure(connection, "SELECT count(*) FROM import_store i JOIN stores.store s USING (code)")
    again = await figure(connection, "SELECT count(*) - count(DISTINCT code) FROM import_store")
    mended = await figure(
        connection,
        """SELECT count(DISTINCT code) FROM import_store i WHERE mended
           AND NOT EXISTS (SELECT 1 FROM stores.store s WHERE s.code = i.code)""",
    )
    await connection.execute(_WRITTEN)
    await connection.execute(_WRITE, LEAD_MINUTES, KEEPS_DAYS)
    await connection.execute(_HOURS)
    await connection.execute(_SHELVES, SHELVES_MAX)
    await connection.execute(GIVE_SHELVES)
    new, counts.changed = await figures(connection, _COUNT)
    counts.rejected = await rejects.count()
    counts.adjusted = mended
    counts.imported = new - mended
    counts.merged = counts.read - counts.rejected - counts.adjusted - counts.imported - counts.changed
    counts.note(
        "coordinates were swapped and put right", await figure(connection, "SELECT count(*) FROM import_store WHERE mended")
    )
    counts.note("stores known before", known)
    counts.note("rows of a store that has another row in the file", again)
    counts.note("stores without coordinates", await figure(connection, _LOST))
    return counts


def _parser(mapping: Mapping) -> Parse:
    def parse(cells: Cells) -> tuple:
        code, name = needed(cells, "code", "name_ko")
        country = cells["country"].upper() or mapping.country
        latitude, longitude, mended = right_place(degrees(cells["latitude"]), degrees(cells["longitude"]), country)
        days, opens, closes = _week(cells)
        timezone = cells["timezone"] or mapping.timezone
        return (
            code, name, cells["name_en"] or None, cells["brand"], cells["district_ko"], cells["district_en"], cells["address"],
            cells["city"], country, cells["postcode"], normal_phone(cells["phone"], country), zone(timezone).key,
            latitude, longitude, cells["currency"] or CURRENCIES.get(country, mapping.currency),
            whole(cells["lead_minutes"], "lead_minutes") if cells["lead_minutes"] else None,
            whole(cells["keeps_days"], "keeps_days") if cells["keeps_days"] else None,
            min(whole(cells["staging_locations"] or "0", "staging_locations"), SHELVES_MAX), days, opens, closes, mended,
        )  # fmt: skip

    return parse


def right_place(latitude: float | None, longitude: float | None, country: str) -> tuple[float | None, float | None, bool]:
    """(latitude, longitude, whether they had been swapped). A pair that fits neither way round is no place: (None, None)."""
    if latitude is None or longitude is None:
        return None, None, False
    if _lies_in(latitude, longitude, country):
        return latitude, longitude, False
    if _lies_in(longitude, latitude, country):
        return longitude, latitude, True
    return None, None, False


def _lies_in(latitude: float, longitude: float, country: str) -> bool:
    south, north, west, east = COUNTRIES.get(country, (-90.0, 90.0, -180.0, 180.0))
    return south <= latitude <= north and west <= longitude <= east


def _week(cells: Cells) -> tuple[list[int], list[time], list[time]]:
    spans = {day: opening(cells[f"hours_{name}"]) for day, name in enumerate(WEEKDAYS)}
    kept = {day: span for day, span in spans.items() if span}
    return list(kept), [span[0] for span in kept.values()], [span[1] for span in kept.values()]


_WRITTEN = "CREATE TEMP TABLE import_store_written (id int, fresh boolean) ON COMMIT DROP"

# Of two rows with one code the later fills what the earlier left empty. What the file leaves empty stays as it is known.
_WRITE = f"""
WITH one AS (
  SELECT code, {", ".join(f"(array_agg({field} ORDER BY file, row) FILTER (WHERE {field} IS NOT NULL AND {field}::text <> ''))[1] AS {field}" for field in _FIELDS[1:])}
  FROM import_store GROUP BY code
), known AS (
  SELECT s.id, o.name_ko, coalesce(o.name_en, CASE WHEN s.name_en = s.name_ko THEN o.name_ko END, s.name_en) AS name_en,
         coalesce(o.brand, s.brand) AS brand, coalesce(o.district_ko, s.district_ko) AS district_ko,
         coalesce(o.district_en, s.district_en) AS district_en, coalesce(o.address, s.address) AS address, coalesce(o.city, s.city) AS city,
         coalesce(o.postcode, s.postcode) AS postcode, coalesce(o.phone, s.phone) AS phone, coalesce(o.latitude, s.latitude) AS latitude,
         coalesce(o.longitude, s.longitude) AS longitude, coalesce(o.lead_minutes, s.lead_minutes) AS lead_minutes,
         coalesce(o.keeps_days, s.keeps_days) AS keeps_days
  FROM one o JOIN stores.store s USING (code)
), changed AS (
  UPDATE stores.store s SET ({", ".join(_CHANGEABLE)}) = ({", ".join(f"k.{field}" for field in _CHANGEABLE)})
  FROM known k WHERE s.id = k.id
    AND ({", ".join(f"s.{field}" for field in _CHANGEABLE)}) IS DISTINCT FROM ({", ".join(f"k.{field}" for field in _CHANGEABLE)})
  RETURNING s.id
), made AS (
  INSERT INTO stores.store ({", ".join(_FIELDS)})
  SELECT code, name_ko, coalesce(name_en, name_ko), coalesce(brand, ''), coalesce(district_ko, ''), coalesce(district_en, ''),
         coalesce(address, ''), coalesce(city, ''), country, coalesce(postcode, ''), phone, timezone,
         CASE WHEN longitude IS NOT NULL THEN latitude END, CASE WHEN latitude IS NOT NULL THEN longitude END,
         currency, coalesce(lead_minutes, $1), coalesce(keeps_days, $2)
  FROM one o WHERE NOT EXISTS (SELECT 1 FROM stores.store s WHERE s.code = o.code) ORDER BY code
  RETURNING id
)
INSERT INTO import_store_written SELECT id, false FROM changed UNION ALL SELECT id, true FROM made"""

_HOURS = """
WITH written AS (
  INSERT INTO stores.opening_hours (store_id, weekday, opens, closes)
  SELECT DISTINCT ON (s.id, h.day) s.id, h.day, h.opens, h.closes
  FROM import_store i JOIN stores.store s USING (code), unnest(i.days, i.opens, i.closes) h(day, opens, closes)
  ORDER BY s.id, h.day, i.file, i.row
  ON CONFLICT (store_id, weekday) DO UPDATE SET opens = excluded.opens, closes = excluded.closes
  WHERE (opening_hours.opens, opening_hours.closes) IS DISTINCT FROM (excluded.opens, excluded.closes)
  RETURNING store_id
)
INSERT INTO import_store_written SELECT DISTINCT store_id, false FROM written"""

_COUNT = """
SELECT count(*) FILTER (WHERE fresh)::int, count(*) FILTER (WHERE NOT fresh)::int
FROM (SELECT id, bool_or(fresh) AS fresh FROM import_store_written GROUP BY id) w"""

_SHELVES = f"""
INSERT INTO stores.staging_location (store_id, code, label, position)
SELECT s.id, {SHELF_CODE}, {SHELF_CODE}, n
FROM (SELECT code, max(shelves) AS shelves FROM import_store GROUP BY code) i JOIN stores.store s USING (code),
  generate_series(1, least(i.shelves, $1, 156)) n
ON CONFLICT DO NOTHING"""

_LOST = "SELECT count(*) FROM stores.store s WHERE s.latitude IS NULL AND s.code IN (SELECT code FROM import_store)"
