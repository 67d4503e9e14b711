"""Staff looking at a customer's record leaves a row, in the transaction of the look itself: no row, no look."""

from uuid import UUID

from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession
from store_omni.kit.ids import new_id

# How every look is written down; what follows gives the values, in this order.
LOOK = "INSERT INTO journal.access (id, staff_id, staff_role, store_id, customer_id, order_id, task, source)"
LOOK_PLACES = ":look_id, :look_staff, :look_role, :look_store, :look_customer, :look_order, :look_task, :look_source"
_NOTE = text(f"{LOOK} VALUES ({LOOK_PLACES})")


def look_values(*, by: Actor, task: str, customer_id: UUID | None, order_id: UUID | None) -> dict[str, object]:
    """What stands in LOOK_PLACES."""
    return {
        "look_id": new_id(),
        "look_staff": by.id,
        "look_role": by.kind,
        "look_store": by.store_id,
        "look_customer": customer_id,
        "look_order": order_id,
        "look_task": task,
        "look_source": by.source,
    }


async def note_look(
    session: WriteSession, *, by: Actor, task: str, customer_id: UUID | None, order_id: UUID | None = None
) -> None:
    """`task`: why (counter.scan, desk.customer, desk.search …). Only staff leave rows; a shopper reads her own."""
    if not by.is_staff or (customer_id is None and order_id is None):
        return
    await session.execute(_NOTE, look_values(by=by, task=task, customer_id=customer_id, order_id=order_id))
