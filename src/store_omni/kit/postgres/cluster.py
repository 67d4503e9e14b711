"""One embedded PostgreSQL server for one data folder: start, adopt, stop."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from store_omni.kit.postgres.asking import SUPERUSER, ask
from store_omni.kit.postgres.binaries import Binaries, find_binaries
from store_omni.kit.postgres.copying import reachable_binaries
from store_omni.kit.postgres.errors import ServerFailed
from store_omni.kit.postgres.initialising import DATABASE, RUNTIME, initialise, owner_of, prepare_database, write_access
from store_omni.kit.postgres.launching import launch, wait_until_ready
from store_omni.kit.postgres.placement import POINTER, Placement, find_place, place
from store_omni.kit.postgres.postmaster import Postmaster
from store_omni.kit.postgres.sockets import NOTE, socket_folder

STOP_SECONDS_MAX = 60
ENDING_SECONDS_MAX = 5


class Cluster:
    """The server is a child in its own session: Ctrl-C at the terminal does not reach it, and it outlives a killed parent,
    whose successor adopts it. An object is for one thread.

    adopted: the running server was found, not started by this object.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = data_dir
        self.durable = durable
        self.adopted = False
        self._placement: Placement | None = None
        self._socket_dir: str | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def at(cls, data_dir: Path, *, durable: bool = True) -> Self:
        """data_dir: any folder, made where missing; the database lies in its `postgres` part, or is pointed at from there.
        durable: False only for fast tests; such a cluster is throwaway.
        """
        return cls(Path(data_dir), durable=durable)

    @property
    def placement(self) -> Placement | None:
        """Where the files lie; None before the first start. Errors: `DataElsewhere`, `PostgresProblem`."""
        if self._placement is None:
            self._placement = find_place(self.data_dir)
        return self._placement

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        if self._process is not None:
            self._process.poll()  # reaps it where it has ended
        found = Postmaster.read(self.placement.cluster) if self.placement else None
        return found.pid if found and found.lives else None

    @property
    def running(self) -> bool:
        return self.pid is not None

    @property
    def url(self) -> str:
        """For the programs: their own role and database, as asyncpg and SQLAlchemy read it."""
        return f"postgresql://{RUNTIME}@/{DATABASE}?host={self._socket_dir}"

    @property
    def owner_url(self) -> str:
        """For `migrate`: the owner of the database and its tables, no superuser."""
        return owner_of(self.url)

    @property
    def admin_url(self) -> str:
        """For maintenance: the superuser."""
        return f"postgresql://{SUPERUSER}@/postgres?host={self._socket_dir}"

    @contextmanager
    def _alone(self, placement: Placement) -> Iterator[None]:
        """One starter or stopper at a time, by a lock on the folder itself; the system drops it with the process."""
        folder = os.open(placement.home, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def start(self) -> str:
        """Starts the server, making its cluster where there is none, or adopts the one that runs. Returns `url`.

        Errors: `PostgresProblem` (its kinds in errors.py), with a message for the person at the terminal.
        """
        self._placement = placement = place(self.data_dir, throwaway=not self.durable)
        with self._alone(placement):
            exists = placement.cluster.exists()
            binaries = reachable_binaries(find_binaries(placement.cluster if exists else None), placement.account)
            if not (exists and self._adopt(placement, binaries)):
                if not exists:
                    initialise(binaries, placement.cluster, placement.account, durable=self.durable)
                self._launch(placement, binaries)
        return self.url

    def _adopt(self, placement: Placement, binaries: Binaries) -> bool:
        """False where none runs, or where the one that was found is ending at this moment."""
        if not self.running:
            return False
        try:
            found = wait_until_ready(placement)
            prepare_database(binaries, found.socket_dir)
        except ServerFailed:
            dying = Postmaster.read(placement.cluster)
            if dying is None or dying.wait_until_gone(ENDING_SECONDS_MAX):
                return False
            raise
        self.adopted = self._process is None
        self._socket_dir = found.socket_dir
        return True

    def _launch(self, placement: Placement, binaries: Binaries) -> None:
        if self._process is not None:
            # A killed one has to be reaped: its number counts as alive till then, and the next would not start.
            self._process.wait(STOP_SECONDS_MAX)
        self.adopted = False
        write_access(placement.cluster, placement.account)
        socket_dir = socket_folder(placement)
        self._process = launch(binaries, placement, socket_dir, durable=self.durable)
        self._socket_dir = str(socket_dir)
        prepare_database(binaries, self._socket_dir)

    def ask(self, statements: str) -> str:
        """One look at the product's database as superuser: the values, one row a line. Only after `start`.

        Errors: `ServerFailed` with what the server refused.
        """
        placement = self.placement
        if placement is None or self._socket_dir is None:
            raise ServerFailed("PostgreSQL has not been started.")
        return ask(find_binaries(placement.cluster), self._socket_dir, statements, database=DATABASE)

    def stop(self, mode: str = "fast") -> None:
        """Stops the server, adopted or not, and waits until it is gone. Nothing happens where none runs.

        mode: smart (waits for clients) | fast (disconnects them) | immediate (leaves recovery to the next start).
        Errors: `ServerFailed` where it lives on after a minute, and another one after being told again, immediately.
        """
        placement = self.placement
        if placement is None:
            return
        with self._alone(placement):
            for told in (mode, "immediate"):
                found = Postmaster.read(placement.cluster)
                if found is None or not found.lives:
                    break
                found.signal(told)
                if found.wait_until_gone(STOP_SECONDS_MAX):
                    break
            else:
                raise ServerFailed(f"PostgreSQL (process {found.pid if found else 0}) does not stop. Its log: {placement.log}")
            if self._process is not None:
                self._process.wait()
                self._process = None
            self.adopted = False

    def remove(self) -> None:
        """Stops the server and deletes the database with all that belongs to it."""
        self.stop("immediate")
        placement = self.placement
        if placement is None:
            return
        note = placement.home / NOTE
        if note.exists():
            shutil.rmtree(note.read_text().strip(), ignore_errors=True)
        if placement.elsewhere:
            (placement.base / POINTER).unlink()
            shutil.rmtree(placement.home)
        shutil.rmtree(placement.base)
        self._placement = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
