"""Who of the staff opened how many records on one day: what a manager asks about."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.looking import WORK_TASKS
from store_omni.kit.database import ReadSession
from store_omni.kit.ids import first_id_at

PEOPLE_MAX = 20


class Looker(msgspec.Struct, frozen=True):
    """`records`: different customers or orders opened; `misses`: searches that found nobody."""

    name: str
    login: str
    role: str
    records: int
    misses: int


# Ids sort by time, so a day is a range of the primary key.
_LOOKERS = text(
    """SELECT coalesce(a.name, '–'), coalesce(a.login, ''), coalesce(a.role, ''), l.records, l.misses FROM (
         SELECT staff_id, count(DISTINCT coalesce(order_id, customer_id)) AS records, count(question) AS misses
         FROM journal.access WHERE id >= :first AND id < :next AND task <> ALL (:work) GROUP BY staff_id) l
       LEFT JOIN staff.account a ON a.id = l.staff_id
       WHERE l.records + l.misses >= CASE WHEN a.role = 'service' THEN 1 ELSE :least END
       ORDER BY a.role = 'service', l.records + l.misses DESC LIMIT :most"""
)


def _range(day: datetime) -> dict[str, UUID]:
    return {"first": first_id_at(day), "next": first_id_at(day + timedelta(days=1))}


async def lookers(session: ReadSession, day: datetime, *, least: int) -> list[Looker]:
    """`day`: its midnight. People with at least `least` records and failed searches, most first; then programs, all of them."""
    values: dict[str, object] = {"work": list(WORK_TASKS), "least": least, "most": PEOPLE_MAX}
    rows = await session.execute(_LOOKERS, values | _range(day))
    return [Looker(*row) for row in rows]
