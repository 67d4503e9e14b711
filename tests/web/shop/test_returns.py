"""/orders/{number}/return: a shopper asks, shows the code, thinks again; and nobody else does it for her."""

import pytest
from litestar.testing import AsyncTestClient

from ...factories.browsing import send
from ...factories.ordering import VIEWER, Shop

pytestmark = pytest.mark.anyio


def see_own_orders(client: AsyncTestClient) -> None:
    client.cookies.set("so_viewer", VIEWER, domain="testserver.local")


async def test_asking_showing_and_thinking_again(client: AsyncTestClient, shop: Shop) -> None:
    order = await shop.collected((0, 2))
    address = f"/orders/{order.number}/return"
    see_own_orders(client)
    assert 'name="qty_1"' in (await client.get(address)).text
    assert (await client.get(f"{address}/qr")).status_code == 404
    answer = await send(client, address, {"qty_1": "1", "reason": "not_as_shown"})
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    page = (await client.get(address)).text
    for words in (f"{address}/qr", "12,900원", "R-"):
        assert words in page, words
    drawn = await client.get(f"{address}/qr")
    assert (drawn.status_code, drawn.headers["content-type"], drawn.headers["cache-control"]) == (
        200,
        "image/svg+xml",
        "no-store",
    )
    assert (await send(client, address, {"qty_1": "1", "reason": "size"})).status_code == 409
    for _ in range(2):
        assert (await send(client, f"{address}/cancellation")).status_code == 303
    assert (await client.get(f"{address}/qr")).status_code == 404
    assert 'name="qty_1"' in (await client.get(address)).text


async def test_the_order_page_leads_to_the_code_while_a_return_is_open(client: AsyncTestClient, shop: Shop) -> None:
    order = await shop.collected((0, 2))
    address = f"/orders/{order.number}/return"
    see_own_orders(client)

    async def link(language: str = "ko") -> str:
        page = (await client.get(f"/orders/{order.number}", headers={"accept-language": language})).text
        return " ".join(page.split(f'href="{address}"', 1)[1].split("</a>")[0].split(">", 1)[1].split())

    assert "반품하기" in await link()
    await send(client, address, {"qty_1": "1", "reason": "size"})
    assert "반품 코드 보기" in await link() and "반품하기" not in await link()
    assert "Show the return code" in await link("en")
    await send(client, f"{address}/cancellation")
    assert "반품하기" in await link()


async def test_the_code_on_the_page_is_the_one_the_counter_takes(client: AsyncTestClient, shop: Shop) -> None:
    from store_omni.passes.drawing import draw_qr
    from store_omni.returns.queries import live_code, returns_of

    order = await shop.collected((0, 1))
    see_own_orders(client)
    await send(client, f"/orders/{order.number}/return", {"qty_1": "1", "reason": "size"})
    async with shop.sessions.begin() as session:
        live = await live_code(session, (await returns_of(session, order.id))[0])
    code = live.code(shop.signer)
    assert (await client.get(f"/orders/{order.number}/return/qr")).content == draw_qr(code)


@pytest.mark.parametrize(
    "fields", [{"reason": "size"}, {"qty_1": "1"}, {"qty_1": "9", "reason": "size"}, {"qty_1": "1", "reason": "x"}]
)
async def test_half_an_answer_is_refused_and_changes_nothing(client: AsyncTestClient, shop: Shop, fields: dict[str, str]) -> None:
    order = await shop.collected((0, 2))
    see_own_orders(client)
    assert (await send(client, f"/orders/{order.number}/return", fields)).status_code in (409, 422)
    assert await shop.pool.fetchval("SELECT count(*) FROM returns.request") == 0


async def test_somebody_elses_order_is_a_404(client: AsyncTestClient, shop: Shop) -> None:
    order = await shop.collected((0, 2))
    address = f"/orders/{order.number}/return"
    assert (await client.get(address)).status_code == 404
    assert (await client.get(f"{address}/qr")).status_code == 404
    assert (await send(client, address, {"qty_1": "1", "reason": "size"})).status_code == 404
    assert (await send(client, f"{address}/cancellation")).status_code == 404


async def test_each_state_has_its_page(client: AsyncTestClient, shop: Shop) -> None:
    ready, old = await shop.ready((0, 1)), await shop.collected((1, 1))
    see_own_orders(client)
    assert "아직 반품할 상품이 없어요" in (await client.get(f"/orders/{ready.number}/return")).text
    move = "UPDATE orders.fulfilment SET handed_over_at = now() - interval '31 days' WHERE order_id = $1"
    await shop.pool.execute(move, old.id)
    assert "반품 기간이 지났어요" in (await client.get(f"/orders/{old.number}/return")).text


async def test_after_the_money_came_back_the_page_says_so(client: AsyncTestClient, shop: Shop) -> None:
    from store_omni.returns.queries import live_code, returns_of
    from store_omni.returns.receiving import receive_return

    order = await shop.collected((0, 1))
    see_own_orders(client)
    await send(client, f"/orders/{order.number}/return", {"qty_1": "1", "reason": "size"})
    async with shop.sessions.begin() as session:
        found = (await returns_of(session, order.id))[0]
        code = (await live_code(session, found)).code(shop.signer)
        await receive_return(session, shop.signer, found.id, code=code, slip_no=None, by=shop.world.other_clerk.actor())
    page = (await client.get(f"/orders/{order.number}/return")).text
    for words in ("12,900원 환불", "홍대점"):
        assert words in page, words
