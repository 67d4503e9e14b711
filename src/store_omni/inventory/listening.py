"""Hearing which SKUs have changed: one connection of its own per process, for as long as the process lives."""

import asyncio
import contextlib
import logging
from time import monotonic
from typing import Any

import asyncpg

from store_omni.inventory.announcing import CHANNEL, EVERYTHING, TOLD, look, read_told
from store_omni.inventory.snapshot import KEPT_SECONDS, Snapshot
from store_omni.kit.keeping import forget_everything

log = logging.getLogger("store_omni.inventory")
# How long after a round's own time its word stands: the age that nothing unvouched for may have. Rounds come four times a second.
WORD_STANDS_SECONDS = KEPT_SECONDS
LOOK_SECONDS = 0.25
SILENCE_SECONDS = 0.6
AGAIN_SECONDS_MIN, AGAIN_SECONDS_MAX = 0.2, 5.0
ANSWER_SECONDS_MAX = 5.0
# By which an operator finds the connection in pg_stat_activity.
NAME = "store_omni stock listener"


class Listener:
    """`begun`: from now on changes are heard. `_behind`: this process' monotonic clock minus the database's, so that a message
    that waited is known to be old."""

    def __init__(self, url: str, snapshot: Snapshot) -> None:
        self._url = url
        self._snapshot = snapshot
        self._behind = 0.0
        self._last_word = 0.0
        self._seen: str | None = None
        self.heard = 0
        self.begun = asyncio.Event()

    def hear(self, message: str) -> None:
        self.heard += 1
        if message.startswith(TOLD):
            self._last_word = monotonic()
            at, self._seen = read_told(message)
            self._vouch(at)
        elif message == EVERYTHING:
            self._snapshot.forget_all()
        else:
            self._snapshot.forget(int(sku_id) for sku_id in message.split(","))

    def _vouch(self, at: float) -> None:
        lag = monotonic() - self._behind - at
        self._snapshot.vouching.renew(WORD_STANDS_SECONDS - max(0.0, lag))

    async def run(self) -> None:
        """Until cancelled. After every loss of the connection everything kept is forgotten, because changes may have been
        missed meanwhile."""
        again = AGAIN_SECONDS_MIN
        while True:
            try:
                connection = await asyncpg.connect(self._url, server_settings={"application_name": NAME})
                again = AGAIN_SECONDS_MIN
                await self._listen(connection)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning("stock changes cannot be heard (%s); listening again", type(error).__name__)
            await asyncio.sleep(again)
            again = min(again * 2, AGAIN_SECONDS_MAX)

    async def _listen(self, connection: asyncpg.Connection) -> None:
        lost = asyncio.Event()
        connection.add_termination_listener(lambda *_: lost.set())
        try:
            self._behind = await self._clocks_apart(connection)
            await connection.add_listener(CHANNEL, lambda *heard: self.hear(heard[3]))
            begin = await look(connection, None)
            self._seen = begin.seen
            forget_everything()
            self._vouch(begin.at)
            self.begun.set()
            while not lost.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), LOOK_SECONDS)
                if monotonic() - self._last_word > SILENCE_SECONDS and not lost.is_set():
                    await asyncio.wait_for(self._look(connection), ANSWER_SECONDS_MAX)
        finally:
            self._snapshot.vouching.end()
            connection.terminate()

    async def _look(self, connection: asyncpg.Connection) -> None:
        """Nobody announces (no worker runs, or it is busy): this process looks for itself, from where the last word ended."""
        found = await look(connection, self._seen)
        self._seen = found.seen
        if found.changed is None:
            self._snapshot.forget_all()
        else:
            self._snapshot.forget(found.changed)
        self._vouch(found.at)

    @staticmethod
    async def _clocks_apart(connection: asyncpg.Connection) -> float:
        asked: Any = await connection.fetchval("SELECT extract(epoch FROM clock_timestamp())::float8")
        return monotonic() - asked
