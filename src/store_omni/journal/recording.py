"""Writing down what happened, in the transaction in which it happens: the fact, and the timeline entry made of it."""

from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession
from store_omni.kit.ids import new_id

AccessClass = Literal["order", "care", "browse", "staff_only"]


class Subject(msgspec.Struct, frozen=True):
    """What a fact is about: `type` (order, fulfilment, return, customer …) and its id, and whose and where it is."""

    type: str
    id: UUID | str
    order_id: UUID | None = None
    customer_id: UUID | None = None
    store_id: int | None = None


_FACT = text(
    """INSERT INTO journal.fact (id, kind, subject_type, subject_id, order_id, customer_id, store_id, channel,
                                 actor_kind, actor_id, from_state, to_state, data)
       VALUES (:id, :kind, :type, :subject, :order, :customer, :store, :channel, :actor_kind, :actor_id, :from_state,
               :to_state, CAST(:data AS jsonb))"""
)
_ENTRY = text(
    """INSERT INTO journal.entry (id, fact_id, customer_id, origin_customer_id, kind, access_class, order_id, store_id,
                                  channel, actor_kind, actor_label, display)
       VALUES (:id, :fact, :customer, :customer, :kind, :access, :order, :store, :channel, :actor_kind, :actor_label,
               CAST(:display AS jsonb))"""
)


async def record(
    session: WriteSession,
    kind: str,
    subject: Subject,
    *,
    by: Actor,
    moved: tuple[str | None, str | None] = (None, None),
    data: dict[str, Any] | None = None,
    display: dict[str, Any] | None = None,
    access: AccessClass = "order",
) -> UUID:
    """One fact (`data`: ids and figures, never personal text) and, with `display`, its line in the timeline.

    Returns the fact's id.
    """
    fact_id = new_id()
    common = {
        "kind": kind,
        "order": subject.order_id,
        "customer": subject.customer_id,
        "store": subject.store_id,
        "channel": by.channel,
        "actor_kind": by.kind,
    }
    await session.execute(
        _FACT,
        common
        | {
            "id": fact_id,
            "type": subject.type,
            "subject": str(subject.id),
            "actor_id": str(by.id) if by.id else None,
            "from_state": moved[0],
            "to_state": moved[1],
            "data": msgspec.json.encode(data or {}).decode(),
        },
    )
    if display is not None:
        await session.execute(
            _ENTRY,
            common
            | {
                "id": new_id(),
                "fact": fact_id,
                "access": access,
                "actor_label": by.label,
                "display": msgspec.json.encode(display).decode(),
            },
        )
    return fact_id
