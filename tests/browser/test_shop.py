"""The shop on a phone, in Korean: from "which store has it?" to "collected", as guest, by mail link, by code, without script."""

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Page, expect

from store_omni.inventory.holding import expire_holds

from ..factories.ordering import Contact, Shop
from ..factories.world import put_stock
from .conftest import Site
from .looking import WIDTHS, drawn, look

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
SEONGSU = {"latitude": 37.5446, "longitude": 127.0559}


async def reserve(page: Page, product: str, name: str, email: str) -> str:
    """From the product page to the order page. Returns the order's number."""
    await page.goto(f"/products/{product}")
    await page.get_by_role("button", name="예약하기").click()
    await page.wait_for_url("**/checkout")
    await page.get_by_label("이름").fill(name)
    await page.get_by_label("전화").fill("010-2222-3333")
    await page.get_by_label("이메일").fill(email)
    await page.get_by_role("button", name="주문하기").click()
    await page.wait_for_url(re.compile("/orders/[0-9A-Z]{4}-[0-9A-Z]{4}"))
    return page.url.rsplit("/", 1)[1]


async def order_of(shop: Shop, number: str):
    return await shop.view(await shop.pool.fetchval('SELECT id FROM orders."order" WHERE number = $1', number))


async def make_ready(shop: Shop, number: str) -> None:
    from uuid import uuid4

    from store_omni.pickup.packing import pack, stage
    from store_omni.pickup.picking import scan_item, start_picking

    order = await order_of(shop, number)
    part, by = order.fulfilment, shop.clerk_at(order.fulfilment.store_id)
    async with shop.sessions.begin() as session:
        await start_picking(session, part.id, by=by)
    for line in order.lines:
        for _ in range(line.qty):
            async with shop.sessions.begin() as session:
                await scan_item(session, part.id, barcode=line.gtin, operation_id=uuid4(), by=by)
    async with shop.sessions.begin() as session:
        await pack(session, part.id, bags=1, by=by)
    async with shop.sessions.begin() as session:
        await stage(session, shop.signer, part.id, shelf="A1", by=by)


async def test_a_guest_finds_orders_watches_and_collects(open_context, site: Site, site_shop: Shop) -> None:
    page = await open_context("phone", geolocation=SEONGSU, permissions=["geolocation"])
    await page.goto("/")
    await look(page)
    await page.get_by_role("button", name="내 주변").click()
    await expect(page.get_by_text("가장 가까운 매장은 강남점")).to_be_visible()
    await look(page)
    await page.get_by_role("searchbox").first.fill("머그컵을")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="클래식 머그컵")).to_be_visible()
    await look(page)
    await page.get_by_role("link", name="클래식 머그컵").click()
    await expect(page.get_by_role("heading", name="매장별 재고")).to_be_visible()
    await expect(page.locator("#stores")).to_contain_text("5.8 km")
    await look(page)

    await page.get_by_role("button", name="하나 더").click()
    await page.get_by_role("button", name="예약하기").click()
    await page.wait_for_url("**/checkout")
    await look(page)
    await page.get_by_label("이름").fill("정다은")
    await page.get_by_label("전화").fill("010-7777-0001")
    await page.get_by_label("이메일").fill("daeun@example.com")
    await page.get_by_role("button", name="주문하기").click()
    await page.wait_for_url("**/orders/*")
    number = page.url.rsplit("/", 1)[1]
    await expect(page.get_by_text("25,800원").first).to_be_visible()
    await look(page)
    await site.mail_to("daeun@example.com", number)

    # Nobody touches the page; it hears of the clerk's work by itself.
    await make_ready(site_shop, number)
    code = page.locator(".qr-card img")
    await drawn(code)
    await look(page)
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(await code.screenshot())))
    order = await order_of(site_shop, number)
    assert [found.text for found in read] == [await site_shop.pass_code(order)]

    await site_shop.hand_over(order)
    await expect(page.get_by_text("받아 가셨어요")).to_be_visible(timeout=10_000)
    await expect(code).to_have_count(0)
    await look(page)


async def test_the_way_back_by_the_mailed_link_works_once(open_context, site: Site, site_shop: Shop) -> None:
    laptop = await open_context("desktop")
    number = await reserve(laptop, "LAMP", "오지민", "jimin@example.com")
    link = re.search(r"http://[^\s]+/o/[\w-]{22}", await site.mail_to("jimin@example.com", number))
    assert link is not None
    phone = await open_context("phone")
    assert (await phone.goto(f"/orders/{number}")).status == 404  # type: ignore[union-attr]  # a page answered
    await look(phone)
    await phone.goto(link.group())
    await look(phone)
    await phone.get_by_role("button", name="내 주문 보기").click()
    await expect(phone.get_by_role("heading", name=number)).to_be_visible()
    await phone.goto("/orders")
    await expect(phone.get_by_text(number)).to_be_visible()
    await look(phone)
    stranger = await open_context("phone")
    await stranger.goto(link.group())
    await expect(stranger.get_by_text("이 링크로는 주문을 열 수 없어요")).to_be_visible()
    await look(stranger)


async def test_the_way_back_by_number_phone_and_code(open_context, site: Site, site_shop: Shop) -> None:
    placed = await site_shop.place((2, 1), contact=Contact("한서준", "+821066660002", "seojun@example.com", "ko"))
    page = await open_context("phone")
    await page.goto("/orders")
    await look(page)
    await page.get_by_label("주문번호").fill(placed.number.replace("-", " ").lower())
    await page.get_by_label("전화번호 뒤 네 자리").fill("0002")
    await page.get_by_role("button", name="메일로 코드 받기").click()
    await look(page)
    await page.get_by_label("숫자 여섯 자리").fill("000000")
    await page.get_by_role("button", name="내 주문 보기").click()
    await expect(page.get_by_text("4번 더 입력할 수 있어요").first).to_be_visible()
    await look(page)
    code = re.search(r"\b\d{6}\b", await site.mail_to("seojun@example.com", "코드"))
    assert code is not None
    await page.get_by_label("숫자 여섯 자리").fill(code.group())
    await page.get_by_role("button", name="내 주문 보기").click()
    await expect(page.get_by_role("heading", name=placed.number)).to_be_visible()


async def test_the_list_follows_the_typing(open_context, site_shop: Shop) -> None:
    page = await open_context("phone")
    await page.goto("/products")
    await page.get_by_role("searchbox").locator("visible=true").fill("수건")
    await expect(page.get_by_role("heading", name="‘수건’")).to_be_visible()
    await expect(page.locator(".product")).to_have_count(1)
    assert "q=" in page.url


async def test_an_unknown_district_is_refused_where_it_was_typed(open_context, site_shop: Shop) -> None:
    page = await open_context("phone")
    await page.goto("/stores")
    await page.get_by_label("동네나 역").fill("아틀란티스")
    await page.get_by_role("button", name="정하기").click()
    await expect(page.locator("[data-refused=place_unknown]")).to_be_visible()
    await expect(page.get_by_label("동네나 역")).to_have_value("아틀란티스")
    await page.get_by_label("동네나 역").fill("성수")
    await page.get_by_role("button", name="정하기").click()
    await expect(page.get_by_text("성수에서 잰 거리예요")).to_be_visible()
    await look(page)


async def test_cancelling(open_context, site: Site, site_shop: Shop) -> None:
    page = await open_context("phone")
    await reserve(page, "NOTE", "윤하린", "harin@example.com")
    await page.get_by_role("link", name="이 주문 취소하기").click()
    await look(page)
    await page.get_by_text("잘못 주문함").click()
    await page.get_by_role("button", name="주문 취소").click()
    await expect(page.get_by_text("취소된 주문이에요")).to_be_visible()
    await look(page)
    await site.mail_to("harin@example.com", "취소")


async def test_who_is_late_keeps_what_was_typed_and_sees_who_has_it(open_context, site_shop: Shop) -> None:
    world = site_shop.world
    level = await site_shop.level(5)
    last_one = level["allocated"] + level["reserved"] + 1 - level["on_hand"]
    await put_stock(site_shop.pool, world.gangnam, world.items[5].sku_id, last_one)
    page = await open_context("phone", geolocation=SEONGSU, permissions=["geolocation"])
    await page.goto("/stores")
    await look(page)
    await page.get_by_role("button", name="강남점 고르기").click()
    await page.goto("/products/CANDLE")
    await expect(page.get_by_text("1개 남음").first).to_be_visible()
    await page.get_by_role("button", name="예약하기").click()
    await page.get_by_label("이름").fill("늦은 사람")
    await page.get_by_label("전화").fill("010-7777-0009")
    # She took longer than what was kept for her.
    await site_shop.pool.execute("UPDATE inventory.hold SET expires_at = now() - interval '1 second' WHERE state = 'active'")
    await expire_holds(site_shop.sessions)
    await site_shop.place((5, 1))
    await page.get_by_role("button", name="주문하기").click()
    await expect(page.locator("[data-refused=not_enough_stock]")).to_be_visible()
    await expect(page.get_by_label("이름")).to_have_value("늦은 사람")
    await look(page)
    await page.get_by_role("link", name="장바구니로 가기").click()
    await expect(page.get_by_text("강남점에서는 전부 받을 수 없어요")).to_be_visible()
    await look(page)
    await page.get_by_role("button", name="홍대점에서 받기").click()
    await page.get_by_role("link", name="주문", exact=True).first.click()
    await expect(page.get_by_text("홍대점").first).to_be_visible()
    await put_stock(site_shop.pool, world.gangnam, world.items[5].sku_id, 100)


async def test_the_whole_order_without_script(open_context, site_shop: Shop) -> None:
    page = await open_context("phone", java_script_enabled=False)
    await page.goto("/stores")
    await page.get_by_label("동네나 역").fill("마포")
    await page.get_by_role("button", name="정하기").click()
    await expect(page.get_by_text("마포구에서 잰 거리예요")).to_be_visible()
    await page.goto("/products/TOWEL")
    await page.get_by_role("button", name="장바구니에 담기").click()
    await page.get_by_role("button", name="하나 더").click()
    await expect(page.get_by_text("39,800원").first).to_be_visible()
    await page.get_by_role("link", name="주문", exact=True).first.click()
    await page.get_by_label("이름").fill("무스크립트")
    await page.get_by_label("전화").fill("01022223333")
    await page.get_by_role("button", name="주문하기").click()
    await expect(page.get_by_text("준비 예정").first).to_be_visible()


async def test_a_lost_connection_is_said_and_made_up_for(open_context, site_shop: Shop) -> None:
    page = await open_context("phone")
    number = await reserve(page, "CHAIR", "구름", "gureum@example.com")
    mark = page.locator("[data-live]")
    await expect(mark).to_contain_text("저절로 바뀌어요")
    # Only an open stream can be let go.
    await expect(mark).to_have_attribute("data-state", "on")
    # A page in the background lets its stream go and catches up when it is looked at again.
    await page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true}); document.dispatchEvent(new Event('visibilitychange'))"
    )
    await make_ready(site_shop, number)
    await page.wait_for_timeout(3000)
    await expect(page.locator(".qr-card")).to_have_count(0)
    await page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: false, configurable: true}); document.dispatchEvent(new Event('visibilitychange'))"
    )
    await expect(page.locator(".qr-card")).to_be_visible(timeout=10_000)


async def test_signing_up_and_the_own_page(open_context, site: Site, site_shop: Shop) -> None:
    page = await open_context("phone")
    await page.goto("/sign-in")
    await look(page)
    await page.get_by_role("link", name="회원가입").click()
    await look(page)
    await page.get_by_label("이름").fill("서도윤")
    await page.locator("[name=login]").fill("doyun-new@example.com")
    await page.locator("form[action='/sign-up'] button.btn-primary").click()
    await page.locator("[name=code]").wait_for()
    await look(page)
    code = re.search(r"\b\d{6}\b", await site.mail_to("doyun-new@example.com"))
    assert code is not None
    await page.locator("[name=code]").fill(code[0])
    await page.locator("[name=password]").fill("짧음")
    await page.locator("form[action='/sign-up/code'] button.btn-primary").click()
    await expect(page.locator("[data-refused]").or_(page.locator(".field-error, [aria-invalid=true]")).first).to_be_visible()
    await look(page)
    await page.locator("[name=code]").fill(code[0])
    await page.locator("[name=password]").fill("충분히 긴 비밀번호")
    await page.locator("form[action='/sign-up/code'] button.btn-primary").click()
    await page.wait_for_url("**/account")
    await look(page)
    await page.get_by_role("link", name="내 정보를 본 기록").click()
    await look(page)
    await page.goto("/products/NOTE")
    await page.get_by_role("button", name="예약하기").click()
    await expect(page.get_by_label("이름")).to_have_value("서도윤")
    await page.locator("[name=phone]").fill("010-9999-0001")
    await page.get_by_role("button", name="주문하기").click()
    await page.wait_for_url("**/orders/*")
    await page.goto("/account")
    await expect(page.get_by_text("무지 노트")).to_be_visible()
    await look(page)


@pytest.mark.parametrize(("locale", "widths"), [("ko-KR", WIDTHS), ("en-GB", WIDTHS[:1])], ids=["Korean", "English"])
async def test_every_page_looks_right(open_context, site_shop: Shop, locale: str, widths: tuple[int, ...]) -> None:
    page = await open_context("phone", locale=locale)
    for address in ("/", "/products", "/products?q=없는것", "/products/MUG", "/basket", "/stores", "/stores/GN", "/orders/lookup",
                    "/sign-in", "/sign-up"):  # fmt: skip
        await page.goto(address)
        await look(page, *widths)
    await page.goto("/products/LAMP")
    await page.locator("button[formaction]").click()
    await page.wait_for_url("**/checkout")
    await look(page, *widths)
    await page.goto("/basket")
    await look(page, *widths)
    await page.set_viewport_size({"width": 320, "height": 640})
    for address in ("/", "/products/LAMP", "/basket", "/checkout", "/stores"):
        await page.goto(address)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320, f"{address} at 320 px"
