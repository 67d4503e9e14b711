"""Under concurrent changes two real servers answer a thousand times; every figure is rebuilt by its version, none differs."""

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import asyncpg
import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.inventory.explaining import explain
from store_omni.kit.database import ReadSession

from ...browser.conftest import free_port
from ...conftest import ROOT
from ...factories.world import World

pytestmark = [pytest.mark.anyio, pytest.mark.race]
ANSWERS = 1_000
FIGURES_MIN = 100
READERS = 4
# (store code, SKU code, version, rule version) → the figure
Figures = dict[tuple[str, str, int, int], int]


@pytest.fixture
async def servers(database_url: str, tmp_path: Path, world: World) -> AsyncGenerator[list[str], None]:
    """Two processes that share nothing but the database, and no worker: each looks for changes itself."""
    environment = os.environ | {"STORE_OMNI_DATABASE_URL": database_url, "STORE_OMNI_DATA_DIR": str(tmp_path)}
    ports = [free_port() for _ in range(2)]
    common = [sys.executable, "-m", "tests.served", "tests.browser.serving:create_app"]
    with (tmp_path / "web.log").open("wb") as log:
        running = [
            subprocess.Popen([*common, str(port), "1"], cwd=ROOT, env=environment, stdout=log, stderr=log) for port in ports
        ]
        try:
            addresses = [f"http://127.0.0.1:{port}" for port in ports]
            async with httpx.AsyncClient() as client, asyncio.timeout(40):
                for address in addresses:
                    await _answering(client, address)
            yield addresses
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(15)


async def _answering(client: httpx.AsyncClient, address: str) -> None:
    while True:
        try:
            if (await client.get(f"{address}/health/ready")).status_code == 200:
                return
        except httpx.TransportError:
            await asyncio.sleep(0.1)


async def _change(pool: asyncpg.Pool, world: World, seed: int) -> None:
    """Counts, sales, deficits and selling rules, as fast as the database takes them."""
    dice = random.Random(seed)
    while True:
        store = dice.choice((world.gangnam, world.hongdae))
        sku = dice.choice(world.items[:3]).sku_id
        if dice.random() < 0.3:
            await pool.execute(
                """INSERT INTO inventory.selling_rule (store_id, sku_id, channel, safety, closed) VALUES ($1, $2, 'api', $3, $4)
                   ON CONFLICT (store_id, sku_id, channel) DO UPDATE SET safety = excluded.safety, closed = excluded.closed""",
                store, sku, dice.randrange(4), dice.random() < 0.1,
            )  # fmt: skip
        else:
            moves = [{"store": store, "sku": sku, "kind": "count", "on_hand": dice.randrange(0, 3), "truth": True}]
            moves += [{"store": store, "sku": sku, "kind": "count", "on_hand": -1, "truth": True}] * dice.randrange(2)
            await pool.execute("SELECT inventory.post($1::jsonb, 'test', NULL, 'office', 'manager', NULL, NULL)", moves)
        await asyncio.sleep(0.002)


async def _read(
    client: httpx.AsyncClient, world: World, servers: list[str], seed: int, figures: Figures, given: list[int]
) -> None:
    dice = random.Random(seed)
    while given[0] < ANSWERS or len(figures) < FIGURES_MIN:
        code = dice.choice(world.items[:3]).code
        answer = await client.get(f"{dice.choice(servers)}/api/v1/skus/{code}/availability")
        assert answer.status_code == 200, answer.text
        given[0] += 1
        for offer in answer.json()["offers"]:
            key = (offer["store"], code, offer["version"], offer["rule_version"])
            assert figures.setdefault(key, offer["free"]) == offer["free"], f"{key} was two figures"


async def test_a_thousand_answers_are_rebuilt_by_their_versions(
    servers: list[str], pool: asyncpg.Pool, sessions: async_sessionmaker[AsyncSession], world: World
) -> None:
    figures: Figures = {}
    given = [0]
    changing = [asyncio.create_task(_change(pool, world, seed)) for seed in range(3)]
    async with httpx.AsyncClient() as client, asyncio.timeout(60):
        await asyncio.gather(*(_read(client, world, servers, seed, figures, given) for seed in range(READERS)))
    for task in changing:
        task.cancel()
    await asyncio.gather(*changing, return_exceptions=True)
    stores = {"GN": world.gangnam, "HD": world.hongdae}
    skus = {item.code: item.sku_id for item in world.items}
    wrong, told_apart = [], 0
    async with sessions.begin() as session:
        for (store, code, version, rule_version), free in figures.items():
            place = (ReadSession(session), stores[store], skus[code])
            found = await explain(*place, channel="api", version=version, rule_version=rule_version)
            if found.atp != free:
                wrong.append((store, code, version, rule_version, free, found.atp))
            if version > 1:
                told_apart += free != (await explain(*place, channel="api", version=version - 1, rule_version=rule_version)).atp
    assert wrong == []
    # It was no still life: by its neighbour's version a figure would often be another.
    assert told_apart > len(figures) / 4, (len(figures), told_apart)
