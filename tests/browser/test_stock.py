"""Stock as people keep it, in Korean: a manager at a desk, clerks with wedge scanners, two stores."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, expect

from ..factories.ordering import Shop
from ..factories.world import PIN, Item, make_item, put_stock
from .conftest import Site
from .looking import look
from .test_counter import sign_in

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
WIDTHS = (320, 768, 1280)


@pytest.fixture(scope="module")
async def vase(site_shop: Shop) -> Item:
    """Goods that no other journey touches: 20 in Gangnam, 5 in Hongdae."""
    item = await make_item(site_shop.pool, 777, "VASE", "유리 화병", "Glass vase", "인테리어", "vase", 21000)
    await put_stock(site_shop.pool, site_shop.world.gangnam, item.sku_id, 20)
    await put_stock(site_shop.pool, site_shop.world.hongdae, item.sku_id, 5)
    return item


async def on_hand(shop: Shop, store_id: int, item: Item) -> int:
    return await shop.pool.fetchval(
        "SELECT on_hand FROM inventory.stock_level WHERE store_id = $1 AND sku_id = $2", store_id, item.sku_id
    )


async def till_sells(shop: Shop, store_id: int, item: Item, units: int) -> None:
    await shop.pool.execute(
        "SELECT inventory.post($1::jsonb, 'till', NULL, 'pos', 'service', NULL, NULL)",
        [{"store": store_id, "sku": item.sku_id, "kind": "sell", "on_hand": -units, "truth": True}],
    )


async def manage(page: Page) -> None:
    await page.goto("/office/sign-in")
    await page.locator("[name=login]").fill("3001")
    await page.locator("[name=pin]").fill(PIN)
    await page.locator("form .btn-primary").click()
    await page.wait_for_url("**/office")


async def scan(page: Page, code: str) -> None:
    """As a keyboard-wedge scanner does: keys, then Enter. Before a page's scripts have run a read works too, as a form of its own;
    these journeys are about what the scripts do."""
    await expect(page.locator("[data-scan-input]")).to_be_focused()
    await page.wait_for_load_state()
    await page.keyboard.insert_text(code)
    await page.keyboard.press("Enter")


async def test_a_manager_reads_a_level_and_its_course_and_changes_it(open_context, site_shop: Shop, vase: Item) -> None:
    page = await open_context("desktop")
    await manage(page)
    await page.get_by_role("link", name="재고", exact=True).click()
    await look(page)
    await page.get_by_role("searchbox").fill("화병")
    await expect(page.get_by_text("재고 2건")).to_be_visible()
    assert "q=" in page.url
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/office/stock/*/VASE-1")
    await page.goto("/office/stock/GN/VASE-1")
    before = await on_hand(site_shop, site_shop.world.gangnam, vase)
    await expect(page.get_by_role("img", name="매장 보유와 판매 가능 수량")).to_be_visible()
    await expect(page.locator(".mark-in")).to_have_count(1)
    await look(page)
    await page.get_by_role("link", name="7일").click()
    await expect(page.get_by_role("link", name="7일")).to_have_attribute("aria-current", "page")
    assert "days=7" in page.url

    await page.get_by_label("무슨 일이 있었나요").select_option("fewer:given_away")
    await page.get_by_label("수량", exact=True).fill(str(before + 1))
    await page.get_by_role("button", name="조정 기록하기").click()
    await expect(page.locator("[data-refused=more_than_there]")).to_be_visible()
    await expect(page.get_by_label("수량", exact=True)).to_have_value(str(before + 1))
    await look(page)
    await page.get_by_label("수량", exact=True).fill("2")
    await page.get_by_role("button", name="조정 기록하기").click()
    await expect(page.locator(".sum dd").first).to_have_text(str(before - 2))
    await expect(page.locator(".mark-corrected")).not_to_have_count(0)
    await look(page)
    await page.get_by_role("button", name="되돌리기").click()
    await expect(page.locator(".sum dd").first).to_have_text(str(before))

    await page.locator("[name=safety_web]").fill("4")
    await page.get_by_role("button", name="규칙 저장").click()
    await expect(page.locator(".sum-result dd")).to_have_text(str(before - 4))
    await look(page)
    await page.locator("[name=safety_web]").fill("0")
    await page.get_by_role("button", name="규칙 저장").click()
    await expect(page.locator(".sum-result dd")).to_have_text(str(before))


async def test_a_clerk_counts_blind_while_the_till_sells(open_context, site_shop: Shop, vase: Item) -> None:
    gangnam = site_shop.world.gangnam
    there = await on_hand(site_shop, gangnam, vase)
    page = await open_context("tablet")
    await sign_in(page)
    await page.get_by_role("link", name="재고").click()
    await look(page)
    await scan(page, vase.gtin)
    await expect(page.get_by_role("heading", name="유리 화병")).to_be_visible()
    await look(page)
    await page.get_by_role("link", name="실사", exact=True).click()
    await page.get_by_label("진열대", exact=True).fill("창가")
    await page.get_by_role("button", name="이 진열대 세기").click()
    await expect(page.get_by_role("heading", name="진열대 창가")).to_be_visible()
    await look(page)

    # Faster than the answers come: none may be lost, none may run into the next.
    for _ in range(5):
        await scan(page, vase.gtin)
    counted = page.locator("[data-counted]")
    await expect(counted).to_have_text("5")
    await expect(page.locator("#count")).not_to_contain_text(str(there))
    await look(page)
    await page.get_by_role("button", name="마지막 스캔 되돌리기").click()
    pieces = page.get_by_label("진열대의 유리 화병 수량")
    await expect(pieces).to_have_value("4")
    await till_sells(site_shop, gangnam, vase, 1)
    await scan(page, vase.gtin)
    await expect(page.locator("[data-refused=moved_meanwhile]")).to_be_visible()
    await look(page)
    await pieces.fill(str(there - 2))
    async with page.expect_response(re.compile("/figures$")):
        await page.keyboard.press("Tab")
    await till_sells(site_shop, gangnam, vase, 2)
    await page.get_by_role("button", name="실사 마치기").click()
    await expect(page.get_by_text("실사를 마쳤어요")).to_be_visible()
    await look(page)
    # It was there − 1 when there − 2 were counted, and two were sold after that.
    assert await on_hand(site_shop, gangnam, vase) == there - 4


async def test_a_read_that_waits_for_its_enter_outlives_the_answer_to_the_one_before(open_context, vase: Item) -> None:
    page = await open_context("tablet")
    await sign_in(page)
    await page.goto("/counter/counts")
    await page.get_by_label("진열대", exact=True).fill("안쪽")
    await page.get_by_role("button", name="이 진열대 세기").click()
    sent, answer = asyncio.Event(), asyncio.Event()

    async def hold_back(route: Route) -> None:
        sent.set()
        await answer.wait()
        await route.continue_()

    await page.route("**/scans", hold_back)
    await scan(page, vase.gtin)
    await asyncio.wait_for(sent.wait(), 5)
    await page.keyboard.insert_text(vase.gtin)
    answer.set()
    await expect(page.locator("form[data-result=ok]")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-counted]")).to_have_text("2")


async def test_one_store_sends_and_another_receives_a_part(open_context, site: Site, site_shop: Shop, vase: Item) -> None:
    gangnam, hongdae = site_shop.world.gangnam, site_shop.world.hongdae
    sent_from, sent_to = await on_hand(site_shop, gangnam, vase), await on_hand(site_shop, hongdae, vase)
    office = await open_context("desktop")
    await manage(office)
    await office.goto("/office/stock/transfers")
    await look(office)
    await office.get_by_role("link", name="상품 보내기").first.click()
    await office.get_by_label("보내는 매장").select_option("GN")
    await office.get_by_label("받는 매장").select_option("HD")
    for _ in range(2):
        await office.get_by_label("상품 추가").fill(vase.gtin)
        await office.keyboard.press("Enter")
        await expect(office.get_by_label("상품 추가")).to_have_value("")
    units = office.get_by_label("유리 화병 수량")
    await expect(units).to_have_value("2")
    await units.fill("999")
    await office.get_by_role("button", name=re.compile("보내기$")).click()
    await expect(office.locator("[data-refused=not_that_many_free]")).to_be_visible()
    await expect(units).to_have_value("999")
    await look(office)
    await units.fill("4")
    await office.get_by_role("button", name=re.compile("보내기$")).click()
    await office.wait_for_url(re.compile("/office/stock/transfers/GN/"))
    await expect(office.locator(".steps")).to_contain_text("이동 중")
    await look(office)
    assert await on_hand(site_shop, gangnam, vase) == sent_from - 4

    tablet = await open_context("tablet")
    await sign_in(tablet, "1002")
    await tablet.goto("/counter/receipts")
    await look(tablet)
    await tablet.get_by_role("link", name="강남점에서").first.click()
    for _ in range(3):
        await scan(tablet, vase.gtin)
    await expect(tablet.locator("[data-scanned]")).to_have_text("3")
    await look(tablet)
    await tablet.get_by_label("파손된 유리 화병 수량").fill("1")
    await tablet.get_by_role("button", name="입고하기").click()
    await expect(tablet.get_by_text("3개 입고했어요")).to_be_visible()
    await look(tablet)
    assert await on_hand(site_shop, hongdae, vase) == sent_to + 2

    await office.reload()
    await expect(office.get_by_text("일부 도착")).to_be_visible()
    await office.get_by_text("나머지는 오지 않아요").click()
    await office.get_by_role("button", name="모자란 채 마감하기").click()
    await expect(office.get_by_text("다 도착하지 않았어요")).to_be_visible()
    await look(office)
    await office.get_by_role("link", name="할 일 보기").click()
    await expect(office.get_by_text("보냈지만 도착하지 않음").first).to_be_visible()
    await look(office)


async def test_a_manager_orders_and_a_clerk_takes_it_in(open_context, site_shop: Shop, vase: Item) -> None:
    there = await on_hand(site_shop, site_shop.world.hongdae, vase)
    office = await open_context("desktop")
    await manage(office)
    await office.goto("/office/stock/purchases")
    await look(office)
    await office.get_by_role("link", name="발주하기").first.click()
    await office.get_by_label("받는 매장").select_option("HD")
    # Scanning comes first for whoever stands before the shelf; the supplier may be filled in afterwards.
    for _ in range(3):
        await office.get_by_label("상품 추가").fill(vase.gtin)
        await office.keyboard.press("Enter")
        await expect(office.get_by_label("상품 추가")).to_have_value("")
    await expect(office.get_by_label("유리 화병 수량")).to_have_value("3")
    await expect(office.get_by_label("받는 매장")).to_have_value("HD")
    await office.get_by_label("거래처").fill("한빛유통")
    await look(office)
    await office.get_by_role("button", name="3개 발주하기").click()
    await office.wait_for_url(re.compile("/office/stock/purchases/HD/"))
    await look(office)
    assert await on_hand(site_shop, site_shop.world.hongdae, vase) == there

    tablet = await open_context("tablet")
    await sign_in(tablet, "1002")
    await tablet.goto("/counter/receipts")
    await tablet.get_by_role("link", name="한빛유통").first.click()
    await scan(tablet, vase.gtin)
    await expect(tablet.locator("[data-scanned]")).to_have_text("1")
    await tablet.get_by_role("button", name="입고하기").click()
    await expect(tablet.get_by_text("1개 입고했어요")).to_be_visible()
    assert await on_hand(site_shop, site_shop.world.hongdae, vase) == there + 1

    await office.reload()
    await office.get_by_text("나머지는 오지 않아요").click()
    await look(office)
    await office.get_by_role("button", name="모자란 채 마감하기").click()
    await expect(office.get_by_text("다 들어오지 않았어요")).to_be_visible()
    await look(office)
    await office.goto("/office/stock/purchases?over=yes")
    await expect(office.get_by_text("한빛유통")).to_be_visible()
    await look(office)


async def test_a_manager_decides_on_a_large_difference(open_context, site_shop: Shop, vase: Item) -> None:
    hongdae = site_shop.world.hongdae
    there = await on_hand(site_shop, hongdae, vase)
    tablet = await open_context("tablet", java_script_enabled=False)
    await sign_in(tablet, "1002")
    await tablet.goto("/counter/counts")
    await tablet.get_by_label("또는 분류").select_option("인테리어")
    await tablet.get_by_role("button", name="이 분류 세기").click()
    await tablet.get_by_label("진열대의 유리 화병 수량").fill(str(there + 9))
    await tablet.get_by_role("button", name="유리 화병 수량 입력").click()
    await tablet.get_by_role("button", name="실사 마치기").click()
    await expect(tablet.get_by_text("매니저 확인이 필요해요")).to_be_visible()
    office = await open_context("desktop")
    await manage(office)
    await office.goto("/office/stock/counts")
    await look(office)
    await office.get_by_role("link", name=re.compile("인테리어.*1002", re.S)).first.click()
    await expect(office.get_by_text("189,000원")).to_be_visible()
    await look(office)
    await office.get_by_role("button", name="모두 승인").click()
    await expect(office.get_by_role("heading", name="장부 반영 완료")).to_be_visible()
    await look(office)
    assert await on_hand(site_shop, hongdae, vase) == there + 9


async def test_every_stock_page_fits_every_screen(open_context, site_shop: Shop, vase: Item) -> None:
    office, counter = await open_context("phone"), await open_context("phone")
    await manage(office)
    await sign_in(counter)
    sku = vase.sku_id
    pages = [(office, f"/office/stock{rest}") for rest in (
        "", "?only=short", "/GN/VASE-1?days=365", "/counts", "/transfers?over=yes", f"/transfers/new?sender=GN&lines={sku}-2",
        "/purchases?over=yes", f"/purchases/new?store=GN&supplier=한빛유통&lines={sku}-2", "/tasks", "/drift",
    )]  # fmt: skip
    pages += [
        (counter, f"/counter/{rest}")
        for rest in ("stock", f"stock/{sku}", "stock?q=화병", "counts", "receipts", f"receipts/new?got={sku}-2")
    ]
    for page, address in pages:
        await page.goto(address)
        await look(page, *WIDTHS)
