"""Reads of stores, shaped for people: name in their language, hours, distance."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, time
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import text

from store_omni.kit.database import ReadSession
from store_omni.kit.errors import NotFound
from store_omni.stores.hours import Hours


class StoreView(msgspec.Struct, frozen=True):
    """`keeps_days`: how long a ready bag waits. `latitude` and `longitude` in degrees or None."""

    id: int
    code: str
    name_ko: str
    name_en: str
    district_ko: str
    district_en: str
    address: str
    city: str
    phone: str | None
    timezone: str
    latitude: float | None
    longitude: float | None
    currency: str
    pickup: bool
    lead_minutes: int
    keeps_days: int
    hours: Hours


STORE_COLUMNS = (
    "s.id, s.code, s.name_ko, s.name_en, s.district_ko, s.district_en, s.address, s.city, s.phone, s.timezone, "
    "s.latitude, s.longitude, s.currency, s.pickup, s.lead_minutes, s.keeps_days"
)
HOURS_SQL = "SELECT store_id, weekday, opens, closes FROM stores.opening_hours WHERE store_id = ANY({})"
HOLIDAYS_SQL = "SELECT store_id, day FROM stores.holiday WHERE store_id = ANY({}) AND day >= current_date - 1"


def shape_stores(rows: Iterable[Any], hours: Iterable[Any], holidays: Iterable[Any]) -> list[StoreView]:
    """Rows of STORE_COLUMNS, HOURS_SQL and HOLIDAYS_SQL (from either way to the database) → views, in the rows' order."""
    weeks: dict[int, dict[int, tuple[time, time]]] = defaultdict(dict)
    for row in hours:
        weeks[row[0]][row[1]] = (row[2], row[3])
    closed: dict[int, set[date]] = defaultdict(set)
    for row in holidays:
        closed[row[0]].add(row[1])
    return [
        StoreView(*row[:16], hours=Hours(row[9], weeks.get(row[0], {}), frozenset(closed.get(row[0], ()))))
        for row in (tuple(row) for row in rows)
    ]


async def stores_by_id(session: ReadSession, ids: list[int] | None = None) -> dict[int, StoreView]:
    """Active stores, all of them or those asked for."""
    where = "" if ids is None else " AND s.id = ANY(:ids)"
    rows = (
        await session.execute(
            text(f"SELECT {STORE_COLUMNS} FROM stores.store s WHERE s.active{where} ORDER BY s.id"),
            {} if ids is None else {"ids": ids},
        )
    ).all()
    found = {"ids": [row.id for row in rows]}
    hours = (await session.execute(text(HOURS_SQL.format(":ids")), found)).all()
    holidays = (await session.execute(text(HOLIDAYS_SQL.format(":ids")), found)).all()
    return {store.id: store for store in shape_stores(rows, hours, holidays)}


async def store_by_code(pool: asyncpg.Pool, code: str) -> StoreView:
    """Errors: `NotFound`."""
    row = await pool.fetchrow(f"SELECT {STORE_COLUMNS} FROM stores.store s WHERE s.code = $1 AND s.active", code)
    if row is None:
        raise NotFound
    hours = await pool.fetch(HOURS_SQL.format("$1"), [row["id"]])
    return shape_stores([row], hours, await pool.fetch(HOLIDAYS_SQL.format("$1"), [row["id"]]))[0]
