"""A demo in its own process, on a shop of four small files (stand_in), with everything else real."""

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from store_omni.demo.children import MARK
from store_omni.demo.ports import HOST
from store_omni.kit.postgres.cluster import Cluster

LAUNCH = Path(__file__).parent / "stand_in" / "launch.py"
SECONDS_MAX = 40


def processes_of(folder: Path) -> list[int]:
    """The demo's living programs, known by the mark in their environment; its database server has none."""
    mark = f"{MARK}={folder}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def free_port() -> int:
    """The first of three free neighbours."""
    while True:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port = probe.getsockname()[1]
        if port < 65_000 and all(not _listens(port + more) for more in range(3)):
            return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _plain_environment() -> dict[str, str]:
    """Without the product's own variables, which would steer the demo under test."""
    return {name: value for name, value in os.environ.items() if not name.startswith("STORE_OMNI_")}


class Demo:
    """said: all lines so far."""

    def __init__(self, folder: Path, *arguments: str, environment: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, LAUNCH, "--data-dir", folder, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**_plain_environment(), **(environment or {})},
        )  # fmt: skip
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def wait_for(self, words: str) -> str:
        deadline = time.monotonic() + SECONDS_MAX
        while True:
            line = self._lines.get(timeout=max(0.1, deadline - time.monotonic()))
            assert line is not None, "\n".join(["It ended:", *self.said])
            self.said.append(line)
            if words in line:
                return line

    def end(self) -> int:
        """Waits for its end; the exit code."""
        code = self.process.wait(SECONDS_MAX)
        while (line := self._lines.get(timeout=5)) is not None:
            self.said.append(line)
        return code

    def ctrl_c(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.end()

    @property
    def text(self) -> str:
        return "\n".join(self.said)


@pytest.fixture(name="processes_of")
def _processes_of():
    return processes_of


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def start_demo(tmp_path):
    """`start_demo(*arguments)` on the test's own folder. Whatever is left at the end is removed."""
    folder = tmp_path / "data"
    started: list[Demo] = []

    def start(*arguments: str, at: Path = folder, environment: dict[str, str] | None = None) -> Demo:
        demo = Demo(at, *arguments, environment=environment)
        started.append(demo)
        return demo

    yield start
    for demo in started:
        demo.process.kill()
        demo.process.wait()
        for pid in processes_of(demo.folder):
            os.kill(pid, signal.SIGKILL)
        Cluster.at(demo.folder).remove()
