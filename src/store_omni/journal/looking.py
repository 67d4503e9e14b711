"""Staff looking at a customer's record leaves a row, in the transaction of the look itself: no row, no look. Searches that find
nobody leave one too. Staff who open records in bulk have to wait."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import N_, ComeAgainLater
from store_omni.kit.ids import keyed_hash, new_id

# How every look is written down; what follows gives the values, in this order.
LOOK = "INSERT INTO journal.access (id, staff_id, staff_role, store_id, customer_id, order_id, task, source)"
LOOK_PLACES = ":look_id, :look_staff, :look_role, :look_store, :look_customer, :look_order, :look_task, :look_source"
_NOTE = text(f"{LOOK} VALUES ({LOOK_PLACES})")
_NOTE_ALL = text(
    f"""{LOOK} SELECT u.id, :look_staff, :look_role, CAST(:look_store AS integer), u.customer, u.order, :look_task, :look_source
        FROM unnest(CAST(:ids AS uuid[]), CAST(:customers AS uuid[]), CAST(:orders AS uuid[])) AS u (id, customer, "order")
        WHERE NOT CAST(:once AS boolean) OR NOT EXISTS (SELECT FROM journal.access a WHERE a.staff_id = :look_staff
          AND a.at > now() - interval '1 hour' AND a.task = :look_task AND a.order_id IS NOT DISTINCT FROM u.order
          AND a.customer_id IS NOT DISTINCT FROM u.customer)"""
)
# Of a question that found nobody: who asked, and a keyed hash that tells only whether it was the same question.
MISSED = """INSERT INTO journal.access (id, staff_id, staff_role, store_id, task, source, question, question_hash)"""
_MISS = text(f"{MISSED} VALUES (:id, :staff, :role, :store, :task, :source, :question, :hash)")

# What a shop's daily work shows without anybody choosing whom to look at: noted, and not counted as opening records.
WORK_TASKS = ("counter.queue", "counter.work", "desk.recent")
_PACE = text(
    """SELECT count(DISTINCT record) FILTER (WHERE at > now() - interval '1 minute'),
              extract(epoch FROM interval '1 minute' - (now() - min(at) FILTER (WHERE at > now() - interval '1 minute'))),
              count(DISTINCT record), extract(epoch FROM interval '15 minutes' - (now() - min(at)))
       FROM (SELECT at, coalesce(order_id, customer_id, id) AS record FROM journal.access
             WHERE staff_id = :staff AND at > now() - interval '15 minutes' AND task <> ALL (:work)) looks"""
)


class TooManyLooks(ComeAgainLater):
    code = "too_many_looks"
    title = N_("That was many records in a short time")
    reason = N_("To protect customers, records open only one after the other. Your manager sees how many were opened.")
    next_step = N_("Go on in %(seconds)s seconds. Nothing you entered is lost.")


class Record(msgspec.Struct, frozen=True):
    """Whose record is shown: of a customer, of an order, or of both."""

    customer_id: UUID | None
    order_id: UUID | None = None


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


async def refuse_bulk(session: ReadSession, *, by: Actor, task: str) -> None:
    """Different records and failed searches count, each once. Programs have no pace: they are counted and never slowed.

    Errors: `TooManyLooks`.
    """
    if by.looks_max is None or task in WORK_TASKS:
        return
    a_minute, a_quarter = by.looks_max
    row = (await session.execute(_PACE, {"staff": by.id, "work": list(WORK_TASKS)})).one()
    if row[2] >= a_quarter:
        raise TooManyLooks(seconds=float(row[3]))
    if row[0] >= a_minute:
        raise TooManyLooks(seconds=float(row[1]))


async def note_look(
    session: WriteSession, *, by: Actor, task: str, customer_id: UUID | None, order_id: UUID | None = None
) -> None:
    """`task`: why (counter.scan, desk.customer, desk.search …). Only staff leave rows; a shopper reads her own.

    Errors: `TooManyLooks`.
    """
    if not by.is_staff or (customer_id is None and order_id is None):
        return
    await refuse_bulk(session, by=by, task=task)
    await session.execute(_NOTE, look_values(by=by, task=task, customer_id=customer_id, order_id=order_id))


async def note_looks(session: WriteSession, records: Sequence[Record], *, by: Actor, task: str, hourly: bool = False) -> None:
    """A list of records at once, in one statement. `hourly`: a row for each that has none of this person and task within the
    hour, for lists that stand open all day. Errors: `TooManyLooks`."""
    if not by.is_staff or not records:
        return
    await refuse_bulk(session, by=by, task=task)
    values = look_values(by=by, task=task, customer_id=None, order_id=None)
    for place in ("look_id", "look_customer", "look_order"):
        del values[place]
    values |= {
        "ids": [new_id() for _ in records], "once": hourly,
        "customers": [one.customer_id for one in records], "orders": [one.order_id for one in records],
    }  # fmt: skip
    await session.execute(_NOTE_ALL, values)


async def note_miss(session: WriteSession, *, by: Actor, task: str, question: str, asked: str, key: str) -> None:
    """A search that found nobody. `question`: its kind (order, phone, email, name, code); `asked`: what was typed, of which only
    a hash under `key` is kept. Errors: `TooManyLooks`."""
    if not by.is_staff:
        return
    await refuse_bulk(session, by=by, task=task)
    values = {
        "id": new_id(), "staff": by.id, "role": by.kind, "store": by.store_id, "task": task, "source": by.source,
        "question": question, "hash": keyed_hash(key, asked),
    }  # fmt: skip
    await session.execute(_MISS, values)
