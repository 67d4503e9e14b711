"""The load generator: one process, keep-alive connections, each sends its next request when its answer is complete.

It does as little as possible for an answer (status, length, time), because it runs on the cores it measures: sockets and epoll, no
event loop, and an answer's body is never made an object unless somebody wants to hear it.
"""

import gc
import select
import socket
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter, process_time

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length: "
CHUNKED = b"transfer-encoding: chunked"
LAST_CHUNK = b"0\r\n\r\n"
HOST = "127.0.0.1"
DRAIN_SECONDS_MAX = 30
POLL_SECONDS_MAX = 0.2
READ_BYTES_MAX = 262_144
POST, SUCCESS = ord("P"), ord("2")

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

    def add(self, more: "Load") -> None:
        """Another piece of the same load."""
        self.finished += more.finished
        self.answered += more.answered
        self.lost += more.lost
        self.seconds += more.seconds
        self.own_cpu_seconds += more.own_cpu_seconds
        self.reads += more.reads
        self.writes += more.writes
        self.statuses += more.statuses
        self.sample = self.sample or more.sample

    @property
    def per_second(self) -> float:
        return self.finished / self.seconds

    @property
    def times(self) -> array:
        return self.reads + self.writes


class _Round:
    """What the connections of one load share."""

    def __init__(self, source: Source, hear: Hear | None) -> None:
        self.source = source
        self.hear = hear
        self.load = Load()
        self.over = False
        self.active = 0
        self.begin = 0.0
        self.read = bytearray(READ_BYTES_MAX)

    def stop(self) -> None:
        if not self.over:
            self.over = True
            self.load.seconds = perf_counter() - self.begin
            self.load.finished = self.load.answered

    def run(self, port: int, clients: int, seconds: float) -> Load:
        connections = {client.socket.fileno(): client for client in (_Client(port, self) for _ in range(clients))}
        with select.epoll() as poll:
            for descriptor in connections:
                poll.register(descriptor, select.EPOLLIN)
            self.active = clients
            own = process_time()
            self.begin = perf_counter()
            end = self.begin + seconds
            for client in connections.values():
                client.send()
            while self.active:
                now = perf_counter()
                if now >= end:
                    self.stop()
                if now >= end + DRAIN_SECONDS_MAX:
                    self.load.lost += self.active
                    break
                for descriptor, _ in poll.poll(min(max(end - now, 0.001), POLL_SECONDS_MAX)):
                    if not connections[descriptor].receive():
                        poll.unregister(descriptor)
            self.stop()
            self.load.own_cpu_seconds = process_time() - own
        for client in connections.values():
            client.socket.close()
        return self.load


class _Client:
    """One connection. missing: bytes of the body still to come, -1 where only the last chunk will tell; None: no answer begun."""

    def __init__(self, port: int, shared: _Round) -> None:
        self.shared = shared
        self.socket = socket.create_connection((HOST, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.begun = b""
        self.tail = b""
        self.missing: int | None = None
        self.sent = b""
        self.sent_at = 0.0
        self.waiting = False
        self.body: list[bytes] = []

    def send(self) -> None:
        request = None if self.shared.over else self.shared.source()
        if request is None:
            self._leave()
            return
        self.waiting = True
        self.sent = request
        self.sent_at = perf_counter()
        try:
            self.socket.sendall(request)
        except OSError:
            self._lose()

    def receive(self) -> bool:
        """What has come. False where nothing will come any more."""
        try:
            count = self.socket.recv_into(self.shared.read)
        except OSError:
            count = 0
        if not count:
            self._lose()
            return False
        self._take(self.shared.read, count)
        return True

    def _take(self, data: bytes | bytearray, count: int) -> None:
        """data: `count` bytes of it."""
        if self.missing is None:
            if self.begun:
                data = self.begun + data[:count]
                count = len(data)
            end = data.find(HEAD_END, 0, count)
            if end < 0:
                self.begun = bytes(data[:count])
                return
            self.begun = b""
            at = data.find(LENGTH, 0, end)
            if at >= 0:
                self.missing = int(data[at + 16 : data.index(b"\r", at)]) - (count - end - 4)
            else:
                self.missing = -1 if data.find(CHUNKED, 0, end) >= 0 else 0
            if data[9] != SUCCESS:
                self._note(bytes(data[:count]))
            begin = end + 4
        else:
            if self.missing > 0:
                self.missing -= count
            begin = 0
        if self.shared.hear is not None:
            self.body.append(bytes(data[begin:count]))
        if self.missing == -1:
            self.tail = (self.tail + bytes(data[begin:count]))[-len(LAST_CHUNK) :]
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

    def _leave(self) -> None:
        self.waiting = False
        self.shared.active -= 1

    def _lose(self) -> None:
        if self.waiting:
            self.shared.load.lost += 1
            self._leave()


def load(port: int, source: Source, *, clients: int, seconds: float, hear: Hear | None = None) -> Load:
    """Keeps `clients` connections busy for `seconds`, then waits for the answers that are under way."""
    gc.collect()
    gc.disable()
    try:
        return _Round(source, hear).run(port, clients, seconds)
    finally:
        gc.enable()
