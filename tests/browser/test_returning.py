"""Bought here, returned there, in Korean: a shopper with her phone, a clerk with a tablet in another store, one history."""

import pytest
from playwright.async_api import Page, expect

from ..factories.ordering import VIEWER, Contact, Shop
from ..factories.world import PIN
from .conftest import Site
from .looking import look

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def sign_in(page: Page, login: str) -> None:
    await page.goto("/counter/sign-in")
    await page.get_by_label("직원 번호").fill(login)
    await page.get_by_label("PIN").fill(PIN)
    await page.get_by_role("button", name="로그인").click()
    await page.wait_for_url("**/counter/queue")


async def scan(page: Page, code: str) -> None:
    """As a keyboard-wedge scanner does: keys, then Enter."""
    field = page.locator("[data-scan-input]")
    await field.wait_for()
    await page.wait_for_load_state()
    await field.fill("")
    await field.focus()
    await page.keyboard.insert_text(code)
    await page.keyboard.press("Enter")


async def code_of(shop: Shop, order_id, purpose: str) -> str:
    from store_omni.passes.issuing import LivePass

    row = await shop.pool.fetchrow(
        """SELECT p.store_id, p.id, p.purpose, p.subject_id, p.key_id, p.expires_at FROM passes.pass p
           LEFT JOIN returns.request r ON r.id = p.subject_id
           WHERE p.purpose = $2 AND coalesce(r.order_id, p.subject_id) = $1 ORDER BY p.issued_at DESC LIMIT 1""",
        order_id, purpose,
    )  # fmt: skip
    return LivePass(*row.values()).code(shop.signer)


async def test_bought_here_returned_there(open_context, site: Site, site_shop: Shop) -> None:
    buyer = Contact("정하린", "+821033330001", "harin@example.com", "ko")
    before = await site_shop.level(0, site_shop.world.hongdae)
    order = await site_shop.collected((0, 2), (1, 1), contact=buyer)
    phone = await open_context("phone")
    await phone.context.add_cookies([{"name": "so_viewer", "value": VIEWER, "url": site.url}])
    await phone.goto(f"/orders/{order.number}/return")
    await look(phone)
    await phone.get_by_role("button", name="반품 코드 받기").click()
    await expect(phone.locator("[data-refused=nothing_chosen]")).to_be_visible()
    await phone.get_by_label("‘클래식 머그컵’ 개수").fill("1")
    await phone.get_by_text("불량 또는 파손").click()
    await phone.get_by_role("button", name="반품 코드 받기").click()
    await expect(phone.get_by_role("heading", name="아무 매장이나 가져오세요")).to_be_visible()
    await expect(phone.get_by_text("12,900원").first).to_be_visible()
    await look(phone)

    code = await code_of(site_shop, order.id, "return")
    tablet = await open_context("tablet")
    await sign_in(tablet, "1002")
    await tablet.goto("/counter/returns")
    await look(tablet)
    await scan(tablet, code)
    await expect(tablet.get_by_role("button", name="12,900원 돌려주기")).to_be_visible()
    await look(tablet)
    await tablet.get_by_role("button", name="12,900원 돌려주기").click()
    await expect(tablet.locator(".verdict-ok")).to_contain_text("12,900원 환불 완료")
    await expect(tablet.locator(".timeline")).to_contain_text("환불 완료")
    await look(tablet)
    await tablet.get_by_role("link", name="반품 전표 인쇄").click()
    await expect(tablet.locator(".paper")).to_contain_text("홍대점")
    await look(tablet)
    await tablet.goto("/counter/returns")
    await scan(tablet, code)
    await expect(tablet.locator("[data-refused=pass_spent]")).to_contain_text("홍대점")
    await look(tablet)

    await phone.reload()
    await expect(phone.get_by_text("12,900원 환불")).to_be_visible()
    await look(phone)
    there = await site_shop.level(0, site_shop.world.hongdae)
    # It came back as faulty, so nobody buys it unseen.
    assert (there["on_hand"], there["quarantine"]) == (before["on_hand"], before["quarantine"] + 1)
    assert (await site_shop.view(order.id)).refunded_minor == 12900


async def test_with_the_receipt_alone(open_context, site_shop: Shop) -> None:
    buyer = Contact("윤도윤", "+821033330003", "doyun@example.com", "ko")
    order = await site_shop.collected((5, 2), contact=buyer)
    tablet = await open_context("tablet")
    await sign_in(tablet, "1002")
    await tablet.goto("/counter/returns")
    await scan(tablet, await code_of(site_shop, order.id, "receipt"))
    await expect(tablet.get_by_role("heading", name="무엇을 반품하나요?")).to_be_visible()
    await look(tablet)
    await tablet.get_by_label("‘소이 캔들 라벤더’ 개수").fill("1")
    await tablet.get_by_label("사유").select_option("size")
    await tablet.get_by_role("button", name="다음").click()
    await tablet.get_by_role("button", name="15,900원 돌려주기").click()
    await expect(tablet.locator(".verdict-ok")).to_contain_text("15,900원 환불 완료")
    assert (await site_shop.view(order.id)).refunded_minor == 15900


async def test_without_script_it_works_too(open_context, site: Site, site_shop: Shop) -> None:
    order = await site_shop.collected((3, 1), contact=Contact("오지우", "+821033330004", "jiu@example.com", "ko"))
    phone = await open_context("phone", java_script_enabled=False)
    await phone.context.add_cookies([{"name": "so_viewer", "value": VIEWER, "url": site.url}])
    await phone.goto(f"/orders/{order.number}/return")
    await phone.get_by_role("button", name="반품 코드 받기").click()
    await expect(phone.get_by_role("heading", name="아무 매장이나 가져오세요")).to_be_visible()
    tablet = await open_context("tablet", java_script_enabled=False)
    await sign_in(tablet, "1002")
    await tablet.goto("/counter/returns")
    await tablet.locator("[data-scan-input]").fill(await code_of(site_shop, order.id, "return"))
    await tablet.get_by_role("button", name="찾기").click()
    await tablet.get_by_role("button", name="3,500원 돌려주기").click()
    await expect(tablet.locator(".verdict-ok")).to_contain_text("3,500원 환불 완료")


async def test_a_manager_signs_for_a_large_refund_on_the_clerks_screen(open_context, site_shop: Shop) -> None:
    order = await site_shop.collected((1, 2), contact=Contact("한지민", "+821033330005", "jimin@example.com", "ko"))
    tablet = await open_context("tablet")
    await sign_in(tablet, "1001")
    await tablet.goto("/counter/returns")
    await scan(tablet, await code_of(site_shop, order.id, "receipt"))
    await tablet.locator("[name=qty_1]").fill("2")
    await tablet.get_by_label("사유").select_option("size")
    await tablet.get_by_role("button", name="다음").click()
    await expect(tablet.get_by_text("매니저 승인이 필요한 환불이에요").first).to_be_visible()
    await look(tablet)
    await tablet.get_by_role("button", name="98,000원 돌려주기").click()
    await expect(tablet.locator("[data-refused=approval_needed]")).to_be_visible()
    await look(tablet)
    await tablet.get_by_label("매니저 직원 번호").fill("3001")
    await tablet.get_by_label("매니저 PIN").fill(PIN)
    await tablet.get_by_role("button", name="98,000원 돌려주기").click()
    await expect(tablet.locator(".verdict-ok")).to_contain_text("98,000원 환불 완료")
    assert (await site_shop.view(order.id)).refunded_minor == 98000
