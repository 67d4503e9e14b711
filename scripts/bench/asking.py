"""The requests of the cases as whole messages, made before the clock runs; only a write's key is drawn while it does."""

import itertools
import random
from urllib.parse import quote

import msgspec
from bench.loading import Source
from bench.world import World

SEED = 20_261_122
VARIANTS_MAX = 40_000
READS_PER_TEN = 9
_KEYS = itertools.count(1)


def get(path: str, token: str | None = None) -> bytes:
    """token None: as an anonymous visitor."""
    who = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n{who}\r\n".encode()


def post(path: str, token: str, body: object) -> tuple[bytes, bytes]:
    """The message in two parts; an Idempotency-Key goes between them."""
    payload = msgspec.json.encode(body)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: "
    rest = f"\r\nContent-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
    return head.encode(), rest.encode() + payload


def body_of(request: bytes) -> dict:
    return msgspec.json.decode(request.partition(b"\r\n\r\n")[2])


def shuffled(items: list) -> list:
    """In an order that is the same in every run."""
    random.Random(SEED).shuffle(items)  # noqa: S311 — no secret
    return items


def reading(messages: list[bytes]) -> Source:
    return itertools.cycle(shuffled(messages)).__next__


def writing(messages: list[tuple[bytes, bytes]]) -> Source:
    """Every message is sent under a new key, unique in the run."""
    turn = itertools.cycle(shuffled(messages)).__next__

    def draw() -> bytes:
        head, rest = turn()
        return b"%bbench-%012d%b" % (head, next(_KEYS), rest)

    return draw


def reading_once(messages: list[bytes]) -> Source:
    """Each message once; then the load ends."""
    left = iter(shuffled(messages))
    return lambda: next(left, None)


def writing_once(messages: list[tuple[bytes, bytes]]) -> Source:
    """Each message once; then the load ends."""
    left = iter(messages)

    def draw() -> bytes | None:
        parts = next(left, None)
        return None if parts is None else b"%bbench-%012d%b" % (parts[0], next(_KEYS), parts[1])

    return draw


def mixed(reads: Source, writes: Source) -> Source:
    """Nine reads, one write, in an order that is the same in every run."""
    turns = itertools.cycle(shuffled([reads] * (100 * READS_PER_TEN) + [writes] * (100 * (10 - READS_PER_TEN))))

    def draw() -> bytes | None:
        return next(turns)()

    return draw


def _stock_reads(world: World, skus: range) -> list[bytes]:
    return [get(f"/api/v1/skus/{world.sku_code(sku)}/availability", world.token) for sku in skus]


def stock_read(world: World, skus: range | None = None) -> Source:
    """skus None: all there are."""
    return reading(_stock_reads(world, skus or range(1, world.skus + 1)))


def stock_read_once(world: World, skus: range) -> Source:
    return reading_once(_stock_reads(world, skus))


def list_page(_world: World) -> Source:
    return reading([get("/products")])


def search(world: World) -> Source:
    return reading([get(f"/api/v1/products?q={quote(words)}", world.token) for words in world.queries()])


def order_lookup(world: World) -> Source:
    numbers = range(1, min(world.orders, VARIANTS_MAX) + 1)
    return reading([get(f"/api/v1/orders/{world.order_number(number)}", world.token) for number in numbers])


def _places(world: World, *, hot: bool) -> list[tuple[int, int]]:
    """(store, SKU): every stock row, or as many of them as are enough, or the one."""
    if hot:
        return [(1, 1)]
    if world.rows <= VARIANTS_MAX:
        return [(store, sku) for store in range(1, world.stores + 1) for sku in range(1, world.skus + 1)]
    drawn = random.Random(SEED).sample(range(world.rows), VARIANTS_MAX)  # noqa: S311 — no secret
    return [(1 + place % world.stores, 1 + place // world.stores) for place in drawn]


def _wanted(world: World, store: int, sku: int) -> dict:
    return {"store": world.store_code(store), "lines": [{"sku": world.sku_code(sku), "qty": 1}]}


def _contact(world: World, number: int) -> dict:
    """One of the known guests in turn, so that an order makes no new customer."""
    who = 2 + number % (world.customers - 1)
    return {"name": f"손님 {who}", "phone": f"+82102{who:07d}", "email": f"guest{who}@example.com"}


def order(world: World, *, hot: bool) -> Source:
    places = _places(world, hot=hot)
    count = max(len(places), world.customers - 1)
    turns = zip(range(count), itertools.cycle(places), strict=False)
    bodies = [_wanted(world, *place) | {"contact": _contact(world, number)} for number, place in turns]
    return writing([post("/api/v1/orders", world.token, body) for body in bodies])


def hold(world: World) -> Source:
    return writing([post("/api/v1/holds", world.token, _wanted(world, *place)) for place in _places(world, hot=False)])


def order_from_hold(world: World, holds: list[tuple[bytes, bytes]]) -> Source:
    """holds: (request, body of its answer), each to be ordered once."""
    messages = []
    for number, (request, answer) in enumerate(holds):
        more = {"hold_id": msgspec.json.decode(answer)["hold_id"], "contact": _contact(world, number)}
        messages.append(post("/api/v1/orders", world.token, body_of(request) | more))
    return writing_once(messages)


def timeline_shopper(world: World) -> Source:
    return reading([get("/api/v1/me/history", world.shopper_token)])


def timeline_staff(world: World) -> Source:
    return reading([get(f"/api/v1/customers/{world.customer_id(1)}/history", world.token)])


def bare() -> Source:
    return reading([get("/bare")])
