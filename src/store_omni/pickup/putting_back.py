"""Putting a bag that nobody will collect back on the shelf. Only now may its units be sold again."""

from uuid import UUID

from sqlalchemy import text

from store_omni.inventory.allocating import release
from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession
from store_omni.orders.moving import lock_fulfilment, move_fulfilment


async def put_back(session: WriteSession, fulfilment_id: UUID, *, by: Actor) -> None:
    """A clerk of the store says that the goods lie on the shelf again. Until then they stay promised to the dead order,
    because a unit in a bag behind the counter cannot be picked for somebody else.

    Errors: `NotFound` (another store's), `WrongState`.
    """
    row = await lock_fulfilment(session, by.store_id, fulfilment_id)
    await move_fulfilment(session, row, "put_back", by=by, kind="pickup.put_back")
    promised = await session.scalars(
        text(
            "SELECT allocation_id FROM orders.fulfilment_line "
            "WHERE store_id = :store AND fulfilment_id = :id AND allocation_id IS NOT NULL"
        ),
        {"store": row.store_id, "id": row.id},
    )
    await release(session, row.store_id, list(promised), cause=("put_back", row.id), by=by)
