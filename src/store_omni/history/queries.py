"""The same history for shopper, clerk and agent: one query, filtered by what a role may read, shown by one partial."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.history.reading_sql import AT_STORES, CLASSES, COLUMNS, PAGE_ENTRIES, entries
from store_omni.history.wording import FAILURES, Said, say
from store_omni.journal.actors import Actor
from store_omni.journal.looking import LOOK, LOOK_PLACES, look_values, refuse_bulk
from store_omni.kit.database import ReadSession


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


async def timeline(
    session: ReadSession,
    *,
    by: Actor,
    customer_id: UUID | None = None,
    order_id: UUID | None = None,
    before: UUID | None = None,
    since: datetime | None = None,
    task: str | None = None,
) -> Timeline:
    """A customer's history, or one order's (for an anonymous order, or a guest who may see only that). Newest first,
    20 a page. `since`: nothing older than that. `task`: why staff open the record (desk.customer …); the look is written
    down by the same statement, so the session has to be one that may write. Errors: `TooManyLooks`, with a task."""
    sql = entries(
        COLUMNS,
        whose="e.customer_id = :subject" if customer_id is not None else "e.order_id = :subject",
        classes=":classes",
        before=":before" if before else None,
        more=" AND e.occurred_at >= :since" if since else "",
        joined=AT_STORES,
    )
    values: dict[str, object] = {
        "subject": customer_id if customer_id is not None else order_id,
        "classes": list(CLASSES.get(by.kind, ("order",))),
    }
    values |= {"before": before} if before else {}
    values |= {"since": since} if since else {}
    if task is not None and by.is_staff:
        await refuse_bulk(session, by=by, task=task)
        # The lines hang on the access row: no row, no look.
        sql = f"""WITH look AS ({LOOK} VALUES ({LOOK_PLACES}) RETURNING 1)
                  SELECT shown.* FROM look, LATERAL ({sql}) shown ORDER BY shown.occurred_at DESC, shown.id DESC"""
        values |= look_values(by=by, task=task, customer_id=customer_id, order_id=order_id)
    shown = [EntryView(*row) for row in await session.execute(text(sql), values)]
    more = len(shown) > PAGE_ENTRIES
    shown = shown[:PAGE_ENTRIES]
    return Timeline(shown, shown[-1].id if more else None)
