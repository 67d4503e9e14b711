"""The counter on a tablet, in Korean: a clerk does her whole job with a scanner, and the page can be used by everybody."""

from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from ..factories.ordering import Contact, Shop
from ..factories.world import PIN
from .camera import film_of_qr
from .conftest import FLAGS, Site, chromium
from .looking import WIDTHS, look

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def sign_in(page: Page, login: str = "1001") -> None:
    await page.goto("/counter/sign-in")
    await page.get_by_label("직원 번호").fill(login)
    await page.get_by_label("PIN").fill(PIN)
    await page.get_by_role("button", name="로그인").click()
    await page.wait_for_url("**/counter/queue")


async def scan(page: Page, code: str) -> None:
    """As a keyboard-wedge scanner does: keys, then Enter."""
    field = page.locator("[data-scan-input]").first
    await expect(field).to_be_focused()
    await page.wait_for_load_state()
    await page.keyboard.insert_text(code)
    await page.keyboard.press("Enter")


async def test_a_clerk_picks_stages_and_hands_over_with_the_scanner(open_context, site: Site, site_shop: Shop) -> None:
    placed = await site_shop.place((0, 1), (4, 2), contact=Contact("박지훈", "+821022220001", "jihun@example.com", "ko"))
    order = await site_shop.view(placed.order_id)
    page = await open_context("tablet")
    await sign_in(page)
    await page.locator(f"#waiting-{order.fulfilment.id}").click()
    await page.get_by_role("button", name="상품 찾기 시작").click()
    await expect(page.locator("[data-state=picking]")).to_be_visible()
    await look(page)

    await scan(page, site_shop.world.items[2].gtin)
    await expect(page.locator("[data-refused=wrong_item]")).to_be_visible()
    for index in (0, 4, 4):
        before = await page.locator("[data-scan-result=ok]").count()
        await page.locator("[data-scan-input]").first.fill("")
        await scan(page, site_shop.world.items[index].gtin)
        await expect(page.locator("[data-scan-result=ok]")).to_be_visible()
        assert before in (0, 1)
        await page.wait_for_timeout(300)
    await page.get_by_role("button", name="포장하고 라벨 만들기").click()
    await expect(page.locator("[data-state=packed]")).to_be_visible()
    await look(page)
    await scan(page, "a2")
    await expect(page.locator("[data-state=ready_for_pickup]")).to_be_visible()
    await look(page)
    await site.mail_to("jihun@example.com", placed.number, "보관해 둘게요")

    order = await site_shop.view(placed.order_id)
    await page.goto("/counter/queue")
    await look(page)
    await scan(page, await site_shop.pass_code(order))
    await expect(page.get_by_role("button", name="76,900원 받고 전달하기")).to_be_visible()
    # Held upright, too.
    await look(page, 820, 1180)
    await page.get_by_text("단말기 카드").click()
    await page.get_by_role("button", name="76,900원 받고 전달하기").click()
    await expect(page.locator("[data-refused=slip_missing]")).to_be_visible()
    await page.get_by_role("textbox", name="전표 번호").fill("A-48213")
    await page.get_by_role("button", name="76,900원 받고 전달하기").click()
    await expect(page.locator("[data-state=handed_over]")).to_be_visible()
    await look(page)
    after = await site_shop.view(placed.order_id)
    assert (after.state, after.tender, after.captured_minor) == ("completed", "card_terminal", 76900)

    await page.goto("/counter/queue")
    await scan(page, await _spent_code(site_shop, order))
    refused = page.locator("[data-refused=pass_spent]")
    await expect(refused).to_contain_text("1001")
    await page.goto(f"/counter/pickups/{order.fulfilment.id}/receipt")
    await expect(page.locator(".paper")).to_contain_text("76,900원")
    await look(page)


async def _spent_code(shop: Shop, order) -> str:
    from store_omni.passes.issuing import LivePass

    row = await shop.pool.fetchrow(
        "SELECT store_id, id, purpose, subject_id, key_id, expires_at FROM passes.pass WHERE subject_id = $1 AND purpose = 'pickup'",
        order.fulfilment.id,
    )
    return LivePass(*row.values()).code(shop.signer)


async def test_the_camera_reads_the_customers_code(site: Site, site_shop: Shop, tmp_path: Path) -> None:
    order = await site_shop.ready((3, 1))
    film = film_of_qr(await site_shop.pass_code(order), tmp_path / "qr.y4m")
    camera = [
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}",
    ]  # fmt: skip
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *camera])
        context = await browser.new_context(
            base_url=site.url, locale="ko-KR", viewport={"width": 1180, "height": 820}, permissions=["camera"]
        )
        page = await context.new_page()
        await sign_in(page)
        await page.get_by_role("button", name="카메라로 스캔").click()
        await expect(page.get_by_role("button", name="3,500원 받고 전달하기")).to_be_visible(timeout=20_000)
        await page.get_by_role("button", name="3,500원 받고 전달하기").click()
        await expect(page.locator("[data-state=handed_over]")).to_be_visible()
        await browser.close()
    assert (await site_shop.view(order.id)).state == "completed"


async def compose(page: Page, *syllables: tuple[str, ...]) -> None:
    """As the Korean input method types: each syllable grows while it is being composed."""
    keyboard = await page.context.new_cdp_session(page)
    for steps in syllables:
        for step in steps:
            await keyboard.send(
                "Input.dispatchKeyEvent", {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": "Process", "code": "KeyA"}
            )
            await keyboard.send("Input.imeSetComposition", {"text": step, "selectionStart": len(step), "selectionEnd": len(step)})
        await keyboard.send("Input.insertText", {"text": steps[-1]})


async def test_a_clerk_finds_goods_by_their_korean_name(open_context, site_shop: Shop) -> None:
    page = await open_context("tablet")
    await sign_in(page)
    await page.goto("/counter/stock")
    field = page.locator("[data-scan-input]")
    await expect(field).to_be_focused()
    await compose(page, ("ㅁ", "머"), ("ㄱ", "그"))
    await expect(field).to_have_value("머그")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("이 매장의 ‘머그’")).to_be_visible()


async def test_a_code_field_still_reads_a_scanner_in_korean_mode(open_context, site_shop: Shop) -> None:
    page = await open_context("tablet")
    await sign_in(page)
    await expect(page.locator("[data-scan-input]")).to_be_focused()
    await page.keyboard.insert_text("뮤ㅍ")
    await expect(page.locator("[data-scan-input]")).to_have_value("abv")


async def test_the_queue_and_picks_look_right_at_every_size(open_context, site_shop: Shop) -> None:
    await site_shop.place((1, 1))
    page = await open_context("phone")
    await page.goto("/counter/sign-in")
    await look(page, *WIDTHS)
    await sign_in(page)
    for address in ("/counter/queue", "/counter/picks", "/counter/scan"):
        await page.goto(address)
        await look(page, *WIDTHS)
