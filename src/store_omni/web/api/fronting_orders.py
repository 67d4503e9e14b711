"""An order that a service places, answered before the router, whose own work costs as much as placing it.

A request that is not quite this one, or that fails, goes on to the router, which does it again under the same key and says why.
"""

import logging
from typing import Any

import msgspec
from litestar.datastructures import State
from litestar.types import ASGIApp, Receive, Scope, Send

from store_omni.kit.errors import Refusal
from store_omni.kit.ids import token_hash
from store_omni.web.api.entering import KEY_CHARS_MAX
from store_omni.web.api.orders import placed_for
from store_omni.web.api.shapes import OrderIn, PlacedOut
from store_omni.web.plumbing.guarding import source_in
from store_omni.web.plumbing.refusing import PROBLEM, problem
from store_omni.web.plumbing.security import PLAIN_HEADERS, locale_of
from store_omni.web.plumbing.texts import use_locale

log = logging.getLogger("store_omni.web")
PATH = "/api/v1/orders"
VERB = "orders:place"
BODY_BYTES_MAX = 20_000
HEADERS = [(b"cache-control", b"no-store"), (b"vary", b"accept-language, cookie"), *PLAIN_HEADERS]
_decode = msgspec.json.Decoder(OrderIn).decode


class OrderFront:
    """`state`: the application's, from when it has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.state: State | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "POST" and self.state is not None:
            token, key, length = _asked(scope)
            if token and key and 0 < length <= BODY_BYTES_MAX and not scope["query_string"]:
                body = await _whole(receive)
                if body is None:
                    return  # the caller has gone
                if await self._place(self.state, scope, send, body, token=token, key=key):
                    return
                receive = _once_more(body, receive)
        await self._app(scope, receive, send)

    async def _place(self, state: State, scope: Scope, send: Send, body: bytes, *, token: str, key: str) -> bool:
        """Whether it was answered."""
        try:
            held, data = token_hash(token), _decode(body)
            service = await state.known_services.holder(held)
            if service is None or VERB not in service.verbs:
                return False
            by = service.actor(source=source_in(scope))
            placed = await placed_for(state, data, caller=service, by=by, key=key, token=held)
        except (msgspec.DecodeError, UnicodeError):
            return False
        except Refusal as refusal:
            if refusal.status == 401:
                return False  # with the header that says how to sign in
            use_locale(locale_of(scope["headers"]))
            await _send(send, refusal.status, PROBLEM.encode(), problem(refusal))
        except Exception as error:
            log.warning("an order could not be placed at once: %s", type(error).__name__)
            return False
        else:
            await _send(send, 201, b"application/json", PlacedOut(placed.order_id, placed.number, placed.replayed))
        return True


def _asked(scope: Scope) -> tuple[str, str, int]:
    """(token, operation key, length of the body); empty or 0 where the router has to look for itself, as it does at what is sent
    twice, or without saying how long it is."""
    headers = list(scope["headers"])
    said = dict(headers)
    if len(said) != len(headers) or b"transfer-encoding" in said:
        return "", "", 0
    if not said.get(b"content-type", b"application/json").startswith(b"application/json"):
        return "", "", 0
    token, key, length = said.get(b"authorization", b""), said.get(b"idempotency-key", b""), said.get(b"content-length", b"")
    return (
        token[7:].decode("latin-1") if token[:7].lower() == b"bearer " else "",
        key.decode("latin-1").strip() if len(key) <= KEY_CHARS_MAX else "",
        int(length) if length.isdigit() and len(length) < 10 else 0,
    )


async def _whole(receive: Receive) -> bytes | None:
    parts = []
    while True:
        message: dict[str, Any] = await receive()  # type: ignore[assignment]  # an ASGI message
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _once_more(body: bytes, receive: Receive) -> Receive:
    """What was read already, then whatever comes after it."""
    left = [body]

    async def read() -> Any:
        return {"type": "http.request", "body": left.pop(), "more_body": False} if left else await receive()

    return read


async def _send(send: Send, status: int, kind: bytes, said: object) -> None:
    body = msgspec.json.encode(said)
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})  # type: ignore[arg-type]
    await send({"type": "http.response.body", "body": body, "more_body": False})
