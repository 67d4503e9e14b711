"""Why a store could promise that many: by version, by time, with what is on its way; for those who may read stock there."""

from datetime import UTC, datetime, timedelta

import pytest
from litestar.testing import AsyncTestClient

from store_omni.staff.serving import add_service

from ...factories.ordering import Shop
from ...stockroom.test_offering import make_bundle, send_transfer

pytestmark = pytest.mark.anyio
ADDRESS = "/api/v1/stores/GN/skus/MUG-1/explanation"


@pytest.fixture
async def reader(shop: Shop) -> dict[str, str]:
    token = await add_service(shop.pool, name="erp", verbs=["stock:read"], store_ids=[shop.world.gangnam])
    return {"authorization": f"Bearer {token}"}


async def test_a_served_figure_is_explained_term_by_term(client: AsyncTestClient, shop: Shop, reader: dict[str, str]) -> None:
    sku = shop.world.items[0].sku_id
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    await shop.place((0, 4))
    await send_transfer(shop.pool, shop.world, sku, due)
    await shop.pool.execute(
        "INSERT INTO inventory.selling_rule (store_id, sku_id, channel, safety) VALUES ($1, $2, 'api', 1)",
        shop.world.gangnam,
        sku,
    )
    offers = (await client.get("/api/v1/skus/MUG-1/availability")).json()["offers"]
    served = next(offer for offer in offers if offer["store"] == "GN")
    assert (served["free"], served["version"], served["rule_version"]) == (5, 3, 1)
    await shop.place((0, 2))
    by_version = {name: served[name] for name in ("version", "rule_version")}
    said = (await client.get(ADDRESS, params=by_version, headers=reader)).json()
    found = {name: said[name] for name in ("on_hand", "allocated", "reserved", "short", "safety", "closed", "atp", "in_transit")}
    assert found == {
        "on_hand": 10, "allocated": 4, "reserved": 0, "short": 0, "safety": 1, "closed": False, "atp": 5, "in_transit": 5,
    }  # fmt: skip
    assert (said["version"], said["newest_version"], said["confidence"]) == (3, 4, 100)
    assert [(one["units"], datetime.fromisoformat(one["expected_at"])) for one in said["arrivals"]] == [(5, due)]
    assert [(one["version"], one["kind"]) for one in said["movements"]] == [(3, "transfer_in"), (2, "allocate"), (1, "opening")]
    allocate = said["movements"][1]
    assert (allocate["allocated"], allocate["channel"], allocate["actor_kind"], allocate["actor"]) == (4, "web", "guest", "")
    then = (await client.get(ADDRESS, params={"at": allocate["at"]}, headers=reader)).json()
    assert (then["version"], then["rule_version"], then["atp"]) == (2, 0, 6)


async def test_only_readers_of_that_store_are_told(client: AsyncTestClient, shop: Shop, reader: dict[str, str]) -> None:
    assert (await client.get(ADDRESS)).status_code == 401
    assert (await client.get(ADDRESS.replace("GN", "HD"), headers=reader)).status_code == 404
    for wrong in ({"version": 99}, {"rule_version": 9}):
        assert (await client.get(ADDRESS, params=wrong, headers=reader)).status_code == 404
    await make_bundle(shop.pool, {shop.world.items[0].sku_id: 1})
    assert (await client.get(ADDRESS.replace("MUG-1", "SET-1"), headers=reader)).json()["problems"].keys() == {"sku"}
    for wrong in ({"channel": "tv"}, {"at": "yesterday"}):
        assert (await client.get(ADDRESS, params=wrong, headers=reader)).status_code == 422
