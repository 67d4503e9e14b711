"""The web server by its own wire: what is answered ahead, what is not, and how its processes come and go."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from store_omni.kit.connecting import plain_headers

from ..conftest import ROOT
from ..journeys.crowding import free_port

HOST = b"host: shop\r\n"
AHEAD = b"GET /ahead HTTP/1.1\r\n" + HOST + b"\r\n"
HTTP2 = b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
START_SECONDS_MAX = 30


class Served:
    def __init__(self, folder: Path, workers: int = 1, **environment: str) -> None:
        self.port, self.log = free_port(), folder / "served.log"
        command = [sys.executable, "-m", "tests.kit.served_app", str(self.port), str(workers)]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=os.environ | environment, stdout=out, stderr=out, start_new_session=True
            )

    def said(self, text: str, times: int = 1) -> None:
        """Waits until its log says so."""
        until(lambda: self.log.read_text().count(text) >= times, lambda: self.log.read_text())

    def ready(self, workers: int = 1) -> "Served":
        self.said("Application startup complete", workers)
        return self

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def ask(self, *parts: bytes, answers: int = 1) -> bytes:
        """Each part in a packet of its own; so many answers, the rest of the line of those ahead left out."""
        with self.connect() as client:
            for part in parts:
                client.sendall(part)
                time.sleep(0.05)
            return _answers(client, answers)

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def until(done: Callable[[], bool], said: Callable[[], object] = lambda: "") -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while not done():
        assert time.monotonic() < deadline, said()
        time.sleep(0.05)


def _answers(client: socket.socket, count: int) -> bytes:
    """The statuses and bodies of so many answers, or of those until the end."""
    got, bodies = b"", []
    while len(bodies) < count:
        head, end, rest = got.partition(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head)[1]) if end else 0  # type: ignore[index]  # or the test fails
        if end and len(rest) >= length:
            bodies.append(head[9:12] + b" " + re.sub(rb"^\d+ ", b"", rest[:length]).rstrip(b"."))
            got = rest[length:]
            continue
        more = client.recv(65_536)
        if not more:
            break
        got += more
    return b" | ".join(bodies)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Generator[Served, None, None]:
    """Afterwards its log has no word of anything that went wrong."""
    server = Served(tmp_path_factory.mktemp("served"))
    try:
        yield server.ready()
        assert "Traceback" not in server.log.read_text(), server.log.read_text()
    finally:
        server.end()


@pytest.mark.parametrize(
    "lines",
    [
        HOST,
        HOST + b"connection: keep-alive\r\nCookie: so_lang=en; \xea\xb0\x95\r\n",
        b"Host: shop\r\nConnection: Keep-Alive\r\naccept-language: ko\r\n",
    ],
)
def test_a_head_that_only_asks_is_plain(lines: bytes) -> None:
    headers = plain_headers(lines + b"\r\n")
    assert headers is not None and (b"host", b"shop") in headers


@pytest.mark.parametrize(
    "lines",
    [
        b"\r\n",  # HTTP/1.1 wants a host
        HOST,  # the end is still to come
        HOST + b"content-length: 3\r\n\r\n",
        HOST + b"Content-Length: 0\r\n\r\n",
        HOST + b"transfer-encoding: chunked\r\n\r\n",
        HOST + b"content-length: 4\r\n\r\n\r\n\r\n",  # ends as a head does, and it is the body
        HOST + b"connection: close\r\n\r\n",
        HOST + b"connection: keep-alive, upgrade\r\nupgrade: h2c\r\n\r\n",
        HOST + b"expect: 100-continue\r\n\r\n",
        HOST + b"\r\nGET / HTTP/1.1\r\n" + HOST + b"\r\n",
        HOST + b"\r\nGET / HTTP",
        b"host shop\r\n\r\n",
        HOST + b"bad name: 1\r\n\r\n",
        HOST + b"folded: 1\r\n content-length: 3\r\n\r\n",
    ],
)
def test_a_head_that_does_more_is_not(lines: bytes) -> None:
    assert plain_headers(lines) is None


def test_both_ways_alternate_on_one_connection(served: Served) -> None:
    other = b"GET /other HTTP/1.1\r\n" + HOST + b"\r\n"
    assert served.ask(AHEAD, other, AHEAD, AHEAD, answers=4) == b"200 ahead | 200 GET /other  | 200 ahead | 200 ahead"
    # What does not come as one whole request goes the long way, and comes out right.
    assert served.ask(AHEAD[:9], AHEAD[9:]) == b"200 GET /ahead "
    assert served.ask(AHEAD + other, AHEAD, answers=3) == b"200 GET /ahead  | 200 GET /other  | 200 ahead"


def test_an_answer_is_sent_whole_and_one_without_a_body_too(served: Served) -> None:
    with served.connect() as client:
        client.sendall(b"GET /other HTTP/1.1\r\n" + HOST + b"\r\n")
        assert client.recv(65_536).endswith(b"GET /other ")  # one packet
        client.sendall(b"HEAD /other HTTP/1.1\r\n" + HOST + b"\r\n")
        assert client.recv(65_536).endswith(b"\r\n\r\n")
        client.sendall(AHEAD)
        assert client.recv(65_536).startswith(b"HTTP/1.1 200 OK")
        client.sendall(b"GET /events HTTP/1.1\r\n" + HOST + b"\r\n")
        assert b"text/event-stream" in client.recv(65_536)  # long before it ends


def test_a_body_that_looks_like_a_request_is_a_body(served: Served) -> None:
    post = b"POST /post HTTP/1.1\r\n" + HOST + b"content-length: %d\r\n\r\n" % len(AHEAD)
    assert served.ask(post, AHEAD, AHEAD, answers=2) == b"200 POST /post " + AHEAD + b" | 200 ahead"
    asking = b"GET /ahead HTTP/1.1\r\n" + HOST + b"content-length: %d\r\n\r\n" % len(AHEAD)
    assert served.ask(asking, AHEAD, AHEAD, answers=2) == b"200 GET /ahead " + AHEAD + b" | 200 ahead"


def test_whoever_would_rather_speak_http2_is_heard_whole(served: Served) -> None:
    """As Java's client does with its first request."""
    post = b"POST /order HTTP/1.1\r\n" + HOST + HTTP2 + b"content-length: 5\r\n\r\n"
    for parts in ([post + b"order"], [post, b"or", b"der"], [post[:70], post[70:] + b"order"]):
        assert served.ask(*parts, AHEAD, answers=2) == b"200 POST /order order | 200 ahead"
    chunked = b"POST /order HTTP/1.1\r\n" + HOST + HTTP2 + b"transfer-encoding: chunked\r\n\r\n5\r\norder\r\n0\r\n\r\n"
    assert served.ask(chunked * 3, answers=3) == b"200 POST /order order | 200 POST /order order | 200 POST /order order"
    assert served.ask(b"GET /list HTTP/1.1\r\n" + HOST + HTTP2 + b"\r\n", AHEAD, answers=2) == b"200 GET /list  | 200 ahead"
    closing = HTTP2.replace(b"Upgrade,", b"Upgrade, close,")
    assert served.ask(b"GET /last HTTP/1.1\r\n" + HOST + closing + b"\r\n", AHEAD, answers=2) == b"200 GET /last "
    # Without asking first, and a tunnel.
    assert served.ask(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")[:3] in (b"400", b"405")
    assert served.ask(b"CONNECT shop:443 HTTP/1.1\r\n" + HOST + b"\r\n")[:3] == b"405"


def test_a_client_that_does_not_listen_is_not_read_for_ever(served: Served) -> None:
    """Else its answers would fill the memory: 40 MB of these."""
    wordy = AHEAD[:-2] + b"x-words: " + b"x" * 4_000 + b"\r\n\r\n"
    with socket.socket() as client:
        for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            client.setsockopt(socket.SOL_SOCKET, buffer, 4_096)
        client.settimeout(2)
        client.connect(("127.0.0.1", served.port))
        with pytest.raises(TimeoutError):
            for _ in range(10_000):
                client.sendall(wordy)
    assert served.ask(AHEAD) == b"200 ahead"


def test_a_head_without_an_end_is_refused(served: Served) -> None:
    begun = time.monotonic()
    with served.connect() as slow:
        slow.sendall(AHEAD[:30])
        with contextlib.suppress(OSError):
            while time.monotonic() < begun + 5:  # a byte at a time does not win more time
                slow.sendall(b"x")
                time.sleep(0.2)
        assert _answers(slow, 1)[:3] in (b"408", b"") and time.monotonic() - begun < 5
    with served.connect() as slow:
        slow.sendall(AHEAD[:30])
        assert _answers(slow, 1)[:3] == b"408"
    with served.connect() as long:
        with contextlib.suppress(OSError):
            for _ in range(20):
                long.sendall(b"GET /x HTTP/1.1\r\nlong: " + b"x" * 5_000 if _ == 0 else b"x" * 5_000)
                time.sleep(0.01)
        assert _answers(long, 1)[:3] == b"431"
    with served.connect() as listening, contextlib.suppress(ConnectionError):
        listening.sendall(b"GET /events HTTP/1.1\r\n" + HOST + b"\r\n")
        assert b"text/event-stream" in listening.recv(65_536)
        with contextlib.suppress(OSError):
            listening.sendall(b"GET /x HTTP/1.1\r\nlong: " + b"x" * 300_000)
            time.sleep(0.1)
            listening.sendall(b"x" * 300_000)
        while rest := listening.recv(65_536):
            assert b"431" not in rest, "in the middle of another answer"
    assert served.ask(b"nonsense\r\n\r\n")[:3] == b"400"


def test_a_body_without_an_end_holds_no_connection(served: Served) -> None:
    post = b"POST /post HTTP/1.1\r\n" + HOST + b"content-length: 1000000\r\n\r\n"
    whole = b"GET /other HTTP/1.1\r\n" + HOST + b"\r\n"
    with served.connect() as silent, served.connect() as dripping, served.connect() as behind:
        silent.sendall(post)
        dripping.sendall(post)
        behind.sendall(whole + post)
        with contextlib.suppress(OSError):
            for _ in range(40):  # a byte at a time does not win more time
                dripping.sendall(b"x")
                time.sleep(0.1)
            pytest.fail("the server still listens")
        assert _answers(silent, 1) == b"" and _answers(behind, 2) == b"200 GET /other "
    chunked = b"POST /post HTTP/1.1\r\n" + HOST + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"
    with served.connect() as endless:
        endless.sendall(chunked)
        assert _answers(endless, 1) == b""
    assert served.ask(chunked, b"0\r\n\r\n") == b"200 POST /post hello"


def test_an_idle_connection_is_closed_and_a_used_one_is_not(served: Served) -> None:
    with served.connect() as idle, served.connect() as used:
        used.sendall(b"GET /other HTTP/1.1\r\n" + HOST + b"\r\n")
        assert _answers(used, 1)
        for _ in range(6):
            time.sleep(0.5)
            used.sendall(AHEAD)
            assert _answers(used, 1) == b"200 ahead"
        assert idle.recv(1) == b""
        assert used.recv(1) == b""  # at last


def test_a_process_that_dies_comes_back_and_the_rest_answers(tmp_path: Path) -> None:
    server = Served(tmp_path, 2)
    try:
        server.ready(2)
        asked = b"GET /who HTTP/1.1\r\n" + HOST + b"\r\n"
        with server.connect() as client:
            client.sendall(asked)
            worker = int(re.search(rb"\r\n\r\n(\d+) ", client.recv(65_536))[1])  # type: ignore[index]  # or the test fails
        os.kill(worker, signal.SIGKILL)
        for _ in range(50):
            assert server.ask(asked) == b"200 GET /who "
        server.ready(3)
    finally:
        server.end()


def test_no_process_outlives_the_one_that_watches_it(tmp_path: Path) -> None:
    server = Served(tmp_path, 2)
    try:
        server.ready(2)
        server.process.kill()
        server.process.wait()
        until(lambda: not _listened(server.port))
    finally:
        server.end()


def _listened(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def test_told_to_stop_it_ends_whoever_listens_and_whatever_hangs(tmp_path: Path) -> None:
    server = Served(tmp_path).ready()
    try:
        with server.connect() as page, server.connect() as idle:
            page.sendall(b"GET /events HTTP/1.1\r\naccept: text/event-stream\r\n" + HOST + b"\r\n")
            assert b"200 OK" in page.recv(65_536)
            begun = time.monotonic()
            server.process.terminate()
            assert server.process.wait(10) == 0 and time.monotonic() - begun < 2.5
            assert idle.recv(1) == b"" and b"Traceback" not in server.log.read_bytes()
    finally:
        server.end()
    stubborn = Served(tmp_path).ready(2)
    try:
        with stubborn.connect() as client:
            client.sendall(b"GET /stubborn HTTP/1.1\r\n" + HOST + b"\r\n")
            time.sleep(0.2)
            stubborn.process.terminate()
            assert stubborn.process.wait(10) == 0 and "is killed" in stubborn.log.read_text()
        until(lambda: not _listened(stubborn.port))
    finally:
        stubborn.end()


def test_what_cannot_start_says_so_and_what_ran_before_waits(tmp_path: Path) -> None:
    needed = tmp_path / "needed"
    server = Served(tmp_path, MISSING=str(needed))
    assert server.process.wait(20) == 1 and "needed is missing" in server.log.read_text()
    needed.touch()
    server = Served(tmp_path, MISSING=str(needed)).ready()
    try:
        taken = subprocess.run(
            [sys.executable, "-m", "tests.kit.served_app", str(server.port), "1"], cwd=ROOT, capture_output=True, text=True
        )
        assert taken.returncode == 1 and "in use" in taken.stderr
        with server.connect() as client:
            client.sendall(b"GET /who HTTP/1.1\r\n" + HOST + b"\r\n")
            worker = int(re.search(rb"\r\n\r\n(\d+) ", client.recv(65_536))[1])  # type: ignore[index]  # or the test fails
        time.sleep(1.5)  # the one that watches looks twice a second
        needed.unlink()
        os.kill(worker, signal.SIGKILL)
        server.said("needed is missing", 3)
        needed.touch()
        server.ready(2)
        assert server.ask(AHEAD) == b"200 ahead"
    finally:
        server.end()
