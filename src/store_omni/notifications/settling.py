"""How a try ended: written on the message's row, and into the history when it is final."""

from typing import Literal

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.kit.database import writing
from store_omni.notifications.telling import CODES, Told, note_message

# Pauses before the 2nd, 3rd … try. A code is of no use later than ten minutes.
RETRY_SECONDS = (60, 300, 900, 1800, 3600, 7200, 14_400)
CODE_RETRY_SECONDS = (5, 15, 30, 60, 120)
HOLD_SECONDS = 600


class Outcome(msgspec.Struct, frozen=True):
    """`problem`: a word staff see; `words`: a sentence for the operator."""

    state: Literal["sent", "failed", "waiting"]
    problem: str | None = None
    words: str | None = None


_SETTLE = text(
    """UPDATE notifications.message SET state = :state, problem = :problem, last_error = :words,
         settled_at = CASE WHEN :state = 'waiting' THEN NULL ELSE now() END,
         next_try_at = now() + make_interval(secs => :pause)
       WHERE id = :id AND state = 'waiting'
       RETURNING (SELECT o.number FROM orders."order" o WHERE o.id = order_id) AS number"""
)
_HOLD = text(
    """UPDATE notifications.message SET problem = 'limit', next_try_at = now() + make_interval(secs => :pause),
         last_error = 'waits: this address has had its share of this hour'
       WHERE id = :id AND state = 'waiting'"""
)


async def settle(sessions: async_sessionmaker[AsyncSession], row: asyncpg.Record, outcome: Outcome) -> None:
    """A row that another sender settled meanwhile stays as it is."""
    pauses = CODE_RETRY_SECONDS if row["template"] in CODES else RETRY_SECONDS
    values = {
        "id": row["id"], "state": outcome.state, "problem": outcome.problem, "words": outcome.words,
        "pause": pauses[min(row["attempts"], len(pauses)) - 1],
    }  # fmt: skip
    async with sessions.begin() as session:
        settled = (await session.execute(_SETTLE, values)).one_or_none()
        if settled is not None and outcome.state != "waiting":
            told = Told(row["id"], row["template"], row["channel"], row["order_id"], row["customer_id"])
            await note_message(writing(session), told, outcome.state, settled.number)


async def hold(sessions: async_sessionmaker[AsyncSession], row: asyncpg.Record) -> None:
    """Puts it off without counting a try."""
    async with sessions.begin() as session:
        await session.execute(_HOLD, {"id": row["id"], "pause": HOLD_SECONDS})
