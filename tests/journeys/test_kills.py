"""PostgreSQL or the web server is killed in the middle of it: what was acknowledged stays, and nothing happens twice.

scripts/nightly/kills runs the same a few hundred times, and on a server that forgets, where it has to find losses.
"""

import asyncio
import os
import signal
import time
from collections.abc import Generator
from functools import partial
from pathlib import Path

import pytest
from litestar import Litestar

from store_omni.app import create_app
from store_omni.kit.postgres.cluster import Cluster

from ..conftest import migrate_as_owner, settings_for
from .crowding import START_SECONDS_MAX, Server, ask_once, post, serving
from .killing import Trade, Witness, examine, kill_postgres_whole, kill_postmaster, load_and_kill, open_trade

pytestmark = [pytest.mark.anyio, pytest.mark.race]


@pytest.fixture(scope="module")
def durable(tmp_path_factory: pytest.TempPathFactory) -> Generator[Cluster, None, None]:
    """A server with PostgreSQL's own durability: only that is worth killing."""
    cluster = Cluster.at(tmp_path_factory.mktemp("durable"))
    migrate_as_owner(cluster.start())
    yield cluster
    cluster.stop("immediate")


@pytest.fixture(scope="module")
def trade(durable: Cluster) -> Trade:
    return asyncio.run(open_trade(durable.url))


@pytest.fixture(scope="module")
def server(durable: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Generator[Server, None, None]:
    with serving(durable.url, tmp_path_factory.mktemp("web")) as server:
        yield server


async def _nothing_lost_nothing_twice(durable: Cluster, witness: Witness) -> None:
    assert min(witness.caught) > 0, "the kills came while orders were under way"
    found = await examine(durable.url, witness)
    assert (found.lost, found.twice, found.broken) == (0, 0, {})
    again = sorted(witness.selling_again)
    print(
        f"{found.acknowledged} acknowledged, {witness.lost_answers} answers lost, selling again after {again[0]:.1f}–{again[-1]:.1f} s"
    )


async def test_no_acknowledged_order_is_lost_when_postgresql_is_killed(durable: Cluster, server: Server, trade: Trade) -> None:
    kills = [partial(how, durable) for how in (kill_postmaster, *[kill_postgres_whole] * 3, kill_postmaster)]
    await _nothing_lost_nothing_twice(durable, await load_and_kill(server, trade, kills))


async def test_no_acknowledged_order_is_lost_when_the_web_server_is_killed(
    durable: Cluster, server: Server, trade: Trade
) -> None:
    """The whole server, and between that one of its workers, which comes back by itself."""

    def kill_worker() -> None:
        os.kill(server.workers()[0], signal.SIGKILL)

    kills = [kill_worker, server.kill_and_start_again, kill_worker, server.kill_and_start_again, kill_worker]
    await _nothing_lost_nothing_twice(durable, await load_and_kill(server, trade, kills))


async def test_a_database_that_is_not_there_is_said_and_no_fault_of_ours(durable: Cluster, server: Server, trade: Trade) -> None:
    """Stopped in order, it leaves no socket behind."""
    lines, contact = [{"sku": trade.skus[0], "qty": 1}], {"name": "김", "email": "a@example.com"}
    request = post("/orders", trade.token, {"store": trade.store, "lines": lines, "contact": contact})
    await asyncio.to_thread(durable.stop)
    try:
        told = await asyncio.gather(*(ask_once(server.port, request) for _ in range(3)))
        assert {status for status, _ in told} == {503}, told
    finally:
        await asyncio.to_thread(durable.start)


async def test_a_web_process_that_starts_before_its_database_waits_for_it(durable: Cluster, tmp_path: Path) -> None:
    """Restarted together, the database comes last: it has its log to read."""
    await asyncio.to_thread(durable.stop)
    app = create_app(settings_for(durable.url, tmp_path))
    starting = asyncio.create_task(_start_and_stop(app))
    await asyncio.sleep(1)
    assert not starting.done(), "there was nothing to talk to"
    await asyncio.to_thread(durable.start)
    await asyncio.wait_for(starting, 30)


def _is_loading(pid: int) -> bool:
    """It reads the application, and its server does not listen for signals yet."""
    try:
        return "asyncpg" in Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return False


async def test_a_web_server_that_is_stopped_while_it_starts_need_not_be_killed(durable: Cluster, tmp_path: Path) -> None:
    server = Server(durable.url, tmp_path, None)
    try:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not any(_is_loading(pid) for pid in server.workers()):
            assert time.monotonic() < deadline, server.log.read_text()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(START_SECONDS_MAX)
    finally:
        server.stop()
    said = server.log.read_text()
    assert "Stopping parent process" in said, said
    assert "is killed" not in said, said


async def _start_and_stop(app: Litestar) -> None:
    async with app.lifespan():
        assert await app.state.pool.fetchval("SELECT 1") == 1
