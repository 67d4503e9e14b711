"""The load generator: one process, keep-alive connections, each sends its next request when its answer is complete.

It does as little as possible for an answer (status, length, time), because it runs on the cores it measures.
"""

import asyncio
import gc
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import Any

import uvloop

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length: "
CHUNKED = b"transfer-encoding: chunked"
LAST_CHUNK = b"0\r\n\r\n"
DRAIN_SECONDS_MAX = 30
POST = ord("P")

# The next request, whole; None ends the load before its time.
Source = Callable[[], bytes | None]
# Is handed each request with the body of its answer.
Hear = Callable[[bytes, bytes], None]


@dataclass
class Load:
    """What came of it. `finished`: answers within the time; `answered`: those after it too (a CPU figure has to be divided by these).
    Seconds from request to whole answer, apart for reads and writes. `statuses`: of answers that were not 2xx."""

    finished: int = 0
    answered: int = 0
    lost: int = 0
    seconds: float = 0.0
    own_cpu_seconds: float = 0.0
    reads: array = field(default_factory=lambda: array("d"))
    writes: array = field(default_factory=lambda: array("d"))
    statuses: Counter = field(default_factory=Counter)
    sample: bytes = b""

    @property
    def per_second(self) -> float:
        return self.finished / self.seconds

    @property
    def times(self) -> array:
        return self.reads + self.writes


class _Round:
    """What the connections of one load share."""

    def __init__(self, source: Source, hear: Hear | None, done: asyncio.Future) -> None:
        self.source = source
        self.hear = hear
        self.done = done
        self.load = Load()
        self.over = False
        self.active = 0
        self.begin = self.end = 0.0

    def stop(self) -> None:
        if not self.over:
            self.over = True
            self.end = perf_counter()
            self.load.finished = self.load.answered

    def leave(self) -> None:
        self.active -= 1
        if self.active == 0 and not self.done.done():
            self.stop()
            self.done.set_result(None)


class _Client(asyncio.Protocol):
    """One connection. missing: bytes of the body still to come, -1 where only the last chunk will tell; None: no answer begun."""

    def __init__(self, shared: _Round) -> None:
        self.shared = shared
        self.begun = b""
        self.tail = b""
        self.missing: int | None = None
        self.sent = b""
        self.sent_at = 0.0
        self.waiting = False
        self.body: list[bytes] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport  # uvloop's are no asyncio.Transport by class
        self.write = transport.write

    def send(self) -> None:
        request = None if self.shared.over else self.shared.source()
        if request is None:
            self.waiting = False
            self.shared.leave()
            return
        self.waiting = True
        self.sent = request
        self.sent_at = perf_counter()
        self.write(request)

    def data_received(self, data: bytes) -> None:
        if self.missing is None:
            if self.begun:
                data = self.begun + data
            end = data.find(HEAD_END)
            if end < 0:
                self.begun = data
                return
            self.begun = b""
            at = data.find(LENGTH, 0, end)
            if at >= 0:
                self.missing = int(data[at + 16 : data.index(b"\r", at)]) - (len(data) - end - 4)
            else:
                self.missing = -1 if data.find(CHUNKED, 0, end) >= 0 else 0
            if not data.startswith(b"2", 9):
                self._note(data)
            if self.shared.hear is not None:
                self.body.append(data[end + 4 :])
        else:
            if self.missing > 0:
                self.missing -= len(data)
            if self.shared.hear is not None:
                self.body.append(data)
        if self.missing == -1:
            self.tail = (self.tail + data)[-len(LAST_CHUNK) :]
            if self.tail != LAST_CHUNK:
                return
        elif self.missing:
            return
        self._finish()

    def _finish(self) -> None:
        load = self.shared.load
        load.answered += 1
        (load.writes if self.sent[0] == POST else load.reads).append(perf_counter() - self.sent_at)
        self.missing = None
        self.tail = b""
        if self.shared.hear is not None:
            self.shared.hear(self.sent, b"".join(self.body))
            self.body = []
        self.send()

    def _note(self, data: bytes) -> None:
        load = self.shared.load
        load.statuses[int(data[9:12])] += 1
        load.sample = load.sample or self.sent[:200] + b" -> " + data[:1000]

    def connection_lost(self, exc: Exception | None) -> None:
        if self.waiting:
            self.shared.load.lost += 1
            self.shared.leave()


async def _load(port: int, source: Source, clients: int, seconds: float, hear: Hear | None) -> Load:
    loop = asyncio.get_running_loop()
    shared = _Round(source, hear, loop.create_future())
    made = [await loop.create_connection(lambda: _Client(shared), "127.0.0.1", port) for _ in range(clients)]
    connections = [protocol for _, protocol in made]
    shared.active = clients
    own = process_time()
    shared.begin = perf_counter()
    timer = loop.call_later(seconds, shared.stop)
    for connection in connections:
        connection.send()
    try:
        await asyncio.wait_for(shared.done, seconds + DRAIN_SECONDS_MAX)
    except TimeoutError:
        shared.load.lost += shared.active
    timer.cancel()
    load = shared.load
    load.seconds, load.own_cpu_seconds = shared.end - shared.begin, process_time() - own
    for connection in connections:
        connection.waiting = False
        connection.transport.close()
    return load


def load(port: int, source: Source, *, clients: int, seconds: float, hear: Hear | None = None) -> Load:
    """Keeps `clients` connections busy for `seconds`, then waits for the answers that are under way."""
    gc.collect()
    gc.disable()
    try:
        return uvloop.run(_load(port, source, clients, seconds, hear))
    finally:
        gc.enable()
