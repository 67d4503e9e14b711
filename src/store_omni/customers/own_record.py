"""What a customer may read about her own record."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.kit.database import ReadSession

LOOKS_SHOWN = 50


class Look(msgspec.Struct, frozen=True):
    """A person of staff looked at her record: when, in which role, where (None: not in a store) and for which task."""

    at: datetime
    role: str
    store_ko: str | None
    store_en: str | None
    task: str


_LOOKS = text(
    """SELECT a.at, a.staff_role, s.name_ko, s.name_en, a.task
       FROM journal.access a LEFT JOIN stores.store s ON s.id = a.store_id
       WHERE a.customer_id = :customer ORDER BY a.at DESC LIMIT :count"""
)


async def looks_at(session: ReadSession, customer_id: UUID) -> list[Look]:
    """Newest first. Names of staff are not told: the store answers for its people."""
    rows = await session.execute(_LOOKS, {"customer": customer_id, "count": LOOKS_SHOWN})
    return [Look(*row) for row in rows]
