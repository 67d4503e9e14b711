"""What one person may refund alone: read and set by store."""

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import NotFound

ALONE_MINOR_MAX = 100_000_000


class RefundLimit(msgspec.Struct, frozen=True):
    store_id: int
    store_ko: str
    store_en: str
    currency: str
    alone_minor: int


async def refund_limits(session: ReadSession, store_ids: tuple[int, ...] | None) -> list[RefundLimit]:
    """Of these stores (None: all), in the currency of each."""
    rows = await session.execute(
        text(
            """SELECT s.id, s.name_ko, s.name_en, s.currency, payments.refund_limit(s.id, s.currency) FROM stores.store s
               WHERE s.active AND (CAST(:stores AS int[]) IS NULL OR s.id = ANY(:stores)) ORDER BY s.code"""
        ),
        {"stores": list(store_ids) if store_ids is not None else None},
    )
    return [RefundLimit(*row) for row in rows]


async def set_refund_limit(session: WriteSession, store_id: int, *, alone_minor: int, by: Actor) -> None:
    """Errors: `NotFound` (not a store of this manager)."""
    if by.store_ids is not None and store_id not in by.store_ids:
        raise NotFound
    before = await session.scalar(
        text("SELECT payments.refund_limit(id, currency) FROM stores.store WHERE id = :store"), {"store": store_id}
    )
    if before is None:
        raise NotFound
    await session.execute(
        text(
            """INSERT INTO payments.refund_rule (store_id, currency, alone_minor, changed_by)
               SELECT id, currency, :alone, :by FROM stores.store WHERE id = :store
               ON CONFLICT (store_id, currency) DO UPDATE
               SET alone_minor = excluded.alone_minor, changed_by = excluded.changed_by, changed_at = now()"""
        ),
        {"store": store_id, "alone": alone_minor, "by": by.id},
    )
    data = {"before_minor": before, "after_minor": alone_minor}
    await record(session, "refund.limit_changed", Subject("store", str(store_id), store_id=store_id), by=by, data=data)
