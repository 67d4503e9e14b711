"""Each request has an id, and leaves one line: who asked for what kind of page, and what became of it.

The line has the route (`/orders/{number}`) and never the address itself, in which numbers and one-time links stand. Answers that lie
ready (stock, lists, histories and orders of services) are given before this and leave no line; they are counted.
"""

import logging
import re
from secrets import token_hex
from time import perf_counter
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from store_omni.kit.forwarding import is_trusted
from store_omni.kit.logs import Asked, request
from store_omni.kit.metering import PREPARED, REQUESTS, SECONDS
from store_omni.web.plumbing.guarding import source_in

log = logging.getLogger("store_omni.access")
HEADER = b"x-request-id"
_SANE = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
NO_ROUTE = "(no route)"
# Asked for at each page or each few seconds: a line only where something is wrong.
QUIET = ("/static", "/health", "/metrics")
CLIENT_LEFT = 499
# A door, a right, a form's token or a limit said no.
GUARDED = (401, 403, 429)
STREAM = b"text/event-stream"
FACES = ("counter", "desk", "office", "api", "static", "health", "metrics")


def route_of(scope: Any) -> str:
    """What was asked for, without what it was asked about."""
    return scope.get("path_template") or NO_ROUTE


def request_id(scope: Any) -> str:
    """The id that a proxy of the operator's gave it, else a new one: a stranger's could pretend to be another request's."""
    given = next((value for name, value in scope["headers"] if name == HEADER), None)
    if given is not None and _SANE.fullmatch(given):
        trusted = scope["litestar_app"].state.settings.trusted_proxies
        if scope["client"] and is_trusted(scope["client"][0], trusted):
            return given.decode()
    return token_hex(8)


def observed(app: ASGIApp) -> ASGIApp:
    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        begun, status, streams = perf_counter(), CLIENT_LEFT, False
        scope["litestar_app"].state.tally.routed += 1
        asked = Asked(request_id(scope), source_in(scope))
        request.set(asked)

        async def send_with_id(message: Message) -> None:
            nonlocal status, streams
            if message["type"] == "http.response.start":
                status = message["status"]
                streams = any(name == b"content-type" and value.startswith(STREAM) for name, value in message["headers"])
                message["headers"] = [*message["headers"], (HEADER, asked.id.encode())]
            await send(message)

        try:
            await app(scope, receive, send_with_id)
        finally:
            _tell(scope, status, perf_counter() - begun, streams)

    return middleware


def _tell(scope: Any, status: int, seconds: float, streams: bool) -> None:
    route = route_of(scope)
    REQUESTS.labels(scope["method"], route, status).inc()
    if not streams:
        face = route.split("/", 2)[1] if route.startswith("/") else ""
        SECONDS.labels(face if face in FACES else "shop").observe(seconds)
    if status < 400 and route.startswith(QUIET):
        return
    fields = {"method": scope["method"], "path": route, "status": status, "ms": round(seconds * 1000, 1)} | _refused(
        scope, status
    )
    log.log(logging.WARNING if status in GUARDED else logging.INFO, "%s", status, extra={"fields": fields})


def _refused(scope: Any, status: int) -> dict[str, str]:
    """Of a refusal its code, and the id of the person of staff who was refused."""
    if status < 400:
        return {}
    state = scope.get("state", {})
    who, code = state.get("by_whom"), state.get("refused")
    return ({"refused": code} if code else {}) | ({"by": who} if who else {})


class Tally:
    """How many requests a process began: all, those among them that reached the router, and those answered without even a request
    object. Plain numbers, because the readiest answers have no time for more; they go to the counters every few seconds."""

    def __init__(self) -> None:
        self.called = self.routed = self.at_once = self._told = 0

    def tell(self) -> None:
        prepared = self.called - self.routed + self.at_once
        PREPARED.inc(max(0, prepared - self._told))
        self._told = max(prepared, self._told)
