"""The API does the same job as the pages, with tokens, and declares every refusal it gives."""

from collections.abc import AsyncGenerator
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

from store_omni.customers.joining import join
from store_omni.kit.database import writing
from store_omni.staff.serving import VERBS, add_service, revoke_service

from ...factories.ordering import Shop

pytestmark = pytest.mark.anyio
CONTACT = {"name": "김하늘", "phone": "010-1234-5678", "email": "haneul@example.com"}


class Caller:
    """Calls with a token, and holds every problem against the OpenAPI document."""

    def __init__(self, client: AsyncTestClient, token: str, spec: dict[str, Any]) -> None:
        self.client, self.token, self.spec = client, token, spec

    def _operation(self, method: str, path: str) -> dict[str, Any]:
        parts = path.split("?")[0].removeprefix("/api/v1").strip("/").split("/")
        for template, item in self.spec["paths"].items():
            wanted = template.removeprefix("/api/v1").strip("/").split("/")
            fits = len(wanted) == len(parts) and all(w.startswith("{") or w == p for w, p in zip(wanted, parts, strict=True))
            if fits and method in item:
                return item[method]
        raise AssertionError(f"{method} {path} is not in the document")

    async def __call__(self, method: str, path: str, body: object = None, key: str | None = None) -> Response:
        headers = {"authorization": f"Bearer {self.token}", "idempotency-key": key or str(uuid4())}
        answer = await self.client.request(method, f"/api/v1{path}", json=body, headers=headers)
        operation = self._operation(method, f"/api/v1{path}")
        assert str(answer.status_code) in operation["responses"], f"{path}: {answer.status_code} is not declared: {answer.text}"
        if answer.status_code >= 400:
            said = answer.json()
            assert said["code"] in operation["responses"][str(answer.status_code)]["description"], said
            assert said["title"] and said["next_step"]
        assert "set-cookie" not in answer.headers
        return answer


@pytest.fixture
async def spec(client: AsyncTestClient) -> dict[str, Any]:
    return (await client.get("/api/v1/schema/openapi.json")).json()


@pytest.fixture
async def till(client: AsyncTestClient, shop: Shop, spec: dict[str, Any]) -> AsyncGenerator[Caller, None]:
    """A service that may do everything at the Gangnam store."""
    token = await add_service(shop.pool, name="till", verbs=list(VERBS), store_ids=[shop.world.gangnam])
    yield Caller(client, token, spec)


async def test_the_main_job_and_a_return_by_json(till: Caller, shop: Shop) -> None:
    found = (await till("get", "/products?q=머그")).json()
    assert found["products"][0]["name"] == "클래식 머그컵"
    offers = (await till("get", "/skus/MUG-1/availability")).json()["offers"]
    assert {offer["store"]: offer["free"] for offer in offers} == {"GN": 10, "HD": 10}

    body = {"store": "GN", "lines": [{"sku": "MUG-1", "qty": 2}], "contact": CONTACT}
    key = str(uuid4())
    placed = await till("post", "/orders", body, key)
    assert placed.status_code == 201
    again = (await till("post", "/orders", body, key)).json()
    assert (again["number"], again["replayed"]) == (placed.json()["number"], True)
    assert (await till("post", "/orders", body | {"lines": [{"sku": "MUG-1", "qty": 3}]}, key)).json()[
        "code"
    ] == "operation_reused"

    queued = (await till("get", "/stores/GN/pickups")).json()
    base = f"/stores/GN/pickups/{queued[0]['id']}"
    await till("post", f"{base}/picking")
    beep = str(uuid4())
    await till("post", f"{base}/scans", {"barcode": shop.world.items[0].gtin}, beep)
    await till("post", f"{base}/scans", {"barcode": shop.world.items[0].gtin}, beep)
    assert (await till("post", f"{base}/packing", {"bags": 1})).json()["code"] == "not_all_picked"
    await till("post", f"{base}/scans", {"barcode": "MUG-1"})
    await till("post", f"{base}/packing", {"bags": 1})
    assert (await till("post", f"{base}/staging", {"shelf": "Z9"})).status_code == 422
    ready = (await till("post", f"{base}/staging", {"shelf": "A1"})).json()
    assert ready["fulfilment"]["state"] == "ready_for_pickup"

    order = await shop.view(placed.json()["id"])
    code = await shop.pass_code(order)
    assert (
        await till("post", f"{base}/handover", {"pass_code": code[:-1] + ("B" if code[-1] == "A" else "A"), "tender": "cash"})
    ).json()["code"] == "pass_invalid"
    key = str(uuid4())
    done = (await till("post", f"{base}/handover", {"pass_code": code, "tender": "cash"}, key)).json()
    assert (done["state"], done["captured_minor"]) == ("completed", 25800)
    assert (await till("post", f"{base}/handover", {"pass_code": code, "tender": "cash"}, key)).json() == done
    assert (await till("post", f"{base}/handover", {"pass_code": code, "tender": "cash"})).json()["code"] == "pass_spent"

    wanted = {"lines": [{"line_no": 1, "qty": 1}], "reason": "defective"}
    back = (await till("post", f"/orders/{order.number}/returns", wanted)).json()
    got = await till("post", f"/stores/GN/returns/{back['id']}/reception", {"code": back["code"]})
    assert (got.json()["reception"], got.json()["refund_minor"]) == ("received", 12900)
    # What came back as faulty is set aside.
    level = await shop.level(0)
    assert (level["on_hand"], level["quarantine"]) == (8, 1)


async def test_tokens_open_only_their_stores_and_verbs_and_can_be_revoked(
    client: AsyncTestClient, shop: Shop, spec: dict[str, Any], till: Caller
) -> None:
    assert (await till("get", "/stores/HD/pickups")).status_code == 404
    body = {"store": "HD", "lines": [{"sku": "MUG-1", "qty": 1}], "contact": CONTACT}
    assert (await till("post", "/orders", body)).status_code == 404
    elsewhere = await shop.place((0, 1), store_id=shop.world.hongdae)
    assert (await till("get", f"/orders/{elsewhere.number}")).status_code == 404

    reader = Caller(client, await add_service(shop.pool, name="erp", verbs=["stock:read"], store_ids=None), spec)
    assert (await reader("get", "/stores")).status_code == 200
    assert (await reader("get", "/stores/GN/pickups")).status_code == 403
    await revoke_service(shop.pool, "erp")
    assert (await reader("get", "/stores")).status_code == 401
    assert (await Caller(client, "guessed", spec)("get", "/stores")).status_code == 401


async def test_a_services_look_at_a_customer_is_written_down(till: Caller, shop: Shop) -> None:
    placed = await shop.place((0, 1))
    assert (await till("get", f"/orders/{placed.number}")).status_code == 200
    row = await shop.pool.fetchrow("SELECT staff_role, task, order_id FROM journal.access")
    assert (row["staff_role"], row["task"], row["order_id"]) == ("service", "api.order", placed.order_id)


async def test_a_shoppers_app_sees_only_its_own(client: AsyncTestClient, shop: Shop, spec: dict[str, Any]) -> None:
    async with shop.sessions.begin() as session:
        me = await join(
            writing(session), name="이서연", phone="+821055556666", email="seoyeon@example.com", password="correct horse battery",
            locale="ko", source="test",
        )  # fmt: skip
    wrong = await Caller(client, "", spec)("post", "/sessions", {"login": "010-5555-6666", "password": "wrong wrong wrong"})
    assert wrong.status_code == 422
    opened = await Caller(client, "", spec)("post", "/sessions", {"login": "010-5555-6666", "password": "correct horse battery"})
    app = Caller(client, opened.json()["token"], spec)

    placed = (await app("post", "/orders", {"store": "GN", "lines": [{"sku": "NOTE-1", "qty": 1}]})).json()
    assert (await shop.view(placed["id"])).customer_id == me
    assert (await app("get", f"/orders/{placed['number']}/pass")).json() == {"code": None}
    assert (await app("get", "/stores/GN/pickups")).status_code == 403
    somebody = await shop.place((0, 1))
    assert (await app("get", f"/orders/{somebody.number}")).status_code == 404
    assert (await app("post", f"/orders/{somebody.number}/cancellation", {"reason": "changed_mind"})).status_code == 404
    gone = await app("post", f"/orders/{placed['number']}/cancellation", {"reason": "changed_mind"})
    assert gone.json()["state"] == "cancelled"
    await app("delete", "/sessions")
    assert (await app("get", f"/orders/{placed['number']}")).status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"store": "GN", "lines": [{"sku": "MUG-1", "qty": 11}], "contact": CONTACT}, 409, "not_enough_stock"),
        ({"store": "GN", "lines": [], "contact": CONTACT}, 422, "basket_empty"),
        ({"store": "GN", "lines": [{"sku": "NONE", "qty": 1}], "contact": CONTACT}, 422, "invalid_input"),
        ({"store": "GN", "lines": [{"sku": "MUG-1", "qty": 0}], "contact": CONTACT}, 422, "invalid_input"),
        ({"store": "GN", "lines": [{"sku": "MUG-1", "qty": 1, "unit_price_minor": 1}], "contact": CONTACT}, 422, "invalid_input"),
        ({"store": "GN", "lines": [{"sku": "MUG-1", "qty": 1}], "contact": {"name": "김"}}, 422, "invalid_input"),
        ({"store": "XX", "lines": [{"sku": "MUG-1", "qty": 1}], "contact": CONTACT}, 404, "not_found"),
        ("nonsense", 422, "invalid_input"),
    ],
)
async def test_bad_orders_are_refused_and_change_nothing(till: Caller, shop: Shop, body: object, status: int, code: str) -> None:
    answer = await till("post", "/orders", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await shop.pool.fetchval('SELECT count(*) FROM orders."order"') == 0


async def test_every_operation_has_an_id_and_says_what_it_refuses(app: Litestar, spec: dict[str, Any]) -> None:
    operations = [(path, method, item) for path, methods in spec["paths"].items() for method, item in methods.items()]
    assert len(operations) >= 16
    assert len({item["operationId"] for _, _, item in operations}) == len(operations)
    for path, method, item in operations:
        assert path.startswith("/api/v1"), f"{path} is a page"
        open_to_all = {} in item.get("security", [])
        assert open_to_all or {"401", "403"} <= set(item["responses"]), f"{method} {path}"
