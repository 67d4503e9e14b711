"""Orders looked up by programs: in reach only, each look written down, by number, phone or e-mail."""

from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from store_omni.customers.signing_in import open_session
from store_omni.kit.ids import new_id, token_hash
from store_omni.orders import reading_sql as sql
from store_omni.orders.placing import Contact
from store_omni.staff.serving import add_service, revoke_service

from ...factories.explaining import planned_once, tables_of
from ...factories.ordering import Shop
from .test_api import Caller

pytestmark = pytest.mark.anyio
LEE = Contact(name="이서준", phone="+821098765432", email="seojun@example.com", locale="ko")


@pytest.fixture
async def spec(client: AsyncTestClient) -> dict[str, Any]:
    return (await client.get("/api/v1/schema/openapi.json")).json()


@pytest.fixture
async def callers(client: AsyncTestClient, shop: Shop, spec: dict[str, Any]) -> dict[str, Caller]:
    """A service of all stores and one of Gangnam."""
    made = {}
    for name, stores in (("everywhere", None), ("gangnam", [shop.world.gangnam])):
        made[name] = Caller(client, await add_service(shop.pool, name=name, verbs=["orders:read"], store_ids=stores), spec)
    return made


async def _looked(shop: Shop) -> list[tuple[str, Any]]:
    rows = await shop.pool.fetch("SELECT task, order_id FROM journal.access WHERE question IS NULL ORDER BY id")
    return [tuple(row) for row in rows]


async def test_one_statement_reads_what_the_pages_read(callers: dict[str, Caller], shop: Shop) -> None:
    order = await shop.picked((0, 2), (1, 1))
    found = (await callers["everywhere"]("get", f"/orders/{order.number.lower().replace('-', '')}")).json()
    assert [(line["sku"], line["qty"], line["qty_picked"]) for line in found["lines"]] == [("MUG-1", 2, 2), ("LAMP-1", 1, 1)]
    assert (found["total_minor"], found["due_minor"], found["contact_name"]) == (order.total_minor, order.due_minor, "김하늘")
    assert (found["fulfilment"]["id"], found["fulfilment"]["state"]) == (str(order.fulfilment.id), "picking")
    assert await _looked(shop) == [("api.order", order.id)]


async def test_reach_is_the_services_stores_and_the_shoppers_own(
    client: AsyncTestClient, callers: dict[str, Caller], shop: Shop, spec: dict[str, Any]
) -> None:
    far = await shop.place((0, 1), store_id=shop.world.hongdae, contact=LEE)
    assert (await callers["gangnam"]("get", f"/orders/{far.number}")).status_code == 404
    assert (await callers["everywhere"]("get", "/orders/NONE-SUCH")).status_code == 404
    assert await _looked(shop) == []
    buyer = (await shop.view(far.order_id)).customer_id
    await shop.pool.execute("UPDATE customers.customer SET status = 'active'")
    hers = Caller(client, await open_session(shop.pool, buyer, source="app", kind="app"), spec)
    assert (await hers("get", f"/orders/{far.number}")).status_code == 200
    near = await shop.place((1, 1))
    assert (await hers("get", f"/orders/{near.number}")).status_code == 404
    assert await _looked(shop) == []
    reader = Caller(client, await add_service(shop.pool, name="erp", verbs=["stock:read"], store_ids=None), spec)
    assert (await reader("get", f"/orders/{far.number}")).status_code == 403
    await revoke_service(shop.pool, "everywhere")
    assert (await callers["everywhere"]("get", f"/orders/{far.number}")).status_code == 401


@pytest.mark.parametrize(
    ("typed", "hits"),
    [("010-9876-5432", ["HD", "GN"]), ("SEOJUN@example.com", ["HD", "GN"]), ("number", ["GN"]), ("010-0000-0000", [])],
)
async def test_found_by_what_a_caller_knows(callers: dict[str, Caller], shop: Shop, typed: str, hits: list[str]) -> None:
    one = await shop.place((0, 1), contact=LEE)
    await shop.place((1, 1), store_id=shop.world.hongdae, contact=LEE)
    await shop.place((2, 1))
    typed = one.number.lower() if typed == "number" else typed
    found = (await callers["everywhere"]("get", f"/orders?q={typed}")).json()["orders"]
    assert [order["store"] for order in found] == hits
    assert len(await _looked(shop)) == len(hits)
    if "GN" in hits:
        assert (found[-1]["number"], found[-1]["contact_name"], found[-1]["fulfilment_state"]) == (
            one.number,
            "이서준",
            "allocated",
        )
        near = (await callers["gangnam"]("get", f"/orders?q={typed}")).json()["orders"]
        assert [order["number"] for order in near] == [one.number]
        assert [order_id for _, order_id in await _looked(shop)][len(hits) :] == [one.order_id]


async def test_an_order_placed_for_somebody_else_is_found_by_both(callers: dict[str, Caller], shop: Shop) -> None:
    own = await shop.view((await shop.place((0, 1))).order_id)
    gift = await shop.place((1, 1), contact=LEE, customer_id=own.customer_id)
    for typed, numbers in (("haneul@example.com", {own.number, gift.number}), ("seojun@example.com", {gift.number})):
        found = (await callers["everywhere"]("get", f"/orders?q={typed}")).json()["orders"]
        assert {order["number"] for order in found} == numbers


async def test_a_shoppers_app_finds_her_own_and_leaves_no_row(client: AsyncTestClient, shop: Shop, spec: dict[str, Any]) -> None:
    mine, theirs = await shop.place((0, 1)), await shop.place((1, 1), contact=LEE)
    await shop.pool.execute("UPDATE customers.customer SET status = 'active'")
    me = (await shop.view(mine.order_id)).customer_id
    app = Caller(client, await open_session(shop.pool, me, source="app", kind="app"), spec)
    for number, hits in ((mine.number, [mine.number]), (theirs.number, [])):
        assert [order["number"] for order in (await app("get", f"/orders?q={number}")).json()["orders"]] == hits
    assert await _looked(shop) == []


@pytest.mark.parametrize("typed", ["김하늘", "김하늘 5678", "5678", ""])
async def test_a_name_opens_nothing(callers: dict[str, Caller], typed: str) -> None:
    answer = await callers["everywhere"]("get", f"/orders?q={typed}")
    assert (answer.status_code, list(answer.json()["problems"])) == (422, ["q"])


@pytest.mark.owner
async def test_no_row_no_look(callers: dict[str, Caller], shop: Shop) -> None:
    order = await shop.place((0, 1))
    await shop.pool.execute("CREATE FUNCTION stop_looks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$")
    await shop.pool.execute("CREATE TRIGGER stop BEFORE INSERT ON journal.access FOR EACH ROW EXECUTE FUNCTION stop_looks()")
    assert (await callers["everywhere"]("get", f"/orders/{order.number}")).status_code == 404
    assert (await callers["everywhere"]("get", f"/orders?q={order.number}")).json() == {"orders": []}


async def test_each_statement_touches_its_tables_and_is_planned_once(shop: Shop) -> None:
    await shop.place((0, 1))
    held, ids = token_hash("any"), [new_id() for _ in range(sql.FOUND_MAX)]
    who = {"staff.service_token", "staff.account", "staff.service_scope", "customers.sign_in", "customers.customer"}
    whole = {
        *who, "orders.order", "orders.order_charge", "orders.order_line", "orders.fulfilment", "orders.fulfilment_line", "payments.charge",
        "payments.capture", "catalog.sku", "catalog.product",
    }  # fmt: skip
    brief = {*who, "orders.order", "orders.fulfilment", "stores.store"}
    for statement, values, read in (
        (sql.LOOKED_UP, [held, ["A", "B"], new_id(), ""], whole),
        (sql.FOUND_BY["order"], [held, ["A", "B"], ids, ""], brief),
        (sql.FOUND_BY["phone"], [held, "+8210", ids, ""], {*brief, "customers.identity"}),
        (sql.FOUND_BY["email"], [held, "a@b", ids, ""], {*brief, "customers.identity"}),
    ):
        assert await tables_of(shop.pool, statement, *values) == (read, {"journal.access"})
        assert await planned_once(shop.pool, statement, *values)
