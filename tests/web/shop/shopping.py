"""What a shopper does in one line each, through the pages."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from uuid import UUID

import asyncpg
import msgspec
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

from store_omni.customers.proving import PROOF_KEY, proof_code
from store_omni.kit.ids import token_hash
from store_omni.kit.phones import normal_phone
from store_omni.outside import SmsGateway
from store_omni.web.shop.visiting import VIEWER_COOKIE

from ...factories.browsing import send
from ...factories.world import World

Client = AsyncTestClient[Litestar]
PASSWORD = "긴 문장이 외우기 쉽다"
CONTACT = {"name": "김하늘", "phone": "010-1234-5678", "email": "haneul@example.com"}


async def put(client: Client, world: World, index: int = 0, qty: int = 1, store: int | None = None, **more: str) -> Response:
    """Puts world.items[index] into the basket, for a store."""
    fields = {"sku_id": world.items[index].sku_id, "qty": qty, "store_id": store or world.gangnam}
    return await send(client, "/basket/lines", fields | more)


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"no hidden field {name}"
    return found.group(1)


async def order(client: Client, **changes: str) -> Response:
    """Opens the checkout and sends its form as it stands, with these changes."""
    page = await client.get("/checkout", follow_redirects=False)
    assert page.status_code == 200, page.headers.get("location")
    fields = CONTACT | {name: hidden(page.text, name) for name in ("operation_id", "store_id", "items")}
    return await send(client, "/checkout", fields | changes)


async def ordered(client: Client, world: World, index: int = 0, qty: int = 1, store: int | None = None) -> str:
    """Returns the number of a new order of this browser."""
    await put(client, world, index, qty, store)
    answer = await order(client)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rsplit("/", 1)[1]


@contextmanager
def carriers(client: Client, *, sms: bool = True, email: bool = True) -> Generator[None]:
    """The shop can send codes meanwhile; nothing leaves it in tests."""
    state = client.app.state
    before = state.settings
    gateway = SmsGateway("http://127.0.0.1:9", "key-of-the-test", "secret-of-the-test", "025550100") if sms else None
    state.settings = msgspec.structs.replace(before, sms=gateway, smtp_url="smtp://127.0.0.1:9" if email else None)
    try:
        yield
    finally:
        state.settings = before


async def ask_code(client: Client, login: str, page: str = "/sign-up", **more: str) -> Response:
    with carriers(client):
        return await send(client, page, {"name": "이미나", "login": login} | more)


def sent_code(client: Client, page: str) -> str:
    return proof_code(client.app.state.settings.secrets.key_for(PROOF_KEY), UUID(hidden(page, "challenge_id")))


async def type_code(client: Client, asked: str, page: str = "/sign-up", **changes: str) -> Response:
    """Sends the page `asked`, with the right code."""
    fields = {name: hidden(asked, name) for name in ("challenge_id", "name", "login")}
    return await send(client, f"{page}/code", fields | {"code": sent_code(client, asked), "password": PASSWORD} | changes)


_SECOND_LOGIN = """
INSERT INTO customers.identity (id, customer_id, origin_customer_id, kind, value)
SELECT gen_random_uuid(), i.customer_id, i.customer_id, k, $2
FROM customers.identity i, unnest(ARRAY['email', 'login']) k WHERE i.kind = 'login' AND i.value = $1 ON CONFLICT DO NOTHING"""


async def join(client: Client, phone: str = "010-5555-0001", email: str = "mina@example.com") -> Response:
    """Signs up by a code to the phone; the address is a second login of the account, which nobody proved."""
    asked = await ask_code(client, phone)
    assert asked.status_code == 200, asked.text
    answer = await type_code(client, asked.text)
    # The app's own pool belongs to the thread in which it runs.
    own = await asyncpg.connect(client.app.state.settings.database_url)
    try:
        await own.execute(_SECOND_LOGIN, normal_phone(phone), email)
    finally:
        await own.close()
    return answer


async def known(client: Client, pool: asyncpg.Pool, address: str = "+821012345678") -> None:
    """Her phone was proved in this browser before, so that she may order more than a small basket."""
    if VIEWER_COOKIE not in client.cookies:
        client.cookies.set(VIEWER_COOKIE, "a browser of the test", domain="testserver.local")
    await pool.execute(
        "INSERT INTO customers.device_proof (device_hash, address, expires_at) VALUES ($1, $2, now() + interval '1 day')",
        token_hash(client.cookies[VIEWER_COOKIE]), address,
    )  # fmt: skip
