"""/counter/stock: what this store has of what the clerk holds, damage, recounts."""

import pytest
from litestar.testing import AsyncTestClient

from store_omni.stockroom.doubting import doubt

from ...factories.browsing import send, sign_in_staff
from ...factories.ordering import Shop
from ...stockroom.keeping import balanced, do

pytestmark = pytest.mark.anyio
HTMX = {"hx-request": "true"}


@pytest.fixture
async def counter(client: AsyncTestClient, shop: Shop) -> AsyncTestClient:
    await sign_in_staff(client, shop.world.clerk)
    return client


async def test_a_scanned_product_shows_what_this_store_has(counter: AsyncTestClient, shop: Shop) -> None:
    mug = shop.world.items[0]
    await shop.place((0, 3))
    scanned = await send(counter, "/counter/stock/scans", {"code": mug.gtin}, headers=HTMX)
    assert scanned.headers["hx-replace-url"] == f"/counter/stock/{mug.sku_id}"
    for words in ("클래식 머그컵", ">7<", ">10<", "그중 3개 약속됨", "다른 매장 1곳", 'data-scan-result="ok"'):
        assert words in scanned.text, words
    plain = await send(counter, "/counter/stock/scans", {"code": mug.code})
    assert plain.headers["location"] == f"/counter/stock/{mug.sku_id}"
    assert "그중 3개 약속됨" in (await counter.get(plain.headers["location"])).text


async def test_a_name_lists_what_fits_and_nothing_is_refused(counter: AsyncTestClient, shop: Shop) -> None:
    found = await send(counter, "/counter/stock/scans", {"code": "머그"}, headers=HTMX)
    assert "이 매장의 ‘머그’" in found.text and "보유 10개" in found.text
    plain = await send(counter, "/counter/stock/scans", {"code": "머그"})
    assert "클래식 머그컵" in (await counter.get(plain.headers["location"])).text
    unknown = await send(counter, "/counter/stock/scans", {"code": "8800000000000"}, headers=HTMX)
    assert (unknown.status_code, 'data-refused="unknown_goods"' in unknown.text) == (422, True)
    assert (await send(counter, "/counter/stock/scans", {"code": ""}, headers=HTMX)).status_code == 422
    assert (await counter.get("/counter/stock/999999")).status_code == 404


@pytest.mark.parametrize("typed", ["ㅡㅕㅎ-1", "mug-1"])
async def test_a_code_written_in_the_wrong_language_or_case_is_understood(
    counter: AsyncTestClient, shop: Shop, typed: str
) -> None:
    """The field keeps Korean letters for names, so a scanner's code may arrive as `ㅡㅕㅎ-1`."""
    mug = shop.world.items[0]
    assert mug.code == "MUG-1"
    scanned = await send(counter, "/counter/stock/scans", {"code": typed}, headers=HTMX)
    assert scanned.headers["hx-replace-url"] == f"/counter/stock/{mug.sku_id}"


async def test_what_the_store_never_had_is_said(counter: AsyncTestClient, shop: Shop) -> None:
    sku = shop.world.items[5].sku_id
    product = await shop.pool.fetchval("SELECT product_id FROM catalog.sku WHERE id = $1", sku)
    new = await shop.pool.fetchval(
        "INSERT INTO catalog.sku (product_id, code, price_minor, currency) VALUES ($1, 'CANDLE-2', 100, 'KRW') RETURNING id",
        product,
    )
    assert "이 매장에는 없던 상품이에요" in (await counter.get(f"/counter/stock/{new}")).text


async def test_damage_leaves_the_shelf_once(counter: AsyncTestClient, shop: Shop) -> None:
    sku = shop.world.items[0].sku_id
    fields = {"units": 2, "reason": "stained", "operation_id": "the-same"}
    for _ in range(2):
        answer = await send(counter, f"/counter/stock/{sku}/damage", fields, headers=HTMX)
    assert "2개를 격리했어요" in answer.text
    level = await shop.level(0)
    assert (level["on_hand"], level["quarantine"]) == (8, 2)
    for wrong, status in (
        ({"units": 0, "reason": "stained"}, 422),
        ({"units": 1, "reason": "ugly"}, 422),
        ({"units": 99, "reason": "stained"}, 409),
    ):
        assert (await send(counter, f"/counter/stock/{sku}/damage", wrong, headers=HTMX)).status_code == status
    await balanced(shop)


async def test_tasks_of_this_store_lead_to_a_recount(counter: AsyncTestClient, shop: Shop) -> None:
    mug, lamp = shop.world.items[:2]
    await do(shop, doubt, shop.world.gangnam, mug.sku_id, units=1, reason="not_found", by=shop.world.clerk.actor())
    await do(shop, doubt, shop.world.hongdae, lamp.sku_id, units=1, reason="not_found", by=shop.world.other_clerk.actor())
    page = (await counter.get("/counter/stock")).text
    assert "클래식 머그컵" in page and "직원이 진열대에서 찾지 못함" in page and "무선 스탠드" not in page
    begun = [await send(counter, f"/counter/stock/{mug.sku_id}/recount") for _ in range(2)]
    assert begun[0].headers["location"] == begun[1].headers["location"]
    assert (await counter.get(begun[0].headers["location"])).status_code == 200
