"""The desk with a keyboard, in Korean: find the caller, see everything, act for her, and everything noted."""

import pytest
from playwright.async_api import Page, expect

from ..factories.ordering import Contact, Shop
from ..factories.world import PIN
from .looking import WIDTHS, look

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def sign_in(page: Page, login: str = "2001", face: str = "desk") -> None:
    await page.goto(f"/{face}/sign-in")
    await look(page)
    await page.get_by_label("직원 번호").fill(login)
    await page.get_by_label("PIN").fill(PIN)
    await page.get_by_role("button", name="로그인").click()
    await page.wait_for_url(lambda url: "sign-in" not in url)


async def ask(page: Page, words: str) -> None:
    await page.keyboard.press("/")
    await expect(page.locator("[data-search]")).to_be_focused()
    await page.keyboard.insert_text(words)
    await page.keyboard.press("Enter")


async def test_an_agent_finds_the_caller_and_cancels_for_her(open_context, site_shop: Shop) -> None:
    caller = Contact("한서연", "+821044440001", "seoyeon@example.com", "ko")
    order = await site_shop.ready((2, 1), contact=caller)
    await site_shop.place((3, 1), contact=Contact("한서연", "+821099990001", "s2@example.com", "ko"))
    page = await open_context("desktop")
    await sign_in(page)
    await page.keyboard.press("Escape")
    await ask(page, "한서연")
    await expect(page.locator("[data-refused=name_alone]")).to_be_visible()
    await page.keyboard.press("Escape")
    await ask(page, "한서연 0001")
    await expect(page.locator("#main .row-link")).to_have_count(2)
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await expect(page.locator("#main .row-link").first).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/customers/**")

    await page.keyboard.press("/")
    await page.keyboard.insert_text("010-4444-0001")
    await page.keyboard.press("Enter")
    await expect(page.locator(".timeline").first).to_contain_text("강남점")
    await page.get_by_role("link", name=order.number).first.click()
    await page.get_by_text("고객 대신 취소하기").click()
    await look(page)
    await page.get_by_label("사유").select_option("cannot_come")
    await page.get_by_label("고객이 한 말").fill("출장이 생겼대요")
    await page.get_by_role("button", name=f"주문 {order.number} 취소").click()
    await expect(page.locator(".timeline")).to_contain_text("출장이 생겼대요")
    await expect(page.get_by_text("고객 대신 취소하기")).to_have_count(0)
    await look(page)
    assert (await site_shop.view(order.id)).fulfilment.state == "uncollected"


async def test_an_agent_starts_a_return_that_the_shopper_is_told_of(open_context, site, site_shop: Shop) -> None:
    caller = Contact("남도영", "+821044440002", "doyoung@example.com", "ko")
    order = await site_shop.collected((4, 1), contact=caller)
    page = await open_context("tablet")
    await sign_in(page)
    await page.goto(f"/desk/search?q={order.number}")
    await page.get_by_text("고객 대신 반품 시작하기").click()
    await page.get_by_label("‘캠핑용 접이식 의자’ 개수").fill("1")
    await page.get_by_label("사유").select_option("defective")
    await page.get_by_role("button", name="반품 시작").click()
    await expect(page.get_by_text("진행 중")).to_be_visible()
    await look(page)
    await site.mail_to("doyoung@example.com", order.number, "반품이 접수됐어요")


async def test_every_page_can_be_used_by_everybody(open_context, site_shop: Shop) -> None:
    caller = Contact("문가온", "+821044440003", "gaon@example.com", "ko")
    order = await site_shop.collected((5, 1), contact=caller)
    page = await open_context("tablet")
    await sign_in(page)
    for address in (
        "/desk/search", "/desk/search?q=문가온", "/desk/search?q=010-0000-0000", "/desk/search?q=010-4444-0003",
        f"/desk/orders/{order.number}",
    ):  # fmt: skip
        await page.goto(address)
        await look(page, *WIDTHS[1:])
    await page.get_by_text("고객 대신 반품 시작하기").click()
    await look(page, *WIDTHS[1:])


async def test_a_manager_reads_who_looked(open_context, site_shop: Shop) -> None:
    order = await site_shop.collected((5, 1), contact=Contact("서은채", "+821044440004", "eunchae@example.com", "ko"))
    page = await open_context("desktop")
    await sign_in(page, "3001", "office")
    await page.goto(f"/desk/orders/{order.number}")
    await page.goto(f"/office/access?order={order.number}")
    await expect(page.locator("table")).to_contain_text("고객센터에서 주문 보기")
    await expect(page.locator("table")).to_contain_text("서*채")
    await look(page)
