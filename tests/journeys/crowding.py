"""Many clients at once against the web server as it is deployed, each remembering what it was told."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

SECRETS = {"STORE_OMNI_PASS_SIGNING_KEY": "11" * 32, "STORE_OMNI_CSRF_SECRET": "22" * 32}
START_SECONDS_MAX = 60
WORKERS = 2
ANSWER_SECONDS_MAX = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """Two workers that come back, in a session of its own, by the operator's command. `application`: module:function of
    another app, served the same way."""

    def __init__(self, database_url: str, folder: Path, application: str | None) -> None:
        self.port = free_port()
        self.log = folder / "web.log"
        self._environment = os.environ | SECRETS | {"STORE_OMNI_DATABASE_URL": database_url, "STORE_OMNI_DATA_DIR": str(folder)}
        self._application = application
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "store_omni", "serve", "--workers", str(WORKERS), "--port", str(self.port)]
        if self._application is not None:
            command = [sys.executable, "-m", "tests.served", self._application, str(self.port), str(WORKERS)]
        with self.log.open("ab") as out:
            return subprocess.Popen(command, env=self._environment, stdout=out, stderr=out, start_new_session=True)

    def wait_until_ready(self) -> None:
        """Both workers: one of them answers while the other still starts."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline and self.process.poll() is None:
            said = self.log.read_text(errors="replace").rpartition("Started parent process")[2]
            if said.count("Application startup complete") >= WORKERS and self._answers():
                return
            time.sleep(0.05)
        raise AssertionError(f"the web server did not start:\n{self.log.read_text()[-3000:]}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def workers(self) -> list[int]:
        """Process ids of those that answer, without the one that watches them and Python's own trackers."""
        listed = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return [int(line.split()[0]) for line in listed.stdout.splitlines() if "resource_tracker" not in line]

    def kill(self) -> None:
        """The whole server, without a word."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_and_start_again(self) -> None:
        """As whoever looks after it would."""
        self.kill()
        self.process = self._start()
        self.wait_until_ready()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
                return
            self.kill()


@contextlib.contextmanager
def serving(database_url: str, folder: Path, application: str | None = None) -> Generator[Server, None, None]:
    server = Server(database_url, folder, application)
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


def post(address: str, token: str, body: dict[str, Any], key: str = "") -> bytes:
    content = msgspec.json.encode(body)
    return (
        f"POST /api/v1{address} HTTP/1.1\r\nhost: shop\r\nauthorization: Bearer {token}\r\nidempotency-key: {key or uuid4()}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    ).encode() + content


class Told(msgspec.Struct):
    """What a crowd heard: (status, code of the refusal) → how often, and the bodies of what succeeded."""

    answers: Counter[tuple[int, str]]
    made: list[dict[str, Any]]


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, dict[str, Any]]:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    return status, msgspec.json.decode(await reader.readexactly(length))


async def ask_once(port: int, request: bytes) -> tuple[int, dict[str, Any]]:
    """Errors: `OSError`, `asyncio.IncompleteReadError` where the server is gone."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return await asyncio.wait_for(_ask(reader, writer, request), ANSWER_SECONDS_MAX)
    finally:
        writer.close()


async def crowd(port: int, requests: Iterator[bytes], clients: int) -> Told:
    """Every request once, from so many keep-alive connections at a time."""
    told = Told(Counter(), [])

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in requests:
            status, body = await asyncio.wait_for(_ask(reader, writer, request), ANSWER_SECONDS_MAX)
            told.answers[status, str(body.get("code", ""))] += 1
            if status == 201:
                told.made.append(body)
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return told
