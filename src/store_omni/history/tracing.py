"""From a movement of stock to the order that made it."""

from uuid import UUID

from sqlalchemy import text

from store_omni.kit.database import ReadSession
from store_omni.kit.errors import NotFound

# Cause of a ledger entry → the order's id. What is not here was no order's doing.
_ORDER: dict[str, str] = {
    "order": "SELECT CAST(:id AS uuid)",
    "cancellation": "SELECT CAST(:id AS uuid)",
    "short_pick": "SELECT f.order_id FROM orders.fulfilment f WHERE f.id = :id",
    "put_back": "SELECT f.order_id FROM orders.fulfilment f WHERE f.id = :id",
    "handover": """SELECT f.order_id FROM pickup.handover h
                   JOIN orders.fulfilment f ON f.store_id = h.store_id AND f.id = h.fulfilment_id WHERE h.id = :id""",
    "return": "SELECT r.order_id FROM returns.request r WHERE r.id = :id",
}
ORDER_CAUSES = frozenset(_ORDER)


async def order_number_behind(session: ReadSession, cause_type: str, cause_id: UUID) -> str:
    """Errors: `NotFound`, also for a cause that is no order's."""
    inner = _ORDER.get(cause_type)
    if inner is None:
        raise NotFound
    number = await session.scalar(text(f'SELECT o.number FROM orders."order" o WHERE o.id = ({inner})'), {"id": cause_id})
    if number is None:
        raise NotFound
    return number
