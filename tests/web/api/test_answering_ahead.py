"""The stock of a SKU as whole bytes for a whole request, before anything is taken apart: the same as the long way would say."""

import asyncio

import asyncpg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from store_omni.app import Application
from store_omni.inventory import listening as hearing
from store_omni.inventory.snapshot import forget
from store_omni.web.api import fronting

from ...factories.browsing import listening
from ...factories.world import World, put_stock

pytestmark = pytest.mark.anyio
ADDRESS = "/api/v1/skus/MUG-1/availability"
COMMON = [(b"date", b"Mon, 23 Nov 2026 00:00:00 GMT")]
HOST = b"host: shop\r\n"
LINE = f"GET {ADDRESS} HTTP/1.1".encode()
Client = AsyncTestClient[Litestar]


def request(lines: bytes = HOST, address: str = ADDRESS) -> bytes:
    return f"GET {address} HTTP/1.1\r\n".encode() + lines + b"\r\n"


def taken_apart(answer: bytes | None) -> tuple[bytes, dict[str, str], bytes]:
    assert answer is not None
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    return first, dict(line.decode().split(": ", 1) for line in lines), body


@pytest.fixture(autouse=True)
async def heard(app: Application, client: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "LOOK_SECONDS", 0.02)
    await listening(app)


async def test_it_says_what_the_long_way_says(app: Application, client: Client) -> None:
    assert app.at_once(request(), COMMON) is None, "nobody has asked yet"
    long = await client.get(ADDRESS)
    first, headers, body = taken_apart(app.at_once(request(), COMMON))
    assert first == b"HTTP/1.1 200 OK" and body == long.content
    assert headers.pop("date") == COMMON[0][1].decode() and headers.pop("age") in ("0", "1", "2")
    assert headers == {name: value for name, value in long.headers.items() if name != "age"}
    later = [(b"date", b"later")]
    assert taken_apart(app.at_once(request(), later))[1]["date"] == "later"


@pytest.mark.parametrize(
    "asked",
    [
        request(address="/api/v1/skus/LAMP-1/availability"),
        request(address=f"{ADDRESS}?latitude=37.5&longitude=127"),
        request().replace(b"GET", b"PUT"),
        request().replace(b"HTTP/1.1", b"HTTP/1.0"),
        request(b""),
        request(HOST + b"content-length: 1\r\n"),
        request(HOST + b"connection: close\r\n"),
        request(HOST + b"x: " + b"x" * fronting.MANNER_BYTES_MAX + b"\r\n"),
        request() * 2,
        request()[:-2],
    ],
)
async def test_whatever_is_not_quite_that_goes_the_long_way(app: Application, client: Client, asked: bytes) -> None:
    await client.get(ADDRESS)
    assert app.at_once(request(), COMMON) is not None
    assert app.at_once(asked, COMMON) is None and app.at_once(asked, COMMON) is None


async def test_each_hears_its_language(app: Application, client: Client) -> None:
    english = HOST + b"Accept-Language: en\r\n"
    await client.get(ADDRESS)
    assert app.at_once(request(english), COMMON) is None
    await client.get(ADDRESS, headers={"accept-language": "en"})
    for lines, name in (
        (HOST, "강남점"),
        (english, "Gangnam"),
        (HOST + b"cookie: so_lang=en\r\n", "Gangnam"),
        (english + b"cookie: a=1; so_lang=ko\r\n", "강남점"),
    ):
        assert name.encode() in taken_apart(app.at_once(request(lines), COMMON))[2]


async def test_a_change_of_our_own_is_never_left_out_and_one_elsewhere_follows(
    app: Application, client: Client, pool: asyncpg.Pool, world: World
) -> None:
    await client.get(ADDRESS)
    sku = world.items[0].sku_id
    await put_stock(pool, world.gangnam, sku, 5)
    forget([sku])
    assert app.at_once(request(), COMMON) is None
    async with asyncio.timeout(5):
        while (answer := app.at_once(request(), COMMON)) is None:
            await asyncio.sleep(0.005)
    assert b'"free":15' in answer
    await put_stock(pool, world.gangnam, sku, 2)
    async with asyncio.timeout(5):
        while b'"free":17' not in (app.at_once(request(), COMMON) or b""):
            await asyncio.sleep(0.005)


async def test_goods_out_of_the_range_and_expired_words_are_not_given(
    app: Application, client: Client, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.get(ADDRESS)
    made = app.front._at_hand["ko"][LINE]
    until = made.until
    monkeypatch.setattr(fronting, "monotonic", lambda: until + 1)
    assert taken_apart(app.at_once(request(), COMMON))[2] and app.front._at_hand["ko"][LINE] is not made
    await pool.execute("UPDATE catalog.sku SET active = false WHERE code = 'MUG-1'")
    async with asyncio.timeout(5):
        while app.at_once(request(), COMMON) is not None:
            await asyncio.sleep(0.005)
    assert (await client.get(ADDRESS)).status_code == 404 and app.at_once(request(), COMMON) is None


async def test_so_many_manners_are_known_and_no_more(app: Application, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fronting, "MANNERS_MAX", 3)
    await client.get(ADDRESS)
    for number in range(10):
        assert app.at_once(request(HOST + b"x: %d\r\n" % number), COMMON) is not None
    assert len(app.front._manners) == 3
