"""The main job as people do it, nothing prepared behind their backs: a shopper on her phone, clerks of two stores on their
tablets, an agent at the desk; the codes go from screen to scanner."""

import asyncio
import io

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Page, expect

from ..factories.ordering import Shop
from ..factories.world import PIN
from .conftest import Site
from .looking import drawn, look
from .test_counter import scan, sign_in

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def code_on(page: Page) -> str:
    """What a scanner reads off this screen."""
    picture = page.locator(".qr-card img")
    await drawn(picture)
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(await picture.screenshot())))
    assert len(found) == 1
    return found[0].text


async def test_from_which_store_has_it_to_returned_elsewhere(open_context, site: Site, site_shop: Shop) -> None:
    world = site_shop.world
    before = await site_shop.level(1, world.hongdae)
    phone = await open_context("phone")
    tablet = await open_context("tablet")
    await sign_in(tablet)

    await phone.goto("/")
    await phone.get_by_role("searchbox").first.fill("ㅈㅁ")
    await phone.keyboard.press("Enter")
    await phone.get_by_role("link", name="무선 스탠드 조명 루나").first.click()
    await phone.locator("#stores").get_by_role("button", name="강남점").first.click()
    await phone.wait_for_url("**/basket")
    await phone.get_by_role("link", name="주문", exact=True).first.click()
    await phone.get_by_label("이름").fill("문가온")
    await phone.get_by_label("전화").fill("010-4444-5555")
    await phone.get_by_label("이메일").fill("gaon@example.com")
    await phone.get_by_role("button", name="주문하기").click()
    await phone.wait_for_url("**/orders/*")
    number = phone.url.rsplit("/", 1)[1]

    # The order comes to the counter by itself.
    waiting = tablet.locator("a.waiting", has_text=number)
    await expect(waiting).to_be_visible(timeout=15_000)
    await waiting.click()
    await tablet.get_by_role("button", name="상품 찾기 시작").click()
    await expect(tablet.locator("[data-state=picking]")).to_be_visible()
    await scan(tablet, world.items[1].gtin)
    await tablet.get_by_role("button", name="포장하고 라벨 만들기").click()
    await expect(tablet.locator("[data-state=packed]")).to_be_visible()
    await scan(tablet, "A1")
    await expect(tablet.locator("[data-state=ready_for_pickup]")).to_be_visible()
    await site.mail_to("gaon@example.com", number, "보관해 둘게요")

    await tablet.goto("/counter/queue")
    await phone.get_by_role("button", name="도착했어요").click()
    await expect(phone.get_by_text("매장에 도착을 알렸어요.")).to_be_visible()
    await expect(tablet.locator("#here")).to_contain_text("문가온", timeout=15_000)
    await look(phone)
    # The queue stays while nothing changes: a ping of its stream is no empty board.
    await tablet.wait_for_timeout(5_000)
    await expect(tablet.locator("#here")).to_contain_text("문가온")
    await scan(tablet, await code_on(phone))
    await expect(tablet.locator("[data-scan-result=ok]")).to_contain_text("문가온")
    await look(tablet)
    await tablet.get_by_role("button", name="49,000원 받고 전달하기").click()
    await expect(tablet.locator("[data-state=handed_over]")).to_be_visible()
    await expect(phone.get_by_text("받아 가셨어요")).to_be_visible(timeout=15_000)

    # Weeks later, in another part of the city.
    await phone.goto(f"/orders/{number}/return")
    await phone.get_by_role("button", name="반품 코드 받기").click()
    elsewhere = await open_context("tablet")
    await sign_in(elsewhere, "1002")
    await elsewhere.goto("/counter/returns")
    await scan(elsewhere, await code_on(phone))
    await elsewhere.get_by_role("button", name="49,000원 돌려주기").click()
    await expect(elsewhere.locator("[data-scan-result=ok]")).to_contain_text("49,000원")

    # The agent and the clerk read one story.
    desk = await open_context("desktop")
    await desk.goto("/desk/sign-in")
    await desk.locator("[name=login]").fill("2001")
    await desk.locator("[name=pin]").fill(PIN)
    await desk.locator("form .btn-primary").click()
    await desk.wait_for_url("**/desk/search")
    await expect(desk.get_by_role("searchbox").first).to_be_focused()
    await desk.keyboard.insert_text("문가온 5555")
    await desk.keyboard.press("Enter")
    await desk.wait_for_url("**/desk/customers/*")
    await look(desk)
    await elsewhere.goto("/counter/customers?q=" + "010-4444-5555")
    await elsewhere.wait_for_url("**/counter/customers/*")
    await look(elsewhere)
    stories: list[list[str]] = [[], ["the last message is sent beside"]]
    async with asyncio.timeout(10):
        while stories[0] != stories[1]:
            stories = [await _story(page) for page in (desk, elsewhere)]
    assert {"주문 접수", "환불 완료"} <= set(stories[0])
    there = await site_shop.level(1, world.hongdae)
    assert there["on_hand"] == before["on_hand"] + 1
    looks = await site_shop.pool.fetch(
        """SELECT task FROM journal.access WHERE customer_id = (SELECT customer_id FROM orders."order" WHERE number = $1)""",
        number,
    )
    assert {"counter.scan", "desk.customer", "counter.customer"} <= {row["task"] for row in looks}


async def _story(page: Page) -> list[str]:
    await page.reload()
    return await page.locator("#history .event-what").all_inner_texts()
