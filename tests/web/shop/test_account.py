import asyncpg
import pytest
from litestar import Litestar

from store_omni.journal.looking import note_look

from ...factories.browsing import send
from ...factories.ordering import Shop
from ...factories.world import World
from .shopping import Client, join, ordered, put

pytestmark = pytest.mark.anyio
PASSWORD = "긴 문장이 외우기 쉽다"


async def test_sign_up_sign_out_sign_in(client: Client, world: World) -> None:
    answer = await join(client)
    assert answer.status_code == 303 and answer.headers["location"] == "/account"
    cookie = answer.headers["set-cookie"].lower()
    assert "so_shop=" in cookie and "httponly" in cookie and "samesite=lax" in cookie and "secure" not in cookie
    page = (await client.get("/account")).text
    assert "이미나님" in page and "010-5555-0001" in page and "아직 주문이 없어요" in page
    await send(client, "/sign-out")
    gone = await client.get("/account", follow_redirects=False)
    assert gone.status_code == 303 and gone.headers["location"].startswith("/sign-in?next=/account")
    wrong = await send(client, "/sign-in", {"login": "010-5555-0001", "password": "x" * 10})
    assert wrong.status_code == 422 and 'value="010-5555-0001"' in wrong.text and "x" * 10 not in wrong.text
    answer = await send(client, "/sign-in", {"login": "mina@example.com", "password": PASSWORD, "next": "/checkout"})
    assert answer.status_code == 303 and answer.headers["location"] == "/checkout"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_nobody_is_sent_elsewhere_after_signing_in(client: Client, target: str) -> None:
    await join(client)
    answer = await send(client, "/sign-in", {"login": "mina@example.com", "password": PASSWORD, "next": target})
    assert answer.headers["location"] in ("/", "/account")


async def test_what_is_wrong_is_said_beside_its_field(client: Client) -> None:
    answer = await send(client, "/sign-up", {"name": "", "login": "x"})
    assert answer.status_code == 422 and answer.text.count('aria-invalid="true"') == 2


async def test_the_basket_follows_the_shopper_to_her_other_device(client: Client, world: World, app: Litestar) -> None:
    await join(client)
    await put(client, world, 0, 2)
    async with type(client)(app, base_url="http://testserver.local") as phone:
        await send(phone, "/sign-in", {"login": "mina@example.com", "password": PASSWORD})
        assert "25,800원" in (await phone.get("/basket")).text


async def test_own_orders_also_those_of_this_browser_before_signing_in(client: Client, world: World) -> None:
    guest = await ordered(client, world)
    await join(client)
    own = await ordered(client, world, 1)
    page = (await client.get("/account")).text
    assert guest in page and own in page


async def test_she_sees_who_looked_but_not_their_names(client: Client, world: World, shop: Shop, pool: asyncpg.Pool) -> None:
    await join(client)
    assert "아직 아무도 보지 않았어요" in (await client.get("/account/looks")).text
    customer = await pool.fetchval("SELECT id FROM customers.customer WHERE status = 'active'")
    async with shop.sessions.begin() as session:
        await note_look(session, by=world.clerk.actor(), task="counter.scan", customer_id=customer)
        await note_look(session, by=world.agent.actor(), task="desk.customer", customer_id=customer)
    page = (await client.get("/account/looks")).text
    assert "매장 직원" in page and "강남점" in page and "전화·채팅 상담 중에" in page
    assert world.clerk.login not in page and world.agent.login not in page


async def test_the_account_is_only_for_who_is_signed_in(client: Client) -> None:
    for address in ("/account", "/account/looks"):
        assert (await client.get(address, follow_redirects=False)).status_code == 303


async def test_a_shared_device_forgets_her_when_she_signs_out(client: Client, world: World) -> None:
    await put(client, world, 0, 1)
    await join(client)
    number = await ordered(client, world, 3)
    await put(client, world, 2)
    assert (await client.get(f"/orders/{number}")).status_code == 200
    await send(client, "/sign-out")
    assert (await client.get(f"/orders/{number}")).status_code == 404
    assert "비어 있어요" in (await client.get("/basket")).text
    await send(client, "/sign-in", {"login": "010-5555-0001", "password": PASSWORD})
    assert "호텔 수건" in (await client.get("/basket")).text
