"""The command line of the bench, and a run from its first process to its last."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg
from bench.deploying import Deployment, NotStarted, deployment
from bench.growing import grow
from bench.measuring import file_system, memory_mib, syncs_per_second
from bench.raw import Pgbench, RawFailed, find_pgbench, pgbench_version
from bench.rounds import ProductFailed, Row, Scene, id_drawing_of, measure, measure_mixed, routes_of
from bench.world import World, fill

from bench import cases, printing
from store_omni.auditing import audit
from store_omni.kit.postgres.initialising import owner_of

SETTLE_SECONDS = 3
QUICK_ROUNDS = 2
# Nobody seals facts here, unless the timed jobs run beside.
NEEDS_WORKER = "I23"


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench/run", description="The product over HTTP beside the raw limit, in one run."
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows as a list of objects")
    parser.add_argument("--quick", action="store_true", help="only the rows that have bars, 2 rounds; exit 1 where one is missed")
    parser.add_argument("--only", type=lambda text: text.split(","), metavar="NAME,…", help=f"of {', '.join(cases.NAMES)}")
    parser.add_argument(
        "--clients", type=lambda text: [int(part) for part in text.split(",")], default=list(cases.CLIENTS), metavar="N,…"
    )
    parser.add_argument("--rounds", type=int, default=None, help="default 3")
    parser.add_argument("--seconds", type=int, default=3, help="of each round, raw and product (default 3)")
    parser.add_argument("--worker", action="store_true", help="run the timed jobs beside the web server")
    parser.add_argument("--growth", action="store_true", help="instead: what a request costs at 10 times the rows")
    parser.add_argument("--nightly", action="store_true", help="with --growth: at 100 times too")
    arguments = parser.parse_args(argv)
    unknown = set(arguments.only or ()) - set(cases.NAMES)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(cases.NAMES)}")
    return arguments


def _scene(made: Deployment, *, worker: bool) -> Scene:
    url = made.database("bench")
    world = asyncio.run(fill(owner_of(url), World()))
    web, bare = made.product(url), made.bare()
    if worker:
        made.worker(url)
    return Scene(made, world, web, bare, Pgbench(find_pgbench(), url, made.folder), asyncio.run(id_drawing_of(url)))


def _say_machine(made: Deployment) -> None:
    folder = made.data
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; Python {sys.version.split()[0]}; {pgbench_version(find_pgbench())}\n"
        f"disk: {syncs_per_second(folder):.0f} durable 8 kB writes/s ({file_system(folder)})",
        flush=True,
    )


def _rows(scene: Scene, names: Sequence[str], clients: Sequence[int], rounds: int, seconds: int) -> list[Row]:
    there = routes_of(scene.web.port)
    print("\n" + printing.HEAD, flush=True)
    rows = []
    for case in cases.CASES:
        if case.name not in names:
            continue
        if case.route is not None and case.route not in there:
            print(f"{case.name:17} not measured: the API has no {case.route[0].upper()} {case.route[1]}", flush=True)
            continue
        for count in clients:
            rows.append(measure(scene, case, clients=count, rounds=rounds, seconds=seconds))
            print(printing.line(rows[-1]), flush=True)
    if cases.MIXED in names:
        for count in clients:
            rows.append(measure_mixed(scene, clients=count, rounds=rounds, seconds=seconds))
            print(printing.line(rows[-1]), flush=True)
    print(printing.EXPLAINED)
    return rows


async def _audit(url: str) -> dict[str, int]:
    connection = await asyncpg.connect(url)
    try:
        return await audit(connection)
    finally:
        await connection.close()


def _audited(scene: Scene, *, worker: bool) -> list[str]:
    """After the load every invariant holds, for the product's rows and for pgbench's."""
    url = scene.deployment.cluster.url.replace("/store_omni?", "/bench?")
    broken = {code: count for code, count in asyncio.run(_audit(url)).items() if count and (worker or code != NEEDS_WORKER)}
    print(f"audit: {'every invariant holds' if not broken else f'BROKEN {broken}'}", flush=True)
    return [f"audit: {code} is broken by {count} rows" for code, count in broken.items()]


def _whole(made: Deployment, arguments: argparse.Namespace) -> list[str]:
    """Returns what is not as it has to be, in words."""
    _say_machine(made)
    if arguments.growth:
        return grow(made, nightly=arguments.nightly, rounds=arguments.rounds or 5, seconds=arguments.seconds)
    scene = _scene(made, worker=arguments.worker)
    print(
        f"{scene.world.rows} stock rows, {scene.world.orders} orders; web ready after {scene.web.start_seconds:.1f} s", flush=True
    )
    # What filling wrote goes to the disk now; and the server answers, but goes on learning what people ask for most. Neither is part
    # of any row.
    os.sync()
    time.sleep(SETTLE_SECONDS)
    names = arguments.only or (cases.QUICK if arguments.quick else cases.NAMES)
    rounds = arguments.rounds or (QUICK_ROUNDS if arguments.quick else 3)
    rows = _rows(scene, names, arguments.clients, rounds, arguments.seconds)
    print(
        f"memory of the web server after load: {memory_mib(scene.web.pid):.0f} MiB (PSS), bare server {memory_mib(scene.bare.pid):.0f} MiB"
    )
    print(f"disk: {syncs_per_second(made.data):.0f} durable 8 kB writes/s at the end", flush=True)
    if arguments.json:
        printing.write_json(arguments.json, rows)
    broken = _audited(scene, worker=arguments.worker)
    return broken + [said for said in map(printing.missed, rows) if said is not None]


def run(argv: Sequence[str]) -> int:
    """Exit code: 1 where a bar is missed (--quick, --growth) or an invariant is broken, 2 where a measurement could not be made."""
    arguments = _arguments(argv)
    try:
        with deployment() as made:
            missed = _whole(made, arguments)
    except (NotStarted, ProductFailed, RawFailed) as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("bench: stopped", file=sys.stderr)
        return 130
    for said in missed:
        print(f"MISSED {said}")
    judged = arguments.quick or arguments.growth
    return 1 if any(judged or said.startswith("audit") for said in missed) else 0
