"""Where a cluster's files lie, so that the user who runs the server can reach them.

Usually inside the data folder. Root's server runs as an unprivileged user, and a folder above the data or the programs
may be closed to that user (/root, a 0700 home). Opening the folders of the person is not ours to do, so the cluster (and the
wheel's programs) then go to a folder of the system, and the data folder keeps a pointer.
"""

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from store_omni.kit.postgres.accounts import Account, server_account
from store_omni.kit.postgres.binaries import plain_environment
from store_omni.kit.postgres.errors import DataElsewhere, PostgresProblem

SYSTEM_FOLDER = Path("/var/lib/store_omni")
POINTER = "placed_at"
MARKER = "placed_for.json"


@dataclass(frozen=True)
class Placement:
    """base: `<data folder>/postgres`. home: holds the cluster, its log and its lock; the same as base unless placed elsewhere."""

    base: Path
    home: Path
    account: Account

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def elsewhere(self) -> bool:
        return self.home != self.base


def can(account: Account, test: str, path: Path) -> bool:
    """Asks the system itself, as that user, because access lists and mounts are not in the mode bits.

    test: a `test` operator of sh (-x, -r, -w).
    """
    if not account.switch:
        return os.access(path, {"-x": os.X_OK, "-r": os.R_OK, "-w": os.W_OK}[test])
    question = ["/bin/sh", "-c", f'test {test} "$1"', "sh", str(path)]
    return subprocess.run(question, cwd="/", env=plain_environment(), check=False, **account.run_as()).returncode == 0


def system_subfolder(name: str) -> Path:
    """A folder only root can write, readable by all. Errors: `PostgresProblem` where another user could plant files in it."""
    for folder in (SYSTEM_FOLDER, SYSTEM_FOLDER / name):
        if not folder.exists():
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            folder.chmod(0o755)
        state = folder.lstat()
        if state.st_uid != 0 or state.st_mode & 0o022:
            raise PostgresProblem(f"{folder} can be written by others than root. Run: chown root {folder} && chmod 755 {folder}")
    return SYSTEM_FOLDER / name


def _follow(base: Path, pointer: Path) -> Path:
    """The home a pointer names. A data folder that was moved keeps its cluster; a copied one must not share it."""
    home = Path(pointer.read_text().strip())
    marker = home / MARKER
    if not marker.exists():
        raise DataElsewhere(
            f"{pointer} says the database lies in {home}, which is gone. Remove {pointer} to begin with an empty one."
        )
    placed_for = json.loads(marker.read_text())
    owner = Path(placed_for["base"])
    if owner != base and (owner / POINTER).exists() and (owner / POINTER).read_text().strip() == str(home):
        raise DataElsewhere(
            f"The database in {home} belongs to {owner.parent}, of which this folder is a copy. "
            f"Remove {pointer} to begin with an empty one here."
        )
    if owner != base:
        marker.write_text(json.dumps({**placed_for, "base": str(base)}))
    return home


def _sweep_throwaways(folder: Path) -> None:
    """Removes what killed test runs left: clusters marked as throwaway whose data folder is gone. A server that still
    runs in one ends by itself, because PostgreSQL watches its lock file."""
    for home in folder.iterdir():
        try:
            placed_for = json.loads((home / MARKER).read_text())
        except (FileNotFoundError, NotADirectoryError):
            continue  # another start is just making it, or has just removed it
        if placed_for["throwaway"] and not Path(placed_for["base"]).exists():
            shutil.rmtree(home, ignore_errors=True)


def _new_home_elsewhere(base: Path, *, throwaway: bool) -> Path:
    folder = system_subfolder("clusters")
    _sweep_throwaways(folder)
    home = Path(tempfile.mkdtemp(dir=folder))
    home.chmod(0o755)
    (home / MARKER).write_text(json.dumps({"base": str(base), "throwaway": throwaway}))
    draft = base / f".{POINTER}"
    draft.write_text(f"{home}\n")
    draft.replace(base / POINTER)
    return home


def find_place(data_dir: Path) -> Placement | None:
    """Where a data folder's cluster lies; None where none has been made. Errors: `DataElsewhere`, `PostgresProblem`."""
    base = data_dir.resolve() / "postgres"
    pointer = base / POINTER
    if not pointer.exists() and not (base / "cluster").exists():
        return None
    home = _follow(base, pointer) if pointer.exists() else base
    made = (home / "cluster").exists()  # a start may have been cut short between the two
    return Placement(base=base, home=home, account=server_account(home / "cluster" if made else None))


def forgotten_homes(data_dir: Path) -> list[Path]:
    """Databases placed for this folder that it no longer points at, because it was deleted by hand and made again."""
    base = data_dir.resolve() / "postgres"
    now = find_place(data_dir)
    forgotten: list[Path] = []
    for marker in sorted(SYSTEM_FOLDER.glob(f"clusters/*/{MARKER}")):
        if json.loads(marker.read_text())["base"] == str(base) and not (now and now.home == marker.parent):
            forgotten.append(marker.parent)
    return forgotten


def place(data_dir: Path, *, throwaway: bool = False) -> Placement:
    """Finds or decides the place of a data folder's cluster; makes the folders above it, not the cluster.

    throwaway: the cluster may be removed by anybody once its data folder is gone.
    Errors: `DataElsewhere`, `PostgresProblem`.
    """
    found = find_place(data_dir)
    if found and not can(found.account, "-x", found.home):
        raise DataElsewhere(
            f"The database in {found.cluster} belongs to {found.account.name}, who cannot reach it: a folder above it is closed."
        )
    if found:
        return found
    base = data_dir.resolve() / "postgres"
    base.mkdir(mode=0o755, parents=True, exist_ok=True)
    account = server_account()
    home = base if can(account, "-x", base) else _new_home_elsewhere(base, throwaway=throwaway)
    return Placement(base=base, home=home, account=account)
