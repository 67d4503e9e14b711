"""PostgreSQL or the web server is killed in the middle of it: what was acknowledged stays, and nothing happens twice.

The clients' own list of what they were told is the only witness; each writes it down before it goes on, and asks again under
the same key where no answer came. The sizes are for every change; scripts/nightly/kills runs the same a few hundred times.
"""

import asyncio
import itertools
import os
import random
import signal
from collections.abc import Callable, Generator
from pathlib import Path
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from store_omni.auditing import audit
from store_omni.kit.database import open_pool
from store_omni.kit.postgres.cluster import Cluster
from store_omni.staff.serving import add_service

from ..conftest import migrate
from ..factories.world import World, make_world, put_stock
from .crowding import Server, ask_once, post, serving

pytestmark = [pytest.mark.anyio, pytest.mark.race]
KILLS = int(os.environ.get("STORE_OMNI_KILLS", "5"))
CLIENTS = 12
BETWEEN_KILLS_SECONDS = (0.4, 1.2)
ASK_AGAIN_SECONDS_MAX = 60


class Witness(msgspec.Struct):
    """`told`: operation key → order number of every 201 that a client read. `asked`: every key that was ever sent."""

    asked: set[str] = msgspec.field(default_factory=set)
    told: dict[str, str] = msgspec.field(default_factory=dict)
    lost_answers: int = 0
    stop: bool = False


@pytest.fixture(scope="module")
def durable(tmp_path_factory: pytest.TempPathFactory) -> Generator[Cluster, None, None]:
    """A server with PostgreSQL's own durability: only that is worth killing."""
    cluster = Cluster.at(tmp_path_factory.mktemp("durable"))
    migrate(cluster.start())
    yield cluster
    cluster.stop("immediate")


async def _shop(cluster: Cluster) -> tuple[asyncpg.Pool, World, str, str]:
    pool = await open_pool(cluster.url, size=2)
    world = await make_world(pool)
    for item in world.items:
        await put_stock(pool, world.gangnam, item.sku_id, 1_000_000)
    token = await add_service(pool, name="till", verbs=["orders:place"], store_ids=None)
    return pool, world, await pool.fetchval("SELECT code FROM stores.store WHERE id = $1", world.gangnam), token


async def _client(server: Server, world: World, store: str, token: str, witness: Witness) -> None:
    while not witness.stop:
        key = str(uuid4())
        body = {
            "store": store,
            "lines": [{"sku": random.choice(world.items).code, "qty": 1}],
            "contact": {"name": "김", "email": "a@example.com"},
        }
        witness.asked.add(key)
        request = post("/orders", token, body, key)
        async with asyncio.timeout(ASK_AGAIN_SECONDS_MAX):
            while True:
                try:
                    status, answer = await ask_once(server.port, request)
                except (OSError, asyncio.IncompleteReadError):
                    status, answer = 0, {}
                if status == 201:
                    witness.told[key] = answer["number"]
                    break
                # No answer, or an honest “not known”: the same key tells what became of it.
                assert status in (0, 503), (status, answer)
                witness.lost_answers += 1
                await asyncio.sleep(0.05)


async def _load_and_kill(cluster: Cluster, server: Server, kill: Callable[[], None]) -> Witness:
    pool, world, store, token = await _shop(cluster)
    await pool.close()
    witness = Witness()
    clients = [asyncio.create_task(_client(server, world, store, token, witness)) for _ in range(CLIENTS)]
    for _ in range(KILLS):
        before = len(witness.told)
        await asyncio.sleep(random.uniform(*BETWEEN_KILLS_SECONDS))
        await asyncio.to_thread(kill)
        async with asyncio.timeout(ASK_AGAIN_SECONDS_MAX):
            while len(witness.told) < before + CLIENTS:  # it sells again
                await asyncio.sleep(0.05)
    witness.stop = True
    await asyncio.gather(*clients)
    return witness


async def _lost(url: str, witness: Witness) -> int:
    connection = await asyncpg.connect(url)
    try:
        kept = {row["number"] for row in await connection.fetch('SELECT number FROM orders."order"')}
        return len(set(witness.told.values()) - kept)
    finally:
        await connection.close()


async def _nothing_lost_nothing_twice(cluster: Cluster, witness: Witness) -> None:
    connection = await asyncpg.connect(cluster.url)
    try:
        placed = dict(
            await connection.fetch(
                "SELECT op.key, o.number FROM journal.operation op JOIN orders.\"order\" o ON o.id = (op.result->>'order_id')::uuid"
            )
        )
        assert {key: placed.get(key) for key in witness.told} == witness.told, (
            "every acknowledged order is there under its number"
        )
        orders = await connection.fetchval('SELECT count(*) FROM orders."order"')
        assert orders == len(placed) == len(witness.asked & placed.keys()), "and no key made a second one"
        broken = {code: count for code, count in (await audit(connection)).items() if count}
        assert broken.keys() <= {"I23"}, broken
    finally:
        await connection.close()


@pytest.fixture
def server(durable: Cluster, tmp_path: Path) -> Generator[Server, None, None]:
    asyncio.run(_empty(durable.url))
    with serving(durable.url, tmp_path) as server:
        yield server


async def _empty(url: str) -> None:
    """As it was after the migrations, for the next test on the same server."""
    connection = await asyncpg.connect(url)
    tables = await connection.fetch(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'public')"
    )
    await connection.execute(f"TRUNCATE {', '.join(row['name'] for row in tables)} RESTART IDENTITY CASCADE")
    await connection.close()


async def test_no_acknowledged_order_is_lost_when_postgresql_is_killed(durable: Cluster, server: Server) -> None:
    def kill() -> None:
        os.kill(durable.pid or 0, signal.SIGKILL)
        durable.start()

    witness = await _load_and_kill(durable, server, kill)
    assert witness.lost_answers > 0, "the kills came while orders were under way"
    await _nothing_lost_nothing_twice(durable, witness)


async def test_no_acknowledged_order_is_lost_when_the_web_server_is_killed(durable: Cluster, server: Server) -> None:
    turn = itertools.cycle([server.kill_and_start_again, lambda: os.kill(server.workers()[0], signal.SIGKILL)])

    def kill() -> None:
        """The whole server, then one of its workers, which comes back by itself. (Twice the same worker within seconds counts as
        a program that cannot run, and ends the server.)"""
        next(turn)()

    witness = await _load_and_kill(durable, server, kill)
    assert witness.lost_answers > 0, "the kills came while orders were under way"
    await _nothing_lost_nothing_twice(durable, witness)


@pytest.mark.skipif(KILLS < 20, reason="a night's control: scripts/nightly/kills")
async def test_control_without_durable_commits_acknowledged_orders_are_lost(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    """The witness has to be able to see a loss: on a server that confirms before the disk does, it must see one."""
    careless = Cluster.at(tmp_path_factory.mktemp("careless"), durable=False)
    migrate(careless.start())

    def kill() -> None:
        os.kill(careless.pid or 0, signal.SIGKILL)
        careless.start()

    try:
        with serving(careless.url, tmp_path, "tests.browser.serving:create_app") as server:
            witness = await _load_and_kill(careless, server, kill)
        assert await _lost(careless.url, witness) > 0
    finally:
        careless.stop("immediate")
