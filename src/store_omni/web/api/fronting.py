"""The one answer that is given before the router: what each store has of a SKU, as ready bytes from the process' snapshot.

A request that is not quite this one, or finds nothing, goes on to the router, which says so in words.
"""

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import asyncpg
from litestar.types import ASGIApp, Receive, Scope, Send

from store_omni.catalog.knowing import KnownSkus
from store_omni.kit.keeping import Keeping
from store_omni.stockroom.levelling import SkuStock
from store_omni.stockroom.offering import Stock
from store_omni.web.plumbing.security import PLAIN_HEADERS, locale_of
from store_omni.web.plumbing.texts import use_locale

BEGIN, END = "/api/v1/skus/", "/availability"
CODE = slice(len(BEGIN), -len(END))


AGES: list[tuple[bytes, bytes]] = [(b"age", str(seconds).encode()) for seconds in range(600)]


class Ready:
    """A body, and the message that it begins with."""

    def __init__(self, body: bytes) -> None:
        self.message = {"type": "http.response.body", "body": body, "more_body": False}
        length = (b"content-length", str(len(body)).encode())
        self._headers = [(b"content-type", b"application/json"), length, (b"cache-control", b"no-store"), *PLAIN_HEADERS]

    def start(self, age: int) -> dict[str, Any]:
        """age: whole seconds."""
        aged = AGES[age] if age < len(AGES) else (b"age", str(age).encode())
        return {"type": "http.response.start", "status": 200, "headers": [*self._headers, aged]}


UNREACHABLE = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Front:
    def __init__(self, app: ASGIApp, channel: str, write: Callable[[Stock, SkuStock], Awaitable[bytes]]) -> None:
        self._app = app
        self._channel = channel
        self._write = write
        self._stock: Stock | None = None
        self._levels: Keeping[int, SkuStock] | None = None
        self._known_skus: KnownSkus | None = None

    def open(self, stock: Stock, known_skus: KnownSkus) -> None:
        """From now on there is a database to ask."""
        self._stock, self._known_skus, self._levels = stock, known_skus, stock.snapshot.of(self._channel)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].endswith(END) and not scope["query_string"] and scope["method"] == "GET":
            path, locale = scope["path"], locale_of(scope)
            found = self._kept(path[CODE], locale) if path.startswith(BEGIN) else None
            if found is None:
                try:
                    found = await self._made(_code_in(path), locale)
                except UNREACHABLE:
                    pass  # the router finds out for itself, and says so in words
            if found is not None:
                sku, ready = found
                await send(ready.start(int(monotonic() - sku.read_at)))  # type: ignore[arg-type]  # an ASGI message
                await send(ready.message)  # type: ignore[arg-type]
                return
        await self._app(scope, receive, send)

    def _kept(self, code: str, locale: str) -> tuple[SkuStock, Ready] | None:
        if self._levels is None or self._known_skus is None:
            return None
        sku_id = self._known_skus.peek(code)
        sku = self._levels.peek(sku_id) if sku_id is not None else None
        ready: Ready | None = sku.ready.get(locale) if sku is not None else None
        return None if sku is None or ready is None else (sku, ready)

    async def _made(self, code: str, locale: str) -> tuple[SkuStock, Ready] | None:
        if not code or self._stock is None or self._known_skus is None:
            return None
        sku_id = (await self._known_skus.ids([code])).get(code)
        sku = await self._stock.snapshot.of(self._channel).get(sku_id) if sku_id is not None else None
        if sku is None or not sku.sold:
            return None
        ready: Ready | None = sku.ready.get(locale)
        if ready is None:
            use_locale(locale)
            ready = sku.ready[locale] = Ready(await self._write(self._stock, sku))
        return sku, ready


def _code_in(path: str) -> str:
    """Empty where the address has none."""
    code = path[CODE] if path.startswith(BEGIN) else ""
    return "" if "/" in code else code
