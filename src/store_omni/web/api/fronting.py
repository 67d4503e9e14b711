"""What each store has of a SKU, as ready bytes from the process' snapshot: before the request is taken apart, else before the
application.

A request that is not quite this one, or finds nothing, goes on to the router, which says so in words. What an answer costs here is
mostly memory that no cache holds, so it touches little of it: one look by the lines after the first, one by the first line, one at
what is kept.
"""

from collections import defaultdict
from collections.abc import Callable
from contextvars import copy_context
from time import monotonic

from litestar.types import ASGIApp, Receive, Scope, Send

from store_omni.catalog.knowing import KnownSkus
from store_omni.inventory.snapshot import KEPT_SKUS_MAX
from store_omni.kit.connecting import Headers, plain_headers
from store_omni.kit.database import DATABASE_ERRORS
from store_omni.kit.keeping import Keeping
from store_omni.stockroom.levelling import SkuStock
from store_omni.stockroom.offering import Stock
from store_omni.stores.knowing import Stores
from store_omni.web.plumbing.manners import is_host
from store_omni.web.plumbing.security import PLAIN_HEADERS, locale_of
from store_omni.web.plumbing.texts import use_locale

BEGIN, END = "/api/v1/skus/", "/availability"
CODE = slice(len(BEGIN), -len(END))
LINE = b"GET " + BEGIN.encode()
# Answers of each language that lie ready: as many as there is stock for them. The oldest goes first.
AT_HAND_MAX = KEPT_SKUS_MAX
# A program, or a proxy before one browser, says the same after the first line of each request: so many of these are known, of up to so
# many bytes. The oldest goes first.
MANNERS_MAX, MANNER_BYTES_MAX = 1_024, 4_096
# When an order placed now would be ready moves on with the clock, so what is said of stock that has not changed is said anew.
SAID_SECONDS_MAX = 60.0


class Ready:
    """What to say of one SKU in one language, until that moment. `read_at`: of the stock that it was made of."""

    __slots__ = ("body_at", "read_at", "rest", "sku_id", "until")

    def __init__(self, sku: SkuStock, body: bytes) -> None:
        self.sku_id, self.read_at = sku.id, sku.read_at
        self.until = monotonic() + SAID_SECONDS_MAX
        head = _lines(_headers(len(body))) + b"\r\n"
        self.rest, self.body_at = head + body, len(head)

    def stands(self, sku: SkuStock, now: float) -> bool:
        """It was made of this stock: a change takes that away, and nothing else."""
        return sku.read_at == self.read_at and now <= self.until

    def body(self) -> bytes:
        return self.rest[self.body_at :]


class Ages(dict[int, bytes]):
    """Age in whole seconds → its line."""

    def __missing__(self, age: int) -> bytes:
        self[age] = b"age: %d\r\n" % age
        return self[age]


def _headers(length: int) -> Headers:
    sized = (b"content-length", str(length).encode())
    return [(b"content-type", b"application/json"), sized, (b"cache-control", b"no-store"), *PLAIN_HEADERS]


def _lines(headers: Headers) -> bytes:
    return b"".join(b"%b: %b\r\n" % header for header in headers)


class Front:
    """`app`: everything else. Until it is opened it only hands on. `more`: headers of every answer, which others get from `Manners`."""

    def __init__(
        self, app: ASGIApp, channel: str, write: Callable[[Stock, Stores, SkuStock], bytes], more: Headers | None = None
    ) -> None:
        self.app = app
        self._channel = channel
        self._write = write
        self._more = more or []
        self._stock: Stock | None = None
        self._levels: Keeping[int, SkuStock] | None = None
        self._known_skus: KnownSkus | None = None
        self._at_hand: dict[str, dict[bytes, Ready]] = defaultdict(dict)  # by language and first line of the request
        self._manners: dict[bytes, str] = {}  # what follows the first line → its language
        self._ages = Ages()
        self._common: Headers | None = None
        self._greeting = b""

    def open(self, stock: Stock, known_skus: KnownSkus) -> None:
        """From now on there is a database to ask; what was said of another one is forgotten."""
        self._at_hand.clear()
        self._stock, self._known_skus, self._levels = stock, known_skus, stock.snapshot.of(self._channel)

    def at_once(self, request: bytes, common: Headers) -> bytes | None:
        """One whole GET as it came → the whole answer, where it lies ready. See `kit.connecting.Ahead`."""
        if self._levels is None or not request.startswith(LINE):
            return None
        line, _, lines = request.partition(b"\r\n")
        locale = self._manners.get(lines) or self._learned(lines)
        ready = self._at_hand[locale].get(line) if locale is not None else None
        if locale is None or ready is None:
            return None
        sku, now = self._levels.peek(ready.sku_id), monotonic()
        if sku is None:
            return None
        if not ready.stands(sku, now):
            ready = copy_context().run(self._made, line, sku, locale)
            if ready is None:
                return None
        if common is not self._common:
            self._common, self._greeting = common, b"HTTP/1.1 200 OK\r\n" + _lines(common + self._more)
        return b"".join((self._greeting, self._ages[int(now - ready.read_at)], ready.rest))

    def _learned(self, lines: bytes) -> str | None:
        headers = plain_headers(lines) if len(lines) <= MANNER_BYTES_MAX else None
        if headers is None or not all(is_host(value) for name, value in headers if name == b"host"):
            return None
        while len(self._manners) >= MANNERS_MAX:
            del self._manners[next(iter(self._manners))]
        self._manners[lines] = locale = locale_of(headers)
        return locale

    def _made(self, line: bytes, sku: SkuStock, locale: str) -> Ready | None:
        """None where it is not sold any more, or nothing is known of the stores."""
        stores = self._stock.stores.peek() if self._stock is not None else None
        if self._stock is None or stores is None or not sku.sold:
            return None
        use_locale(locale)
        ready = Ready(sku, self._write(self._stock, stores, sku))
        at_hand = self._at_hand[locale]
        at_hand.pop(line, None)
        while len(at_hand) >= AT_HAND_MAX:
            del at_hand[next(iter(at_hand))]
        at_hand[line] = ready
        return ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path.endswith(END) and self._levels is not None and not scope["query_string"] and scope.get("method") == "GET":
            locale = locale_of(scope["headers"])
            ready = await self._found(path, b"GET %b HTTP/1.1" % scope["raw_path"], locale)
            if ready is not None:
                body = ready.body()
                headers = [*_headers(len(body)), (b"age", b"%d" % (monotonic() - ready.read_at))]
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                await send({"type": "http.response.body", "body": body, "more_body": False})
                return
        await self.app(scope, receive, send)

    async def _found(self, path: str, line: bytes, locale: str) -> Ready | None:
        """What is not kept is read. None where the router has to find words."""
        if self._stock is None or self._levels is None or self._known_skus is None:
            return None
        ready, code = self._at_hand[locale].get(line), _code_in(path)
        try:
            sku = self._levels.peek(ready.sku_id) if ready is not None else None
            if sku is None:
                sku_id = (await self._known_skus.ids([code])).get(code) if code else None
                sku = await self._levels.get(sku_id) if sku_id is not None else None
            await self._stock.stores.all()
        except DATABASE_ERRORS:
            return None  # the router finds out for itself, and says so
        if sku is not None and ready is not None and ready.stands(sku, monotonic()):
            return ready
        return self._made(line, sku, locale) if sku is not None else None


def _code_in(path: str) -> str:
    """Empty where the address has none."""
    code = path[CODE] if path.startswith(BEGIN) else ""
    return "" if "/" in code else code
