"""Receipts whose code staff fetched long after the handover: then it is the house that shows it, and not the customer."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import ReadSession, WriteSession

SHOWN = "receipt.shown"
# While the customer is there the clerk prints the receipt for them.
AT_HANDOVER = timedelta(minutes=30)


async def note_shown(
    session: WriteSession, subject: Subject, *, handed_over_at: datetime | None, now: datetime, by: Actor
) -> None:
    """`subject`: the receipt's, with its order. Nothing is noted within half an hour of the handover, or for customers."""
    if by.is_staff and handed_over_at is not None and now - handed_over_at > AT_HANDOVER:
        await record(session, SHOWN, subject, by=by)


async def was_shown_by_staff(session: ReadSession, order_id: UUID) -> bool:
    found = await session.scalar(
        text("SELECT 1 FROM journal.fact WHERE order_id = :order AND kind = :kind LIMIT 1"), {"order": order_id, "kind": SHOWN}
    )
    return found is not None
