"""The stock of one SKU over all stores: open to everybody, given before the router while it is fresh, and honest about its age."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from store_omni.app import Application, create_app
from store_omni.inventory import listening as hearing
from store_omni.inventory.snapshot import forget
from store_omni.settings import Settings
from store_omni.web.api import fronting

from ...factories.browsing import listening
from ...factories.ordering import Shop
from ...factories.world import World, put_stock

pytestmark = pytest.mark.anyio
ADDRESS = "/api/v1/skus/MUG-1/availability"
LINE = f"GET {ADDRESS} HTTP/1.1".encode()
Client = AsyncTestClient[Litestar]


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "LOOK_SECONDS", 0.02)


@pytest.fixture
async def routed(app: Application, client: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that went as far as the application."""
    inside, paths = app.front.app, []

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            paths.append(scope["path"])
        await inside(scope, receive, send)

    monkeypatch.setattr(app.front, "app", watched)
    await listening(app)
    return paths


async def test_it_needs_no_token_and_says_what_its_figures_were_made_of(client: Client, world: World) -> None:
    answer = await client.get(ADDRESS)
    assert answer.status_code == 200 and "set-cookie" not in answer.headers
    said = answer.json()
    assert [(offer["store"], offer["free"], offer["version"], offer["rule_version"]) for offer in said["offers"]] == [
        ("GN", 10, 1, 0),
        ("HD", 10, 1, 0),
    ]
    age = datetime.now(UTC) - datetime.fromisoformat(said["as_of"])
    assert timedelta(0) <= age < timedelta(seconds=5)
    # The list of products keeps its door.
    assert (await client.get("/api/v1/products?q=mug")).status_code == 401


async def test_it_is_answered_without_the_router_and_kept(client: Client, world: World, routed: list[str]) -> None:
    first = await client.get(ADDRESS)
    second = await client.get(ADDRESS)
    assert routed == []
    assert first.json() == second.json() and second.headers["content-type"] == "application/json"
    for answer in (first, second):
        assert answer.headers["age"] in ("0", "1", "2") and answer.headers["cache-control"] == "no-store"
        assert (
            answer.headers["x-content-type-options"] == "nosniff" and "default-src" in answer.headers["content-security-policy"]
        )
    english = await client.get(ADDRESS, headers={"accept-language": "en"})
    assert english.json()["offers"][0]["store_name"] == "Gangnam"
    assert (await client.get(ADDRESS)).json()["offers"][0]["store_name"] == "강남점" and not routed


async def test_a_change_is_seen_at_once_by_the_process_that_made_it(
    client: Client, shop: Shop, pool: asyncpg.Pool, routed: list[str]
) -> None:
    assert (await client.get(ADDRESS)).json()["offers"][0]["free"] == 10
    sku = shop.world.items[0].sku_id
    await put_stock(pool, shop.world.gangnam, sku, 5)
    forget([sku])
    said = (await client.get(ADDRESS)).json()["offers"][0]
    assert (said["free"], said["version"], routed) == (15, 2, [])


async def test_an_answer_made_of_older_stock_is_not_given_again(
    client: Client, shop: Shop, pool: asyncpg.Pool, routed: list[str]
) -> None:
    english = {"accept-language": "en"}
    assert (await client.get(ADDRESS)).json()["offers"][0]["free"] == 10
    sku = shop.world.items[0].sku_id
    await put_stock(pool, shop.world.gangnam, sku, 5)
    forget([sku])
    # Whoever asks in English has it read anew; the Korean answer still lies there.
    assert (await client.get(ADDRESS, headers=english)).json()["offers"][0]["free"] == 15
    assert (await client.get(ADDRESS)).json()["offers"][0]["free"] == 15 and not routed


async def test_it_says_its_age_in_whole_seconds(
    client: Client, world: World, app: Application, routed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.get(ADDRESS)
    kept = app.state.stock.snapshot.of("api").peek(world.items[0].sku_id)
    for passed, age in ((0.2, "0"), (1.5, "1"), (1.9, "1"), (59.5, "59")):
        monkeypatch.setattr(fronting, "monotonic", lambda passed=passed: kept.read_at + passed)
        assert (await client.get(ADDRESS)).headers["age"] == age


async def test_what_it_says_of_stock_that_has_not_changed_moves_on_with_the_clock(
    client: Client, world: World, app: Application, routed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When an order would be ready is worked out anew each minute, without asking the database again."""
    written, write = [], app.front._write

    def watched(stock: Any, stores: Any, sku: Any) -> bytes:
        written.append(sku.read_at)
        return write(stock, stores, sku)

    monkeypatch.setattr(app.front, "_write", watched)
    await client.get(ADDRESS)
    begin = app.front._at_hand["ko"][LINE].until - fronting.SAID_SECONDS_MAX
    for passed, times in ((59.0, 1), (60.5, 2), (119.0, 2), (121.5, 3)):
        monkeypatch.setattr(fronting, "monotonic", lambda passed=passed: begin + passed)
        assert (await client.get(ADDRESS)).status_code == 200
        assert (len(written), len(set(written)), routed) == (times, 1, [])


async def test_more_addresses_than_it_keeps_at_hand_are_answered_all_the_same(
    client: Client, world: World, app: Application, routed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fronting, "AT_HAND_MAX", 2)
    for item in [*world.items, *world.items]:
        answer = await client.get(f"/api/v1/skus/{item.code}/availability")
        assert answer.json()["sku"] == item.code and int(answer.headers["content-length"]) == len(answer.content)
        assert len(app.front._at_hand["ko"]) <= 2 and LINE.replace(b"MUG-1", item.code.encode()) in app.front._at_hand["ko"]
    assert routed == []


async def test_distances_and_other_methods_are_the_routers(client: Client, world: World, routed: list[str]) -> None:
    await client.get(ADDRESS)
    near = (await client.get(f"{ADDRESS}?latitude=37.5563&longitude=126.9236")).json()
    assert [offer["store"] for offer in near["offers"]] == ["HD", "GN"] and near["offers"][0]["distance_km"] < 1
    assert (await client.get(f"{ADDRESS}?latitude=91&longitude=0")).status_code == 422
    assert (await client.post(ADDRESS)).status_code == 405
    assert (await client.get("/api/v1/skus/NONE/availability")).status_code == 404
    assert len(routed) == 4


async def test_a_database_that_does_not_answer_is_said_by_the_router(client: Client, world: World, app: Litestar) -> None:
    await client.get(ADDRESS)
    forget([world.items[0].sku_id])
    kept = app.state.stock.snapshot

    async def gone(_channel: str, _ids: list[int]) -> Any:
        raise ConnectionRefusedError

    kept._read = gone
    answer = await client.get(ADDRESS)
    assert (answer.status_code, answer.json()["code"]) == (503, "outcome_unknown")


async def test_what_is_no_longer_sold_is_gone(client: Client, world: World, pool: asyncpg.Pool, routed: list[str]) -> None:
    await client.get(ADDRESS)
    await pool.execute("UPDATE catalog.sku SET active = false WHERE code = 'MUG-1'")
    forget([world.items[0].sku_id])
    assert (await client.get(ADDRESS)).status_code == 404


async def test_a_figure_that_is_not_trusted_is_not_given(client: Client, world: World, pool: asyncpg.Pool) -> None:
    await pool.execute(
        "INSERT INTO stockroom.trust (store_id, sku_id, short_picks) VALUES ($1, $2, 2)", world.gangnam, world.items[0].sku_id
    )
    said = next(offer for offer in (await client.get(ADDRESS)).json()["offers"] if offer["store"] == "GN")
    assert (said["label"], said["free"], said["reason"], said["ready_by"]) == ("ask", None, "unsure", None)


async def test_a_process_knows_what_people_ask_for_most_before_they_ask(
    settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gc.freeze", lambda: None)  # this process goes on to other tests
    app = create_app(msgspec.structs.replace(settings, warm_skus=3))
    async with AsyncTestClient(app) as client:
        kept = app.state.stock.snapshot.of("api")
        async with asyncio.timeout(5):
            while kept.peek(world.items[2].sku_id) is None:
                await asyncio.sleep(0.01)
        assert kept.peek(world.items[3].sku_id) is None
        assert (await client.get(ADDRESS)).json()["offers"][0]["free"] == 10
