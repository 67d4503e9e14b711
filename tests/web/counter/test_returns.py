"""/counter/returns: scan, take in, give back, at any store; twice is refused with who, when and where."""

from uuid import UUID, uuid4

import pytest
from litestar.testing import AsyncTestClient

from store_omni.orders.queries import OrderView
from store_omni.passes.issuing import live_pass
from store_omni.returns.choosing import Asked
from store_omni.returns.queries import live_code, return_by_id
from store_omni.returns.requesting import request_return

from ...factories.browsing import send, sign_in_staff
from ...factories.ordering import Shop

pytestmark = pytest.mark.anyio
HTMX = {"hx-request": "true"}


async def receipt_of(shop: Shop, order: OrderView) -> str:
    async with shop.sessions.begin() as session:
        live = await live_pass(session, purpose="receipt", store_id=order.fulfilment.store_id, subject_id=order.id)
    assert live is not None
    return live.code(shop.signer)


async def asked(shop: Shop, order: OrderView) -> tuple[UUID, str]:
    async with shop.sessions.begin() as session:
        made = await request_return(
            session, shop.signer, order.id, asked=[Asked(1, 1)], reason="size", by=shop.world.agent.actor()
        )
        live = await live_code(session, await return_by_id(session, made.request_id))
    assert live is not None
    return made.request_id, live.code(shop.signer)


async def test_a_return_code_at_another_store(client: AsyncTestClient, shop: Shop) -> None:
    order = await shop.collected((0, 2))
    request_id, code = await asked(shop, order)
    await sign_in_staff(client, shop.world.other_clerk)
    shown = await send(client, "/counter/returns/scan", {"code": code}, headers=HTMX)
    assert shown.status_code == 200
    for words in ('data-scan-result="ok"', "클래식 머그컵", "12,900원", "김하늘", "크기나 색상이 안 맞음"):
        assert words in shown.text, words
    answer = await send(client, "/counter/returns/receptions", {"code": code})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/counter/returns/{request_id}")
    for address in (answer.headers["location"], f"{answer.headers['location']}/slip", "/counter/returns"):
        page = await client.get(address)
        assert page.status_code == 200
        assert "12,900원" in page.text
    again = await send(client, "/counter/returns/scan", {"code": code}, headers=HTMX)
    assert again.status_code == 409
    for words in ('data-refused="pass_spent"', "홍대점", "1002"):
        assert words in again.text, words
    refused = await shop.pool.fetchrow("SELECT * FROM journal.entry WHERE kind = 'return.refused'")
    assert (refused["order_id"], refused["store_id"]) == (order.id, shop.world.hongdae)


async def test_a_receipt_starts_and_ends_a_return_in_one_go(client: AsyncTestClient, shop: Shop) -> None:
    order = await shop.collected((0, 2), (1, 1))
    receipt = await receipt_of(shop, order)
    await sign_in_staff(client, shop.world.other_clerk)
    chosen = {"code": receipt, "qty_1": "2", "qty_2": "0", "reason": "defective"}
    assert 'name="qty_2"' in (await send(client, "/counter/returns/scan", {"code": receipt}, headers=HTMX)).text
    ahead = await send(client, "/counter/returns/choice", chosen, headers=HTMX)
    assert "25,800원" in ahead.text
    assert await shop.pool.fetchval("SELECT count(*) FROM returns.request") == 0, "a look ahead writes nothing"
    answer = await send(client, "/counter/returns/receptions", chosen)
    assert answer.status_code == 303
    assert (await shop.view(order.id)).refunded_minor == 25800
    rest = await send(client, "/counter/returns/scan", {"code": receipt}, headers=HTMX)
    assert 'name="qty_2"' in rest.text, "the receipt stays good for the rest"
    assert 'name="qty_1"' not in rest.text


async def test_sent_twice_it_pays_once_and_says_the_same(client: AsyncTestClient, shop: Shop) -> None:
    order = await shop.collected((0, 3))
    fields = {"code": await receipt_of(shop, order), "qty_1": "1", "reason": "size", "operation_id": str(uuid4())}
    await sign_in_staff(client, shop.world.other_clerk)
    answers = [await send(client, "/counter/returns/receptions", fields) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert (await shop.view(order.id)).refunded_minor == 12900
    other = await send(client, "/counter/returns/receptions", fields | {"qty_1": "2"})
    assert other.status_code == 409


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, 422), ({"code": "NONSENSE"}, 422), ({"code": "A" * 160}, 422), ({"code": "K7QM-2X9P"}, 422)],
)
async def test_what_is_no_code_is_refused(client: AsyncTestClient, shop: Shop, fields: dict[str, str], status: int) -> None:
    await sign_in_staff(client, shop.world.clerk)
    for address in ("/counter/returns/scan", "/counter/returns/receptions"):
        assert (await send(client, address, fields, headers=HTMX)).status_code == status


async def test_a_pickup_code_is_refused_here(client: AsyncTestClient, shop: Shop) -> None:
    ready = await shop.ready((0, 1))
    await sign_in_staff(client, shop.world.clerk)
    answer = await send(client, "/counter/returns/scan", {"code": await shop.pass_code(ready)}, headers=HTMX)
    assert (answer.status_code, 'data-refused="pass_wrong_purpose"' in answer.text) == (409, True)


async def test_too_many_or_too_late_is_said_before_goods_change_hands(client: AsyncTestClient, shop: Shop) -> None:
    order = await shop.collected((0, 2))
    receipt = await receipt_of(shop, order)
    await sign_in_staff(client, shop.world.clerk)
    chosen = {"code": receipt, "qty_1": "3", "reason": "size"}
    for address in ("/counter/returns/choice", "/counter/returns/receptions"):
        answer = await send(client, address, chosen, headers=HTMX)
        assert (answer.status_code, 'data-refused="more_than_left"' in answer.text) == (409, True), address
    await shop.pool.execute("UPDATE orders.fulfilment SET handed_over_at = now() - interval '31 days'")
    late = await send(client, "/counter/returns/scan", {"code": receipt}, headers=HTMX)
    assert 'data-refused="return_window_over"' in late.text
    assert await shop.pool.fetchval("SELECT count(*) FROM payments.refund") == 0


async def test_every_look_at_this_counter_is_noted(client: AsyncTestClient, shop: Shop) -> None:
    order = await shop.collected((0, 2))
    receipt = await receipt_of(shop, order)
    await sign_in_staff(client, shop.world.other_clerk)
    chosen = {"code": receipt, "qty_1": "1", "reason": "size"}
    await send(client, "/counter/returns/scan", {"code": receipt}, headers=HTMX)
    await send(client, "/counter/returns/choice", chosen, headers=HTMX)
    page = (await send(client, "/counter/returns/receptions", chosen)).headers["location"]
    for address in (page, f"{page}/history", f"{page}/slip"):
        assert (await client.get(address)).status_code == 200
    rows = await shop.pool.fetch("SELECT task, store_id, order_id FROM journal.access ORDER BY at")
    assert [row["task"] for row in rows] == [
        "counter.return", "counter.return", "counter.return", "counter.history", "counter.return_slip",
    ]  # fmt: skip
    assert {(row["store_id"], row["order_id"]) for row in rows} == {(shop.world.hongdae, order.id)}


@pytest.mark.owner
async def test_a_scan_that_cannot_be_noted_shows_nobody(client: AsyncTestClient, shop: Shop) -> None:
    _, code = await asked(shop, await shop.collected((0, 1)))
    await sign_in_staff(client, shop.world.clerk)
    await shop.pool.execute("ALTER TABLE journal.access ADD CONSTRAINT no_space CHECK (false) NOT VALID")
    answer = await send(client, "/counter/returns/scan", {"code": code}, headers=HTMX)
    assert answer.status_code >= 400
    assert "김하늘" not in answer.text


async def test_another_stores_reception_is_none_of_ours(client: AsyncTestClient, shop: Shop) -> None:
    order = await shop.collected((0, 1))
    request_id, code = await asked(shop, order)
    await sign_in_staff(client, shop.world.clerk)
    await send(client, "/counter/returns/receptions", {"code": code})
    client.cookies.delete("so_staff")
    await sign_in_staff(client, shop.world.other_clerk)
    for address in ("", "/slip", "/history"):
        assert (await client.get(f"/counter/returns/{request_id}{address}")).status_code == 404
