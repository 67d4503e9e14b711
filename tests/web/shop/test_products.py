import gzip
import re

import asyncpg
import pytest

from store_omni.catalog.searching import search_columns
from store_omni.inventory.snapshot import forget

from ...conftest import ROOT
from ...factories.browsing import send
from ...factories.world import World
from .shopping import Client, put

pytestmark = pytest.mark.anyio
PAGE_BYTES_MAX = 60_000


async def test_the_first_page_shows_goods_and_where_they_are(client: Client, world: World) -> None:
    page = await client.get("/")
    assert page.status_code == 200
    for words in ("클래식 머그컵", "12,900원", "2개 매장에 있어요", 'action="/products"', "/pictures/mug/7a8f6a"):
        assert words in page.text, words
    assert page.headers["cache-control"] == "no-store"


async def test_the_first_page_of_an_empty_shop_says_so(client: Client) -> None:
    assert "아직 상품이 없어요" in (await client.get("/")).text


async def test_searching(client: Client, world: World, pool: asyncpg.Pool) -> None:
    found = (await client.get("/products", params={"q": "머그컵을"})).text
    assert "클래식 머그컵" in found and "상품 1개" in found and "호텔 수건" not in found
    nothing = (await client.get("/products", params={"q": "자전거"})).text
    assert "‘자전거’에 맞는 상품이 없어요" in nothing
    columns = search_columns(["클래식 머그컵"], "", "", [], [], [])
    await pool.execute("UPDATE catalog.product SET search_jamo = $1 WHERE code = 'MUG'", columns.jamo)
    guessed = (await client.get("/products", params={"q": "머구컵"})).text
    assert "혹시 이 상품을 찾으시나요?" in guessed and "클래식 머그컵" in guessed


async def test_a_scanned_barcode_goes_straight_to_its_product(client: Client, world: World) -> None:
    answer = await client.get("/products", params={"q": world.items[1].gtin}, follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"] == f"/products/LAMP?sku={world.items[1].sku_id}"


async def test_a_search_is_answered_to_htmx_with_the_list_alone(client: Client, world: World) -> None:
    piece = await client.get("/products", params={"q": "수건"}, headers={"hx-request": "true", "hx-request-type": "partial"})
    assert "호텔 수건" in piece.text and "<html" not in piece.text


async def test_what_was_typed_is_text_and_never_markup(client: Client, world: World) -> None:
    page = (await client.get("/products", params={"q": "<script>alert(1)</script>\"'%_"})).text
    assert "<script>alert" not in page and "&lt;script&gt;" in page


async def test_odd_addresses_are_answered(client: Client, world: World) -> None:
    for address in (
        "/products?sort=none&category=none",
        "/products?at=-3",
        "/products?at=99999",
        "/products/MUG?sku=1&stores=all",
    ):
        assert (await client.get(address)).status_code == 200, address
    for address in ("/products/NONE", "/pictures/mug/%2e%2e", "/pictures/<x>/red", "/stores/NONE"):
        assert (await client.get(address)).status_code == 404, address
    assert (await client.get("/products?at=x")).status_code == 422


async def test_stock_by_store_with_reasons_and_the_time_it_was_read(client: Client, world: World, pool: asyncpg.Pool) -> None:
    sku = world.items[0].sku_id
    await pool.execute("UPDATE inventory.stock_level SET on_hand = 2 WHERE store_id = $1 AND sku_id = $2", world.gangnam, sku)
    await pool.execute("UPDATE stores.store SET pickup = false WHERE id = $1", world.hongdae)
    page = (await client.get("/products/MUG")).text
    for words in ("2개 남음", "픽업 주문을 받지 않는 매장이에요", "까지 준비", "여기서 받기"):
        assert words in page, words
    assert re.search(r"\d\d:\d\d 기준", page)
    await pool.execute("UPDATE inventory.stock_level SET on_hand = 0 WHERE store_id = $1 AND sku_id = $2", world.gangnam, sku)
    forget([sku])
    page = (await client.get("/products/MUG")).text
    assert "지금은 받을 수 있는 매장이 없어요" in page and "품절" in page and 'name="store_id"' not in page


async def test_a_typed_district_sorts_the_stores_and_stays_in_the_browser(client: Client, world: World) -> None:
    answer = await send(client, "/place", {"near": "성수", "next": "/products/MUG"})
    assert answer.status_code == 303 and answer.headers["location"] == "/products/MUG"
    assert "httponly" in answer.headers["set-cookie"].lower()
    page = (await client.get("/products/MUG")).text
    assert "성수에서 잰 거리예요" in page and "5.8 km" in page
    assert page.index("강남점") < page.index("홍대점")
    await send(client, "/place", {"lat": "37.5563", "lon": "126.9236"})
    page = (await client.get("/stores")).text
    assert "지금 계신 곳에서 잰 거리예요" in page and page.index("홍대점") < page.index("강남점")
    await send(client, "/place", {"forget": "1"})
    assert "잰 거리예요" not in (await client.get("/stores")).text


async def test_an_unknown_place_is_refused_with_what_helps(client: Client, world: World) -> None:
    answer = await send(client, "/place", {"near": "아틀란티스"})
    assert answer.status_code == 422 and "아틀란티스" in answer.text and "성수나 마포구처럼" in answer.text
    for point in ({"lat": "nan", "lon": "1"}, {"lat": "91", "lon": "1"}, {}):
        assert (await send(client, "/place", point)).status_code == 422
    assert (await send(client, "/place", {"near": "성수", "next": "//evil.example"})).headers["location"] == "/"


async def test_a_bent_cookie_is_no_place(client: Client, world: World) -> None:
    for value in ("x", "[1]", "%5B999%2C0%5D", "%5Bnull%2Cnull%5D", "{}"):
        client.cookies.set("so_place", value)
        client.cookies.set("so_basket", value)
        assert (await client.get("/products/MUG")).status_code == 200, value


async def test_the_chosen_store_is_said_on_the_cards(client: Client, world: World) -> None:
    await send(client, "/basket/store", {"store_id": world.hongdae, "next": "/products"})
    assert "홍대점" in (await client.get("/products")).text
    await put(client, world, store=world.gangnam)
    assert "<b>강남점</b> <span>재고 있음" in (await client.get("/products")).text


async def test_pictures_are_drawn_and_kept(client: Client) -> None:
    picture = await client.get("/pictures/mug/sage")
    assert picture.headers["content-type"].startswith("image/svg+xml") and picture.text.startswith("<svg")
    assert "max-age=2592000" in picture.headers["cache-control"]
    assert (await client.get("/pictures/nothing-like-it/7a8f6a?c=kitchen")).status_code == 200


@pytest.mark.parametrize("address", ["/", "/products", "/products/MUG", "/stores"])
async def test_a_page_is_small(client: Client, world: World, address: str) -> None:
    static = ROOT / "frontend/static"
    parts = [(await client.get(address)).content] + [(static / name).read_bytes() for name in ("css/app.css", "js/app.js")]
    assert sum(len(gzip.compress(part)) for part in parts) <= PAGE_BYTES_MAX


async def test_english(client: Client, world: World) -> None:
    page = (await client.get("/products/MUG", headers={"accept-language": "en"})).text
    assert "Classic mug" in page and "Stock by store" in page and "Gangnam" in page and "₩12,900" in page
