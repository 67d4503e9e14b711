"""Orders looked up by a program in one round trip: token, reach, access rows and orders in one statement."""

from datetime import datetime
from typing import Literal

import asyncpg
import msgspec

from store_omni.kit.errors import NotAllowed, SignInNeeded
from store_omni.kit.ids import new_id, token_hash
from store_omni.orders.queries import OrderView, shape_order, spellings
from store_omni.orders.reading_sql import FOUND_BY, FOUND_MAX, LOOKED_UP


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


async def look_up(pool: asyncpg.Pool, token: str, number: str, *, source: str) -> OrderView:
    """For the shopper whose order it is, or a service with `orders:read` at its store, whose look is written down.

    Errors: `SignInNeeded`, `NotAllowed`, `NotFound` for an order out of reach.
    """
    rows = await pool.fetch(LOOKED_UP, token_hash(token), spellings(number), new_id(), source)
    if not rows:
        raise SignInNeeded
    if not rows[0]["may"]:
        raise NotAllowed
    return shape_order(rows)


async def find_orders(
    pool: asyncpg.Pool, token: str, kind: Literal["order", "phone", "email"], value: str, *, source: str
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
    return [FoundOrder(*row[:-1]) for row in rows if row[0] is not None]
