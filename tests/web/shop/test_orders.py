import asyncpg
import pytest
from litestar import Litestar

from store_omni.kit.signing import Signer
from store_omni.passes.codes import read_code
from store_omni.passes.drawing import draw_qr
from store_omni.pickup.packing import pack, stage

from ...factories.browsing import send
from ...factories.ordering import VIEWER, Shop
from ...factories.world import World
from .shopping import Client, join, ordered

pytestmark = pytest.mark.anyio


def see(client: Client) -> None:
    """This browser placed the orders of the `shop` fixture."""
    client.cookies.set("so_viewer", VIEWER)


async def test_somebody_elses_order_is_a_404_on_every_address(client: Client, shop: Shop, app: Litestar) -> None:
    order = await shop.ready()
    see(client)
    for path in ("", "/qr", "/cancellation", "/history"):
        assert (await client.get(f"/orders/{order.number}{path}")).status_code == 200, path
    async with type(client)(app, base_url="http://testserver.local") as other:
        for path in ("", "/qr", "/cancellation", "/history", "/live"):
            assert (await other.get(f"/orders/{order.number}{path}")).status_code == 404, path
        assert (await send(other, f"/orders/{order.number}/cancellation", {"reason": "other"})).status_code == 404
        await join(other)
        assert (await other.get(f"/orders/{order.number}")).status_code == 404
        assert order.number not in (await other.get("/account")).text
        never = await other.get("/orders/XXXX-XXXX")
        somebodys = await other.get(f"/orders/{order.number}")
        assert never.text.replace("XXXX-XXXX", "") == somebodys.text.replace(order.number, "")


async def test_a_viewer_runs_out(client: Client, shop: Shop, pool: asyncpg.Pool) -> None:
    placed = await shop.place()
    see(client)
    await pool.execute("UPDATE orders.order_viewer SET expires_at = now()")
    assert (await client.get(f"/orders/{placed.number}")).status_code == 404


async def test_the_code_is_shown_only_while_the_bag_waits(client: Client, shop: Shop, world: World) -> None:
    see(client)
    placed = await shop.place()
    assert (await client.get(f"/orders/{placed.number}/qr")).status_code == 404
    order = await shop.ready((1, 1))
    page = (await client.get(f"/orders/{order.number}")).text
    assert f'src="/orders/{order.number}/qr' in page and "준비됐어요" in page and "49,000원" in page
    picture = await client.get(f"/orders/{order.number}/qr")
    assert picture.headers["content-type"].startswith("image/svg+xml") and picture.headers["cache-control"] == "no-store"
    await shop.hand_over(order)
    page = (await client.get(f"/orders/{order.number}")).text
    assert "받아 가셨어요" in page and "/qr" not in page and "000001" in page and "현금" in page
    assert f'href="/orders/{order.number}/return"' in page
    assert (await client.get(f"/orders/{order.number}/qr")).status_code == 404


async def test_cancelling_frees_the_goods(client: Client, shop: Shop, world: World) -> None:
    number = await ordered(client, world, 0, 3)
    assert (await shop.level(0))["allocated"] == 3
    page = (await client.get(f"/orders/{number}/cancellation")).text
    assert "단순 변심" in page and "환불할 것도 없어요" in page
    assert (await send(client, f"/orders/{number}/cancellation", {"reason": "nonsense"})).status_code == 422
    answer = await send(client, f"/orders/{number}/cancellation", {"reason": "changed_mind"})
    assert answer.status_code == 303 and answer.headers["location"] == f"/orders/{number}"
    page = (await client.get(f"/orders/{number}")).text
    assert "취소된 주문이에요" in page and "이 주문 취소하기" not in page
    assert (await shop.level(0))["allocated"] == 0
    again = await send(client, f"/orders/{number}/cancellation", {"reason": "changed_mind"})
    assert again.status_code == 409


async def test_once_the_store_began_it_says_whom_to_call(client: Client, shop: Shop) -> None:
    order = await shop.picked()
    see(client)
    assert "이 주문 취소하기" not in (await client.get(f"/orders/{order.number}")).text
    page = (await client.get(f"/orders/{order.number}/cancellation")).text
    assert "여기서는 취소할 수 없어요" in page and "tel:+8225550100" in page
    answer = await send(client, f"/orders/{order.number}/cancellation", {"reason": "other"})
    assert answer.status_code == 409 and "취소" in answer.text


async def test_what_was_sent_is_said(client: Client, shop: Shop, pool: asyncpg.Pool) -> None:
    placed = await shop.place()
    see(client)
    await pool.execute(
        """INSERT INTO notifications.message (id, fact_id, order_id, template, channel, address, locale, state, settled_at)
           SELECT gen_random_uuid(), gen_random_uuid(), $1, t, 'email', 'haneul@example.com', 'ko', s, now()
           FROM (VALUES ('order_placed', 'sent'), ('pickup_ready', 'failed')) v(t, s)""",
        placed.order_id,
    )
    page = (await client.get(f"/orders/{placed.number}")).text
    assert "보내 드린 알림" in page and "이메일" in page


async def test_the_orders_of_this_browser(client: Client, world: World) -> None:
    assert (await client.get("/orders", follow_redirects=False)).headers["location"] == "/orders/lookup"
    numbers = [await ordered(client, world, index) for index in (0, 1)]
    page = (await client.get("/orders")).text
    assert all(number in page for number in numbers) and page.index(numbers[1]) < page.index(numbers[0])
    await join(client)
    assert (await client.get("/orders", follow_redirects=False)).headers["location"] == "/account"


async def test_the_page_hears_of_every_change(client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream says nothing while nothing changed, and the whole status at once when something did."""
    monkeypatch.setattr("store_omni.web.shop.orders.LOOK_EVERY_SECONDS", 0.05)
    monkeypatch.setattr("store_omni.web.shop.orders.STREAM_SECONDS_MAX", 0.3)
    order = await shop.picked()
    see(client)
    page = (await client.get(f"/orders/{order.number}")).text
    address = page.split('hx-sse:connect="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    quiet = await client.get(address)
    assert quiet.headers["content-type"].startswith("text/event-stream") and "data: " not in quiet.text
    by = shop.clerk_at(order.fulfilment.store_id)
    async with shop.sessions.begin() as session:
        await pack(session, order.fulfilment.id, bags=1, by=by)
    async with shop.sessions.begin() as session:
        await stage(session, shop.signer, order.fulfilment.id, shelf="A1", by=by)
    heard = (await client.get(address)).text
    assert "준비됐어요" in heard and heard.count("id: ") == 1
    seen = heard.split("id: ", 1)[1].split()[0]
    again = await client.get(address.split("?")[0], headers={"last-event-id": seen})
    assert "data: " not in again.text


async def test_the_drawn_code_is_this_orders_pass(client: Client, shop: Shop, signer: Signer) -> None:
    order = await shop.ready()
    see(client)
    code = await shop.pass_code(order)
    assert (await client.get(f"/orders/{order.number}/qr")).content == draw_qr(code)
    assert read_code(signer, code).purpose == "pickup"
