"""Every text and list that a program sends has a bound, so that none breaks an index or fills the memory."""

import pkgutil
from importlib import import_module
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from litestar.testing import AsyncTestClient
from msgspec import inspect

from store_omni.staff.serving import VERBS, add_service
from store_omni.web import api

from ...factories.ordering import Shop

pytestmark = pytest.mark.anyio
Client = AsyncTestClient[Any]
ENDS = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]


def _sent() -> list[type[msgspec.Struct]]:
    modules = [import_module(f"{api.__name__}.{found.name}") for found in pkgutil.iter_modules(api.__path__)]
    structs = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    return sorted(
        (one for one in structs if issubclass(one, msgspec.Struct) and one.__name__.endswith("In")), key=lambda one: one.__name__
    )


def _unbounded(kind: inspect.Type, name: str) -> list[str]:
    if isinstance(kind, inspect.StrType):
        return [] if kind.max_length else [name]
    if isinstance(kind, inspect.ListType):
        return ([] if kind.max_length else [f"{name}[]"]) + _unbounded(kind.item_type, name)
    if isinstance(kind, inspect.UnionType):
        return [gap for one in kind.types for gap in _unbounded(one, name)]
    if isinstance(kind, inspect.StructType):
        return [gap for field in kind.fields for gap in _unbounded(field.type, f"{name}.{field.name}")]
    return []


def test_what_is_sent_is_bounded() -> None:
    sent = _sent()
    assert len(sent) > 15
    assert [gap for struct in sent for gap in _unbounded(inspect.type_info(struct), struct.__name__)] == []


@pytest.fixture
async def headers(shop: Shop) -> dict[str, str]:
    token = await add_service(shop.pool, name="all", verbs=list(VERBS), store_ids=None)
    return {"authorization": f"Bearer {token}", "idempotency-key": str(uuid4())}


@pytest.mark.parametrize(("name", "status"), [("가" * 900, 422), ("\u3164\u200b", 422), ("", 422), ("\u202e김\u0000역순", 201)])
async def test_a_name_of_any_kind(client: Client, shop: Shop, headers: dict[str, str], name: str, status: int) -> None:
    body = {"store": "GN", "lines": [{"sku": "MUG-1", "qty": 1}], "contact": {"name": name, "phone": "010-1234-5678"}}
    answer = await client.post("/api/v1/orders", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    if status == 201:
        assert await shop.pool.fetchval('SELECT contact_name FROM orders."order"') == "김역순"


@pytest.mark.parametrize("at", ENDS)
async def test_times_at_the_ends_of_the_calendar(client: Client, shop: Shop, headers: dict[str, str], at: str) -> None:
    sale = {"number": "1", "happened_at": at, "lines": [{"sku": "MUG-1", "qty": 1}]}
    for kind in ("sales", "counts"):
        answer = await client.post(f"/api/v1/stores/GN/tills/T1/{kind}", json={kind: [sale], "complete": True}, headers=headers)
        assert answer.status_code == 200 and answer.json()["answers"][0]["state"] in ("future", "too_old"), answer.text
    lines = [{"sku": "MUG-1", "qty": 1}]
    transfer = {"to_store": "HD", "lines": lines, "expected_at": at}
    purchase = {"lines": lines, "expected_on": at[:10]}
    answers = [
        await client.post("/api/v1/stores/GN/transfers", json=transfer, headers=headers),
        await client.post("/api/v1/stores/GN/purchases", json=purchase, headers=headers),
        await client.get("/api/v1/stores/GN/skus/MUG-1/explanation", params={"at": at}, headers=headers),
    ]
    for answer, field in zip(answers, ("expected_at", "expected_on", "at"), strict=True):
        assert answer.status_code == 422 and set(answer.json()["problems"]) == {field}, answer.text
