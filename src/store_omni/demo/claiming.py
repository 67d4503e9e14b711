"""The demo's data folder: one demo at a time, and only folders the demo made are ever emptied."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from store_omni.kit.postgres.cluster import Cluster
from store_omni.kit.postgres.errors import DataElsewhere

CLAIM = "demo.json"
PRIVATE_FOLDERS = ("logs", "mail")
# A program of the product that was started by hand may have been here first.
OWN_NAMES = {"secrets.json", "postgres", *PRIVATE_FOLDERS}


class FolderRefused(Exception):
    """The folder cannot be the demo's. The message is for the terminal."""


@dataclass(frozen=True)
class DataFolder:
    """path: absolute. database/ is below `postgres`; logs and mails are for the owner's eyes only."""

    path: Path

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def mail(self) -> Path:
        return self.path / "mail"

    @property
    def secrets(self) -> Path:
        return self.path / "secrets.json"

    def note(self, address: str) -> None:
        """For a second start, which is told where the first one runs."""
        (self.path / CLAIM).write_text(json.dumps({"process": os.getpid(), "address": address}))

    def empty(self) -> None:
        """Deletes the database, a running one too, and everything else of the demo."""
        try:
            Cluster.at(self.path).remove()
        except DataElsewhere:
            pass  # it belongs to another folder, of which this one is a copy, or is gone already
        for entry in self.path.iterdir():
            if entry.name == CLAIM:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()


def _make(path: Path) -> None:
    """The folder itself stays open to passing through: the database below it may belong to another user than we are."""
    if path.exists() and not (path / CLAIM).exists() and any(entry.name not in OWN_NAMES for entry in path.iterdir()):
        raise FolderRefused(f"{path} has other things in it. Name a new or empty folder: --data-dir FOLDER")
    path.mkdir(mode=0o755, parents=True, exist_ok=True)
    (path / CLAIM).touch()


@contextmanager
def claimed(path: Path) -> Iterator[DataFolder]:
    """Makes the folder where missing and holds it until the end of the process, however that comes.

    Errors: `FolderRefused` where another demo runs in it, or it holds something else.
    """
    path = path.resolve()
    _make(path)
    with (path / CLAIM).open("r+") as claim:
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = claim.read()
            other = json.loads(said) if said else {}
            where = f" at {other['address']}" if other.get("address") else ""
            raise FolderRefused(
                f"The demo of {path} is already running{where} (process {other.get('process', 'unknown')}). "
                "Stop it there with Ctrl-C, or name another folder: --data-dir FOLDER"
            ) from None
        claim.truncate()
        folder = DataFolder(path)
        folder.note("")
        yield folder


def prepare_folders(folder: DataFolder) -> None:
    for name in PRIVATE_FOLDERS:
        (folder.path / name).mkdir(mode=0o700, exist_ok=True)
