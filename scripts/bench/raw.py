"""The raw limit of a statement: pgbench, prepared, on the same database."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from store_omni.kit.postgres.binaries import installed_binaries

_RATE = re.compile(r"^tps = ([\d.]+)", re.M)
_DONE = re.compile(r"^number of transactions actually processed: (\d+)", re.M)
_FAILED = re.compile(r"^number of failed transactions: (\d+)", re.M)
GRACE_SECONDS = 60


class RawFailed(Exception):
    """pgbench did not run, or a statement failed; the message is for the terminal."""


@dataclass(frozen=True)
class Raw:
    per_second: float
    count: int


def _candidates() -> Iterator[Path]:
    """The system's first, because it is the one that everybody can run."""
    folders = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if folder.parent.name.isdigit()]
    yield from (folder / "pgbench" for folder in sorted(folders, key=lambda folder: int(folder.parent.name), reverse=True))
    found = shutil.which("pgbench")
    if found:
        yield Path(found)
    yield from (binaries.folder / "pgbench" for binaries in installed_binaries())


def find_pgbench() -> Path:
    """Errors: `RawFailed`."""
    for path in _candidates():
        if os.access(path, os.X_OK):
            return path
    raise RawFailed("No pgbench was found. Install it: apt-get install postgresql")


def pgbench_version(program: Path) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()


class Pgbench:
    """Runs scripts against the database at `url` (through its socket)."""

    def __init__(self, program: Path, url: str, folder: Path) -> None:
        self.program = program
        parts = urlsplit(url)
        host = parse_qs(parts.query)["host"][0]
        self.where = ["-h", host, "-U", str(parts.username), parts.path.lstrip("/")]
        self.folder = folder

    def run(self, name: str, scripts: list[str], *, clients: int, seconds: int) -> Raw:
        """Errors: `RawFailed` when a transaction fails."""
        files = []
        for number, script in enumerate(scripts):
            file = self.folder / f"{name}-{number}.sql"
            file.write_text(script)
            files += ["-f", str(file)]
        command = [
            str(self.program),
            "-n",
            "-M",
            "prepared",
            "-c",
            str(clients),
            "-j",
            "1",
            "-T",
            str(seconds),
            *files,
            *self.where,
        ]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + GRACE_SECONDS)
        rate, done, failed = _RATE.search(ran.stdout), _DONE.search(ran.stdout), _FAILED.search(ran.stdout)
        if ran.returncode != 0 or rate is None or done is None or (failed and failed[1] != "0"):
            raise RawFailed(f"pgbench {name}:\n{ran.stderr[:1500]}\n{ran.stdout[-500:]}")
        return Raw(float(rate[1]), int(done[1]))
