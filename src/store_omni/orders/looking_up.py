"""Orders looked up by a program in one round trip: token, reach, access rows and orders in one statement."""

from datetime import datetime
from typing import Literal

import asyncpg
import msgspec

from store_omni.kit.errors import NotAllowed, SignInNeeded
from store_omni.kit.ids import keyed_hash, new_id, token_hash
from store_omni.orders.queries import OrderView, shape_order, spellings
from store_omni.orders.reading_sql import FOUND_BY, FOUND_MAX, LOOKED_UP, MISSED_BY_SERVICE


class FoundOrder(msgspec.Struct, frozen=True):
    """A hit. `total_minor`: as it was ordered. `store`: the code of where it is collected; null where no store has it."""

    number: str
    state: str
    placed_at: datetime
    currency: str
    total_minor: int
    contact_name: str
    store: str | None
    fulfilment_state: str | None
    ready_by: datetime | None


async def _note_miss(pool: asyncpg.Pool, token: str, task: str, question: str, asked: str, *, source: str, key: str) -> None:
    """A service's question that found nothing; of a shopper's no row is made."""
    await pool.execute(MISSED_BY_SERVICE, token_hash(token), new_id(), task, source, question, keyed_hash(key, asked))


async def look_up(pool: asyncpg.Pool, token: str, number: str, *, source: str, key: str) -> OrderView:
    """For the shopper whose order it is, or a service with `orders:read` at its store, whose look is written down. `key`: what a
    question that finds nothing is hashed with.

    Errors: `SignInNeeded`, `NotAllowed`, `NotFound` for an order out of reach.
    """
    rows = await pool.fetch(LOOKED_UP, token_hash(token), spellings(number), new_id(), source)
    if not rows:
        raise SignInNeeded
    if not rows[0]["may"]:
        raise NotAllowed
    if rows[0][0] is None:
        await _note_miss(pool, token, "api.order", "order", number, source=source, key=key)
    return shape_order(rows)


async def find_orders(
    pool: asyncpg.Pool, token: str, kind: Literal["order", "phone", "email"], value: str, *, source: str, key: str
) -> list[FoundOrder]:
    """The newest 20 in reach by number, E.164 phone number or lower-case e-mail address; a service leaves an access row for each.

    Errors: `SignInNeeded`, `NotAllowed`.
    """
    sought = spellings(value) if kind == "order" else value
    rows = await pool.fetch(FOUND_BY[kind], token_hash(token), sought, [new_id() for _ in range(FOUND_MAX)], source)
    if not rows:
        raise SignInNeeded
    if not rows[0]["may"]:
        raise NotAllowed
    found = [FoundOrder(*row[:-1]) for row in rows if row[0] is not None]
    if not found:
        await _note_miss(pool, token, "api.search", kind, value, source=source, key=key)
    return found
