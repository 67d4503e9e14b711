"""One client's connection to the web server, as the library has it, and beside that: answers ahead of the application, a head and
its body in one packet, and no patience for heads and bodies without an end.

What a server asks of a request on its way to an application costs three times what an answer ahead does.
"""

from collections.abc import Callable
from typing import Any, Protocol

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from store_omni.kit.sharing import Standing

HEAD_SECONDS_MAX = 30.0
HEAD_BYTES_MAX = 65_536
# From the end of its head: 1 MB, the largest body, at 17 kB a second.
BODY_SECONDS_MAX = 60.0
# Copying more costs more than a second packet.
JOINED_BYTES_MAX = 65_536
GET = b"GET "
# What changes how the rest of a connection is to be read, or where an answer ends.
_NOT_PLAIN = frozenset({b"connection", b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"te", b"trailer"})
_ASKING = frozenset({b"upgrade", b"http2-settings"})
Headers = list[tuple[bytes, bytes]]


class Ahead(Protocol):
    """`at_once`: one whole GET as it came, and the headers that every answer has now; the whole answer, or None: it is not that simple."""

    def at_once(self, request: bytes, common: Headers) -> bytes | None: ...


class _Head:
    """What a parser tells of one request."""

    def __init__(self) -> None:
        self.headers: Headers = []
        self.begun = self.done = 0

    def on_message_begin(self) -> None:
        self.begun += 1

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_message_complete(self) -> None:
        self.done += 1


def plain_headers(lines: bytes) -> Headers | None:
    """`lines`: what follows the first line of a GET, to the end of what came. None where it is not the whole head of one request
    without a body, on a connection that stays open."""
    head = _Head()
    parser = httptools.HttpRequestParser(head)
    try:
        parser.feed_data(b"GET / HTTP/1.1\r\n" + lines)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return None
    names = {name for name, value in head.headers if name != b"connection" or value.lower() != b"keep-alive"}
    hosts = sum(name == b"host" for name, _ in head.headers)
    whole = head.begun == head.done == 1 and lines.endswith(b"\r\n\r\n")
    return head.headers if whole and hosts == 1 and not names & _NOT_PLAIN else None


def _tokens(value: bytes) -> list[bytes]:
    return [token.strip().lower() for token in value.split(b",")]


class _Wire:
    """A transport that sends a head that has said how much follows together with it: the library writes each by itself, which costs
    the kernel and the client as much as a second answer.

    Once the client has gone nothing is said any more: between that moment and the one in which the library hears of it, its
    application may still be answering.
    """

    __slots__ = ("_head", "_transport", "get_extra_info", "get_write_buffer_size", "is_closing")

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self.get_extra_info, self.is_closing = transport.get_extra_info, transport.is_closing
        self.get_write_buffer_size = transport.get_write_buffer_size
        self._head = b""

    def write(self, data: bytes) -> None:
        if self.is_closing():
            return
        if self._head:
            head, self._head = self._head, b""
            if len(data) <= JOINED_BYTES_MAX:
                data = head + data
            else:
                self._transport.write(head)
        elif data.endswith(b"\r\n\r\n") and data.startswith(b"HTTP/1.1 ") and b"\r\ncontent-length: " in data:
            self._head = data
            return
        self._transport.write(data)

    def flush(self) -> None:
        if self._head:
            self.write(b"")

    def close(self) -> None:
        if not self.is_closing():
            self.flush()
            self._transport.close()

    def pause_reading(self) -> None:
        if not self.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if not self.is_closing():
            self._transport.resume_reading()


class Connection(HttpToolsProtocol):
    """One client's. Beside what the library does, it answers ahead, and waits neither for a first request nor for the end of a
    head without an end."""

    server_state: Standing

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._at_once: Callable[[bytes, Headers], bytes | None] | None = getattr(self.app, "at_once", None)
        self._answered_at = 0.0
        self._reading = False  # between the first byte of a request and its last
        self._head_since: float | None = None
        self._head_bytes = 0
        self._body_until = 0.0
        self._asks_for_another = False  # protocol

    def connection_made(self, transport: Any) -> None:
        self._wire = _Wire(transport)
        super().connection_made(self._wire)  # type: ignore[arg-type]  # all of a transport that the library uses
        self._idle_from_now()

    def data_received(self, data: bytes) -> None:
        if data.startswith(GET) and self._at_once is not None and self._between_requests():
            answer = self._at_once(data, self.server_state.default_headers)
            if answer is not None:
                # Its timer runs on: one for each request would cost as much as finding the answer.
                self.transport.write(answer)
                if self._answered_at != self.server_state.now:
                    self._count_in()
                return
        self._unset_keepalive_if_required()
        try:
            self._feed(data)
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")
            return
        if self._head_since is not None:
            self._wait_for_head(len(data))
        elif self._reading:
            self._wait_for_body()

    def _feed(self, data: bytes) -> None:
        """Errors: `httptools.HttpParserError`."""
        while True:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as asked:
                if not self._asks_for_another or self.parser.get_method() == b"CONNECT":
                    self._refuse(b"405 Method Not Allowed")  # a tunnel, or HTTP/2 without asking
                    return
                data = self._in_this_protocol() + data[asked.args[0] :]

    def _in_this_protocol(self) -> bytes:
        """The head that asks to go on in another protocol, as it would be without asking.

        Clients that would rather speak HTTP/2 (Java's, unless told otherwise) send this with their first request, also with a POST.
        The parser takes it for the end of HTTP, and what follows, the body, for the other protocol.
        """
        version, method = self.parser.get_http_version().encode(), self.parser.get_method()
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as the library sets it
        self._asks_for_another = False
        lines = [b"%b %b HTTP/%b" % (method, self.url, version)]
        for name, value in self.headers:
            if name == b"connection":
                value = b", ".join(token for token in _tokens(value) if token not in _ASKING)
            if value and name not in _ASKING:
                lines.append(name + b": " + value)
        return b"\r\n".join([*lines, b"", b""])

    def _between_requests(self) -> bool:
        """Nothing is half read, being answered, or waiting to be sent."""
        busy = self._reading or self.flow.write_paused or self.transport.is_closing()
        return not busy and not self._answering()

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait_for_head(self, came: int) -> None:
        self._head_bytes += came
        if self._head_bytes > HEAD_BYTES_MAX:
            self._refuse(b"431 Request Header Fields Too Large")
        elif self.timeout_keep_alive_task is None and not self.transport.is_closing():
            until = (self._head_since or 0.0) + HEAD_SECONDS_MAX
            self.timeout_keep_alive_task = self.loop.call_at(until, self._waited_for_head)

    def _waited_for_head(self) -> None:
        self.timeout_keep_alive_task = None
        if not self._answering():  # else that answer's end begins the next wait
            self._refuse(b"408 Request Timeout")

    def _wait_for_body(self) -> None:
        if self.timeout_keep_alive_task is None and not self.transport.is_closing():
            self.timeout_keep_alive_task = self.loop.call_at(self._body_until, self._waited_for_body)

    def _waited_for_body(self) -> None:
        self.timeout_keep_alive_task = None
        if self.flow.read_paused:  # the rest waits for the application, not for the client
            self._body_until = self.loop.time() + BODY_SECONDS_MAX
            self._wait_for_body()
        else:
            self.transport.close()

    def _refuse(self, status: bytes) -> None:
        """Without a word that a person would read, for no browser sends such a thing; in the middle of another answer without any."""
        if not self._answering():
            self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()

    def _idle_from_now(self) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        left = self._answered_at + self.timeout_keep_alive - self.loop.time()
        if self._answered_at and left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def on_message_begin(self) -> None:
        self._reading = True
        self._head_since, self._head_bytes = self.loop.time(), 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head_since = None
        self._body_until = self.loop.time() + BODY_SECONDS_MAX
        self._asks_for_another = self.parser.should_upgrade()
        if not self._asks_for_another:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        if not self._asks_for_another:
            self._reading = False
            super().on_message_complete()

    def on_response_complete(self) -> None:
        self._wire.flush()  # the answer to a HEAD has no body
        super().on_response_complete()
        if self._reading and self._head_since is None:
            self._unset_keepalive_if_required()
            self._wait_for_body()
        if self._answered_at != self.server_state.now:
            self._count_in()

    def _count_in(self) -> None:
        """Its first answer since the process looked round how busy it is. Perhaps it should go to another one."""
        standing = self.server_state
        self._answered_at = standing.now
        standing.active += 1
        may_go = standing.to_give > 0 and self._between_requests() and not self._wire.get_write_buffer_size()
        if may_go and standing.hand(self._wire.get_extra_info("socket").fileno()):
            self.transport.close()

    def shutdown(self) -> None:
        """Whoever listens for events comes back by itself, to another process; everybody else gets the whole answer."""
        listens = self.cycle is not None and (b"accept", b"text/event-stream") in self.cycle.scope["headers"]
        if listens:
            self.transport.close()
        else:
            super().shutdown()
