"""Holds by JSON: kept, used by an order, extended once, let go; a revoked token keeps and orders nothing."""

from uuid import uuid4

import asyncpg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from store_omni.staff.serving import add_service, revoke_service

from ...factories.ordering import Shop
from ...factories.world import World

pytestmark = pytest.mark.anyio
CONTACT = {"name": "김하늘", "phone": "010-1234-5678"}


class Till:
    def __init__(self, client: AsyncTestClient[Litestar], token: str) -> None:
        self.client, self.token = client, token

    async def post(self, address: str, body: object = None):
        headers = {"authorization": f"Bearer {self.token}", "idempotency-key": str(uuid4())}
        return await self.client.post(f"/api/v1{address}", json=body, headers=headers)


@pytest.fixture
async def till(client: AsyncTestClient[Litestar], pool: asyncpg.Pool, world: World) -> Till:
    verbs = ["orders:place", "orders:read", "stock:read"]
    return Till(client, await add_service(pool, name="till", verbs=verbs, store_ids=[world.gangnam]))


async def test_a_hold_is_used_by_its_order(till: Till, world: World, shop: Shop) -> None:
    store, sku = await store_code(shop), world.items[0].code
    held = await till.post("/holds", {"store": store, "lines": [{"sku": sku, "qty": 9}]})
    assert held.status_code == 201 and held.json()["store"] == store
    full = await till.post("/holds", {"store": store, "lines": [{"sku": sku, "qty": 2}]})
    assert (full.status_code, full.json()["code"]) == (409, "not_enough_stock")
    order = {"store": store, "lines": [{"sku": sku, "qty": 9}], "contact": CONTACT, "hold_id": held.json()["hold_id"]}
    assert (await till.post("/orders", order)).status_code == 201
    level = await shop.level(0)
    assert (level["allocated"], level["reserved"]) == (9, 0)


async def test_extended_once_and_let_go(till: Till, world: World, shop: Shop) -> None:
    store = await store_code(shop)
    held = (await till.post("/holds", {"store": store, "lines": [{"sku": world.items[0].code, "qty": 3}]})).json()
    address = f"/stores/{store}/holds/{held['hold_id']}"
    longer = await till.post(f"{address}/extension")
    assert longer.status_code == 200 and longer.json()["expires_at"] > held["expires_at"]
    assert (await till.post(f"{address}/extension")).json()["code"] == "hold_ended"
    for _ in range(2):
        gone = await till.client.delete(f"/api/v1{address}", headers={"authorization": f"Bearer {till.token}"})
        assert gone.status_code == 204
    assert (await shop.level(0))["reserved"] == 0


async def test_a_revoked_token_does_nothing_more_at_once(till: Till, world: World, shop: Shop) -> None:
    """The web process may know the token for some seconds; the statement asks anew."""
    body = {"store": await store_code(shop), "lines": [{"sku": world.items[0].code, "qty": 1}], "contact": CONTACT}
    assert (await till.post("/orders", body)).status_code == 201
    assert (await till.post("/holds", {key: body[key] for key in ("store", "lines")})).status_code == 201
    await revoke_service(shop.pool, "till")
    assert (await till.post("/orders", body)).status_code == 401
    assert (await till.post("/holds", {key: body[key] for key in ("store", "lines")})).status_code == 401
    level = await shop.level(0)
    assert (level["allocated"], level["reserved"]) == (1, 1)


async def test_another_store_is_out_of_reach(till: Till, world: World, shop: Shop) -> None:
    other = await shop.pool.fetchval("SELECT code FROM stores.store WHERE id = $1", world.hongdae)
    answer = await till.post("/holds", {"store": other, "lines": [{"sku": world.items[0].code, "qty": 1}]})
    assert answer.status_code == 404
    empty = await till.post("/holds", {"store": await store_code(shop), "lines": []})
    assert (empty.status_code, empty.json()["code"]) == (422, "nothing_to_hold")


async def store_code(shop: Shop) -> str:
    return await shop.pool.fetchval("SELECT code FROM stores.store WHERE id = $1", shop.world.gangnam)
