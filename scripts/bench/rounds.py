"""Rounds of one case: the raw limit, the product, the raw limit, the product …; and what they give together."""

import http.client
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Self

import asyncpg
import msgspec
from bench.cases import Case
from bench.deploying import HOST, Deployment, Server
from bench.loading import Load, Source, load
from bench.measuring import cpu_seconds, median, percentile
from bench.raw import Pgbench
from bench.world import World

from bench import asking, cases, raw_sql

WARM_SECONDS = 1.0
DESCRIPTION = "/api/v1/schema/openapi.json"
UUIDV7_SINCE = 180_000
# Where both are web servers, a round is so long a moment of each in turn, all of them taken together: the same machine is a third
# faster or slower a few seconds later.
TURN_SECONDS = 0.25


class ProductFailed(Exception):
    """The product gave an answer that the case does not expect, or none; the message is for the terminal."""


@dataclass(frozen=True)
class Scene:
    """A filled database with the servers that stand before it. `new_id`: how it draws a UUID."""

    deployment: Deployment
    world: World
    web: Server
    bare: Server
    pgbench: Pgbench
    new_id: str


@dataclass(frozen=True)
class Row:
    """Medians over the rounds. CPU in microseconds per request, times in milliseconds; raw None: the case has no limit beside it."""

    name: str
    clients: int
    product_per_s: float
    raw_per_s: float | None
    ratio: float | None
    p50_ms: float
    p99_ms: float
    app_cpu_us: float
    pg_cpu_us: float
    raw_pg_cpu_us: float | None = None
    own_cpu_us: float = 0.0
    bar: float | None = None


@dataclass(frozen=True)
class _Measured:
    per_second: float
    p50: float
    p99: float
    app_cpu: float
    pg_cpu: float
    own_cpu: float


async def id_drawing_of(url: str) -> str:
    """How the server draws a UUID: versions before 18 only know random ones."""
    connection = await asyncpg.connect(url)
    try:
        version = int(await connection.fetchval("SHOW server_version_num"))
    finally:
        await connection.close()
    return raw_sql.NEW_ID if version >= UUIDV7_SINCE else raw_sql.NEW_ID_BEFORE_18


def routes_of(port: int) -> set[tuple[str, str]]:
    """(method, path) of everything the API describes."""
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    connection.request("GET", DESCRIPTION)
    described = msgspec.json.decode(connection.getresponse().read())
    connection.close()
    return {(method, path) for path, methods in described["paths"].items() for method in methods}


def checked(name: str, done: Load) -> Load:
    """Errors: `ProductFailed` for any answer that is not 2xx, and for a lost connection."""
    if done.statuses or done.lost or not done.answered:
        said = done.sample.decode(errors="replace")
        raise ProductFailed(f"{name}: {done.finished} answers, {done.lost} lost, not 2xx: {dict(done.statuses)}\n{said}")
    return done


class _Round:
    """What one server answered in one round, of one piece or of several, with the CPU it took."""

    def __init__(self, scene: Scene, name: str, server: Server, source: Source, clients: int) -> None:
        self.name, self.server, self.source, self.clients = name, server, source, clients
        self.postmaster = scene.deployment.postmaster
        self.load = Load()
        self.app = self.pg = 0.0

    def run(self, seconds: float) -> Self:
        app, pg = cpu_seconds(self.server.pid), cpu_seconds(self.postmaster)
        self.load.add(checked(self.name, load(self.server.port, self.source, clients=self.clients, seconds=seconds)))
        self.app += cpu_seconds(self.server.pid) - app
        self.pg += cpu_seconds(self.postmaster) - pg
        return self

    def measured(self) -> _Measured:
        each, times = 1e6 / self.load.answered, self.load.times
        p50, p99 = (percentile(times, share) * 1e3 for share in (0.5, 0.99))
        return _Measured(self.load.per_second, p50, p99, self.app * each, self.pg * each, self.load.own_cpu_seconds * each)


def _raw(scene: Scene, case: Case, clients: int, seconds: int) -> tuple[float, float]:
    """(per second, microseconds of PostgreSQL's CPU per statement)."""
    scripts = raw_sql.scripts_of(case.raw, scene.world, new_id=scene.new_id)
    used = partial(cpu_seconds, scene.deployment.postmaster)
    done = scene.pgbench.run(case.raw, scripts, clients=clients, seconds=seconds, used=used)
    return done.per_second, done.cpu_us


def _source(scene: Scene, case: Case, clients: int, seconds: float) -> Source:
    """The requests of one round. Where they use up holds, these are made now, outside the measured time."""
    if not case.from_holds:
        return case.source(scene.world)
    holds: list[tuple[bytes, bytes]] = []
    made = load(
        scene.web.port,
        case.source(scene.world),
        clients=clients,
        seconds=seconds,
        hear=lambda sent, said: holds.append((sent, said)),
    )
    checked(f"{case.name}: holds", made)
    return asking.order_from_hold(scene.world, holds)


def measure(scene: Scene, case: Case, *, clients: int, rounds: int, seconds: int) -> Row:
    """Errors: `ProductFailed`, `RawFailed`."""
    raws: list[tuple[float, float]] = []
    products: list[_Measured] = []
    checked(case.name, load(scene.web.port, _source(scene, case, clients, 1), clients=clients, seconds=WARM_SECONDS))
    for _ in range(rounds):
        product = _Round(scene, case.name, scene.web, _source(scene, case, clients, seconds), clients)
        if case.raw == cases.BARE:
            bare = _Round(scene, cases.BARE, scene.bare, asking.bare(), clients)
            for _ in range(round(seconds / TURN_SECONDS)):
                bare.run(TURN_SECONDS)
                product.run(TURN_SECONDS)
            raws.append((bare.load.per_second, bare.measured().app_cpu))
        else:
            raws.append(_raw(scene, case, clients, seconds))
            product.run(seconds)
        products.append(product.measured())
    raw, raw_pg = median([each[0] for each in raws]), median([each[1] for each in raws])
    return _row(case.name, clients, products, raw, raw_pg, case.bars.get(clients))


def measure_mixed(scene: Scene, *, clients: int, rounds: int, seconds: int) -> Row:
    """Nine stock reads to one order. The times are the reads'."""
    source = cases.mixed(scene.world)
    measured = []
    for _ in range(rounds):
        done = _Round(scene, cases.MIXED, scene.web, source, clients).run(seconds)
        p50, p99 = (percentile(done.load.reads, share) * 1e3 for share in (0.5, 0.99))
        measured.append(replace(done.measured(), p50=p50, p99=p99))
    return _row(cases.MIXED, clients, measured, None, None, None)


def _row(
    name: str, clients: int, all_rounds: Sequence[_Measured], raw: float | None, raw_pg: float | None, bar: float | None
) -> Row:
    def mid(field: str) -> float:
        return median([getattr(each, field) for each in all_rounds])

    rate = mid("per_second")
    return Row(
        name, clients, rate, raw, rate / raw if raw else None, mid("p50"), mid("p99"), mid("app_cpu"), mid("pg_cpu"), raw_pg,
        mid("own_cpu"), bar,
    )  # fmt: skip
