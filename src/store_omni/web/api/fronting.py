"""The one answer that is given before the router: what each store has of a SKU, as ready bytes from the process' snapshot.

A request that is not quite this one, or finds nothing fresh, goes on to the router, whose answer is kept for the next.
"""

from time import monotonic
from typing import Any

from litestar.types import ASGIApp, Receive, Scope, Send

from store_omni.stockroom.levelling import SkuStock
from store_omni.stockroom.offering import Stock
from store_omni.web.plumbing.security import PLAIN_HEADERS, locale_of

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


class Front:
    """`paths`: addresses that the router has answered → SKU id. An id never changes its SKU, so they stay."""

    def __init__(self, app: ASGIApp, channel: str) -> None:
        self._app = app
        self._channel = channel
        self._paths: dict[str, int] = {}
        self.stock: Stock | None = None

    def keep(self, path: str, sku: SkuStock, locale: str, body: bytes) -> None:
        if len(self._paths) >= PATHS_MAX:
            self._paths.clear()
        self._paths[path] = sku.id
        sku.ready[locale] = Ready(body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.stock is not None and not scope["query_string"] and scope["method"] == "GET":
            sku_id = self._paths.get(scope["path"])
            if sku_id is not None:
                sku = self.stock.snapshot.of(self._channel).peek(sku_id)
                ready: Ready | None = sku.ready.get(locale_of(scope)) if sku is not None else None
                if sku is not None and ready is not None:
                    await send(ready.start(int(monotonic() - sku.read_at)))  # type: ignore[arg-type]  # an ASGI message
                    await send(ready.message)  # type: ignore[arg-type]
                    return
        await self._app(scope, receive, send)
