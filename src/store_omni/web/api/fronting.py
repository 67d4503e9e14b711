"""The one answer that is given before the application: what each store has of a SKU, as ready bytes from the process' snapshot.

A request that is not quite this one, or finds nothing, goes on to the router, which says so in words. What an answer costs here is
mostly memory that no cache holds, so it touches little of it: one look by address, one at what is kept, a head that others share.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import lru_cache
from time import monotonic
from typing import Any

import asyncpg
from litestar.types import ASGIApp, Receive, Scope, Send

from store_omni.catalog.knowing import KnownSkus
from store_omni.inventory.snapshot import KEPT_SKUS_MAX
from store_omni.kit.keeping import Keeping
from store_omni.stockroom.levelling import SkuStock
from store_omni.stockroom.offering import Stock
from store_omni.web.plumbing.security import PLAIN_HEADERS, locale_of
from store_omni.web.plumbing.texts import use_locale

BEGIN, END = "/api/v1/skus/", "/availability"
CODE = slice(len(BEGIN), -len(END))
# Answers of each language that lie ready: as many as there is stock for them. The oldest goes first.
AT_HAND_MAX = KEPT_SKUS_MAX
# When an order placed now would be ready moves on with the clock, so what is said of stock that has not changed is said anew.
SAID_SECONDS_MAX = 60.0
UNREACHABLE = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Ready:
    """What to say of one SKU in one language, until that moment. `read_at`: of the stock that it was made of."""

    __slots__ = ("heads", "message", "read_at", "sku_id", "until")

    def __init__(self, sku: SkuStock, body: bytes) -> None:
        self.sku_id, self.read_at = sku.id, sku.read_at
        self.until = monotonic() + SAID_SECONDS_MAX
        self.heads = _heads(len(body))
        self.message: Any = {"type": "http.response.body", "body": body, "more_body": False}


class Heads(dict[int, Any]):
    """Age in whole seconds → the message that an answer begins with; one for all answers of a length, so that it is at hand."""

    def __init__(self, length: int) -> None:
        sized = (b"content-length", str(length).encode())
        self._headers = [(b"content-type", b"application/json"), sized, (b"cache-control", b"no-store"), *PLAIN_HEADERS]

    def __missing__(self, age: int) -> Any:
        headers = [*self._headers, (b"age", str(age).encode())]
        self[age] = {"type": "http.response.start", "status": 200, "headers": headers}
        return self[age]


@lru_cache(maxsize=1024)
def _heads(length: int) -> Heads:
    return Heads(length)


class Front:
    """`app`: everything else. Until it is opened it only hands on."""

    def __init__(self, app: ASGIApp, channel: str, write: Callable[[Stock, SkuStock], Awaitable[bytes]]) -> None:
        self.app = app
        self._channel = channel
        self._write = write
        self._stock: Stock | None = None
        self._levels: Keeping[int, SkuStock] | None = None
        self._known_skus: KnownSkus | None = None
        self._at_hand: dict[str, dict[str, Ready]] = defaultdict(dict)  # by language and address

    def open(self, stock: Stock, known_skus: KnownSkus) -> None:
        """From now on there is a database to ask."""
        self._stock, self._known_skus, self._levels = stock, known_skus, stock.snapshot.of(self._channel)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, levels = scope.get("path", ""), self._levels
        if path.endswith(END) and levels is not None and not scope["query_string"] and scope.get("method") == "GET":
            locale = locale_of(scope)
            ready = self._at_hand[locale].get(path)
            # Only what is kept and fresh, and what was made of it: a change takes the stock away, and nothing else.
            sku = levels.peek(ready.sku_id) if ready is not None else None
            now = monotonic()
            if ready is None or sku is None or sku.read_at != ready.read_at or now > ready.until:
                ready = await self._found(path, locale)
                now = monotonic()
            if ready is not None:
                await send(ready.heads[int(now - ready.read_at)])
                await send(ready.message)
                return
        await self.app(scope, receive, send)

    async def _found(self, path: str, locale: str) -> Ready | None:
        try:
            ready = await self._made(_code_in(path), locale)
        except UNREACHABLE:
            return None  # the router finds out for itself, and says so in words
        if ready is not None:
            at_hand = self._at_hand[locale]
            at_hand.pop(path, None)
            while len(at_hand) >= AT_HAND_MAX:
                del at_hand[next(iter(at_hand))]
            at_hand[path] = ready
        return ready

    async def _made(self, code: str, locale: str) -> Ready | None:
        if not code or self._stock is None or self._known_skus is None:
            return None
        sku_id = (await self._known_skus.ids([code])).get(code)
        sku = await self._stock.snapshot.of(self._channel).get(sku_id) if sku_id is not None else None
        if sku is None or not sku.sold:
            return None
        use_locale(locale)
        return Ready(sku, await self._write(self._stock, sku))


def _code_in(path: str) -> str:
    """Empty where the address has none."""
    code = path[CODE] if path.startswith(BEGIN) else ""
    return "" if "/" in code else code
