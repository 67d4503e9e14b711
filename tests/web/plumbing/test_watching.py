"""/health/full for the operator's probe, and the banner on managers' pages."""

import re

import msgspec
import pytest
from litestar.testing import AsyncTestClient

from store_omni.app import Application
from store_omni.inventory.sealing import LEDGER
from store_omni.journal.sealing import seal_all
from store_omni.notifications.condition import read_condition
from store_omni.settings import Settings, SettingsProblem, read_settings

from ...factories.browsing import sign_in_staff
from ...factories.ordering import Shop

pytestmark = pytest.mark.anyio
TOKEN = "0123456789abcdef"
BEARER = {"authorization": f"Bearer {TOKEN}"}
DEAD = (
    "INSERT INTO journal.heartbeat (host, pid, version, leads, beat_at) VALUES ('a', 1, '1', true, now() - interval '7 minutes')"
)


@pytest.fixture
async def watched(app: Application, settings: Settings) -> object:
    app.state.settings = msgspec.structs.replace(settings, watch_token=TOKEN)
    async with AsyncTestClient(app, base_url="http://testserver.local") as client:
        yield client


async def test_only_the_operators_token_opens_it(watched: AsyncTestClient) -> None:
    assert (await watched.get("/health/full", headers=BEARER)).status_code == 503  # no worker yet
    for headers in ({}, {"authorization": "Bearer "}, {"authorization": f"Bearer {TOKEN}x"}, {"authorization": TOKEN}):
        answer = await watched.get("/health/full", headers=headers, follow_redirects=False)
        assert "worker" not in answer.text and answer.status_code == 401, headers


async def test_without_a_token_it_is_not_there(client: AsyncTestClient) -> None:
    assert (await client.get("/health/full", headers={"authorization": "Bearer None"})).status_code == 404


async def test_it_says_what_is_wrong(watched: AsyncTestClient, shop: Shop) -> None:
    await shop.pool.execute(DEAD)
    answer = await watched.get("/health/full", headers=BEARER)
    assert answer.status_code == 503
    assert answer.json()["problems"][0].startswith("No background work has been done for 7 minutes.")
    await shop.pool.execute("UPDATE journal.heartbeat SET beat_at = now(), late_seconds = 3")
    await seal_all(shop.pool, LEDGER)
    answer = await watched.get("/health/full", headers=BEARER)
    assert answer.status_code == 200 and answer.json()["ok"] is True
    assert answer.json()["worker"]["leads"] is True and answer.json()["worker"]["late_seconds"] == 3
    assert set(answer.json()["oldest_seconds"]) == {"unsealed", "deliveries"}
    assert (await watched.get("/health/ready")).status_code == 200, "this process can serve, whatever the worker does"


async def test_metrics_need_the_token_too(watched: AsyncTestClient) -> None:
    assert (await watched.get("/metrics", follow_redirects=False)).status_code in (303, 401)
    answer = await watched.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")


def _value(text: str, name: str) -> float:
    """Of the first sample that begins so; 0 where there is none."""
    found = re.search(rf"^{re.escape(name)}\S* (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def test_orders_refusals_and_batches_are_counted(watched: AsyncTestClient, shop: Shop) -> None:
    before = (await watched.get("/metrics", headers=BEARER)).text
    await shop.place()
    await watched.get("/nothing-here")
    after = (await watched.get("/metrics", headers=BEARER)).text
    for name in (
        'store_omni_batch_answers_total{batch="orders.place_batch",outcome="ok"}',
        'store_omni_batch_rows_count{batch="orders.place_batch"}',
        'store_omni_refusals_total{code="not_found"}',
        'store_omni_requests_total{method="GET",route="(no route)",status="404"}',
    ):
        assert _value(after, name) == _value(before, name) + 1, name
    for name in ("store_omni_database_connections", "store_omni_request_seconds_bucket", "store_omni_queue_oldest_seconds"):
        assert name in after


async def test_managers_see_a_dead_worker_on_every_page_and_others_do_not(
    app: Application, client: AsyncTestClient, shop: Shop
) -> None:
    await shop.pool.execute(DEAD)
    app.state.watch.condition = await read_condition(shop.pool)
    await sign_in_staff(client, shop.world.manager, "office")
    for page in ("/office", "/office/stock", "/office/access"):
        assert "자동 처리가 7분째 멈춰 있어요" in (await client.get(page)).text, page
    assert "자동 처리가" not in (await client.get("/")).text
    await shop.pool.execute("UPDATE journal.heartbeat SET beat_at = now()")
    await seal_all(shop.pool, LEDGER)
    app.state.watch.condition = await read_condition(shop.pool)
    assert "자동 처리가" not in (await client.get("/office")).text


def test_a_token_that_is_too_short_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("STORE_OMNI_DATABASE_URL", "postgresql://x")
    monkeypatch.setenv("STORE_OMNI_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("STORE_OMNI_WATCH_TOKEN", "short")
    with pytest.raises(SettingsProblem, match="STORE_OMNI_WATCH_TOKEN"):
        read_settings()
