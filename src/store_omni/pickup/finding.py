"""Finding an order at the counter by what is read aloud or printed: its number, or the label of one of its bags."""

from uuid import UUID

from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession
from store_omni.kit.errors import N_, Refusal


class NothingUnderThatCode(Refusal):
    code = "nothing_under_that_code"
    status = 404
    title = N_("Nothing found under this code")
    reason = N_("This store has no open or past order with the number or label “%(code)s”.")
    next_step = N_("Check the number, or ask the customer for the QR code.")


async def fulfilment_by_code(session: ReadSession, code: str, *, by: Actor) -> UUID:
    """Own store only. The dash in an order number may be left out. Errors: `NothingUnderThatCode`."""
    plain = code.strip().upper().replace("-", "").replace(" ", "")
    found = await session.scalar(
        text(
            """SELECT f.id FROM orders.fulfilment f JOIN orders."order" o ON o.id = f.order_id
               WHERE f.store_id = :store AND o.number IN (:plain, :dashed)
               UNION ALL
               SELECT b.fulfilment_id FROM pickup.bag b WHERE b.store_id = :store AND b.label = :plain LIMIT 1"""
        ),
        {"store": by.store_id, "plain": plain, "dashed": f"{plain[:4]}-{plain[4:]}"},
    )
    if found is None:
        raise NothingUnderThatCode(code=code)
    return found
