"""Histories over HTTP: before the router and behind it the same answer, refused with the right words."""

import gzip
from collections.abc import AsyncGenerator
from typing import Any

import msgspec
import pytest
from litestar.testing import AsyncTestClient

from store_omni.customers.signing_in import open_session
from store_omni.history.reading import History
from store_omni.journal.recording import Subject, record
from store_omni.orders.queries import OrderView
from store_omni.staff.serving import add_service, revoke_service

from ...factories.ordering import Shop
from ...factories.world import SHOPPER
from .test_api import Caller

pytestmark = pytest.mark.anyio


@pytest.fixture
async def spec(client: AsyncTestClient) -> dict[str, Any]:
    return (await client.get("/api/v1/schema/openapi.json")).json()


@pytest.fixture
async def order(shop: Shop) -> OrderView:
    order = await shop.collected((0, 1))
    await shop.pool.execute("UPDATE customers.customer SET status = 'active' WHERE id = $1", order.customer_id)
    return order


@pytest.fixture
async def helpline(client: AsyncTestClient, shop: Shop, spec: dict[str, Any]) -> AsyncGenerator[Caller, None]:
    yield Caller(client, await add_service(shop.pool, name="helpline", verbs=["customers:read"], store_ids=None), spec)


@pytest.fixture
async def app_of_hers(
    client: AsyncTestClient, shop: Shop, spec: dict[str, Any], order: OrderView
) -> AsyncGenerator[Caller, None]:
    assert order.customer_id is not None
    yield Caller(client, await open_session(shop.pool, order.customer_id, source="app", kind="app"), spec)


async def test_her_own_record_and_a_services_look_are_the_same(
    helpline: Caller, app_of_hers: Caller, order: OrderView, shop: Shop
) -> None:
    own = await app_of_hers("get", "/me/history")
    looked = await helpline("get", f"/customers/{order.customer_id}/history")
    assert own.json() == looked.json()
    page = msgspec.json.decode(own.content, type=History)
    assert [(entry.kind, entry.said, entry.actor) for entry in page.entries[::3]] == [
        ("pickup.handed_over", "수령 완료", None),
        ("order.placed", "주문 접수", "김하늘"),
    ]
    assert own.headers["cache-control"] == "no-store"
    assert await shop.pool.fetchval("SELECT count(*) FROM journal.access WHERE task = 'api.history'") == 1


async def test_the_router_answers_as_the_front_does(
    client: AsyncTestClient, helpline: Caller, app_of_hers: Caller, order: OrderView, shop: Shop
) -> None:
    async with shop.sessions.begin() as session:
        for n in range(25):
            await record(
                session, "message.sent", Subject("x", str(n), customer_id=order.customer_id), by=SHOPPER, display={"n": n}
            )
    for caller, path in ((app_of_hers, "/me/history"), (helpline, f"/customers/{order.customer_id}/history")):
        front = await caller("get", path)
        client.app.state.history_front.histories, kept = None, client.app.state.history_front.histories
        router = await caller("get", path)
        client.app.state.history_front.histories = kept
        assert front.content == router.content
        assert front.headers["content-type"] == router.headers["content-type"] == "application/json"
        older = (await caller("get", f"{path}?before={front.json()['next_before']}")).json()
        assert (len(front.json()["entries"]), len(older["entries"]), older["next_before"]) == (20, 9, None)


async def test_the_language_and_the_packing_are_the_callers(client: AsyncTestClient, app_of_hers: Caller) -> None:
    headers = {"authorization": f"bearer {app_of_hers.token}", "accept-language": "en", "accept-encoding": "gzip"}
    answer = await client.get("/api/v1/me/history", headers=headers)
    assert answer.headers["content-encoding"] == "gzip"
    first = answer.json()["entries"][-1]
    assert (first["said"], first["store_name"]) == ("Order received", "Gangnam")
    async with client.stream("GET", "/api/v1/me/history", headers=headers) as raw:
        packed = b"".join([chunk async for chunk in raw.aiter_raw()])
    assert gzip.decompress(packed) == answer.content


async def test_each_token_opens_its_own_door(
    client: AsyncTestClient, helpline: Caller, app_of_hers: Caller, order: OrderView, shop: Shop, spec: dict[str, Any]
) -> None:
    hers = f"/customers/{order.customer_id}/history"
    till = Caller(client, await add_service(shop.pool, name="till", verbs=["orders:read"], store_ids=None), spec)
    nobody, stranger = Caller(client, "guessed", spec), "/customers/01a2008c-0000-7000-8000-000000000000/history"
    for caller, path, status in (
        (nobody, hers, 401), (nobody, "/me/history", 401), (till, hers, 403), (app_of_hers, hers, 403), (helpline, "/me/history", 403),
        (helpline, stranger, 404), (helpline, f"{hers}?before=x", 422),
    ):  # fmt: skip
        assert (await caller("get", path)).status_code == status, path
    assert (await client.get(f"/api/v1{hers}")).status_code == 401
    assert (await client.get(f"/api/v1{hers}", headers={"authorization": "Basic abc"})).status_code == 401
    assert await shop.pool.fetchval("SELECT count(*) FROM journal.access WHERE task = 'api.history'") == 0
    assert (await helpline("get", hers)).status_code == 200
    await revoke_service(shop.pool, "helpline")
    assert (await helpline("get", hers)).status_code == 401


@pytest.mark.owner
async def test_without_an_access_row_nothing_is_served(
    helpline: Caller, client: AsyncTestClient, order: OrderView, shop: Shop
) -> None:
    await shop.pool.execute("ALTER TABLE journal.access ADD CONSTRAINT never CHECK (task <> 'api.history')")
    headers = {"authorization": f"Bearer {helpline.token}"}
    answer = await client.get(f"/api/v1/customers/{order.customer_id}/history", headers=headers)
    assert (answer.status_code, "entries" in answer.text) == (409, False)
