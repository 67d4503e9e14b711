"""One request exactly as it is written, over a connection of its own, and what came back: the fuzzers' client.

A library's client would refuse to send half of what an attacker sends.
"""

import socket
from collections.abc import Iterable
from http.client import HTTPException, HTTPResponse

import msgspec

ANSWER_SECONDS_MAX = 20
SHOWN_CHARS_MAX = 600
Headers = list[tuple[bytes, bytes]]


class Case(msgspec.Struct, frozen=True):
    """`caller`: who sends it, for the report."""

    caller: str
    method: str
    target: bytes
    headers: Headers
    body: bytes = b""

    def written(self) -> bytes:
        """Line ends and NULs cannot stand inside a head: they would be another request."""
        lines = [b"%b %b HTTP/1.1" % (self.method.encode(), _of_one_line(self.target) or b"/")]
        names = {name.lower() for name, _ in self.headers}
        headers = [*self.headers, (b"Connection", b"close")]
        if b"host" not in names:
            headers.insert(0, (b"Host", b"127.0.0.1"))
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            headers.append((b"Content-Length", b"%d" % len(self.body)))
        lines += [b"%b: %b" % (_of_one_line(name), _of_one_line(value)) for name, value in headers]
        return b"\r\n".join([*lines, b"", b""]) + self.body

    def __str__(self) -> str:
        return f"{self.caller}: {self.written()[:SHOWN_CHARS_MAX]!r}"


def _of_one_line(text: bytes) -> bytes:
    return text.replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"")


class Answer(msgspec.Struct, frozen=True):
    status: int
    headers: dict[str, str]


def ask(port: int, case: Case) -> Answer:
    """Errors: `OSError`, `HTTPException` where the answer was cut or is none."""
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS_MAX) as connection:
        try:
            connection.sendall(case.written())
        except ConnectionError:
            pass  # it has answered before it read everything
        answer = HTTPResponse(connection, method=case.method)
        answer.begin()
        if "text/event-stream" not in answer.headers.get("content-type", ""):
            answer.read()
        said = {name.lower(): "; ".join(answer.headers.get_all(name, [])) for name in answer.headers}
        return Answer(answer.status, said)


def what_is_wrong(port: int, case: Case) -> str | None:
    """A failure of ours (5xx, a cut line, no answer), in words; None for everything else."""
    try:
        status = ask(port, case).status
    except (OSError, HTTPException) as error:
        return f"{type(error).__name__} {error} | {case}"
    return f"{status} | {case}" if status >= 500 else None


def all_that_is_wrong(port: int, cases: Iterable[Case]) -> list[str]:
    return [wrong for case in cases if (wrong := what_is_wrong(port, case)) is not None]
