"""Figures of several processes are one sum."""

import os
import subprocess
import sys
from pathlib import Path

from store_omni.kit.metering import FOLDER, forget_process

COUNT = """
import os
from store_omni.kit.metering import CONNECTIONS, REQUESTS, BatchMeter
REQUESTS.labels("GET", "/", 200).inc({count})
CONNECTIONS.labels("requests", "used").set({count})
BatchMeter("SELECT orders.place_batch($1)").sent({count})
print(os.getpid())
"""
TELL = "from store_omni.kit.metering import figures; print(figures().decode())"
REQUESTS = 'store_omni_requests_total{method="GET",route="/",status="200"}'
USED = 'store_omni_database_connections{pool="requests",state="used"}'


def _run(folder: Path, program: str) -> str:
    environment = os.environ | {FOLDER: str(folder)}
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True).stdout


def test_two_processes_are_one_sum_and_a_dead_one_holds_no_connections(tmp_path: Path) -> None:
    pids = [int(_run(tmp_path, COUNT.format(count=count))) for count in (3, 4)]
    said = _run(tmp_path, TELL).splitlines()
    assert f"{REQUESTS} 7.0" in said and f"{USED} 7.0" in said
    assert 'store_omni_batch_rows_sum{batch="orders.place_batch"} 7.0' in said
    forget_process(str(tmp_path), pids[0])
    said = _run(tmp_path, TELL).splitlines()
    assert f"{REQUESTS} 7.0" in said and f"{USED} 4.0" in said
