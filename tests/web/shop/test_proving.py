"""At the checkout: above a small basket a guest proves phone or address by a code before the order is placed."""

from uuid import UUID

import asyncpg
import msgspec
import pytest
from httpx import Response

from store_omni.app import Application
from store_omni.customers.proving import PROOF_KEY, proof_code
from store_omni.orders.pacing import ORDERS_PER_BUYER_AND_HOUR_MAX, UNPROVED_ORDERS_PER_SOURCE_AND_HOUR_MAX
from store_omni.outside import SmsGateway

from ...factories.browsing import send
from ...factories.ordering import Shop
from ...factories.world import World, put_stock
from .shopping import CONTACT, Client, hidden, join, known, order, put

pytestmark = pytest.mark.anyio
FIELDS = ("operation_id", "store_id", "items")


@pytest.fixture
def carried(app: Application, client: Client) -> None:
    """The shop has a carrier for each channel; nothing leaves it in these tests."""
    gateway = SmsGateway("http://127.0.0.1:9", "key-of-the-test", "secret-of-the-test", "025550100")
    app.state.settings = msgspec.structs.replace(app.state.settings, sms=gateway, smtp_url="smtp://127.0.0.1:9")


def code_for(app: Application, page: str) -> str:
    secret = app.state.settings.secrets.key_for(PROOF_KEY)
    return proof_code(secret, UUID(hidden(page, "challenge_id")))


async def asked(client: Client, **changes: str) -> Response:
    page = (await client.get("/checkout")).text
    return await send(client, "/checkout/code", CONTACT | {name: hidden(page, name) for name in FIELDS} | changes)


async def with_code(client: Client, page: str, code: str, **changes: str) -> Response:
    fields = CONTACT | {name: hidden(page, name) for name in (*FIELDS, "challenge_id")} | {"code": code}
    return await send(client, "/checkout", fields | changes)


async def orders(pool: asyncpg.Pool) -> int:
    return await pool.fetchval('SELECT count(*) FROM orders."order"')


@pytest.mark.parametrize(("channel", "address"), [("sms", "+821012345678"), ("email", "haneul@example.com")])
async def test_a_guest_proves_and_her_order_is_placed_in_the_same_press(
    client: Client, world: World, shop: Shop, app: Application, carried: None, channel: str, address: str
) -> None:
    await put(client, world, 0, 4)
    assert "인증번호 받기" in (await client.get("/checkout")).text
    page = await asked(client, channel=channel)
    assert page.status_code == 200 and await orders(shop.pool) == 0
    for words in (
        'value="김하늘"',
        'value="010-1234-5678"',
        'autocomplete="one-time-code"',
        "인증번호 다시 받기",
        'data-countdown="',
    ):
        assert words in page.text, words
    row = await shop.pool.fetchrow("SELECT channel, address FROM customers.challenge")
    assert tuple(row) == (channel, address)
    assert (await shop.level(0))["reserved"] == 4
    placed = await with_code(client, page.text, code_for(app, page.text))
    assert placed.status_code == 303 and await orders(shop.pool) == 1
    level = await shop.level(0)
    assert (level["allocated"], level["reserved"]) == (4, 0)
    # The next order from this browser needs no code.
    await put(client, world, 1, 4)
    page = await client.get("/checkout")
    assert "인증번호 받기" not in page.text
    assert (await order(client)).status_code == 303


async def test_a_wrong_code_keeps_what_was_typed_and_counts(
    client: Client, world: World, shop: Shop, app: Application, carried: None
) -> None:
    await put(client, world, 0, 4)
    page = (await asked(client)).text
    wrong = f"{(int(code_for(app, page)) + 1) % 10**6:06}"
    for left in (4, 3, 2, 1):
        answer = await with_code(client, page, wrong)
        assert answer.status_code == 422 and f"{left}번" in answer.text and 'value="김하늘"' in answer.text
    answer = await with_code(client, page, wrong)
    assert answer.status_code == 410 and 'data-refused="proof_over"' in answer.text and "인증번호 받기" in answer.text
    assert (await with_code(client, page, code_for(app, page))).status_code == 410
    assert await orders(shop.pool) == 0 and (await shop.level(0))["reserved"] == 4


async def test_a_code_proves_the_number_it_was_sent_to_and_no_other(
    client: Client, world: World, pool: asyncpg.Pool, app: Application, carried: None
) -> None:
    await put(client, world, 0, 4)
    page = (await asked(client)).text
    answer = await with_code(client, page, code_for(app, page), phone="010-9999-0000", email="")
    assert answer.status_code == 409 and 'data-refused="proof_needed"' in answer.text and "인증번호 받기" in answer.text
    assert await orders(pool) == 0


@pytest.mark.parametrize(("index", "qty", "status"), [(0, 3, 303), (3, 4, 409), (1, 2, 409)], ids=["small", "units", "worth"])
async def test_what_a_guest_may_order_without_proof(
    client: Client, world: World, pool: asyncpg.Pool, index: int, qty: int, status: int
) -> None:
    await put(client, world, index, qty)
    answer = await order(client)
    assert answer.status_code == status
    assert ('data-refused="proof_needed"' in answer.text) == (status == 409)


async def test_without_a_carrier_she_is_told_to_sign_in_or_to_call(client: Client, world: World) -> None:
    await put(client, world, 0, 4)
    page = (await client.get("/checkout")).text
    for words in ("3개", "50,000원", "/sign-in?next=/checkout", "tel:+8225550100"):
        assert words in page, words
    assert "인증번호 받기" not in page
    assert (await asked(client)).status_code == 409


async def test_an_account_that_has_proved_nothing_proves_at_the_checkout_and_has_then(
    client: Client, world: World, pool: asyncpg.Pool, app: Application, carried: None
) -> None:
    await join(client)
    # An account from before codes were asked at the sign-up.
    await pool.execute("UPDATE customers.identity SET verified_at = NULL")
    mine = {"phone": "010-5555-0001", "email": "mina@example.com"}
    await put(client, world, 0, 4)
    page = (await asked(client, **mine)).text
    assert (await with_code(client, page, code_for(app, page), **mine)).status_code == 303
    assert await pool.fetchval("SELECT value FROM customers.identity WHERE verified_at IS NOT NULL") == "+821055550001"


async def test_a_browser_places_so_many_orders_an_hour_and_keeps_its_basket(
    client: Client, world: World, pool: asyncpg.Pool
) -> None:
    await known(client, pool)
    await put(client, world)
    for _ in range(ORDERS_PER_BUYER_AND_HOUR_MAX):
        assert (await order(client, items=f"{world.items[0].sku_id}:20")).status_code == 409
    answer = await order(client)
    assert answer.status_code == 429 and 'data-refused="too_many_orders"' in answer.text
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert 'value="김하늘"' in answer.text and "클래식 머그컵" in (await client.get("/basket")).text


async def test_a_network_sends_so_many_unproved_orders_an_hour(client: Client, world: World, pool: asyncpg.Pool) -> None:
    await put_stock(pool, world.gangnam, world.items[0].sku_id, 1_000)
    page = await put(client, world)
    page = await client.get("/checkout")
    fields = CONTACT | {name: hidden(page.text, name) for name in FIELDS}
    heard = []
    for number in range(UNPROVED_ORDERS_PER_SOURCE_AND_HOUR_MAX + 1):
        client.cookies.delete("so_viewer") if "so_viewer" in client.cookies else None
        heard.append(
            (
                await send(
                    client, "/checkout", fields | {"phone": f"0105555{number:04}", "email": "", "operation_id": f"{number:032}"}
                )
            ).status_code
        )
    assert heard[-1] == 429 and 429 not in heard[:-1]
