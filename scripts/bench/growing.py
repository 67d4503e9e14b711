"""What the same request costs when there is more of everything: one database per size and the web servers before it, rounds in turn."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg
from bench.cases import GROWTH_MAX
from bench.deploying import Deployment, Server
from bench.loading import Source, load
from bench.measuring import cpu_seconds, median
from bench.rounds import checked
from bench.world import World, fill

from bench import asking
from store_omni.kit.postgres.initialising import owner_of

CLIENTS = 16
WARM_SECONDS = 1.0
# One size after the other, so that all see the same machine: it is a third faster or slower a few seconds later.
TURN_SECONDS = 1.0
# What a turn leaves to be done, such as telling every process what was sold, is its own and not the next one's.
TAIL_SECONDS = 0.3
FIRST_SECONDS_MAX = 60.0
SIZES = (1, 10)
SIZES_NIGHTLY = (1, 10, 100)
# What an import leaves in PostgreSQL's memory; COPY, which fills the world, passes it by.
KEPT = (
    "inventory.stock_level", "inventory.pk_stock_level", "inventory.ix_stock_level_sku_id", "inventory.pk_ledger_entry",
)  # fmt: skip
# First reads in so many parts; the first one is not counted, because connections and statements are new.
PARTS = 6
# Microseconds of CPU per request: of the web server, of PostgreSQL.
Cost = tuple[float, float]


@dataclass(frozen=True)
class Place:
    world: World
    url: str
    web: Server


def _popular(world: World) -> Source:
    """What people ask for most: as many SKUs at every size, kept by the server."""
    return asking.stock_read(world, range(1, World().skus + 1))


def _first(world: World, part: int) -> Source:
    """What nobody has asked for yet, as many SKUs at every size, from all over the table, each once."""
    step = world.skus // World().skus
    return asking.stock_read_once(world, range(1 + part * step, world.skus + 1, PARTS * step))


def _database(size: int) -> str:
    return f"bench_{size}"


async def _settle(deployment: Deployment, database: str) -> None:
    """What filling wrote goes to the disk now, and the levels into memory."""
    connection = await asyncpg.connect(deployment.cluster.admin_url, database=database)
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        for relation in KEPT:
            await connection.fetchval("SELECT pg_prewarm($1::text::regclass)", relation)
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


def _measure(deployment: Deployment, web: Server, name: str, source: Source, seconds: float) -> Cost:
    app, pg = cpu_seconds(web.pid), cpu_seconds(deployment.postmaster)
    done = checked(name, load(web.port, source, clients=CLIENTS, seconds=seconds))
    time.sleep(TAIL_SECONDS)
    each = 1e6 / done.answered
    return (cpu_seconds(web.pid) - app) * each, (cpu_seconds(deployment.postmaster) - pg) * each


def grow(deployment: Deployment, *, nightly: bool, rounds: int, seconds: float) -> list[str]:
    """Prints a line per size and kind. Returns the bars missed, in words."""
    filled: dict[int, tuple[World, str]] = {}
    for size in SIZES_NIGHTLY if nightly else SIZES:
        url = deployment.database(_database(size))
        world = asyncio.run(fill(owner_of(url), World().times(size)))
        filled[size] = world, url
        print(f"{size:>4} x: {world.rows} stock rows, {world.orders} orders", flush=True)
    for size in sorted(filled, reverse=True):  # the largest would push the others out
        asyncio.run(_settle(deployment, _database(size)))
    places = {size: Place(world, url, deployment.product(url)) for size, (world, url) in filled.items()}

    def often(name: str, make: Callable[[World], Source]) -> list[str]:
        sources = {size: make(place.world) for size, place in places.items()}
        costs: dict[int, list[Cost]] = {size: [] for size in places}
        for size, place in places.items():
            checked(name, load(place.web.port, sources[size], clients=CLIENTS, seconds=WARM_SECONDS))
        for _ in range(round(rounds * seconds / TURN_SECONDS)):
            for size, place in places.items():
                costs[size].append(_measure(deployment, place.web, name, sources[size], TURN_SECONDS))
        return _tell(name, costs)

    def first(name: str) -> list[str]:
        """Each time of servers that have read nothing yet."""
        costs: dict[int, list[Cost]] = {size: [] for size in places}
        for _ in range(rounds):
            servers = {size: deployment.product(place.url, STORE_OMNI_WARM_SKUS="0") for size, place in places.items()}
            parts: dict[int, list[Cost]] = {size: [] for size in places}
            for part in range(PARTS):
                for size, place in places.items():
                    parts[size].append(_measure(deployment, servers[size], name, _first(place.world, part), FIRST_SECONDS_MAX))
            for size in places:
                counted = parts[size][1:]
                costs[size].append((sum(app for app, _ in counted) / len(counted), sum(pg for _, pg in counted) / len(counted)))
            for server in servers.values():
                deployment.stop(server)
        return _tell(name, costs)

    return [
        *often("stock_read", _popular),
        *first("stock_first"),
        *often("order_uniform", lambda world: asking.order(world, hot=False)),
    ]


def _tell(name: str, costs: dict[int, list[Cost]]) -> list[str]:
    missed = []
    first = median([sum(cost) for cost in costs[1]])
    for size, found in costs.items():
        app, pg = median([cost[0] for cost in found]), median([cost[1] for cost in found])
        times = median([sum(cost) for cost in found]) / first
        print(f"{name:17}{size:>4} x  app {app:7.0f} us  pg {pg:7.0f} us  together {times:5.2f} x", flush=True)
        if times > GROWTH_MAX.get(size, times):
            missed.append(f"{name} at {size} x the rows costs {times:.2f} x, may be {GROWTH_MAX[size]} x")
    return missed
