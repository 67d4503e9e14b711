import subprocess
import sys
from pathlib import Path

import pytest
from bench.asking import mixed, post, shuffled, writing, writing_once
from bench.cases import CASES, MIXED, NAMES, QUICK
from bench.measuring import cpu_seconds, median, memory_mib, percentile
from bench.printing import missed, write_json
from bench.raw_sql import scripts_of
from bench.rounds import Row
from bench.world import World

SPIN = "import time\nwhile time.process_time() < 0.4: pass"  # s


def row(name: str = "order_hot", ratio: float | None = 2.5, bar: float | None = 2.0, p99: float = 5.0) -> Row:
    return Row(name, 16, 100.0, 40.0, ratio, 1.0, p99, 250.0, 300.0, bar=bar)


def test_the_middle_and_the_tail() -> None:
    assert median([3.0, 1.0, 2.0]) == 2.0
    assert median([4.0, 1.0, 2.0, 3.0]) == 2.5
    hundred = [float(number) for number in range(1, 101)]
    assert (percentile(hundred, 0.5), percentile(hundred, 0.99), percentile([7.0], 0.99)) == (50.0, 99.0, 7.0)


def test_the_cpu_of_processes_that_have_ended_is_not_lost() -> None:
    parent = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {SPIN!r}])\nprint(flush=True)\nsys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert cpu_seconds(process.pid) >= 0.3  # the kernel tells whole ticks of each kind of time, rounded down
        assert memory_mib(process.pid) > 1


def test_a_missed_bar_is_named() -> None:
    assert missed(row()) is None
    assert "order_hot at 16 clients: 1.90 x" in str(missed(row(ratio=1.9)))
    assert "p99" in str(missed(row(MIXED, None, None, p99=10.1)))
    assert missed(row(MIXED, None, None, p99=9.9)) is None


def test_the_list_for_programs_has_the_agreed_keys(tmp_path: Path) -> None:
    write_json(tmp_path / "rows.json", [row()])
    assert (tmp_path / "rows.json").read_text().replace("\n", "").replace(" ", "") == (
        '[{"name":"order_hot","clients":16,"product_per_s":100.0,"raw_per_s":40.0,"ratio":2.5,"p50_ms":1.0,"p99_ms":5.0,'
        '"app_cpu_us":250.0,"pg_cpu_us":300.0}]'
    )


def test_the_quick_run_has_every_bar() -> None:
    assert set(QUICK) == {"stock_read", "list_page", "order_uniform", "order_hot", "timeline_staff", MIXED}
    assert set(QUICK) < set(NAMES)


def test_every_write_has_a_key_of_its_own() -> None:
    source = writing([post("/api/v1/orders", "t", {"qty": 1})])
    first, second = source(), source()
    assert first is not None and second is not None and first != second
    head, _, body = first.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    once = writing_once([post("/x", "t", {}), post("/x", "t", {})])
    assert [once() is None for _ in range(3)] == [False, False, True]


def test_one_in_ten_is_a_write() -> None:
    draw = mixed(lambda: b"read", lambda: b"write")
    assert [draw() for _ in range(1000)].count(b"write") == 100
    assert shuffled([1, 2, 3, 4, 5]) == shuffled([1, 2, 3, 4, 5])


@pytest.mark.parametrize("name", sorted({case.raw for case in CASES} - {"bare"}))
def test_every_raw_limit_is_filled_in(name: str) -> None:
    for script in scripts_of(name, World(), new_id="uuidv7()"):
        assert "{" not in script and "}" not in script
        assert script.rstrip().endswith(";")
