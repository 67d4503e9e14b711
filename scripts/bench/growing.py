"""What the same request costs when there is more of everything: one database per size and the web servers before it, rounds in turn."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Place:
    """`web` as deployed; `cold` has read nothing before it is asked."""

    world: World
    web: Server
    cold: Server


def _popular(world: World, _turn: int) -> Source:
    """What people ask for most: as many SKUs at every size, kept by the server."""
    return asking.stock_read(world, range(1, World().skus + 1))


def _first(world: World, turn: int, rounds: int) -> Source:
    """What nobody has asked for yet, from all over the table, each SKU once."""
    step = world.skus // World().skus
    return asking.stock_read_once(world, range(1 + turn * step, world.skus + 1, rounds * step))


def _cost(deployment: Deployment, web: Server, name: str, source: Source, seconds: float) -> tuple[float, float]:
    """Microseconds of CPU per request: of the web server, of PostgreSQL."""
    app, pg = cpu_seconds(web.pid), cpu_seconds(deployment.postmaster)
    done = checked(name, load(web.port, source, clients=CLIENTS, seconds=seconds))
    each = 1e6 / done.answered
    return (cpu_seconds(web.pid) - app) * each, (cpu_seconds(deployment.postmaster) - pg) * each


def grow(deployment: Deployment, *, nightly: bool, rounds: int, seconds: float) -> list[str]:
    """Prints a line per size and kind. Returns the bars missed, in words."""
    places: dict[int, Place] = {}
    for size in SIZES_NIGHTLY if nightly else SIZES:
        url = deployment.database(f"bench_{size}")
        world = asyncio.run(fill(url, World().times(size)))
        places[size] = Place(world, deployment.product(url), deployment.product(url, STORE_OMNI_WARM_SKUS="0"))
        print(f"{size:>4} x: {world.rows} stock rows, {world.orders} orders", flush=True)

    def measure(name: str, make: Callable[[World, int], Source], server: str = "web", *, warm: bool = True) -> list[str]:
        if warm:
            for place in places.values():
                checked(name, load(place.web.port, make(place.world, 0), clients=CLIENTS, seconds=WARM_SECONDS))
        costs: dict[int, list[tuple[float, float]]] = {size: [] for size in places}
        for turn in range(rounds):
            for size, place in places.items():
                costs[size].append(_cost(deployment, getattr(place, server), name, make(place.world, turn), seconds))
        return _tell(name, costs)

    orders = {size: asking.order(place.world, hot=False) for size, place in places.items()}
    return [
        *measure("stock_read", _popular),
        *measure("stock_first", lambda world, turn: _first(world, turn, rounds), "cold", warm=False),
        *measure("order_uniform", lambda world, _: orders[world.skus // World().skus]),
    ]


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
