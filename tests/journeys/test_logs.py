"""The real programs, from their first line to their last: one format, and figures of all processes together."""

import json
import os
import re
import signal
import socket
from pathlib import Path

import httpx
import pytest

from store_omni.kit.postgres.cluster import Cluster

from ..conftest import migrate_as_owner
from .programs import Programs, programs

REQUIRED = {"time", "level", "logger", "message"}
TOKEN = "0123456789abcdef"
REQUESTS = 20


def _ask(programs: Programs) -> None:
    with httpx.Client(base_url=programs.address) as client:
        for _ in range(REQUESTS):
            assert client.get("/sign-in").status_code == 200


def _counted(programs: Programs) -> float:
    text = httpx.get(f"{programs.address}/metrics", headers={"authorization": f"Bearer {TOKEN}"}).text
    found = re.search(r'store_omni_requests_total\{method="GET",route="/sign-in",status="200"\} (\S+)', text)
    return float(found[1]) if found else 0.0


@pytest.mark.race
def test_web_and_worker_speak_in_one_format_and_count_together(tmp_path: Path) -> None:
    with Cluster.at(tmp_path / "postgres") as durable:
        migrate_as_owner(durable.url)
        with programs(tmp_path, durable.url, log="json", watch_token=TOKEN) as started:
            started.serve(workers=2)
            started.work()
            with socket.create_connection(("127.0.0.1", started.port)) as raw:
                raw.sendall(b"GET /nothing/%1b[31m%0aINFO HTTP/1.1\r\nhost: x\r\n\r\n")
                assert raw.recv(100).startswith(b"HTTP/1.1 404")
            _ask(started)
            # Others come in their place; what those before them counted still counts.
            before = started.processes("serve")
            assert len(before) == 2
            for pid in before:
                os.kill(pid, signal.SIGKILL)
            started.wait("serve", lambda: not before & started.processes("serve") and started.answers("/health/ready"))
            _ask(started)
            assert _counted(started) == 2 * REQUESTS
    loggers = set()
    for name in ("serve", "worker"):
        for line in started.log(name).splitlines():
            said = json.loads(line)
            assert set(said) >= REQUIRED, line
            loggers.add(said["logger"])
        assert "/nothing" not in started.log(name), "an address was written down"
    assert "uvicorn.access" not in loggers
    assert loggers >= {"uvicorn.error", "store_omni.access", "store_omni.worker"}
