"""Receipts whose code staff fetched. Who fetched one herself, or anybody after the handover, shows the house's own receipt, and not
the customer's."""

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
    """`subject`: the receipt's, with its order. Nothing is noted for customers."""
    if by.is_staff and handed_over_at is not None:
        await record(session, SHOWN, subject, by=by, data={"at_handover": now - handed_over_at <= AT_HANDOVER})


async def was_shown_by_house(session: ReadSession, order_id: UUID, *, by: Actor) -> bool:
    """Whether `by` fetched this receipt's code herself, or anybody of staff did more than half an hour after the handover: before 0.3
    only those were noted, without `at_handover`."""
    found = await session.scalar(
        text(
            """SELECT 1 FROM journal.fact WHERE order_id = :order AND kind = :kind
                 AND (actor_id = :by OR (data->>'at_handover') IS DISTINCT FROM 'true') LIMIT 1"""
        ),
        {"order": order_id, "kind": SHOWN, "by": str(by.id)},
    )
    return found is not None
