"""Which of the web server's processes has a connection: the first, for as long as it has time to spare; then others too.

What shares a process shares its batches and what it keeps of stock, so the same orders and reads cost a third less than in two
processes, and nobody waits for a core that another process has taken for the same work. A process that is hardly ever idle hands
connections to the one that is most so, between two requests, as open files: their clients notice nothing.
"""

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Callable
from multiprocessing import get_context
from time import monotonic, thread_time
from typing import Any

from uvicorn import Config, Server
from uvicorn.server import ServerState

log = logging.getLogger("uvicorn.error")
# Of a core: from here on a process gives away, to one that has so much more time. Below it, two would only wait for each other.
FULL, SPARE = 0.8, 0.3
# A process that has not said for so long how busy it is (it does ten times a second) is taken for full.
STALE_SECONDS = 1.0
# After handing some over it waits until it shows what that has changed.
SETTLE_SECONDS = 0.5
# How long a new connection waits for the process whose turn it is.
TURN_SECONDS = 0.005
# After the system had no file left for another connection.
PAUSE_SECONDS = 1.0
ACCEPTED_AT_ONCE_MAX = 100
TAKEN_AT_ONCE_MAX = 32


class Places:
    """Made by the parent for all processes, each of which has a place: how busy it is (0 to 1, of a core) and when it said so (seconds of
    the machine's monotonic clock), and a door through which others hand it connections."""

    def __init__(self, count: int) -> None:
        self._busy = get_context("spawn").RawArray("d", count)
        self._said_at = get_context("spawn").RawArray("d", count)
        self._doors = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(count)]
        for inside, outside in self._doors:
            inside.setblocking(False)
            outside.setblocking(False)

    def say(self, place: int, busy: float, now: float) -> None:
        self._busy[place], self._said_at[place] = busy, now

    def leave(self, place: int) -> None:
        """It takes nothing more."""
        self._said_at[place] = 0.0

    def _there(self, now: float) -> list[tuple[float, int]]:
        return [
            (busy, place)
            for place, (busy, said_at) in enumerate(zip(self._busy, self._said_at, strict=True))
            if now - said_at < STALE_SECONDS
        ]

    def whose_turn(self, now: float) -> int | None:
        """Who should accept a connection; None: nobody has said anything."""
        there = self._there(now)
        first = next((place for busy, place in there if busy < FULL), None)
        return first if first is not None else min(there, default=(0.0, None))[1]

    def to_give(self, place: int, active: int, now: float) -> tuple[int, int]:
        """(place, connections): to whom it should hand how many of those that have asked something of late."""
        busy = self._busy[place]
        idlest, other = min(((each, at) for each, at in self._there(now) if at != place), default=(1.0, place))
        if busy < FULL or active < 2 or busy - idlest < SPARE:
            return other, 0
        return other, max(1, round(active * (busy - idlest) / (2 * busy)))

    def door(self, place: int) -> socket.socket:
        return self._doors[place][0]

    def hand(self, place: int, descriptor: int) -> bool:
        """False where it cannot take any now."""
        try:
            socket.send_fds(self._doors[place][1], [b"."], [descriptor])
        except OSError:
            return False
        return True


class Standing(ServerState):
    """What the connections of a process share. `now`: of the last look round (monotonic seconds); `active`: how many have answered
    since; `to_give`: how many of them should go; `hand`: takes an open file, False where it could not be handed over."""

    def __init__(self) -> None:
        super().__init__()
        self.now = monotonic()
        self.active = self.to_give = 0
        self.hand: Callable[[int], bool] = lambda _: False


class SharingServer(Server):
    """`place`: its own."""

    def __init__(self, config: Config, places: Places, place: int) -> None:
        super().__init__(config)
        self.server_state: Standing = Standing()
        self._places = places
        self._place = place
        self._to = place
        self._listeners: list[socket.socket] = []
        self._opening: set[asyncio.Task[Any]] = set()
        self._at, self._cpu, self._was, self._gave_at = monotonic(), 0.0, 0.0, 0.0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=[])
        self._loop = asyncio.get_running_loop()
        self._listeners = list(sockets or ())
        self._cpu, self.server_state.hand = thread_time(), self._hand
        self._look_round()
        self._loop.add_reader(self._places.door(self._place), self._take)
        for listener in self._listeners:
            listener.listen(self.config.backlog)
            listener.setblocking(False)
            self._listen(listener)

    async def on_tick(self, counter: int) -> bool:
        self._look_round()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._places.leave(self._place)
        self.server_state.to_give = 0
        self._loop.remove_reader(self._places.door(self._place))
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            self._loop.remove_reader(listener)
        await super().shutdown(sockets)

    def _look_round(self) -> None:
        """How busy it was since the last time; and how many connections should go, each after its next answer."""
        standing, now, cpu = self.server_state, monotonic(), thread_time()
        if not self.should_exit and now > self._at:
            busy = (cpu - self._cpu) / (now - self._at)
            # One slow page does not count: it is over before anybody could be handed away.
            self._places.say(self._place, min(busy, self._was), now)
            self._was = busy
            active = standing.active if now - self._gave_at > SETTLE_SECONDS else 0
            self._to, standing.to_give = self._places.to_give(self._place, active, now)
        standing.now, standing.active = now, 0
        self._at, self._cpu = now, cpu

    def _hand(self, descriptor: int) -> bool:
        if not self._places.hand(self._to, descriptor):
            self.server_state.to_give = 0
            return False
        self.server_state.to_give -= 1
        self._gave_at = monotonic()
        return True

    def _take(self) -> None:
        with contextlib.suppress(BlockingIOError):
            _, descriptors, _, _ = socket.recv_fds(self._places.door(self._place), 1, TAKEN_AT_ONCE_MAX)
            for descriptor in descriptors:
                self._open(socket.socket(fileno=descriptor))

    def _listen(self, listener: socket.socket) -> None:
        if listener in self._listeners:
            self._loop.add_reader(listener, self._somebody_comes, listener)

    def _somebody_comes(self, listener: socket.socket) -> None:
        if self._places.whose_turn(monotonic()) == self._place:
            self._accept(listener)
        else:
            self._loop.remove_reader(listener)
            self._loop.call_later(TURN_SECONDS, self._accept_in_anothers_turn, listener)

    def _accept_in_anothers_turn(self, listener: socket.socket) -> None:
        if listener in self._listeners and self._accept(listener):
            self._listen(listener)

    def _accept(self, listener: socket.socket) -> bool:
        """False where it will be listened again later."""
        for _ in range(ACCEPTED_AT_ONCE_MAX):
            try:
                connection, _ = listener.accept()
            except (BlockingIOError, InterruptedError):
                break
            except ConnectionAbortedError:
                continue
            except OSError as error:
                if error.errno not in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    raise
                log.error("no further connection can be accepted now (%s)", error.strerror)
                self._loop.remove_reader(listener)
                self._loop.call_later(PAUSE_SECONDS, self._listen, listener)
                return False
            self._open(connection)
        return True

    def _open(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        opening = self._loop.create_task(self._loop.connect_accepted_socket(self._protocol, connection))
        self._opening.add(opening)
        opening.add_done_callback(self._opened)

    def _opened(self, opening: asyncio.Task[Any]) -> None:
        self._opening.discard(opening)
        if not opening.cancelled() and (error := opening.exception()) is not None:
            log.warning("a connection could not be opened (%s)", error)

    def _protocol(self) -> asyncio.Protocol:
        make: Any = self.config.http_protocol_class
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)
