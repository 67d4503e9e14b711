"""Behind a proxy every client is its own source, in limits and in what is written down; and no client chooses which."""

from typing import Any

import asyncpg
import msgspec
import pytest
from litestar.testing import AsyncTestClient

from store_omni.app import Application
from store_omni.customers.signing_in import SOURCE_TRIES_MAX
from store_omni.kit.forwarding import read_networks
from store_omni.settings import SettingsProblem, read_settings
from store_omni.staff.serving import add_service

from ...factories.ordering import Shop
from ...factories.world import World
from ..shop.shopping import join

pytestmark = pytest.mark.anyio
PASSWORD = "긴 문장이 외우기 쉽다"
PROXY = "10.0.0.1"


@pytest.fixture
def proxied(app: Application, client: AsyncTestClient, monkeypatch: pytest.MonkeyPatch) -> AsyncTestClient:
    """The client, as seen through a proxy."""
    app.state.settings = msgspec.structs.replace(app.state.settings, trusted_proxies=read_networks("10.0.0.0/8"))
    front: Any = app.manners.app
    monkeypatch.setattr(app.manners, "app", lambda scope, *rest: front({**scope, "client": (PROXY, 40_000)}, *rest))
    return client


async def _sign_in(proxied: AsyncTestClient, source: str, password: str = PASSWORD) -> int:
    body = {"login": "mina@example.com", "password": password}
    return (await proxied.post("/api/v1/sessions", json=body, headers={"x-forwarded-for": source})).status_code


async def test_sixty_one_clients_behind_a_proxy_are_as_many_sources(
    client: AsyncTestClient, proxied: AsyncTestClient, pool: asyncpg.Pool, world: World
) -> None:
    await join(client)
    await pool.execute("DELETE FROM customers.sign_in")
    sources = [f"192.0.2.{number}" for number in range(SOURCE_TRIES_MAX + 1)]
    assert {await _sign_in(proxied, source) for source in sources} == {201}
    kept = await pool.fetch("SELECT source FROM customers.sign_in")
    assert {row["source"] for row in kept} == set(sources)


async def test_a_client_cannot_choose_its_source(proxied: AsyncTestClient, pool: asyncpg.Pool, world: World) -> None:
    """Each try says another address; the proxy adds the true one."""
    said = [await _sign_in(proxied, f"198.51.100.{number}, 192.0.2.7", "wrong") for number in range(9)]
    assert said == [422] * 8 + [429]


async def test_without_a_setting_the_header_is_not_read(app: Application, proxied: AsyncTestClient, world: World) -> None:
    app.state.settings = msgspec.structs.replace(app.state.settings, trusted_proxies=())
    said = [await _sign_in(proxied, f"192.0.2.{number}", "wrong") for number in range(9)]
    assert said == [422] * 8 + [429]


async def test_what_is_written_down_has_the_first_untrusted_hop(proxied: AsyncTestClient, shop: Shop) -> None:
    """Through the router and through what answers before it."""
    token = await add_service(shop.pool, name="till", verbs=["orders:place", "orders:read", "customers:read"], store_ids=None)
    headers = {"authorization": f"Bearer {token}", "idempotency-key": "k", "x-forwarded-for": "1.1.1.1, 192.0.2.7, 10.9.9.9"}
    body = {"store": "GN", "lines": [{"sku": "MUG-1", "qty": 1}], "contact": {"name": "김하늘", "phone": "010-1234-5678"}}
    placed = await proxied.post("/api/v1/orders", json=body, headers=headers)
    assert placed.status_code == 201, placed.text
    assert (await proxied.get(f"/api/v1/orders/{placed.json()['number']}", headers=headers)).status_code == 200
    customer = await shop.pool.fetchval('SELECT customer_id FROM orders."order"')
    assert (await proxied.get(f"/api/v1/customers/{customer}/history", headers=headers)).status_code == 200
    kept = await shop.pool.fetch("SELECT source FROM journal.access")
    assert [row["source"] for row in kept] == ["192.0.2.7"] * 2


def test_a_setting_that_cannot_be_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("STORE_OMNI_DATABASE_URL", "postgresql://x")
    monkeypatch.setenv("STORE_OMNI_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("STORE_OMNI_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1")
    assert read_settings().trusted_proxies == read_networks("10.0.0.0/8,192.0.2.1")
    monkeypatch.setenv("STORE_OMNI_TRUSTED_PROXIES", "0.0.0.0/0")
    with pytest.raises(SettingsProblem, match="STORE_OMNI_TRUSTED_PROXIES"):
        read_settings()
