"""A shopper removes her account: nobody finds her by it any more, and what the shop has to keep stays."""

import asyncpg
import pytest

from ...factories.browsing import send
from ...factories.ordering import Shop
from ...factories.world import World
from .shopping import PASSWORD, Client, join
from .test_signing_by_code import PHONE, is_in, signs_in, switch

pytestmark = pytest.mark.anyio


async def _customer(pool: asyncpg.Pool) -> asyncpg.Record:
    return await pool.fetchrow("SELECT * FROM customers.customer WHERE password_hash IS NOT NULL OR status = 'erased'")


async def test_it_ends_all_sign_ins_and_frees_the_login(client: Client, world: World, pool: asyncpg.Pool) -> None:
    await join(client)
    computer = switch(client)
    assert await signs_in(client, PASSWORD)
    assert "계정 삭제" in (await client.get("/account/security")).text
    answer = await send(client, "/account/removal", {"password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/removed")
    assert "계정이 삭제됐어요" in (await client.get("/account/removed")).text
    assert not await is_in(client) and not await signs_in(client, PASSWORD)
    switch(client, computer)
    assert not await is_in(client)
    kept = await _customer(pool)
    assert (kept["status"], kept["display_name"], kept["password_hash"]) == ("erased", "", None)
    assert await pool.fetchval("SELECT count(*) FROM customers.identity") == 0
    assert await pool.fetchval("SELECT count(*) FROM journal.fact WHERE kind = 'customer.removed'") == 1
    switch(client)
    await join(client)
    assert await is_in(client), "the same number makes a new account"


async def test_it_asks_for_the_password(client: Client, world: World, pool: asyncpg.Pool) -> None:
    await join(client)
    wrong = await send(client, "/account/removal", {"password": "다른 긴 비밀번호"})
    assert wrong.status_code == 422 and 'data-refused="old_password_wrong"' in wrong.text
    assert await is_in(client) and (await _customer(pool))["status"] == "active"
    switch(client)
    assert (await client.get("/account/removal", follow_redirects=False)).status_code == 303
    assert (await send(client, "/account/removal", {"password": PASSWORD})).status_code in (303, 401)


async def test_open_orders_come_first(client: Client, shop: Shop) -> None:
    await join(client)
    order = await shop.picked((0, 1))
    hers = 'UPDATE orders."order" SET customer_id = (SELECT id FROM customers.customer WHERE password_hash IS NOT NULL) WHERE id = $1'
    await shop.pool.execute(hers, order.id)
    refused = await send(client, "/account/removal", {"password": PASSWORD})
    assert refused.status_code == 409 and 'data-refused="orders_open"' in refused.text
    assert await is_in(client) and (await _customer(shop.pool))["status"] == "active"
    await shop.pool.execute("UPDATE orders.\"order\" SET state = 'completed', closed_at = now() WHERE id = $1", order.id)
    assert (await send(client, "/account/removal", {"password": PASSWORD})).status_code == 303
    assert await shop.pool.fetchval('SELECT contact_name FROM orders."order" WHERE id = $1', order.id) != ""


async def test_signing_in_again_ends_the_sign_in_before(client: Client, world: World, pool: asyncpg.Pool) -> None:
    await join(client)
    for _ in range(2):
        assert await signs_in(client, PASSWORD, PHONE)
    assert await pool.fetchval("SELECT count(*) FROM customers.sign_in WHERE revoked_at IS NULL") == 1


async def test_signing_out_clears_what_the_browser_kept(client: Client, world: World) -> None:
    await join(client)
    assert (await send(client, "/sign-out")).headers["clear-site-data"] == '"cache"'


async def test_each_sign_in_and_each_refused_one_is_logged(
    client: Client, world: World, pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    await join(client)
    who = str((await _customer(pool))["id"])
    switch(client)
    with caplog.at_level("INFO", "store_omni.customers.signing_in"):
        assert not await signs_in(client, "ganz etwas anderes")
        assert not await signs_in(client, PASSWORD, "010-9999-0000")
        assert await signs_in(client, PASSWORD)
    said = [message for message in caplog.messages if "customer" in message or "shopper" in message]
    assert said == [
        f"a shopper's sign-in was refused: wrong password, customer {who}",
        "a shopper's sign-in was refused: wrong password, customer unknown",
        f"customer {who} signed in",
    ]
    assert "9999" not in "".join(caplog.messages)
