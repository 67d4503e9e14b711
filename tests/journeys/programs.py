"""The product's programs as an operator starts them, on a durable database: `serve` and `worker` refuse any other."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import httpx

from store_omni.kit.postgres.initialising import owner_of

from .crowding import free_port

START_SECONDS_MAX, STOP_SECONDS_MAX = 240, 60


class Programs:
    """Each program's output goes to `<folder>/<name>.log`."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self.folder, self.port = folder, free_port()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("STORE_OMNI_")}
        self.environment = clean | {
            "STORE_OMNI_DATABASE_URL": database_url,
            "STORE_OMNI_OWNER_URL": owner_of(database_url),
            "STORE_OMNI_DATA_DIR": str(folder),
            "STORE_OMNI_WARM_SKUS": "0",
        }
        self.environment |= {f"STORE_OMNI_{name.upper()}": value for name, value in settings.items()}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            command = [sys.executable, "-m", "store_omni", *(arguments or (name,))]
            self._running[name] = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        return self._running[name]

    def serve(self, *, workers: int = 1) -> None:
        self.start("serve", "serve", "--port", str(self.port), "--workers", str(workers))
        self.wait("serve", lambda: self.answers("/health/ready"))

    def work(self) -> None:
        self.start("worker")
        self.wait("worker", lambda: "leading" in self.log("worker"))

    def run(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "store_omni", *arguments]
        return subprocess.run(command, env=self.environment, input=typed, capture_output=True, text=True, timeout=300)

    def answers(self, path: str) -> bool:
        try:
            return httpx.get(self.address + path).status_code == 200
        except httpx.TransportError:
            return False

    def processes(self, name: str) -> set[int]:
        """Of a program, those that it started and that answer requests."""
        listed = subprocess.run(
            ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(self._running[name].pid)], capture_output=True, text=True
        )
        lines = [line.split(maxsplit=1) for line in listed.stdout.splitlines() if "spawn_main" in line]
        return {int(pid) for pid, _ in lines}

    def wait(self, name: str, until: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not until():
            assert time.monotonic() < deadline, self.log(name)
            assert self._running[name].poll() is None, self.log(name)
            time.sleep(0.1)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def stop(self) -> None:
        for program in self._running.values():
            program.send_signal(signal.SIGTERM)
        for program in self._running.values():
            program.wait(STOP_SECONDS_MAX)
        self._running.clear()


@contextmanager
def programs(folder: Path, database_url: str, **settings: str) -> Generator[Programs, None, None]:
    started = Programs(folder, database_url, **settings)
    try:
        yield started
    finally:
        started.stop()
