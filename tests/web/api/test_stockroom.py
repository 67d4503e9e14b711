"""The stockroom by JSON: each verb does its part and no more, keys make calls repeatable, refusals are declared."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from store_omni.pickup.picking import scan_item, start_picking
from store_omni.staff.serving import add_service

from ...factories.ordering import Shop
from .test_api import Caller

pytestmark = pytest.mark.anyio
GN, HD = "/stores/GN", "/stores/HD"


class Programs:
    """An ERP for all stores, a till and a counting device at Gangnam, and whoever approves."""

    def __init__(self, client: AsyncTestClient[Litestar], shop: Shop, spec: dict[str, Any]) -> None:
        self._client, self._shop, self._spec = client, shop, spec

    async def __call__(self, name: str, *verbs: str, stores: list[int] | None = None) -> Caller:
        token = await add_service(self._shop.pool, name=name, verbs=list(verbs), store_ids=stores)
        return Caller(self._client, token, self._spec)


@pytest.fixture
async def programs(client: AsyncTestClient[Litestar], shop: Shop) -> AsyncGenerator[Programs, None]:
    yield Programs(client, shop, (await client.get("/api/v1/schema/openapi.json")).json())


@pytest.fixture
async def erp(programs: Programs) -> Caller:
    return await programs("erp", "stock:read", "stock:write")


def line(sku: str, qty: int, **more: object) -> dict[str, object]:
    return {"sku": sku, "qty": qty} | more


async def on_hand(erp: Caller, sku: str, store: str = GN) -> int:
    found = (await erp("get", f"{store}/stock?find={sku}")).json()
    return found["levels"][0]["on_hand"]


async def test_purchases_and_receipts(erp: Caller, shop: Shop) -> None:
    made = await erp(
        "post", f"{GN}/purchases", {"lines": [line("MUG-1", 5)], "supplier": "한빛도매", "expected_on": "2026-11-30"}
    )
    assert made.status_code == 201
    body = {"lines": [line(shop.world.items[0].gtin, 6, damaged=1)], "purchase_id": made.json()["id"], "reference": "DN-1"}
    key = str(uuid4())
    first = await erp("post", f"{GN}/receipts", body, key)
    assert first.status_code == 201
    assert (first.json()["state"], first.json()["discrepancies"]) == (
        "received", [{"sku": "MUG-1", "units": 1, "reason": "over_delivered"}],
    )  # fmt: skip
    assert (await erp("post", f"{GN}/receipts", body, key)).json() == first.json()
    assert (await erp("post", f"{GN}/receipts", body | {"reference": "DN-2"}, key)).json()["code"] == "operation_reused"
    assert await on_hand(erp, "MUG-1") == 15
    ledger = (await erp("get", f"{GN}/stock/MUG-1/ledger")).json()
    assert (ledger[0]["kind"], ledger[0]["after"]["quarantine"], ledger[0]["reference"]) == ("receive", 1, "DN-1")
    listed = (await erp("get", f"{GN}/purchases?closed=true")).json()
    assert [(found["state"], found["lines"]) for found in listed] == [
        ("received", [{"sku": "MUG-1", "ordered": 5, "received": 6}])
    ]
    closed = await erp("post", f"{GN}/purchases/{made.json()['id']}/closing")
    assert (closed.status_code, closed.json()) == (200, {"discrepancies": []})
    assert (await erp("post", f"{GN}/receipts", body)).json()["code"] == "purchase_over"
    assert (await erp("post", f"{GN}/receipts", {"lines": [line("GHOST", 1)]})).json()["code"] == "unknown_goods"
    assert (await erp("post", f"{GN}/receipts", {"lines": [line("MUG-1", 0)]})).status_code == 422


async def test_a_transfer_from_one_store_to_another(erp: Caller) -> None:
    body = {"to_store": "HD", "lines": [line("MUG-1", 4), line("LAMP-1", 1)], "expected_at": "2026-11-23T09:00:00+09:00"}
    sent = (await erp("post", f"{GN}/transfers", body)).json()
    base = f"{HD}/transfers/{sent['id']}"
    found = (await erp("get", f"{HD}/transfers")).json()
    assert [(one["id"], one["from_store"], one["state"]) for one in found] == [(sent["id"], "GN", "sent")]
    assert (await erp("get", f"{HD}/stock?only=in_transit")).json()["total"] == 2
    part = (await erp("post", f"{base}/receipts", {"lines": [line("MUG-1", 3), line("NOTE-1", 1)]})).json()
    assert (part["state"], part["discrepancies"]) == ("partly_received", [{"sku": "NOTE-1", "units": 1, "reason": "not_sent"}])
    closed = (await erp("post", f"{base}/closing")).json()
    assert {(one["sku"], one["units"]) for one in closed["discrepancies"]} == {("MUG-1", -1), ("LAMP-1", -1)}
    assert (await erp("get", base)).json()["state"] == "lost"
    assert (await erp("post", f"{base}/receipts", {"lines": [line("MUG-1", 1)]})).json()["code"] == "transfer_over"
    assert (await erp("post", f"{GN}/transfers", body | {"to_store": "GN"})).json()["code"] == "same_store"
    assert (await erp("post", f"{GN}/transfers", body | {"to_store": "??"})).status_code == 404
    too_many = await erp("post", f"{GN}/transfers", body | {"lines": [line("MUG-1", 40)]})
    assert too_many.json()["code"] == "not_enough_stock"
    tasks = (await erp("get", f"{HD}/stock-tasks")).json()
    assert {(task["kind"], task["sku"]) for task in tasks} == {("discrepancy", sku) for sku in ("MUG-1", "LAMP-1", "NOTE-1")}
    how = f"{HD}/stock-tasks/{tasks[0]['id']}/closing"
    assert (await erp("post", how, {"how": "somehow"})).json()["code"] == "reason_missing"
    assert (await erp("post", how, {"how": "claimed"})).status_code == 200
    assert len((await erp("get", f"{HD}/stock-tasks?kind=discrepancy")).json()) == 2


async def test_counts_are_blind_and_approved_by_somebody_else(programs: Programs, erp: Caller, shop: Shop) -> None:
    device = await programs("device", "stock:count")
    judge = await programs("judge", "stock:count", "stock:approve")
    placed = await shop.place((0, 2))
    order = await shop.view(placed.order_id)
    async with shop.sessions.begin() as session:
        by = shop.world.clerk.actor()
        await start_picking(session, order.fulfilment.id, by=by)
        await scan_item(session, order.fulfilment.id, barcode=shop.world.items[0].gtin, operation_id=uuid4(), by=by)
    count = (await device("post", f"{GN}/counts", {"zone": "skus", "skus": ["MUG-1", "TOWEL-1"]})).json()["id"]
    base = f"{GN}/counts/{count}"
    assert (await device("post", f"{base}/closing", {})).json()["code"] == "not_all_counted"
    # Nine on the shelf, one in the bag of the order: nothing is missing.
    assert (await device("put", f"{base}/lines/MUG-1", {"counted": 9})).status_code == 204
    key = str(uuid4())
    for _ in range(2):
        assert (await device("put", f"{base}/lines/TOWEL-1", {"counted": 2, "aside": 1}, key)).status_code == 204
    blind, seen = (await device("get", base)).json(), (await judge("get", base)).json()
    assert [(one["counted"], one["aside"], one["on_hand"], one["variance"]) for one in blind["lines"]] == [
        (3, 1, None, None), (10, 1, None, None),
    ]  # fmt: skip
    assert [one["variance"] for one in seen["lines"]] == [-7, 0]
    assert (await device("post", f"{base}/closing", {})).json() == {"state": "to_approve", "corrected": 0, "waiting": 1}
    assert (await device("post", f"{base}/approval", {"decision": "approve"})).status_code == 403
    assert (await judge("post", f"{base}/approval", {"decision": "refuse"})).json()["code"] == "reason_missing"
    done = await judge("post", f"{base}/approval", {"decision": "approve", "skus": ["TOWEL-1"]})
    assert done.json() == {"state": "done", "corrected": 1, "waiting": 0}
    assert await on_hand(erp, "TOWEL-1") == 3 and await on_hand(erp, "MUG-1") == 10
    own = (await judge("post", f"{GN}/counts", {"zone": "shelf", "text": "A-3"})).json()["id"]
    await judge("put", f"{GN}/counts/{own}/lines/NOTE-1", {"counted": 1})
    await judge("post", f"{GN}/counts/{own}/closing", {})
    assert (await judge("post", f"{GN}/counts/{own}/approval", {"decision": "approve"})).json()["code"] == "own_count"
    assert (await device("delete", f"{GN}/counts/{own}")).json()["code"] == "count_over"
    third = (await device("post", f"{GN}/counts", {"zone": "category", "text": "조명"})).json()["id"]
    assert len((await device("get", f"{GN}/counts")).json()) == 2
    assert (await device("delete", f"{GN}/counts/{third}")).status_code == 204
    assert len((await device("get", f"{GN}/counts?closed=true")).json()) == 3


async def test_changes_by_hand_and_in_bulk(erp: Caller) -> None:
    changed = await erp("post", f"{GN}/adjustments", {"lines": [{"sku": "MUG-1", "units": -1}], "reason": "lost"})
    assert changed.status_code == 201
    assert (await erp("post", f"{GN}/adjustments", {"lines": [{"sku": "MUG-1", "units": -1}], "reason": "found"})).json()[
        "code"
    ] == "reason_missing"
    away = {"sku": "MUG-1", "units": 2, "reason": "broken"}
    assert (await erp("post", f"{GN}/quarantine", away)).status_code == 201
    assert (await erp("post", f"{GN}/quarantine", {"sku": "MUG-1", "units": 1, "to": "written_off"})).status_code == 201
    assert (await erp("post", f"{GN}/quarantine", away | {"to": "shelf"})).json()["code"] == "reason_missing"
    assert (await erp("post", f"{GN}/quarantine", {"sku": "MUG-1", "units": 2, "to": "shelf"})).json()[
        "code"
    ] == "more_than_there"
    lines = [{"sku": "MUG-1", "on_hand": 12}, {"sku": "GHOST", "on_hand": 1}, {"sku": "NOTE-1", "change": -3, "reason": "stolen"}]
    answer = await erp("put", f"{GN}/stock", {"lines": lines, "reference": "night run"})
    assert [(one["sku"], one["state"], one["refusal"], one["on_hand"]) for one in answer.json()["lines"]] == [
        ("MUG-1", "changed", "", 12), ("GHOST", "refused", "unknown_goods", None), ("NOTE-1", "changed", "", 7),
    ]  # fmt: skip
    assert (await erp("put", f"{GN}/stock", {"lines": lines * 400})).status_code == 422


async def test_tills(programs: Programs, erp: Caller, shop: Shop) -> None:
    till = await programs("till", "till:report", stores=[shop.world.gangnam])
    sale = {"number": "77", "happened_at": datetime.now(UTC).isoformat(), "lines": [line("MUG-1", 12), line("GHOST", 1)]}
    first = (await till("post", f"{GN}/tills/1/sales", {"sales": [sale]})).json()["answers"][0]
    assert (first["state"], first["sold_more"], first["unknown"]) == ("applied", {"MUG-1": 2}, ["GHOST"])
    again = (await till("post", f"{GN}/tills/1/sales", {"sales": [sale, sale | {"lines": [line("MUG-1", 1)]}]})).json()["answers"]
    assert [one["state"] for one in again] == ["replayed", "reused"] and again[0]["document_id"] == first["document_id"]
    count = {"number": "c1", "happened_at": datetime.now(UTC).isoformat(), "lines": [line("LAMP-1", 4)]}
    assert (await till("post", f"{GN}/tills/1/counts", {"counts": [count]})).json()["answers"][0]["state"] == "applied"
    assert await on_hand(erp, "MUG-1") == 0 and await on_hand(erp, "LAMP-1") == 4
    assert (await till("post", f"{HD}/tills/1/sales", {"sales": [sale]})).status_code == 404
    assert (
        await till("post", f"{GN}/tills/1/sales", {"sales": [sale | {"happened_at": "2026-11-22T09:00:00"}]})
    ).status_code == 422
    assert (await till("post", f"{GN}/tills/1/sales", {"sales": [sale] * 501})).status_code == 422
    assert (await till("get", f"{GN}/stock")).status_code == 403


async def test_reconciliation(programs: Programs, shop: Shop) -> None:
    judge = await programs("judge", "stock:approve")
    assert (await judge("get", f"{GN}/reconciliation")).json() == []
    await shop.pool.execute(
        "UPDATE inventory.stock_level SET on_hand = 12 WHERE store_id = $1 AND sku_id = $2", shop.world.gangnam, shop.world.items[0].sku_id
    )  # fmt: skip
    assert (await judge("get", f"{GN}/reconciliation")).json() == [
        {"sku": "MUG-1", "field": "on_hand", "against": "ledger", "balance": 12, "should": 10, "drift": 2}
    ]
    table = await judge("get", f"{GN}/reconciliation.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.splitlines() == ["store,sku,field,against,balance,should,drift", "GN,MUG-1,on_hand,ledger,12,10,2"]
    for body in ({}, {"reason": "because"}):
        assert (await judge("post", f"{GN}/reconciliation", body)).status_code == 422
    mended = (await judge("post", f"{GN}/reconciliation", {"reason": "restored"})).json()
    assert (mended["levels"], mended["figures"]) == (1, 1) and mended["document_id"]
    assert (await judge("get", f"{GN}/reconciliation")).json() == []
    fact = await shop.pool.fetchrow("SELECT actor_kind, data FROM journal.fact WHERE kind = 'stock.drift_explained'")
    assert (fact["actor_kind"], fact["data"]["reason"]) == ("service", "restored")


async def test_each_verb_opens_its_own_doors_only(programs: Programs) -> None:
    nobody = await programs("nobody")
    reader = await programs("reader", "stock:read")
    for method, path in (
        ("put", "stock"), ("post", "receipts"), ("post", "purchases"), ("post", "transfers"), ("post", "adjustments"),
        ("post", "quarantine"), ("post", "counts"), ("post", "tills/1/sales"), ("post", "reconciliation"), ("get", "reconciliation"),
        ("get", "counts"),
    ):  # fmt: skip
        body = None if method == "get" else {}
        assert (await reader(method, f"{GN}/{path}", body)).status_code == 403, path
    for path in ("stock", "purchases", "transfers", "stock-tasks", "stock/MUG-1/ledger"):
        assert (await reader("get", f"{GN}/{path}")).status_code == 200, path
        assert (await nobody("get", f"{GN}/{path}")).status_code == 403, path
