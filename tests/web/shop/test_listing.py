"""The list of products: kept while nothing on it changes, for everybody of whom nothing is known, and never for others."""

import gzip
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from httpx import Response
from litestar import Litestar

from store_omni.inventory import listening as hearing
from store_omni.inventory.snapshot import forget
from store_omni.kit.keeping import forget_everything

from ...factories.browsing import listening, send
from ...factories.world import World, make_item, put_stock
from ...stockroom.test_offering import empty, make_bundle, send_transfer
from .shopping import Client, put

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "LOOK_SECONDS", 0.02)


@pytest.fixture
async def routed(app: Litestar, client: Client, world: World) -> list[str]:
    """The addresses that went as far as the router."""
    inside, seen = app.state.list_front._app, []

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            seen.append(scope["path"])
        await inside(scope, receive, send)

    app.state.list_front._app = watched
    await listening(app)
    return seen


def without_token(html: str) -> str:
    return re.sub(r"[0-9a-f]{128}", "TOKEN", html)


def minute_has_passed() -> bool:
    """The time of the figures is on the page, in minutes."""
    return datetime.now(UTC).second < 5


async def kept(client: Client, routed: list[str], address: str, **headers: str) -> Response:
    """An answer that did not come from the router. On a machine that stands still for seconds a page has to be made anew."""
    for _ in range(5):
        before = len(routed)
        answer = await client.get(address, headers=headers)
        if len(routed) == before:
            return answer
        client.cookies.clear()
    raise AssertionError(f"{address} is never kept")


async def test_the_second_visitor_is_given_the_same_page_with_her_own_token(
    app: Litestar, client: Client, world: World, routed: list[str]
) -> None:
    first = await client.get("/products")
    client.cookies.clear()
    second = await kept(client, routed, "/products")
    assert without_token(first.text) == without_token(second.text) or minute_has_passed()
    tokens = [answer.cookies["so_csrf"] for answer in (first, second)]
    assert tokens[0] != tokens[1] and all(token in answer.text for token, answer in zip(tokens, (first, second), strict=True))
    for header in ("content-type", "cache-control", "x-content-type-options", "referrer-policy", "permissions-policy"):
        assert first.headers[header] == second.headers[header], header
    assert "unsafe" not in second.headers["content-security-policy"].replace("wasm-unsafe-eval", "")
    cookies = [answer.headers["set-cookie"].replace(token, "") for answer, token in zip((first, second), tokens, strict=True)]
    assert set(cookies[0].split("; ")) == set(cookies[1].split("; "))
    # The token of a page that was not made for her opens her forms.
    answer = await client.post("/place", data={"_csrf_token": tokens[1], "near": "성수", "next": "/"}, follow_redirects=False)
    assert answer.status_code == 303


async def test_packed_it_is_the_same_page(client: Client, world: World, routed: list[str]) -> None:
    await client.get("/products")
    plain = await kept(client, routed, "/products", **{"accept-encoding": "identity"})
    before = len(routed)
    async with client.stream("GET", "/products", headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip" and int(answer.headers["content-length"]) == len(raw)
    assert gzip.decompress(raw).decode() == plain.text and len(raw) < len(plain.content) / 2
    assert len(routed) == before and ("set-cookie" in answer.headers) == (
        "so_csrf" not in answer.request.headers.get("cookie", "")
    )


async def test_a_language_and_a_filter_have_their_own_page(client: Client, world: World, routed: list[str]) -> None:
    addresses = ("/products", "/products?category=%EC%A3%BC%EB%B0%A9", "/products?q=%EB%A8%B8%EA%B7%B8")
    pages = {
        (address, language): (await kept(client, routed, address, **{"accept-language": language})).text
        for address in addresses
        for language in ("ko", "en")
    }
    assert len({without_token(page) for page in pages.values()}) == 6
    assert "Classic mug" in pages["/products", "en"] and "클래식 머그컵" in pages["/products", "ko"]
    assert "호텔 수건" not in pages["/products?q=%EB%A8%B8%EA%B7%B8", "ko"]


async def test_what_has_changed_is_seen(client: Client, world: World, pool: asyncpg.Pool, routed: list[str]) -> None:
    assert (await client.get("/products?q=머그")).text.count("2개 매장에 있어요") == 1
    sku = world.items[0].sku_id
    await empty(pool, world.gangnam, sku)
    forget([sku])
    assert "1개 매장에 있어요" in (await client.get("/products?q=머그")).text
    await make_item(pool, 9, "MUG2", "새 머그컵", "New mug", "주방", "mug", 9900)
    forget_everything()
    page = (await client.get("/products?q=머그")).text
    assert "새 머그컵" in page and "모든 매장 품절" in page
    assert re.search(r"\d\d:\d\d 기준", page)


async def test_stock_that_moves_without_changing_a_word_costs_no_new_page(
    app: Litestar, client: Client, world: World, pool: asyncpg.Pool, routed: list[str]
) -> None:
    await client.get("/products")
    page = next(iter(app.state.lists._pages._kept.values()))
    await put_stock(pool, world.gangnam, world.items[0].sku_id, 3)
    await listening(app)
    await client.get("/products")
    assert next(iter(app.state.lists._pages._kept.values())) is page or minute_has_passed()


async def test_nobody_is_given_what_is_kept_for_others(client: Client, world: World, routed: list[str]) -> None:
    await client.get("/products")
    await send(client, "/place", {"near": "성수", "next": "/"})
    assert "강남점" in (await client.get("/products")).text
    client.cookies.clear()
    assert "강남점" not in (await client.get("/products")).text
    await put(client, world, store=world.gangnam)
    assert "<b>강남점</b>" in (await client.get("/products")).text
    piece = await client.get("/products", headers={"hx-request": "true", "hx-request-type": "partial"})
    assert "<html" not in piece.text
    client.cookies.clear()
    client.cookies.set("so_csrf", '"><script>')
    bent = (await client.get("/products")).text
    assert '"><script>' not in bent


async def test_a_bundle_is_found_with_its_parts_and_its_stock(client: Client, world: World, pool: asyncpg.Pool) -> None:
    await make_bundle(pool, {world.items[0].sku_id: 4, world.items[1].sku_id: 1})
    assert "선물 세트" in (await client.get("/products?q=선물")).text
    page = (await client.get("/products/SET")).text
    assert "세트 구성" in page and "클래식 머그컵" in page and "2개 남음" in page


async def test_why_it_is_not_here_is_said_in_words(client: Client, world: World, pool: asyncpg.Pool) -> None:
    mug, lamp = world.items[0].sku_id, world.items[1].sku_id
    await empty(pool, world.gangnam, mug)
    await send_transfer(pool, world, mug, datetime.now(UTC) + timedelta(days=1))
    assert "내일 입고 예정" in (await client.get("/products/MUG")).text
    await pool.execute("INSERT INTO stockroom.trust (store_id, sku_id, short_picks) VALUES ($1, $2, 2)", world.gangnam, lamp)
    page = (await client.get("/products/LAMP")).text
    assert "매장에 확인" in page and "재고 수량이 다를 수 있어요" in page and "tel:+8225550100" in page
    assert page.count('name="store_id" value="1"') == 0
    await put(client, world, 1, store=world.gangnam)
    assert "매장에 확인" in (await client.get("/basket")).text
