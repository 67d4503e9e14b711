"""Rounds of one case: the raw limit, the product, the raw limit, the product …; and what they give together."""

import http.client
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

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
# Where both are web servers, a moment of each in turn: the same machine is a third faster or slower a few seconds later.
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


def _product(scene: Scene, name: str, source: Source, clients: int, seconds: float) -> tuple[Load, _Measured]:
    web, postmaster = scene.web.pid, scene.deployment.postmaster
    app, pg = cpu_seconds(web), cpu_seconds(postmaster)
    done = checked(name, load(scene.web.port, source, clients=clients, seconds=seconds))
    app, pg = cpu_seconds(web) - app, cpu_seconds(postmaster) - pg
    times = done.times
    each = 1e6 / done.answered
    figures = _Measured(
        done.per_second,
        percentile(times, 0.5) * 1e3,
        percentile(times, 0.99) * 1e3,
        app * each,
        pg * each,
        done.own_cpu_seconds * each,
    )
    return done, figures


def _raw(scene: Scene, case: Case, clients: int, seconds: float) -> tuple[float, float]:
    """(per second, microseconds of PostgreSQL's CPU per statement; of the bare server's where that is the limit)."""
    if case.raw == cases.BARE:
        before = cpu_seconds(scene.bare.pid)
        done = checked("bare", load(scene.bare.port, asking.bare(), clients=clients, seconds=seconds))
        return done.per_second, (cpu_seconds(scene.bare.pid) - before) * 1e6 / done.answered
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
    turns, each = (round(rounds * seconds / TURN_SECONDS), TURN_SECONDS) if case.raw == cases.BARE else (rounds, seconds)
    for _ in range(turns):
        raws.append(_raw(scene, case, clients, each))
        products.append(_product(scene, case.name, _source(scene, case, clients, each), clients, each)[1])
    raw, raw_pg = median([each[0] for each in raws]), median([each[1] for each in raws])
    return _row(case.name, clients, products, raw, raw_pg, case.bars.get(clients))


def measure_mixed(scene: Scene, *, clients: int, rounds: int, seconds: int) -> Row:
    """Nine stock reads to one order. The times are the reads'."""
    source = cases.mixed(scene.world)
    measured = []
    for _ in range(rounds):
        done, figures = _product(scene, cases.MIXED, source, clients, seconds)
        p50, p99 = (percentile(done.reads, share) * 1e3 for share in (0.5, 0.99))
        measured.append(_Measured(figures.per_second, p50, p99, figures.app_cpu, figures.pg_cpu, figures.own_cpu))
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
