"""Starting the server's process and waiting until it answers, or until it has said why it will not."""

import subprocess
import time
from pathlib import Path

from store_omni.kit.postgres.binaries import Binaries, plain_environment
from store_omni.kit.postgres.errors import ServerFailed
from store_omni.kit.postgres.initialising import server_command
from store_omni.kit.postgres.placement import Placement
from store_omni.kit.postgres.postmaster import POLL_SECONDS, Postmaster

READY_SECONDS_MAX = 300
RETRY_SECONDS_MAX = 15
LOG_BYTES_MAX = 10_000_000
LAST_WORDS_BYTES = 2000
# What the server says while the remains of a killed one have not all ended yet.
REMAINS = ("is still in use", "lock file", "is in use")

Process = subprocess.Popen[bytes]


def _last_words(log: Path, since: int) -> str:
    with log.open("rb") as file:
        file.seek(max(since, log.stat().st_size - LAST_WORDS_BYTES))
        return file.read().decode(errors="replace").strip()


def wait_until_ready(placement: Placement, process: Process | None = None, *, log_from: int = 0) -> Postmaster:
    """Recovery after a crash counts as starting. process: the server's own, None for one that was found running.

    Errors: `ServerFailed` with the last lines of its log.
    """
    deadline = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < deadline:
        found = Postmaster.read(placement.cluster)
        expected = found is not None and (found.pid == process.pid if process else found.lives)
        if found and expected and found.ready:
            return found
        if (process.poll() is not None) if process else not expected:
            raise ServerFailed(f"PostgreSQL did not start:\n{_last_words(placement.log, log_from)}")
        time.sleep(POLL_SECONDS)
    raise ServerFailed(f"PostgreSQL was not ready after {READY_SECONDS_MAX} seconds:\n{_last_words(placement.log, log_from)}")


def _spawn(binaries: Binaries, placement: Placement, socket_dir: Path, *, durable: bool) -> Process:
    """In a session of its own, so that Ctrl-C at the terminal does not reach it and it outlives a killed parent."""
    placement.log.touch(mode=0o600)
    placement.account.give(placement.log)
    with placement.log.open("ab") as output:
        return subprocess.Popen(
            server_command(binaries, placement.cluster, socket_dir, durable=durable),
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", env=plain_environment(),
            start_new_session=True, **placement.account.run_as(),
        )  # fmt: skip


def launch(binaries: Binaries, placement: Placement, socket_dir: Path, *, durable: bool) -> Process:
    """The process of a server that is ready. Errors: `ServerFailed`."""
    log = placement.log
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_suffix(".log.1"))
    deadline = time.monotonic() + RETRY_SECONDS_MAX
    while True:
        log_from = log.stat().st_size if log.exists() else 0
        process = _spawn(binaries, placement, socket_dir, durable=durable)
        try:
            wait_until_ready(placement, process, log_from=log_from)
        except ServerFailed as failure:
            # The processes of a killed server end one after the other; for a moment the next start finds their remains.
            if time.monotonic() > deadline or not any(sign in str(failure) for sign in REMAINS):
                raise
            time.sleep(0.2)
        else:
            return process
