"""What the same request costs when there is more of everything: one database and one web server per size, rounds in turn."""

import asyncio
from collections.abc import Callable

from bench.cases import GROWTH_MAX
from bench.deploying import Deployment, Server
from bench.loading import Source, load
from bench.measuring import cpu_seconds, median
from bench.rounds import checked
from bench.world import World, fill

from bench import asking

CLIENTS = 16
WARM_SECONDS = 1.0
SIZES = (1, 10)
SIZES_NIGHTLY = (1, 10, 100)
KINDS: dict[str, Callable[[World], Source]] = {
    "stock_read": asking.stock_read,
    "order_uniform": lambda world: asking.order(world, hot=False),
}


def _cost(deployment: Deployment, web: Server, name: str, source: Source, seconds: float) -> tuple[float, float]:
    """Microseconds of CPU per request: of the web server, of PostgreSQL."""
    app, pg = cpu_seconds(web.pid), cpu_seconds(deployment.postmaster)
    done = checked(name, load(web.port, source, clients=CLIENTS, seconds=seconds))
    each = 1e6 / done.answered
    return (cpu_seconds(web.pid) - app) * each, (cpu_seconds(deployment.postmaster) - pg) * each


def grow(deployment: Deployment, *, nightly: bool, rounds: int, seconds: float) -> list[str]:
    """Prints a line per size and kind. Returns the bars missed, in words."""
    worlds: dict[int, tuple[World, Server]] = {}
    for size in SIZES_NIGHTLY if nightly else SIZES:
        url = deployment.database(f"bench_{size}")
        worlds[size] = (asyncio.run(fill(url, World().times(size))), deployment.product(url))
        print(f"{size:>4} x: {worlds[size][0].rows} stock rows, {worlds[size][0].orders} orders", flush=True)
    missed = []
    for name, make in KINDS.items():
        sources = {size: make(world) for size, (world, _) in worlds.items()}
        for size, (_, web) in worlds.items():
            checked(name, load(web.port, sources[size], clients=CLIENTS, seconds=WARM_SECONDS))
        costs: dict[int, list[tuple[float, float]]] = {size: [] for size in worlds}
        for _ in range(rounds):
            for size, (_, web) in worlds.items():
                costs[size].append(_cost(deployment, web, name, sources[size], seconds))
        missed += _tell(name, costs)
    return missed


def _tell(name: str, costs: dict[int, list[tuple[float, float]]]) -> list[str]:
    missed = []
    first = median([sum(cost) for cost in costs[1]])
    for size, found in costs.items():
        app, pg = median([cost[0] for cost in found]), median([cost[1] for cost in found])
        times = median([sum(cost) for cost in found]) / first
        print(f"{name:17}{size:>4} x  app {app:7.0f} us  pg {pg:7.0f} us  together {times:5.2f} x", flush=True)
        if times > GROWTH_MAX.get(size, times):
            missed.append(f"{name} at {size} x the rows costs {times:.2f} x, may be {GROWTH_MAX[size]} x")
    return missed
