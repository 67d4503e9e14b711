"""The newest page of a history, answered before the router, whose own work costs more than the read itself.

A request that is not quite this one, is refused or fails goes on to the router, which reads again and says why.
"""

import gzip
import logging
from uuid import UUID

from litestar.types import ASGIApp, Receive, Scope, Send

from store_omni.customers.signing_in import is_for
from store_omni.history.reading import Histories
from store_omni.kit.database import DATABASE_ERRORS
from store_omni.kit.errors import Refusal
from store_omni.web.api.histories import told_in
from store_omni.web.plumbing.guarding import source_in
from store_omni.web.plumbing.security import PLAIN_HEADERS, locale_of

log = logging.getLogger("store_omni.web")
OWN = "/api/v1/me/history"
BEGIN, END = "/api/v1/customers/", "/history"
UUID_CHARS = 36
PACKED_FROM_BYTES = 500
PACKED_HOW_MUCH = 5
HEADERS = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"vary", b"accept-language, accept-encoding"),
    *PLAIN_HEADERS,
]


def _customer(path: str) -> UUID | None:
    """Whose history an address asks for; None where it is another address."""
    if len(path) != len(BEGIN) + UUID_CHARS + len(END) or not path.startswith(BEGIN):
        return None
    try:
        return UUID(path[len(BEGIN) : -len(END)])
    except ValueError:
        return None


class HistoryFront:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.histories: Histories | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].endswith(END) and not scope["query_string"] and scope["method"] == "GET":
            token, packed = "", False
            for key, value in scope["headers"]:
                if key == b"authorization":
                    token = value.decode("latin-1") if value[:7].lower() == b"bearer " else ""
                elif key == b"accept-encoding":
                    packed = b"gzip" in value
            page = await self._read(scope, token[7:])
            if page is not None:
                await _send(send, page, packed=packed)
                return
        await self._app(scope, receive, send)

    async def _read(self, scope: Scope, token: str) -> bytes | None:
        path, told = scope["path"], told_in(locale_of(scope["headers"]))
        if self.histories is None or not token or not is_for(token, "app"):
            return None
        try:
            if path == OWN:
                return await self.histories.own(token, told=told)
            customer_id = _customer(path)
            if customer_id is not None:
                return await self.histories.look_at(token, customer_id, source=source_in(scope), told=told)
        except Refusal:
            return None
        except DATABASE_ERRORS as error:
            log.warning("a history could not be read at once: %s", type(error).__name__)
        return None


async def _send(send: Send, body: bytes, *, packed: bool) -> None:
    headers = HEADERS
    if packed and len(body) >= PACKED_FROM_BYTES:
        body, headers = gzip.compress(body, PACKED_HOW_MUCH, mtime=0), [*HEADERS, (b"content-encoding", b"gzip")]
    start = {"type": "http.response.start", "status": 200, "headers": [*headers, (b"content-length", str(len(body)).encode())]}
    await send(start)  # type: ignore[arg-type]  # an ASGI message
    await send({"type": "http.response.body", "body": body, "more_body": False})
