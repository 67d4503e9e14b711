"""What a shopper does in one line each, through the pages."""

import re
from uuid import uuid4

import asyncpg
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

from store_omni.kit.ids import token_hash
from store_omni.web.shop.visiting import VIEWER_COOKIE

from ...factories.browsing import send
from ...factories.world import World

Client = AsyncTestClient[Litestar]
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


async def join(client: Client, phone: str = "010-5555-0001", email: str = "mina@example.com") -> Response:
    fields = {"name": "이미나", "phone": phone, "email": email, "password": "긴 문장이 외우기 쉽다", "operation_id": str(uuid4())}
    return await send(client, "/sign-up", fields)


async def known(client: Client, pool: asyncpg.Pool, address: str = "+821012345678") -> None:
    """Her phone was proved in this browser before, so that she may order more than a small basket."""
    if VIEWER_COOKIE not in client.cookies:
        client.cookies.set(VIEWER_COOKIE, "a browser of the test", domain="testserver.local")
    await pool.execute(
        "INSERT INTO customers.device_proof (device_hash, address, expires_at) VALUES ($1, $2, now() + interval '1 day')",
        token_hash(client.cookies[VIEWER_COOKIE]), address,
    )  # fmt: skip
