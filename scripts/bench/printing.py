"""What a run says: a table for people, a list for programs, and which bars were missed."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from bench.cases import MIXED, MIXED_TAIL_MAX
from bench.rounds import Row

HEAD = (
    f"{'':17}{'clients':>7} {'product/s':>10} {'raw/s':>9} {'ratio':>6} {'bar':>5} {'p50 ms':>8} {'p99 ms':>8} "
    f"{'app us':>8} {'pg us':>7} {'raw us':>7} {'gen us':>7}"
)
EXPLAINED = (
    "us: CPU per request, of the web server's processes, of PostgreSQL's, of the raw limit's server, and of the load generator."
)


def _cell(value: float | None, width: int, digits: int = 0) -> str:
    return f"{'–' if value is None else f'{value:.{digits}f}':>{width}}"


def line(row: Row) -> str:
    return (
        f"{row.name:17}{row.clients:>7} {_cell(row.product_per_s, 10)} {_cell(row.raw_per_s, 9)} {_cell(row.ratio, 6, 2)} "
        f"{_cell(row.bar, 5, 2)} {_cell(row.p50_ms, 8, 2)} {_cell(row.p99_ms, 8, 2)} {_cell(row.app_cpu_us, 8)} {_cell(row.pg_cpu_us, 7)} "
        f"{_cell(row.raw_pg_cpu_us, 7)} {_cell(row.own_cpu_us, 7)}{'' if missed(row) is None else '   MISSED'}"
    )


def missed(row: Row) -> str | None:
    """Which bar this row does not reach, in words; None where it reaches them all."""
    if row.name == MIXED and row.p99_ms > MIXED_TAIL_MAX * row.p50_ms:
        times = row.p99_ms / row.p50_ms
        return f"{row.name} at {row.clients} clients: p99 of reads is {times:.1f} x their p50, may be {MIXED_TAIL_MAX:.0f} x"
    if row.bar is not None and row.ratio is not None and row.ratio < row.bar:
        return f"{row.name} at {row.clients} clients: {row.ratio:.2f} x the raw limit, needed {row.bar:.2f} x"
    return None


def write_json(file: Path, rows: Sequence[Row]) -> None:
    fields = ("name", "clients", "product_per_s", "raw_per_s", "ratio", "p50_ms", "p99_ms", "app_cpu_us", "pg_cpu_us")
    rounded = [
        {name: round(value, 3) if isinstance(value := getattr(row, name), float) else value for name in fields} for row in rows
    ]
    file.write_bytes(msgspec.json.format(msgspec.json.encode(rounded), indent=2) + b"\n")
