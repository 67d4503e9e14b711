"""Group commit: requests that arrive while another is being written are written together, each with an answer of its own.

A row that many want is locked until its transaction is on the disk, so one transaction per request sells no faster than
the disk turns. A batch locks it once for all who wait.
"""

import asyncio
import logging
import re
from collections import deque
from typing import Any

import asyncpg

from store_omni.kit.database import UNREACHABLE_ERRORS
from store_omni.kit.errors import N_, InvalidInput, Refusal
from store_omni.kit.metering import BatchMeter

log = logging.getLogger(__name__)
BATCH_ROWS_MAX = 128
# One batch at a time, as more would only be smaller; but one that waits for somebody's lock keeps up its own stores alone: so
# long after it left, others may go beside it, so many at once.
LATE_SECONDS = 0.05
FLIGHTS_MAX = 4
# A statement for eight costs little more than one for two, and who was just answered often asks again at once. So everybody
# who was there a moment ago is waited for, so long. Where only so few were there, nobody is.
GATHER_SECONDS = 0.012
FEW = 2
ALONE_AT_ONCE_MAX = 4
TRIES_MAX = 6
FIRST_PAUSE_SECONDS = 0.05
RETRIED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
# The connection broke: whether it was committed is not known. The operation key makes asking again safe.
UNKNOWN = (*UNREACHABLE_ERRORS, asyncpg.InterfaceError)

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

Answer = dict[str, Any]
Waiting = tuple[int, bytes, asyncio.Future[Answer]]


class OutcomeUnknown(Refusal):
    """The database could not be asked what became of it."""

    code = "outcome_unknown"
    status = 503
    title = N_("We could not finish this just now")
    reason = N_("The shop's database did not answer in time.")
    next_step = N_("Send the same again in a moment: it counts once, however often it arrives.")


class Batches:
    """Sends rows to one SQL function that takes a JSON array of them and answers each by its `no`.

    `sql`: `SELECT room.verb_batch($1::text::jsonb)`. Rows carry an operation key, so sending one twice does it once. An
    answer with `again` was refused because of others in its batch and is tried without them. Rows of one key (a store) are
    never in two batches of this process at once: they would only wait for each other's locks.
    """

    def __init__(self, pool: asyncpg.Pool, sql: str) -> None:
        self.pool = pool
        self._sql = sql
        self._meter = BatchMeter(sql)
        self._waiting: deque[Waiting] = deque()
        self._in_the_air: set[int] = set()
        self._flights: set[asyncio.Task[None]] = set()
        self._fresh: asyncio.Task[None] | None = None
        self._gathering: asyncio.TimerHandle | None = None
        self._expected = 0

    async def submit(self, key: int, row: bytes) -> Answer:
        """`row`: one JSON object without `no`. `key`: the store. A caller that gives up takes nothing back: the batch
        goes on, and its outcome is found by the operation key. Errors: `InvalidInput` for a character that no text may have,
        which would fail the whole batch; `OutcomeUnknown`, `asyncpg.PostgresError`."""
        if b"\\u0000" in row and _NUL.search(row):
            raise InvalidInput({})
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, row, future))
        self._take_off()
        return await future

    def _take_off(self) -> None:
        """Everybody who waits and whose store is not in the air goes, if there is room for another flight and nobody else is
        expected. Whatever keeps them back calls this again when it ends: a landing, a flight that is late, a gathering."""
        if not self._waiting or self._fresh is not None or len(self._flights) >= FLIGHTS_MAX:
            return
        if self._gathering is not None and len(self._waiting) < min(self._expected, BATCH_ROWS_MAX):
            return
        self._end_gathering()
        batch: list[Waiting] = []
        staying: deque[Waiting] = deque()
        for waiting in self._waiting:
            fits = len(batch) < BATCH_ROWS_MAX and waiting[0] not in self._in_the_air
            (batch if fits else staying).append(waiting)
        if batch:
            self._waiting = staying
            self._in_the_air |= {key for key, _, _ in batch}
            flight = asyncio.create_task(self._answer_all(batch))
            self._flights.add(flight)
            flight.add_done_callback(lambda done: self._land(done, batch))
            self._fresh = flight
            asyncio.get_running_loop().call_later(LATE_SECONDS, self._grow_late, flight)

    def _grow_late(self, flight: asyncio.Task[None]) -> None:
        if self._fresh is flight:
            self._fresh = None
            self._take_off()

    def _land(self, flight: asyncio.Task[None], batch: list[Waiting]) -> None:
        """However the flight ended, even one that was cancelled before it began. Nothing is awaited between giving its place
        back and looking who waits, so nobody can arrive unseen in between."""
        self._flights.discard(flight)
        if self._fresh is flight:
            self._fresh = None
        self._in_the_air -= {key for key, _, _ in batch}
        for _, _, future in batch:
            if not future.done():
                future.cancel()
        self._end_gathering()
        self._expected = len(batch) + len(self._waiting)
        if self._expected > FEW:
            self._gathering = asyncio.get_running_loop().call_later(GATHER_SECONDS, self._have_gathered)
        self._take_off()

    def _have_gathered(self) -> None:
        self._end_gathering()
        self._take_off()

    def _end_gathering(self) -> None:
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None

    async def _answer_all(self, batch: list[Waiting]) -> None:
        try:
            again = await self._send(batch)
            if again and len(batch) > 1:
                # Among themselves: most of them learn for good that nothing is left. Only who might still fit goes alone.
                again = await self._send(again) if len(again) > 1 else again
                await self._each_alone(again)
        except asyncio.CancelledError:
            for _, _, future in batch:
                future.cancel()
            raise
        except Exception as error:
            if len(batch) > 1:
                log.warning("a batch of %s failed (%s); each is tried alone", len(batch), type(error).__name__)
            await self._each_alone([waiting for waiting in batch if not waiting[2].done()])

    async def _send(self, batch: list[Waiting]) -> list[Waiting]:
        """Answers whom it can, and returns those that should be tried without the others."""
        rows = b",".join(b'{"no":%d,%b' % (no, row[1:]) for no, (_, row, _) in enumerate(batch))
        answers = {answer["no"]: answer for answer in await self.pool.fetchval(self._sql, f"[{rows.decode()}]")}
        self._meter.sent(len(batch))
        again = []
        for no, waiting in enumerate(batch):
            if len(batch) > 1 and answers[no].get("again"):
                again.append(waiting)
                continue
            self._meter.answered(answers[no])
            if not waiting[2].done():
                waiting[2].set_result(answers[no])
        return again

    async def _each_alone(self, batch: list[Waiting]) -> None:
        room = asyncio.Semaphore(ALONE_AT_ONCE_MAX)

        async def one(waiting: Waiting) -> None:
            async with room:
                await self._alone(waiting)

        await asyncio.gather(*(one(waiting) for waiting in batch))

    async def _alone(self, waiting: Waiting) -> None:
        """Its own transaction, again while the database restarts or picked it as a deadlock's victim. Never raises: what
        went wrong is the caller's to hear."""
        pause = FIRST_PAUSE_SECONDS
        trouble: Exception = OutcomeUnknown()
        for _ in range(TRIES_MAX):
            try:
                await self._send([waiting])
                return
            except RETRIED as error:
                trouble = error
            except UNKNOWN:
                trouble = OutcomeUnknown()
            except Exception as error:
                _fail(waiting, error)
                return
            await asyncio.sleep(pause)
            pause *= 2
        _fail(waiting, trouble)


def _fail(waiting: Waiting, error: Exception) -> None:
    if not waiting[2].done():
        waiting[2].set_exception(error)
