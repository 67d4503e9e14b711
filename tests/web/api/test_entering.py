"""A service that is remembered for seconds is out with the next request after its token was revoked, all the same."""

from typing import Any
from uuid import uuid4

import pytest
from litestar.testing import AsyncTestClient

from store_omni.customers.signing_in import open_session
from store_omni.staff.serving import add_service, revoke_service

from ...factories.ordering import Shop

pytestmark = pytest.mark.anyio
BODY = {"store": "GN", "lines": [{"sku": "MUG-1", "qty": 1}], "contact": {"name": "김하늘", "phone": "010-1234-5678"}}


async def _order(client: AsyncTestClient, token: str) -> tuple[int, dict[str, Any]]:
    headers = {"authorization": f"Bearer {token}", "idempotency-key": str(uuid4())}
    answer = await client.post("/api/v1/orders", json=BODY, headers=headers)
    return answer.status_code, answer.json()


async def test_a_remembered_token_that_was_revoked_places_nothing(client: AsyncTestClient, shop: Shop) -> None:
    token = await add_service(shop.pool, name="till", verbs=["orders:place"], store_ids=None)
    assert (await _order(client, token))[0] == 201
    await revoke_service(shop.pool, "till")
    for _ in range(2):
        status, said = await _order(client, token)
        assert (status, said["code"]) == (401, "sign_in_needed")
    assert await shop.pool.fetchval('SELECT count(*) FROM orders."order"') == 1


async def test_a_verb_that_was_taken_away_or_given_counts_at_once(client: AsyncTestClient, shop: Shop) -> None:
    token = await add_service(shop.pool, name="till", verbs=["orders:place"], store_ids=None)
    assert (await _order(client, token))[0] == 201
    await shop.pool.execute("UPDATE staff.service_scope SET verbs = '{stock:read}'")
    assert (await _order(client, token))[0] in (401, 403)
    assert (await _order(client, token))[0] == 403
    await shop.pool.execute("UPDATE staff.service_scope SET verbs = '{orders:place}'")
    assert (await _order(client, token))[0] == 201


async def test_the_statement_says_no_for_a_store_that_was_taken_away(client: AsyncTestClient, shop: Shop) -> None:
    token = await add_service(shop.pool, name="till", verbs=["orders:place"], store_ids=None)
    assert (await _order(client, token))[0] == 201
    await shop.pool.execute("UPDATE staff.service_scope SET store_ids = $1", [shop.world.hongdae])
    assert (await _order(client, token))[0] in (401, 404)
    assert (await _order(client, token))[0] == 404
    assert await shop.pool.fetchval('SELECT count(*) FROM orders."order"') == 1


async def test_a_browsers_cookie_is_no_token_and_an_apps_token_no_cookie(client: AsyncTestClient, shop: Shop) -> None:
    customer = (await shop.view((await shop.place((0, 1))).order_id)).customer_id
    await shop.pool.execute("UPDATE customers.customer SET status = 'active'")
    browser, app = [await open_session(shop.pool, customer, source="x", kind=kind) for kind in ("web", "app")]
    for token, as_bearer, as_cookie in ((browser, 401, 200), (app, 200, 303), (browser[4:], 401, 303), (app[4:], 401, 303)):
        bearer = {"authorization": f"Bearer {token}"}
        for address in ("/api/v1/me/history", "/api/v1/orders?q=ABCD-2345"):
            assert (await client.get(address, headers=bearer)).status_code == as_bearer, (token, address)
        page = await client.get("/account", headers={"cookie": f"so_shop={token}"}, follow_redirects=False)
        assert page.status_code == as_cookie, token
