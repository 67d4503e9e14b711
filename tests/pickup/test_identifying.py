"""A customer without a readable code: the order's number and the last four digits of its phone."""

import asyncio

import pytest
from litestar.testing import AsyncTestClient

from ..factories.browsing import send, sign_in_staff
from ..factories.ordering import Contact, Shop

pytestmark = pytest.mark.anyio
HTMX = {"hx-request": "true"}


@pytest.fixture
async def counter(client: AsyncTestClient, shop: Shop) -> AsyncTestClient:
    await sign_in_staff(client, shop.world.clerk)
    return client


async def ready(shop: Shop, phone: str | None = "+821022224821"):
    contact = Contact("박지훈", phone, None if phone else "jihun@example.com", "ko")
    return await shop.ready((0, 1), contact=contact)


def base(order) -> str:
    return f"/counter/pickups/{order.fulfilment.id}"


async def tries(shop: Shop) -> int | None:
    return await shop.pool.fetchval("SELECT tries FROM pickup.number_check")


async def test_the_right_digits_open_the_same_handover_and_are_recorded(counter: AsyncTestClient, shop: Shop) -> None:
    order = await ready(shop)
    sheet = await send(counter, f"{base(order)}/identity", {"last_four": " 48 21 "}, headers=HTMX)
    assert sheet.status_code == 200 and "주문번호와 휴대폰 뒤 네 자리로 확인했어요" in sheet.text
    done = await send(counter, f"{base(order)}/handover", {"last_four": "4821", "tender": "cash", "operation_id": "o1"})
    assert done.status_code == 303
    assert await shop.pool.fetchval("SELECT verified_by FROM pickup.handover") == "number"
    assert (await shop.view(order.id)).state == "completed"
    assert "번호로 확인" in (await counter.get(base(order))).text
    assert await tries(shop) == 0


async def test_five_wrong_tries_close_this_way_for_the_order_even_many_at_once(counter: AsyncTestClient, shop: Shop) -> None:
    order = await ready(shop)
    wrong = await send(counter, f"{base(order)}/identity", {"last_four": "0000"}, headers=HTMX)
    assert wrong.status_code == 422 and "4번 더 해 볼 수 있어요" in wrong.text
    answers = await asyncio.gather(
        *(send(counter, f"{base(order)}/identity", {"last_four": f"{n:04}"}, headers=HTMX) for n in range(1, 30))
    )
    assert sum(answer.status_code == 422 for answer in answers) == 4
    for address, fields in (("identity", {}), ("handover", {"tender": "cash", "operation_id": "o1"})):
        locked = await send(counter, f"{base(order)}/{address}", {"last_four": "4821"} | fields, headers=HTMX)
        assert (locked.status_code, 'data-refused="number_check_locked"' in locked.text) == (409, True)
    # The code itself still works, and the history says what was tried.
    code = await shop.pass_code(order)
    assert await shop.pool.fetchval("SELECT count(*) FROM journal.fact WHERE kind = 'pickup.refused'") >= 5
    await shop.hand_over(order, code)
    assert await shop.pool.fetchval("SELECT verified_by FROM pickup.handover") == "code"


async def test_the_handover_asks_for_the_digits_itself(counter: AsyncTestClient, shop: Shop) -> None:
    """Its address can be called without the check before it."""
    order = await ready(shop)
    answer = await send(
        counter, f"{base(order)}/handover", {"last_four": "0000", "tender": "cash", "operation_id": "o1"}, headers=HTMX
    )
    assert (answer.status_code, await tries(shop)) == (422, 1)
    assert (await shop.view(order.id)).state == "confirmed"


async def test_another_stores_clerk_finds_nothing_to_try(client: AsyncTestClient, shop: Shop) -> None:
    order = await ready(shop)
    await sign_in_staff(client, shop.world.other_clerk)
    assert (await send(client, f"{base(order)}/identity", {"last_four": "4821"}, headers=HTMX)).status_code == 404
    assert await tries(shop) is None


async def test_an_order_without_a_phone_says_what_to_do(counter: AsyncTestClient, shop: Shop) -> None:
    order = await ready(shop, None)
    answer = await send(counter, f"{base(order)}/identity", {"last_four": "4821"}, headers=HTMX)
    assert (answer.status_code, 'data-refused="no_phone_to_check"' in answer.text) == (422, True)


async def test_pages_of_the_counter_do_not_show_the_digits(counter: AsyncTestClient, shop: Shop) -> None:
    order = await ready(shop)
    for address in (base(order), f"{base(order)}/labels", "/counter/queue"):
        assert "4821" not in (await counter.get(address)).text, address
