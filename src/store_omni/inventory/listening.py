"""Hearing which SKUs have changed: one connection of its own per process, for as long as the process lives."""

import asyncio
import contextlib
import logging
from time import monotonic
from typing import Any

import asyncpg

from store_omni.inventory.announcing import CHANNEL, TOLD, look, read_told
from store_omni.inventory.snapshot import KEPT_SECONDS, Snapshot
from store_omni.kit.database import DATABASE_ERRORS
from store_omni.kit.keeping import forget_everything

log = logging.getLogger("store_omni.inventory")
# How long after a round's own time its word stands: the age that nothing unvouched for may have. Rounds come four times a second.
WORD_STANDS_SECONDS = KEPT_SECONDS
LOOK_SECONDS = 0.25
SILENCE_SECONDS = 0.6
# What changes within this time is looked at together.
GATHER_SECONDS = 0.005
AGAIN_SECONDS_MIN, AGAIN_SECONDS_MAX = 0.2, 5.0
ANSWER_SECONDS_MAX = 5.0
# By which an operator finds the connection in pg_stat_activity.
NAME = "store_omni stock listener"


class Listener:
    """`begun`: from now on changes are heard. `_to_look`: something has changed, here or elsewhere. `_behind`: this process'
    monotonic clock minus the database's, so that a message that waited is known to be old."""

    def __init__(self, url: str, snapshot: Snapshot) -> None:
        self._url = url
        self._snapshot = snapshot
        self._behind = 0.0
        self._last_word = 0.0
        self._seen: str | None = None
        self._to_look = False
        self._woken = asyncio.Event()
        self.heard = 0
        self.begun = asyncio.Event()

    def hear(self, message: str) -> None:
        self.heard += 1
        if not message.startswith(TOLD):
            self._wake()
            return
        self._last_word = monotonic()
        at, seen = read_told(message)
        # Where something was named, this process says so itself when it has looked.
        if not self._to_look:
            self._seen = seen or self._seen
            self._vouch(at)

    def _wake(self) -> None:
        self._to_look = True
        self._woken.set()

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
            except DATABASE_ERRORS as error:
                log.warning("stock changes cannot be heard (%s); listening again", type(error).__name__)
            except Exception:
                # Whatever it was: who stopped listening would ask the database for every figure, as long as the process lives.
                log.exception("stock changes cannot be heard; listening again")
            await asyncio.sleep(again)
            again = min(again * 2, AGAIN_SECONDS_MAX)

    async def _listen(self, connection: asyncpg.Connection) -> None:
        lost = asyncio.Event()

        def lose(*_: object) -> None:
            lost.set()
            self._woken.set()

        connection.add_termination_listener(lose)
        self._snapshot.on_change = self._wake
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
                    await asyncio.wait_for(self._woken.wait(), LOOK_SECONDS)
                self._woken.clear()
                if lost.is_set():
                    break
                if self._to_look:
                    await asyncio.sleep(GATHER_SECONDS)
                if self._to_look or monotonic() - self._last_word > SILENCE_SECONDS:
                    await asyncio.wait_for(self._look(connection), ANSWER_SECONDS_MAX)
        finally:
            self._woken.clear()
            self._snapshot.vouching.end()
            connection.terminate()

    async def _look(self, connection: asyncpg.Connection) -> None:
        """What has changed since the last look, and what became of it, both as of one moment."""
        self._to_look, began = False, monotonic()
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            found = await look(connection, self._seen)
            changes = await self._snapshot.read_changes(connection, found)
        self._seen = found.seen
        self._snapshot.catch_up(found, changes, began)
        self._vouch(found.at)

    @staticmethod
    async def _clocks_apart(connection: asyncpg.Connection) -> float:
        asked: Any = await connection.fetchval("SELECT extract(epoch FROM clock_timestamp())::float8")
        return monotonic() - asked
