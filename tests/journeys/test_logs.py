"""The real programs, from their first line to their last, in one format."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from store_omni.kit.postgres.cluster import Cluster
from store_omni.migrating import migrate

from .crowding import free_port

REQUIRED = {"time", "level", "logger", "message"}


def _answers(address: str) -> bool:
    try:
        return httpx.get(address).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.race
def test_web_and_worker_speak_in_one_format(tmp_path: Path) -> None:
    """`serve` and `worker` refuse a database without durability, so this one has it."""
    port = free_port()
    with Cluster.at(tmp_path / "postgres") as durable:
        migrate(durable.url)
        environment = os.environ | {
            "STORE_OMNI_DATABASE_URL": durable.url, "STORE_OMNI_DATA_DIR": str(tmp_path), "STORE_OMNI_LOG": "json",
        }  # fmt: skip
        command = [sys.executable, "-m", "store_omni"]
        serve = [*command, "serve", "--port", str(port), "--workers", "2"]
        with (tmp_path / "web.log").open("w") as web_log, (tmp_path / "worker.log").open("w") as worker_log:
            web = subprocess.Popen(serve, env=environment, stdout=web_log, stderr=web_log)
            worker = subprocess.Popen([*command, "worker"], env=environment, stdout=worker_log, stderr=worker_log)
            try:
                while not _answers(f"http://127.0.0.1:{port}/health/ready"):
                    assert web.poll() is None, (tmp_path / "web.log").read_text()
                    time.sleep(0.1)
                httpx.get(f"http://127.0.0.1:{port}/nothing/%1b[31m%0aINFO")
                while "leading" not in (tmp_path / "worker.log").read_text():
                    assert worker.poll() is None, (tmp_path / "worker.log").read_text()
                    time.sleep(0.1)
            finally:
                for program in (web, worker):
                    program.send_signal(signal.SIGTERM)
                for program in (web, worker):
                    program.wait(60)
    loggers = set()
    for name in ("web.log", "worker.log"):
        for line in (tmp_path / name).read_text().splitlines():
            said = json.loads(line)
            assert set(said) >= REQUIRED, line
            loggers.add(said["logger"])
    assert loggers >= {"uvicorn.error", "store_omni.access", "store_omni.worker"}
