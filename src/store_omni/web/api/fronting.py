"""The one answer that is given before the router: what each store has of a SKU, as ready bytes from the process' snapshot.

A request that is not quite this one goes on to the router, also the first for an address: it knows which there are.
"""

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import asyncpg
from litestar.types import ASGIApp, Receive, Scope, Send

from store_omni.stockroom.levelling import SkuStock
from store_omni.stockroom.offering import Stock
from store_omni.web.plumbing.security import PLAIN_HEADERS, locale_of
from store_omni.web.plumbing.texts import use_locale

PATHS_MAX = 200_000
Headers = list[tuple[bytes, bytes]]


class Ready:
    """A body, and its start message for each age in whole seconds that it has been given at."""

    def __init__(self, body: bytes) -> None:
        self.message = {"type": "http.response.body", "body": body, "more_body": False}
        self._length = str(len(body)).encode()
        self._starts: dict[int, dict[str, Any]] = {}

    def start(self, age: int) -> dict[str, Any]:
        found = self._starts.get(age)
        if found is None:
            headers: Headers = [
                (b"content-type", b"application/json"),
                (b"content-length", self._length),
                (b"age", str(age).encode()),
                (b"cache-control", b"no-store"),
                (b"vary", b"accept-language"),
                *PLAIN_HEADERS,
            ]
            found = self._starts[age] = {"type": "http.response.start", "status": 200, "headers": headers}
        return found


# The database does not answer: the router finds out for itself, and says so in words.
UNREACHABLE = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Front:
    """`_paths`: addresses that the router has answered → SKU id. An id never changes its SKU, so they stay."""

    def __init__(self, app: ASGIApp, channel: str, write: Callable[[Stock, SkuStock], Awaitable[bytes]]) -> None:
        self._app = app
        self._channel = channel
        self._write = write
        self._paths: dict[str, int] = {}
        self.stock: Stock | None = None

    def know(self, path: str, sku_id: int) -> None:
        """The router answered this path, so it may be answered here from now on."""
        if len(self._paths) >= PATHS_MAX:
            self._paths.clear()
        self._paths[path] = sku_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.stock is not None and not scope["query_string"] and scope["method"] == "GET":
            sku_id = self._paths.get(scope["path"])
            if sku_id is not None:
                try:
                    sku, ready = await self._ready(self.stock, sku_id, locale_of(scope))
                except UNREACHABLE:
                    sku = ready = None
                if sku is not None and ready is not None:
                    await send(ready.start(int(monotonic() - sku.read_at)))  # type: ignore[arg-type]  # an ASGI message
                    await send(ready.message)  # type: ignore[arg-type]
                    return
        await self._app(scope, receive, send)

    async def _ready(self, stock: Stock, sku_id: int, locale: str) -> tuple[SkuStock | None, Ready | None]:
        kept = stock.snapshot.of(self._channel)
        sku = kept.peek(sku_id) or await kept.get(sku_id)
        if sku is None or not sku.sold:
            return None, None
        ready: Ready | None = sku.ready.get(locale)
        if ready is None:
            use_locale(locale)
            ready = sku.ready[locale] = Ready(await self._write(stock, sku))
        return sku, ready
