"""/desk/orders/{number}: cancelling and returning for the customer, asked first, done once."""

from uuid import uuid4

import pytest
from litestar.testing import AsyncTestClient

from store_omni.pickup.picking import start_picking

from ...factories.browsing import send, sign_in_staff
from ...factories.ordering import Shop

pytestmark = pytest.mark.anyio


async def test_cancelling_for_the_customer_with_a_reason(client: AsyncTestClient, shop: Shop) -> None:
    order = await shop.ready()
    await sign_in_staff(client, shop.world.agent)
    page = (await client.get(f"/desk/orders/{order.number}")).text
    assert "매장에서 이미 준비하고 있어요" in page
    answer = await send(client, f"/desk/orders/{order.number}/cancellation", {"reason": "cannot_come", "note": "출장이 생겼대요"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/orders/{order.number}")
    after = await shop.view(order.id)
    assert (after.state, after.fulfilment.state, after.close_reason) == ("cancelled", "uncollected", "출장이 생겼대요")
    page = (await client.get(f"/desk/orders/{order.number}")).text
    assert "출장이 생겼대요" in page
    assert "/cancellation" not in page


async def test_a_reason_is_needed(client: AsyncTestClient, shop: Shop) -> None:
    placed = await shop.place()
    await sign_in_staff(client, shop.world.agent)
    for reason in ("", "because"):
        answer = await send(client, f"/desk/orders/{placed.number}/cancellation", {"reason": reason})
        assert answer.status_code == 422
    assert (await shop.view(placed.order_id)).state == "confirmed"


async def test_sent_twice_it_happens_once_and_says_the_same(client: AsyncTestClient, shop: Shop) -> None:
    placed = await shop.place()
    await sign_in_staff(client, shop.world.agent)
    fields = {"reason": "too_long", "operation_id": str(uuid4())}
    answers = [await send(client, f"/desk/orders/{placed.number}/cancellation", fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    late = await send(client, f"/desk/orders/{placed.number}/cancellation", {"reason": "too_long"})
    assert (late.status_code, 'data-refused="already_cancelled"' in late.text or "이미 취소한" in late.text) == (409, True)
    assert await shop.pool.fetchval("SELECT count(*) FROM journal.fact WHERE kind = 'order.cancelled'") == 1


async def test_after_handover_the_page_offers_a_return_not_a_cancellation(client: AsyncTestClient, shop: Shop) -> None:
    order = await shop.collected((0, 2))
    await sign_in_staff(client, shop.world.agent)
    address = f"/desk/orders/{order.number}"
    page = (await client.get(address)).text
    assert f"{address}/cancellation" not in page
    assert f'action="{address}/return"' in page
    answer = await send(client, f"{address}/return", {"qty_1": "2", "reason": "defective", "note": "금이 갔대요"})
    assert answer.status_code == 303
    page = (await client.get(address)).text
    assert "R-" in page
    assert "금이 갔대요" in page
    number = await shop.pool.fetchval("SELECT number FROM returns.request")
    assert (await client.get("/desk/search", params={"q": number}, follow_redirects=False)).headers["location"] == address
    assert (await send(client, f"{address}/return", {"qty_1": "1", "reason": "defective"})).status_code == 409
    assert (await send(client, f"{address}/return/cancellation")).status_code == 303
    assert await shop.pool.fetchval("SELECT reception FROM returns.request") == "cancelled"


@pytest.mark.parametrize(
    "fields", [{"reason": "size"}, {"reason": "size", "qty_1": "0"}, {"qty_1": "1"}, {"reason": "size", "qty_1": "x"}]
)
async def test_a_return_of_nothing_is_refused(client: AsyncTestClient, shop: Shop, fields: dict[str, str]) -> None:
    order = await shop.collected((0, 2))
    await sign_in_staff(client, shop.world.agent)
    assert (await send(client, f"/desk/orders/{order.number}/return", fields)).status_code == 422
    assert await shop.pool.fetchval("SELECT count(*) FROM returns.request") == 0


async def test_a_clerk_has_no_way_in(client: AsyncTestClient, shop: Shop) -> None:
    placed = await shop.place()
    async with shop.sessions.begin() as session:
        await start_picking(session, (await shop.view(placed.order_id)).fulfilment.id, by=shop.world.clerk.actor())
    await sign_in_staff(client, shop.world.clerk)
    for address in ("cancellation", "return", "return/cancellation"):
        answer = await send(client, f"/desk/orders/{placed.number}/{address}", {"reason": "too_long"})
        assert answer.status_code == 403
    assert (await shop.view(placed.order_id)).state == "confirmed"


async def test_a_form_without_its_token_does_nothing(client: AsyncTestClient, shop: Shop) -> None:
    placed = await shop.place()
    await sign_in_staff(client, shop.world.agent)
    answer = await client.post(f"/desk/orders/{placed.number}/cancellation", data={"reason": "too_long"})
    assert answer.status_code == 403
    assert (await shop.view(placed.order_id)).state == "confirmed"
