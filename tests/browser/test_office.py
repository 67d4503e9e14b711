"""The office on a desktop, and every page of the house that no journey passes by."""

import pytest
from playwright.async_api import expect

from ..factories.ordering import Shop
from ..factories.world import PIN
from .looking import WIDTHS, look
from .test_counter import sign_in

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
NARROW_AND_WIDE = (WIDTHS[0], WIDTHS[-1])


async def test_the_office_looks_right(open_context, site_shop: Shop) -> None:
    await site_shop.place((3, 1))
    page = await open_context("desktop")
    await page.goto("/office/sign-in")
    await look(page, *NARROW_AND_WIDE)
    await page.locator("[name=login]").fill("3001")
    await page.locator("[name=pin]").fill(PIN)
    await page.locator("form .btn-primary").click()
    await page.wait_for_url("**/office")
    await expect(page.get_by_role("rowheader", name="강남점")).to_be_visible()
    await look(page, *NARROW_AND_WIDE)
    for address in ("/office/access", "/office/components"):
        await page.goto(address)
        await look(page, *NARROW_AND_WIDE)


async def test_the_counters_other_pages_look_right(open_context, site_shop: Shop) -> None:
    order = await site_shop.ready((0, 1))
    page = await open_context("tablet")
    await sign_in(page)
    await page.goto(f"/counter/pickups/{order.fulfilment.id}/labels")
    await expect(page.locator(".paper img").first).to_be_visible()
    await look(page)
    for address in ("/counter/customers", "/counter/customers?q=아무도", "/counter/returns", "/counter/nothing", "/nothing"):
        await page.goto(address)
        await look(page)
