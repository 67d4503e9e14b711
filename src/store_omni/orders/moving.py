"""Moving an order or a fulfilment along its state table: the row is locked, the table asked, the fact recorded."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import NotFound
from store_omni.orders.states import FULFILMENT, ORDER, next_state


class OrderRow(msgspec.Struct, frozen=True):
    """An order under lock."""

    id: UUID
    number: str
    customer_id: UUID | None
    state: str
    currency: str


class FulfilmentRow(msgspec.Struct, frozen=True):
    """A fulfilment under lock, with its (also locked) order."""

    store_id: int
    id: UUID
    state: str
    order: OrderRow

    def subject(self) -> Subject:
        return Subject("fulfilment", self.id, self.order.id, self.order.customer_id, self.store_id)


async def lock_order(session: WriteSession, order_id: UUID) -> OrderRow:
    """First in the lock order. Errors: `NotFound`."""
    row = (
        await session.execute(
            text('SELECT id, number, customer_id, state, currency FROM orders."order" WHERE id = :id FOR UPDATE'),
            {"id": order_id},
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return OrderRow(*row)


async def lock_fulfilment(session: WriteSession, store_id: int | None, fulfilment_id: UUID) -> FulfilmentRow:
    """Locks the order, then its fulfilment. Another store's fulfilment is not found. `store_id` None: staff of no store.

    Errors: `NotFound`.
    """
    found = (
        await session.execute(
            text("SELECT order_id, store_id FROM orders.fulfilment WHERE id = :id AND store_id = coalesce(:store, store_id)"),
            {"store": store_id, "id": fulfilment_id},
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    order = await lock_order(session, found.order_id)
    state = await session.scalar(
        text("SELECT state FROM orders.fulfilment WHERE store_id = :store AND id = :id FOR UPDATE"),
        {"store": found.store_id, "id": fulfilment_id},
    )
    return FulfilmentRow(found.store_id, fulfilment_id, state or "", order)


async def move_fulfilment(
    session: WriteSession,
    row: FulfilmentRow,
    command: str,
    *,
    by: Actor,
    kind: str,
    sets: str = "",
    values: dict[str, Any] | None = None,
    data: dict[str, Any] | None = None,
    display: dict[str, Any] | None = None,
) -> tuple[str, UUID]:
    """Moves a locked fulfilment and records it as `kind` (`pickup.packed` …). `sets`: further `, column = :value`.

    Returns (new state, fact id). Errors: `WrongState`.
    """
    state = next_state(FULFILMENT, row.state, command)
    await session.execute(
        text(f"UPDATE orders.fulfilment SET state = :state{sets} WHERE store_id = :store AND id = :id"),
        {"state": state, "store": row.store_id, "id": row.id} | (values or {}),
    )
    shown = None if display is None else {"number": row.order.number, **display}
    fact = await record(session, kind, row.subject(), by=by, moved=(row.state, state), data=data, display=shown)
    return state, fact


async def move_order(
    session: WriteSession,
    row: OrderRow,
    command: str,
    *,
    by: Actor,
    kind: str,
    reason: str | None = None,
    data: dict[str, Any] | None = None,
    display: dict[str, Any] | None = None,
) -> UUID:
    """Moves a locked order and records it. Returns the fact's id. Errors: `WrongState`."""
    state = next_state(ORDER, row.state, command)
    closed = state in ("completed", "cancelled", "expired")
    await session.execute(
        text(
            'UPDATE orders."order" SET state = :state, closed_at = CASE WHEN :closed THEN now() ELSE closed_at END, '
            "close_reason = coalesce(:reason, close_reason) WHERE id = :id"
        ),
        {"state": state, "closed": closed, "reason": reason, "id": row.id},
    )
    shown = None if display is None else {"number": row.number, **display}
    subject = Subject("order", row.id, row.id, row.customer_id)
    return await record(session, kind, subject, by=by, moved=(row.state, state), data=data, display=shown)
