"""“I'm here”: the shopper says that she stands in the store. A time, never a gate: who forgets it is served all the same."""

from uuid import UUID

from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import record
from store_omni.kit.database import WriteSession
from store_omni.orders.moving import lock_fulfilment
from store_omni.orders.states import WrongState


async def check_in(session: WriteSession, fulfilment_id: UUID, *, by: Actor) -> bool:
    """Puts the order first in the store's queue. Whether it is `by`'s own order the caller has asked. Saying it twice is
    saying it once: the waiting time runs from the first. Returns whether it was the first.

    Errors: `WrongState` before the order is ready and after it was collected.
    """
    row = await lock_fulfilment(session, None, fulfilment_id)
    if row.state != "ready_for_pickup":
        raise WrongState(state=row.state)
    first = await session.scalar(
        text(
            """UPDATE orders.fulfilment SET checked_in_at = now()
               WHERE store_id = :store AND id = :id AND checked_in_at IS NULL RETURNING true"""
        ),
        {"store": row.store_id, "id": row.id},
    )
    if first:
        await record(session, "pickup.checked_in", row.subject(), by=by, display={"number": row.order.number})
    return bool(first)
