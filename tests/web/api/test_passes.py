"""A code is looked at without being spent, and refused with the reason that the handover would give."""

from typing import Any
from uuid import uuid4

import pytest
from litestar.testing import AsyncTestClient

from store_omni.kit.ids import token_hash
from store_omni.pickup.opening_sql import OPENED
from store_omni.staff.serving import add_service, revoke_service

from ...factories.explaining import planned_once, tables_of
from ...factories.ordering import Shop
from .test_api import Caller

pytestmark = pytest.mark.anyio
PATH = "/stores/GN/passes/verification"


@pytest.fixture
async def spec(client: AsyncTestClient) -> dict[str, Any]:
    return (await client.get("/api/v1/schema/openapi.json")).json()


@pytest.fixture
async def till(client: AsyncTestClient, shop: Shop, spec: dict[str, Any]) -> Caller:
    return Caller(client, await add_service(shop.pool, name="till", verbs=["pickups:work"], store_ids=[shop.world.gangnam]), spec)


async def test_it_says_what_the_code_opens_and_spends_nothing(till: Caller, shop: Shop) -> None:
    order = await shop.ready((0, 2), (1, 1))
    code = await shop.pass_code(order)
    for _ in range(2):
        opened = await till("post", PATH, {"code": code})
        assert opened.json() == {
            "pickup": str(order.fulfilment.id), "number": order.number, "state": "ready_for_pickup", "shelf": "A1", "currency": "KRW",
            "due_minor": 74800,
            "lines": [
                {"line_no": 1, "sku": "MUG-1", "name": "클래식 머그컵", "qty": 2, "qty_picked": 2},
                {"line_no": 2, "sku": "LAMP-1", "name": "무선 스탠드 조명 루나", "qty": 1, "qty_picked": 1},
            ],
        }  # fmt: skip
    assert await shop.pool.fetchval("SELECT spent_at FROM passes.pass WHERE purpose = 'pickup'") is None
    await shop.hand_over(order, code)
    spent = await till("post", PATH, {"code": code})
    assert (spent.json()["code"], "1001" in spent.json()["reason"]) == ("pass_spent", True)
    receipt = await till("post", PATH, {"code": await _receipt_code(shop, order.id)})
    assert receipt.json()["code"] == "pass_wrong_purpose"


async def _receipt_code(shop: Shop, order_id: Any) -> str:
    from store_omni.passes.issuing import live_pass

    async with shop.sessions.begin() as session:
        live = await live_pass(session, purpose="receipt", store_id=shop.world.gangnam, subject_id=order_id)
    assert live is not None
    return live.code(shop.signer)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE passes.pass SET revoked_at = now(), revoked_reason = 'why_cancelled'", "pass_revoked"),
        ("UPDATE passes.pass SET expires_at = now()", "pass_expired"),
        ("UPDATE passes.pass SET id = gen_random_uuid()", "pass_invalid"),
    ],
)
async def test_a_dead_code_is_refused_and_remembered(till: Caller, shop: Shop, change: str, code: str) -> None:
    order = await shop.ready((0, 1))
    shown = await shop.pass_code(order)
    await shop.pool.execute(change)
    assert (await till("post", PATH, {"code": shown})).json()["code"] == code
    fact = await shop.pool.fetchrow("SELECT data, actor_kind, store_id FROM journal.fact WHERE kind = 'pickup.refused'")
    assert tuple(fact) == ({"refusal": code}, "service", shop.world.gangnam)


async def test_another_stores_code_says_where_it_waits(till: Caller, shop: Shop) -> None:
    order = await shop.ready((0, 1), store_id=shop.world.hongdae)
    said = (await till("post", PATH, {"code": await shop.pass_code(order)})).json()
    assert (said["code"], "홍대점" in said["reason"]) == ("pass_wrong_store", True)


async def test_who_may_not_work_there_learns_nothing(
    client: AsyncTestClient, till: Caller, shop: Shop, spec: dict[str, Any]
) -> None:
    code = await shop.pass_code(await shop.ready((0, 1)))
    reader = Caller(client, await add_service(shop.pool, name="erp", verbs=["stock:read"], store_ids=None), spec)
    forged = code[:-1] + ("A" if code[-1] != "A" else "B")
    for caller, path, status in (
        (Caller(client, "guessed", spec), PATH, 401), (reader, PATH, 403), (till, PATH.replace("GN", "HD"), 404), (till, PATH.replace("GN", "XX"), 404),
    ):  # fmt: skip
        for shown in (code, forged):
            assert (await caller("post", path, {"code": shown})).status_code == status, path
    assert (await till("post", PATH, {"code": forged})).json()["code"] == "pass_invalid"
    await revoke_service(shop.pool, "till")
    assert (await till("post", PATH, {"code": code})).status_code == 401


async def test_the_statement_only_reads_and_is_planned_once(shop: Shop) -> None:
    await shop.ready((0, 1))
    values = [token_hash("any"), "GN", shop.world.gangnam, uuid4()]
    read, written = await tables_of(shop.pool, OPENED, *values)
    assert (read, written) == (
        {
            "staff.service_token", "staff.account", "staff.service_scope", "stores.store", "passes.pass", "payments.charge", "catalog.sku",
            "orders.fulfilment", "orders.fulfilment_line", "orders.order", "orders.order_charge", "orders.order_line",
        },
        set(),
    )  # fmt: skip
    assert await planned_once(shop.pool, OPENED, *values)
