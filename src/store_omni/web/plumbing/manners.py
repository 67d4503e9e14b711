"""What HTTP asks of every answer, before anything of the application looks at a request.

A Host that is none is refused. HEAD is answered as GET without its body. On https every cookie has the prefix `__Host-`, so
that no neighbouring host can set one, and every answer tells the browser to stay on https. A NUL in an address is no letter.
"""

import re
from ipaddress import IPv6Address
from typing import Any
from urllib.parse import quote, unquote

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from store_omni.web.plumbing.asking import SLASH_IN_CODE

YEAR_SECONDS = 31_536_000
HSTS = (b"strict-transport-security", b"max-age=%d; includeSubDomains" % YEAR_SECONDS)
PREFIX = b"__Host-"
BAD_HOST = b'{"code":"bad_host","title":"The Host header is missing, doubled or not a host name."}'
TOO_LONG = b'{"code":"address_too_long","title":"The address is too long."}'
# The framework keeps the last thousand addresses and questions; a paper that is being written needs 8,100.
ADDRESS_BYTES_MAX = 16_384
PORT_MAX = 65_535
_HOST = re.compile(rb"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,253}|\[([0-9A-Fa-f:.]{2,45})\])(?::([0-9]{1,5}))?")
# Percent-encoded control characters, but tab and line ends: no text has them. `%00` would become a NUL, which no database takes.
_CONTROL = re.compile(rb"%(?:0[0-8BCEFbcef]|1[0-9A-Fa-f]|7[Ff])")
_UNKNOWN = b"%EF%BF%BD"
_SLASH = re.compile(rb"%2[Ff]")
_OURS = re.compile(rb"\s*(?:__Host-)?so_")
_Headers = list[tuple[bytes, bytes]]


def is_host(value: bytes) -> bool:
    """`shop.example.com`, `[::1]:8080`."""
    found = _HOST.fullmatch(value)
    if found is None or int(found[2] or 0) > PORT_MAX:
        return False
    try:
        return found[1] is None or bool(IPv6Address(found[1].decode()))
    except ValueError:
        return False


def _host_is_fine(scope: Any) -> bool:
    """HTTP/1.1 has exactly one, HTTP/1.0 at most one."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if not hosts:
        return scope.get("http_version") == "1.0"
    return len(hosts) == 1 and is_host(hosts[0])


def _own_cookies(value: bytes) -> bytes:
    """Under https: cookies of ours by their plain names, of those that came with the prefix; what a neighbour set is left out."""
    kept = []
    for cookie in value.split(b";"):
        if not _OURS.match(cookie):
            kept.append(cookie)
        elif cookie.lstrip().startswith(PREFIX):
            kept.append(cookie.replace(PREFIX, b"", 1))
    return b";".join(kept)


def _prefixed(cookie: bytes) -> bytes:
    """`so_x=1; Path=/` → `__Host-so_x=1; Path=/; Secure`: browsers take a prefixed one only with both."""
    attributes = cookie.lower().replace(b" ", b"").split(b";")[1:]
    more = b"" if b"path=/" in attributes else b"; Path=/"
    return PREFIX + cookie + more + (b"" if b"secure" in attributes else b"; Secure")


def _safely(headers: Any) -> _Headers:
    return [
        (name, _prefixed(value) if name.lower() == b"set-cookie" and _OURS.match(value) else value) for name, value in headers
    ] + [HSTS]


class Manners:
    """Around the whole application. `https`: whether people reach it so (the public address says it)."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app, self.https = app, https

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        """Hands on the application's own coroutine, which costs a hot answer less than one more around it."""
        asked: dict[str, Any] = scope  # type: ignore[assignment]  # an ASGI scope may carry extra keys
        if asked["type"] != "http":
            return self.app(scope, receive, send)
        if not _host_is_fine(asked):
            return _refuse(send, 400, BAD_HOST)
        if len(asked.get("raw_path") or b"") + len(asked["query_string"]) > ADDRESS_BYTES_MAX:
            return _refuse(send, 414, TOO_LONG)
        if self.https:
            asked["headers"] = [(name, _own_cookies(value) if name == b"cookie" else value) for name, value in asked["headers"]]
            send = _with_headers(send)
        if b"%" in asked["query_string"]:
            asked["query_string"] = _CONTROL.sub(_UNKNOWN, asked["query_string"])
        if b"%" in (asked.get("raw_path") or b""):
            asked["path"] = _readable(asked["path"], asked["raw_path"])
        if asked["method"] == "HEAD":
            # A copy: the server still has to know that it sends a head only.
            asked = {**asked, "method": "GET"}
            send, receive = _without_body(send, receive)
        return self.app(asked, receive, send)  # type: ignore[arg-type]  # still a scope


def _readable(path: str, raw: bytes) -> str:
    """A `/` of a code (%2F) is no separator, and a NUL no letter."""
    if b"%2f" in raw.lower():
        path = unquote(_SLASH.sub(quote(SLASH_IN_CODE).encode(), raw.partition(b"?")[0]).decode("latin-1"))
    return path.replace("\0", "\ufffd")


def _with_headers(send: Send) -> Send:
    async def send_safely(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = _safely(message["headers"])
        await send(message)

    return send_safely


def _without_body(send: Send, receive: Receive) -> tuple[Send, Receive]:
    """Only the head goes out. An answer without end (events) is told that its reader has gone."""
    started = False

    async def send_head(message: Any) -> None:
        nonlocal started
        if message["type"] == "http.response.start":
            started = True
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def receive_head() -> Any:
        return {"type": "http.disconnect"} if started else await receive()

    return send_head, receive_head


async def _refuse(send: Send, status: int, body: bytes) -> None:
    """No browser sends such a thing, so no person reads this."""
    headers: Any = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
