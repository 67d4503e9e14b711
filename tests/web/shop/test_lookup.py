from uuid import UUID

import asyncpg
import pytest
from litestar import Litestar

from store_omni.keys import Secrets
from store_omni.orders.granting import lookup_code, make_order_link
from store_omni.web.shop.lookup import spelt_number

from ...factories.browsing import send
from ...factories.ordering import Shop
from .shopping import Client

pytestmark = pytest.mark.anyio
SECRET = Secrets(pass_signing_key="11" * 32, csrf_secret="22" * 32).key_for("order codes")


@pytest.mark.parametrize("typed", ["ABCD-2345", "abcd2345", " abcd 2345 ", "ABCD–2345"])
def test_numbers_are_read_as_people_type_them(typed: str) -> None:
    assert spelt_number(typed) == "ABCD-2345"


async def ask(client: Client, number: str, four: str) -> str:
    answer = await send(client, "/orders/lookup", {"number": number, "last_four": four})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_number_phone_and_code_show_the_order(client: Client, shop: Shop) -> None:
    placed = await shop.place()
    address = await ask(client, placed.number.replace("-", "").lower(), "010-1234-5678")
    page = (await client.get(address)).text
    assert "5번 더 입력할 수 있어요" in page and "10분" in page
    code = lookup_code(SECRET, UUID(address.rsplit("/", 1)[1]))
    wrong = await send(client, address, {"code": "000000" if code != "000000" else "111111"})
    assert wrong.status_code == 422 and "4번 더 입력할 수 있어요" in wrong.text and 'data-refused="code_wrong"' in wrong.text
    answer = await send(client, address, {"code": code})
    assert answer.status_code == 303 and answer.headers["location"] == f"/orders/{placed.number}"
    cookie = answer.headers["set-cookie"].lower()
    assert "so_viewer=" in cookie and "httponly" in cookie and "samesite=lax" in cookie
    assert (await client.get(f"/orders/{placed.number}")).status_code == 200
    assert (await client.get(address)).status_code == 410


async def test_a_stranger_learns_nothing(client: Client, shop: Shop) -> None:
    placed = await shop.place()
    pages = []
    for number, four in ((placed.number, "5678"), (placed.number, "0000"), ("ABCD-2345", "5678")):
        address = await ask(client, number, four)
        pages.append((await client.get(address)).text.replace(address, ""))
    assert pages[0] == pages[1] == pages[2]


async def test_what_is_missing_is_said_beside_its_field(client: Client, shop: Shop) -> None:
    answer = await send(client, "/orders/lookup", {"number": "", "last_four": "12"})
    assert answer.status_code == 422 and answer.text.count('aria-invalid="true"') == 2 and 'value="12"' in answer.text


async def test_asking_again_and_again_ends(client: Client, shop: Shop) -> None:
    placed = await shop.place()
    for _ in range(10):
        await ask(client, placed.number, "0000")
    assert (await send(client, "/orders/lookup", {"number": placed.number, "last_four": "5678"})).status_code == 429


async def test_the_mailed_link_needs_a_press_and_works_once(
    client: Client, shop: Shop, app: Litestar, pool: asyncpg.Pool
) -> None:
    placed = await shop.place()
    async with shop.sessions.begin() as session:
        token = await make_order_link(session, placed.order_id)
    # Scanners of mails look first, as often as they like.
    for _ in range(3):
        page = await client.get(f"/o/{token}")
        assert page.status_code == 200 and placed.number not in page.text
    assert await pool.fetchval("SELECT used_at FROM orders.order_link") is None
    answer = await send(client, f"/o/{token}")
    assert answer.status_code == 303 and answer.headers["location"] == f"/orders/{placed.number}"
    assert (await client.get(f"/orders/{placed.number}")).status_code == 200
    assert (await send(client, f"/o/{token}")).status_code == 303
    async with type(client)(app, base_url="http://testserver.local") as other:
        spent = await other.get(f"/o/{token}")
        assert spent.status_code == 410 and "/orders/lookup" in spent.text
        assert (await send(other, f"/o/{token}")).status_code == 410
        assert (await other.get("/o/" + "x" * 22)).status_code == 410
