"""Staff looking at a customer's record leaves a row, in the transaction of the look itself: no row, no look."""

from uuid import UUID

from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession
from store_omni.kit.ids import new_id


async def note_look(
    session: WriteSession, *, by: Actor, task: str, customer_id: UUID | None, order_id: UUID | None = None
) -> None:
    """`task`: why (counter.scan, desk.customer, desk.search …). Only staff leave rows; a shopper reads her own."""
    if not by.is_staff or (customer_id is None and order_id is None):
        return
    await session.execute(
        text(
            """INSERT INTO journal.access (id, staff_id, staff_role, store_id, customer_id, order_id, task, source)
               VALUES (:id, :staff, :role, :store, :customer, :order, :task, :source)"""
        ),
        {
            "id": new_id(),
            "staff": by.id,
            "role": by.kind,
            "store": by.store_id,
            "customer": customer_id,
            "order": order_id,
            "task": task,
            "source": by.source,
        },
    )
