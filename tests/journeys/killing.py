"""Clients that order and write down what they were told, while the database or the web server is killed under them.

Each client goes on only when it knows; where no answer came it asks again under the same key. Its own list of what was
acknowledged is the only witness of a loss.
"""

import asyncio
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from uuid import uuid4

import asyncpg
import msgspec

from store_omni.auditing import audit
from store_omni.kit.database import open_pool
from store_omni.kit.postgres.cluster import Cluster
from store_omni.kit.postgres.postmaster import process_lives
from store_omni.staff.serving import add_service

from ..factories.world import make_world, put_stock
from .crowding import Server, ask_once, post

CLIENTS = 12
BETWEEN_KILLS_SECONDS = (0.4, 1.2)
ASK_AGAIN_SECONDS_MAX = 60
# Nobody seals facts here.
NEEDS_WORKER = "I23"


class Witness(msgspec.Struct):
    """`told`: operation key → order number of every 201 that a client read. `under_way`: requests that wait for their answer,
    `caught`: how many did so at each kill. `selling_again`: seconds from each kill until an order that was asked for after it
    was acknowledged."""

    told: dict[str, str] = msgspec.field(default_factory=dict)
    lost_answers: int = 0
    under_way: int = 0
    caught: list[int] = msgspec.field(default_factory=list)
    answered_last: float = 0.0
    selling_again: list[float] = msgspec.field(default_factory=list)
    stop: bool = False


class Found(msgspec.Struct, frozen=True):
    """`lost`: acknowledged orders that are not there under their number. `twice`: orders in the database beyond one for each
    key. `broken`: invariants."""

    acknowledged: int
    lost: int
    twice: int
    broken: dict[str, int]


def _postmaster(cluster: Cluster) -> int:
    pid = cluster.pid
    assert pid is not None, "PostgreSQL runs before it is killed"
    return pid


def kill_postmaster(cluster: Cluster) -> None:
    """Its children notice and end by themselves."""
    os.kill(_postmaster(cluster), signal.SIGKILL)
    cluster.start()


def kill_postgres_whole(cluster: Cluster) -> None:
    """All its processes at one moment, whatever they are in the middle of."""
    postmaster = _postmaster(cluster)
    os.kill(postmaster, signal.SIGSTOP)  # so that it starts no other meanwhile
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, text=True, check=False)
    pids = [int(line) for line in children.stdout.split()]
    for pid in (*pids, postmaster):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue  # ended meanwhile
    while cluster.running or any(process_lives(pid) for pid in pids):
        time.sleep(0.01)
    cluster.start()


class Trade(msgspec.Struct, frozen=True):
    """What clients need to order."""

    store: str
    skus: list[str]
    token: str


async def open_trade(url: str) -> Trade:
    """A world with more units than anybody buys."""
    pool = await open_pool(url, size=2)
    world = await make_world(pool)
    for item in world.items:
        await put_stock(pool, world.gangnam, item.sku_id, 1_000_000)
    token = await add_service(pool, name="till", verbs=["orders:place"], store_ids=None)
    store = await pool.fetchval("SELECT code FROM stores.store WHERE id = $1", world.gangnam)
    await pool.close()
    return Trade(store, [item.code for item in world.items], token)


async def _client(server: Server, trade: Trade, witness: Witness) -> None:
    while not witness.stop:
        key, asked_at = str(uuid4()), time.monotonic()
        body = {
            "store": trade.store,
            "lines": [{"sku": random.choice(trade.skus), "qty": 1}],
            "contact": {"name": "김", "email": "a@example.com"},
        }
        request = post("/orders", trade.token, body, key)
        async with asyncio.timeout(ASK_AGAIN_SECONDS_MAX):
            while True:
                witness.under_way += 1
                try:
                    status, answer = await ask_once(server.port, request)
                except (OSError, asyncio.IncompleteReadError):
                    status, answer = 0, {}
                witness.under_way -= 1
                if status == 201:
                    witness.told[key] = answer["number"]
                    witness.answered_last = max(witness.answered_last, asked_at)
                    break
                # No answer, or an honest “not known”: the same key tells what became of it.
                assert status in (0, 503), (status, answer)
                witness.lost_answers += 1
                await asyncio.sleep(0.05)


async def load_and_kill(server: Server, trade: Trade, kills: list[Callable[[], None]]) -> Witness:
    """Kills one after the other, each once the shop sells again."""
    witness = Witness()
    clients = [asyncio.create_task(_client(server, trade, witness)) for _ in range(CLIENTS)]
    try:
        for kill in kills:
            await asyncio.sleep(random.uniform(*BETWEEN_KILLS_SECONDS))
            killed = time.monotonic()
            witness.caught.append(witness.under_way)
            await asyncio.to_thread(kill)
            async with asyncio.timeout(ASK_AGAIN_SECONDS_MAX):
                while witness.answered_last <= killed:
                    await _one_broke(clients)
            witness.selling_again.append(time.monotonic() - killed)
    finally:
        witness.stop = True
        await asyncio.gather(*clients)
    return witness


async def _one_broke(clients: list[asyncio.Task[None]]) -> None:
    """Waits a moment, and raises what a client raised."""
    await asyncio.sleep(0.02)
    for client in clients:
        if client.done():
            client.result()


async def examine(url: str, witness: Witness) -> Found:
    connection = await asyncpg.connect(url)
    try:
        placed = dict(
            await connection.fetch(
                "SELECT op.key, o.number FROM journal.operation op JOIN orders.\"order\" o ON o.id = (op.result->>'order_id')::uuid"
            )
        )
        orders = await connection.fetchval('SELECT count(*) FROM orders."order"')
        broken = {code: count for code, count in (await audit(connection)).items() if count and code != NEEDS_WORKER}
    finally:
        await connection.close()
    lost = sum(placed.get(key) != number for key, number in witness.told.items())
    return Found(len(witness.told), lost, orders - len(placed), broken)


async def forgetful(cluster: Cluster) -> None:
    """For the control: from now on commits are confirmed before they are on the disk."""
    connection = await asyncpg.connect(cluster.admin_url)
    await connection.execute("ALTER SYSTEM SET synchronous_commit = off")
    await connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()
