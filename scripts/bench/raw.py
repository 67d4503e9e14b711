"""The raw limit of a statement: pgbench, prepared, on the same database."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from urllib.parse import parse_qs, urlsplit

from store_omni.kit.postgres.binaries import installed_binaries

_PROGRESS = re.compile(r"progress: [\d.]+ s, ([\d.]+) tps")
_FAILED = re.compile(r"^number of failed transactions: (\d+)", re.M)
GRACE_SECONDS = 60
# Each of pgbench's connections first makes its plans and reads the catalogue: with 64 of them the first seconds show that, not the limit.
WARM_SECONDS = 3


class RawFailed(Exception):
    """pgbench did not run, or a statement failed; the message is for the terminal."""


@dataclass(frozen=True)
class Raw:
    """`cpu_us`: of the server, for each."""

    per_second: float
    cpu_us: float


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

    def run(self, name: str, scripts: list[str], *, clients: int, seconds: int, used: Callable[[], float]) -> Raw:
        """So many seconds after it has warmed up. used: seconds of CPU that the server has used so far.
        Errors: `RawFailed` when a transaction fails."""
        files = []
        for number, script in enumerate(scripts):
            file = self.folder / f"{name}-{number}.sql"
            file.write_text(script)
            files += ["-f", str(file)]
        # It says nothing of a second in which it ends.
        length = WARM_SECONDS + seconds + 1
        how = ["-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(length), "-P", "1"]
        command = [str(self.program), *how, *files, *self.where]
        rates, before, after, said = [], 0.0, 0.0, ""
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            late = Timer(length + GRACE_SECONDS, process.kill)
            late.start()
            for line in process.stderr or ():
                found = _PROGRESS.match(line)
                if found is None:
                    said += line
                    continue
                rates.append(float(found[1]))
                if len(rates) == WARM_SECONDS:
                    before = used()
                elif len(rates) == WARM_SECONDS + seconds:
                    after = used()
            said += process.stdout.read() if process.stdout else ""
            late.cancel()
        failed = _FAILED.search(said)
        if process.returncode != 0 or len(rates) < WARM_SECONDS + seconds or (failed and failed[1] != "0"):
            raise RawFailed(f"pgbench {name}:\n{said[:2000]}")
        rate = sum(rates[WARM_SECONDS : WARM_SECONDS + seconds]) / seconds
        return Raw(rate, (after - before) * 1e6 / (rate * seconds))
