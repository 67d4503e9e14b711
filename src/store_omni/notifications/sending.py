"""Sending what waits, many at a time: claimed by lease, written in the reader's language, sent outside any transaction, settled.

Whatever goes wrong with one message settles that message; the others go their way.
"""

import asyncio
import logging
from collections.abc import Mapping

import asyncpg
import msgspec
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.notifications.carrying import Carrier, Letter, NoCarrier, Parcel, TryLater, Undeliverable
from store_omni.notifications.claiming import LEASE_SECONDS, claim
from store_omni.notifications.settling import Outcome, hold, settle
from store_omni.notifications.telling import CODES
from store_omni.notifications.writing import Render, write_letter
from store_omni.settings import Settings

log = logging.getLogger("store_omni.messages")
# One message, from the first command to the gateway's answer.
SEND_SECONDS_MAX = 40
# After this time no further message is begun, so that a worker that is told to stop does.
RUN_SECONDS = 5
POLL_SECONDS = 0.2
# A mail server may be away for a day; what no mail server is to blame for is tried three times.
ATTEMPTS_MAX, CODE_ATTEMPTS_MAX, BROKEN_ATTEMPTS_MAX = 11, 6, 3
CODE_SECONDS_MAX = 600


class House(msgspec.Struct, frozen=True):
    """What writing to people needs. `render` turns a template name, a locale and values into a letter; `carriers`:
    channel → how it leaves the house."""

    settings: Settings
    render: Render
    carriers: Mapping[str, Carrier]

    async def close(self) -> None:
        for carrier in self.carriers.values():
            await carrier.close()


class _Run:
    """One run over a channel. `busy`: how many messages are under way; `sent`: how many left the house."""

    def __init__(self, pool: asyncpg.Pool, house: House, channel: str) -> None:
        self.pool, self.house, self.channel = pool, house, channel
        self.carrier = house.carriers.get(channel) or NoCarrier(f"nothing here carries {channel}")
        self.now = asyncio.get_running_loop().time
        self.ends_at = self.now() + RUN_SECONDS
        self.busy = self.sent = 0
        self._looking = asyncio.Lock()

    async def next_rows(self) -> tuple[float, list[asyncpg.Record]]:
        """Rows and when their lease ends; no rows when the run is over. While a message is under way it goes on looking, one
        sender at a time: a slow mail must not keep a new one waiting."""
        async with self._looking:
            while self.now() < self.ends_at:
                lease_ends = self.now() + LEASE_SECONDS
                rows = await claim(self.pool, self.channel, self.house.settings)
                if rows:
                    self.busy += len(rows)
                    return lease_ends, rows
                if not self.busy:
                    break
                await asyncio.sleep(POLL_SECONDS)
        return 0.0, []


async def send_waiting(
    pool: asyncpg.Pool, sessions: async_sessionmaker[AsyncSession], house: House, channel: str = "email"
) -> int:
    """Sends what is due in a channel. A sender that dies leaves its rows to the next one after the lease. Returns how many
    were sent."""
    run = _Run(pool, house, channel)
    first = await run.next_rows()
    if first[1]:
        others = (_send_some(sessions, run, None) for _ in range(run.carrier.at_once - 1))
        await asyncio.gather(_send_some(sessions, run, first), *others)
    return run.sent


async def _send_some(
    sessions: async_sessionmaker[AsyncSession], run: _Run, first: tuple[float, list[asyncpg.Record]] | None
) -> None:
    """One of a run's senders."""
    while True:
        lease_ends, rows = first or await run.next_rows()
        first = None
        if not rows:
            return
        try:
            for row in rows:
                # A row whose lease is nearly over is left to the sender that claims it next.
                if lease_ends - run.now() > SEND_SECONDS_MAX:
                    was_sent = await _handle(sessions, run.house, run.carrier, row)
                    run.sent += was_sent
        finally:
            run.busy -= len(rows)


async def _handle(sessions: async_sessionmaker[AsyncSession], house: House, carrier: Carrier, row: asyncpg.Record) -> bool:
    """Was it sent?"""
    try:
        if row["over_limit"] and row["template"] not in CODES:
            await hold(sessions, row)
            return False
        outcome = await _try(sessions, house, carrier, row)
        await settle(sessions, row, outcome)
    except Exception as error:
        # The database did not take the outcome. The row is tried again after its lease, with the same message id.
        log.warning("message %s could not be settled (%s)", row["id"], type(error).__name__)
        return False
    return outcome.state == "sent"


async def _try(sessions: async_sessionmaker[AsyncSession], house: House, carrier: Carrier, row: asyncpg.Record) -> Outcome:
    code = row["template"] in CODES
    attempts_max = CODE_ATTEMPTS_MAX if code else ATTEMPTS_MAX
    try:
        if row["over_limit"]:
            raise Undeliverable("limit", "too many codes to this address within an hour")
        if code and row["age_seconds"] > CODE_SECONDS_MAX:
            raise Undeliverable("too_late", "the code had run out before it could be sent")
        letter = await _written(sessions, house, row)
        async with asyncio.timeout(SEND_SECONDS_MAX):
            await carrier.send(Parcel(row["id"], row["address"], letter, again=row["attempts"] > 1))
    except Undeliverable as error:
        return Outcome("failed", error.problem, str(error))
    except TryLater as error:
        problem, words = "unreachable", str(error)
    except OSError as error:  # TimeoutError is one
        problem, words = "unreachable", f"the gateway could not be reached ({type(error).__name__})"
    except Exception as error:
        problem, words = "broken", f"it could not be written or sent ({type(error).__name__})"
        log.error("message %s (%s) broke", row["id"], row["template"], exc_info=_without_text(error))
        attempts_max = BROKEN_ATTEMPTS_MAX
    else:
        return Outcome("sent")
    return Outcome("failed" if row["attempts"] >= attempts_max else "waiting", problem, words)


async def _written(sessions: async_sessionmaker[AsyncSession], house: House, row: asyncpg.Record) -> Letter:
    try:
        return await write_letter(sessions, house.settings, house.render, row)
    except OSError as error:
        # A template that is not there is an OSError to Jinja; no gateway is to blame for it.
        raise RuntimeError(type(error).__name__) from None


def _without_text(error: Exception) -> Exception:
    """The same place in the code, without what the error says: that may be a person's address."""
    return RuntimeError(type(error).__name__).with_traceback(error.__traceback__)
