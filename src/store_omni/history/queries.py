"""The same history for shopper, clerk and agent: one query, filtered by what a role may read, shown by one partial."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.history.wording import FAILURES, Said, say
from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession

PAGE_ENTRIES = 20
CLASSES = {
    "shopper": ("order", "care", "browse"),
    "guest": ("order",),
    "clerk": ("order", "care", "staff_only"),
    "agent": ("order", "care", "browse", "staff_only"),
    "manager": ("order", "care", "browse", "staff_only"),
    "service": ("order",),
}


class EntryView(msgspec.Struct, frozen=True):
    """One line of the history. `display`: the kind's own parts (number, items, total_minor …)."""

    id: UUID
    occurred_at: datetime
    kind: str
    channel: str
    actor_kind: str
    actor_label: str
    order_id: UUID | None
    store_id: int | None
    store_ko: str | None
    store_en: str | None
    display: dict[str, Any]

    @property
    def said(self) -> Said:
        return say(self.kind)

    @property
    def failed(self) -> bool:
        return self.kind in FAILURES


class Timeline(msgspec.Struct, frozen=True):
    """Newest first. `next_before`: the entry id to ask the next page with, None at the end."""

    entries: list[EntryView]
    next_before: UUID | None


_SQL = """
SELECT e.id, e.occurred_at, e.kind, e.channel, e.actor_kind, e.actor_label, e.order_id, e.store_id, s.name_ko, s.name_en,
       e.display
FROM journal.entry e LEFT JOIN stores.store s ON s.id = e.store_id
WHERE {subject} AND e.access_class = ANY(:classes)
  AND (CAST(:since AS timestamptz) IS NULL OR e.occurred_at >= CAST(:since AS timestamptz))
  AND (CAST(:before AS uuid) IS NULL OR (e.occurred_at, e.id) <
       (SELECT b.occurred_at, b.id FROM journal.entry b WHERE b.id = CAST(:before AS uuid)))
ORDER BY e.occurred_at DESC, e.id DESC LIMIT :limit"""


async def timeline(
    session: ReadSession,
    *,
    by: Actor,
    customer_id: UUID | None = None,
    order_id: UUID | None = None,
    before: UUID | None = None,
    since: datetime | None = None,
) -> Timeline:
    """A customer's history, or one order's (for an anonymous order, or a guest who may see only that). Newest first,
    20 a page. `since`: nothing older than that."""
    subject = "e.customer_id = :subject" if customer_id is not None else "e.order_id = :subject"
    rows = await session.execute(
        text(_SQL.format(subject=subject)),
        {
            "subject": customer_id if customer_id is not None else order_id,
            "classes": list(CLASSES.get(by.kind, ("order",))),
            "before": before,
            "since": since,
            "limit": PAGE_ENTRIES + 1,
        },
    )
    entries = [EntryView(*row) for row in rows]
    more = len(entries) > PAGE_ENTRIES
    entries = entries[:PAGE_ENTRIES]
    return Timeline(entries, entries[-1].id if more else None)
