"""A customer without a readable code: the order's number, and the last four digits of its phone as the customer says them.

A try is taken before the digits are compared, in a transaction of its own, so that two guesses at once count twice. Right digits
give it back. Five wrong ones close this way for the order.
"""

import re
import secrets
from uuid import UUID

from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.orders.moving import lock_fulfilment
from store_omni.orders.states import WrongState
from store_omni.passes.issuing import live_pass
from store_omni.passes.verifying import KnownPass
from store_omni.pickup.errors import LastFourWrong, NoPhoneToCheck, NumberCheckLocked

WRONG_TRIES_MAX = 5


async def take_try(session: WriteSession, fulfilment_id: UUID, *, by: Actor) -> None:
    """In a transaction that commits whatever comes after. Errors: `NumberCheckLocked`, `NotFound` (another store's order)."""
    row = await lock_fulfilment(session, by.store_id, fulfilment_id)
    tries = await session.scalar(
        text(
            """INSERT INTO pickup.number_check AS c (store_id, fulfilment_id, tries) VALUES (:store, :id, 1)
               ON CONFLICT (store_id, fulfilment_id) DO UPDATE SET tries = c.tries + 1 WHERE c.tries < :most RETURNING tries"""
        ),
        {"store": row.store_id, "id": row.id, "most": WRONG_TRIES_MAX},
    )
    if tries is None:
        raise NumberCheckLocked


async def pass_by_last_four(session: WriteSession, fulfilment_id: UUID, last_four: str, *, by: Actor) -> KnownPass:
    """The pass that the customer's code would have shown. `take_try` comes first. Errors: `LastFourWrong`, `NoPhoneToCheck`,
    `WrongState` (not ready), `NotFound`."""
    row = await lock_fulfilment(session, by.store_id, fulfilment_id)
    phone = await session.scalar(text('SELECT contact_phone FROM orders."order" WHERE id = :id'), {"id": row.order.id})
    if not phone:
        raise NoPhoneToCheck
    typed = re.sub(r"\s", "", last_four)
    if not secrets.compare_digest(typed.encode(), phone[-4:].encode()):
        raise LastFourWrong(left=await _left(session, row.store_id, row.id))
    await session.execute(
        text("UPDATE pickup.number_check SET tries = tries - 1 WHERE store_id = :store AND fulfilment_id = :id AND tries > 0"),
        {"store": row.store_id, "id": row.id},
    )
    live = await live_pass(session, purpose="pickup", store_id=row.store_id, subject_id=row.id)
    if live is None:
        raise WrongState(state=row.state)
    return KnownPass(store_id=live.store_id, id=live.id, purpose=live.purpose, subject_id=live.subject_id)


async def _left(session: ReadSession, store_id: int, fulfilment_id: UUID) -> int:
    tries = await session.scalar(
        text("SELECT tries FROM pickup.number_check WHERE store_id = :store AND fulfilment_id = :id"),
        {"store": store_id, "id": fulfilment_id},
    )
    return max(WRONG_TRIES_MAX - (tries or 0), 0)


async def note_wrong_digits(session: WriteSession, fulfilment_id: UUID, refusal: str, *, by: Actor) -> None:
    """In the order's history, in a transaction of its own: the refusal rolls its own back. Takes no lock, because that other
    transaction still holds the order's."""
    row = (
        await session.execute(
            text(
                """SELECT o.id, o.number, o.customer_id FROM orders.fulfilment f JOIN orders."order" o ON o.id = f.order_id
                   WHERE f.store_id = :store AND f.id = :id"""
            ),
            {"store": by.store_id, "id": fulfilment_id},
        )
    ).one()
    subject = Subject("fulfilment", fulfilment_id, row.id, row.customer_id, by.store_id)
    display = {"number": row.number, "refusal": refusal}
    await record(session, "pickup.refused", subject, by=by, data={"refusal": refusal}, display=display)
