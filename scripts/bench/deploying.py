"""Starts what is measured, as an operator would, and ends all of it again: PostgreSQL, the web server, and the bare one beside it."""

import asyncio
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from store_omni.kit.postgres import initialising
from store_omni.kit.postgres.cluster import Cluster
from store_omni.kit.postgres.initialising import OWNER, owner_of

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
WORKERS = 2
READY_SECONDS_MAX = 60
STOP_SECONDS_MAX = 15
CONNECTIONS_MAX = 250
# On a disk; /tmp may lie in memory, where nothing is durable and everything is fast.
FOLDER = Path("/var/tmp")  # noqa: S108


class NotStarted(Exception):
    """The message is for the terminal."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _environment(url: str, folder: Path, **more: str) -> dict[str, str]:
    """The product's defaults, whatever the caller's environment says, and this checkout's sources."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STORE_OMNI_")}
    own = {"STORE_OMNI_DATABASE_URL": url, "STORE_OMNI_DATA_DIR": str(folder), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'scripts'}"}
    return kept | own | more


@dataclass
class Server:
    """A running program in a session of its own. `start_seconds`: until it answered."""

    process: subprocess.Popen[bytes]
    port: int
    start_seconds: float

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            pass  # the next line ends it
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # nothing of it is left
        self.process.wait()


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def start(command: list[str], environment: dict[str, str], log: Path, port: int, path: str) -> Server:
    """Errors: `NotStarted` with the last words of its log."""
    begin = time.perf_counter()
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    server = Server(process, port, 0.0)
    try:
        while not _answers(port, path):
            if process.poll() is not None or time.perf_counter() - begin > READY_SECONDS_MAX:
                raise NotStarted(f"{' '.join(command)}\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.02)
    except BaseException:
        server.stop()
        raise
    server.start_seconds = time.perf_counter() - begin
    return server


class Deployment:
    """One PostgreSQL with any number of databases, and the servers in front of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # The connections that the product keeps open leave no room for 64 of pgbench's among the usual 100.
        initialising.CONNECTIONS_MAX = CONNECTIONS_MAX
        self.cluster = Cluster.at(folder)
        self.servers: list[Server] = []

    @property
    def postmaster(self) -> int:
        pid = self.cluster.pid
        if pid is None:
            raise NotStarted("PostgreSQL has ended.")
        return pid

    @property
    def data(self) -> Path:
        """Where PostgreSQL's files lie, which may be outside of `folder`."""
        placement = self.cluster.placement
        assert placement is not None
        return placement.cluster

    def database(self, name: str) -> str:
        """Makes and migrates a database; its address."""
        head, tail = self.cluster.url.rsplit("@", 1)
        url = f"{head}@/{name}?{tail.split('?', 1)[1]}"
        asyncio.run(self._create(name))
        command = [sys.executable, "-m", "store_omni", "migrate"]
        owner = {"STORE_OMNI_OWNER_URL": owner_of(url)}
        made = subprocess.run(
            command, env=_environment(url, self.folder, **owner), cwd=ROOT, capture_output=True, text=True, check=False
        )
        if made.returncode != 0:
            raise NotStarted(f"migrate failed:\n{made.stderr[-3000:]}")
        return url

    async def _create(self, name: str) -> None:
        connection = await asyncpg.connect(self.cluster.admin_url)
        await connection.execute(f'CREATE DATABASE {name} OWNER "{OWNER}"')
        # So that filling it may leave out looking up every reference.
        await connection.execute(f'GRANT SET ON PARAMETER session_replication_role TO "{OWNER}"')
        await connection.close()

    def product(self, url: str, **settings: str) -> Server:
        """The web server, by the operator's own command."""
        port = free_port()
        command = [sys.executable, "-m", "store_omni", "serve", "--host", HOST, "--port", str(port), "--workers", str(WORKERS)]
        return self._keep(
            start(command, _environment(url, self.folder, **settings), self.folder / "web.log", port, "/health/ready")
        )

    def bare(self) -> Server:
        """The raw limit: same server program, same number of workers, one handler."""
        port = free_port()
        command = [sys.executable, "-m", "bench.bare", HOST, str(port), str(WORKERS)]
        return self._keep(start(command, _environment("", self.folder), self.folder / "bare.log", port, "/bare"))

    def worker(self, url: str) -> None:
        """The timed jobs beside the web server."""
        command = [sys.executable, "-m", "store_omni", "worker"]
        with (self.folder / "worker.log").open("ab") as output:
            process = subprocess.Popen(
                command, env=_environment(url, self.folder), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
        self._keep(Server(process, 0, 0.0))

    def stop(self, server: Server) -> None:
        self.servers.remove(server)
        server.stop()

    def _keep(self, server: Server) -> Server:
        self.servers.append(server)
        return server


@contextmanager
def deployment() -> Iterator[Deployment]:
    """Everything it started has ended and every file is gone afterwards, also after Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="store_omni-bench-", dir=FOLDER))
    folder.chmod(0o755)
    made = Deployment(folder)
    try:
        made.cluster.start()
        yield made
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C would leave processes behind
        for server in reversed(made.servers):
            server.stop()
        made.cluster.remove()
        shutil.rmtree(folder, ignore_errors=True)
        signal.signal(signal.SIGINT, signal.default_int_handler)
