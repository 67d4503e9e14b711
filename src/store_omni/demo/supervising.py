"""Keeps the demo's programs running: starts them in order, starts again what died, stops them in the opposite order."""

import http.client
import time
from dataclasses import dataclass

from store_omni.demo.children import Child, ChildFailed
from store_omni.demo.ports import HOST
from store_omni.demo.stopping import Stopping
from store_omni.demo.telling import Terminal
from store_omni.kit.postgres.cluster import Cluster
from store_omni.kit.postgres.errors import PostgresProblem

READY_SECONDS_MAX = 180
READY_PATH = "/health/ready"
ASK_SECONDS_MAX = 5
BACK_OFF_SECONDS_MAX = 30
KEEP_SECONDS = 0.5
# A program that has run this long has recovered: the next death starts the back-off anew.
SETTLED_SECONDS = 60
DEATHS_BEFORE_READY_MAX = 3


@dataclass
class _Watch:
    """One kept child: how often it died in a row, and when it may start again."""

    child: Child
    deaths: int = 0
    started_at: float = 0.0
    start_at: float = 0.0


def answers_ready(port: int, host: str = HOST) -> bool:
    """One question to the web's readiness; no proxy of the environment stands between."""
    connection = http.client.HTTPConnection(host, port, timeout=ASK_SECONDS_MAX)
    try:
        connection.request("GET", READY_PATH)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False  # not listening yet, or just starting again
    finally:
        connection.close()


class Supervisor:
    """cluster: the database server, None where it is not ours. It is the first to start and the last to stop."""

    def __init__(self, cluster: Cluster | None, terminal: Terminal, stopping: Stopping) -> None:
        self.cluster = cluster
        self.terminal = terminal
        self.stopping = stopping
        self._watches: list[_Watch] = []

    def start(self, children: list[Child]) -> None:
        """children: in the order in which they stop, those that take work from people first."""
        for child in children:
            watch = _Watch(child)
            self._watches.append(watch)
            self._start(watch)

    def _start(self, watch: _Watch) -> None:
        watch.child.start()
        watch.started_at = time.monotonic()

    def wait_until_ready(self, port: int, host: str = HOST) -> None:
        """Errors: `ChildFailed` with the log of the program at fault; `StopAsked`."""
        deadline = time.monotonic() + READY_SECONDS_MAX
        while not (answers_ready(port, host) and self._all_alive):
            self.stopping.check()
            self.look_after()
            for watch in self._watches:
                if watch.deaths >= DEATHS_BEFORE_READY_MAX:
                    raise ChildFailed(f"{watch.child.name} does not start. Its log ends:\n{watch.child.last_words()}")
            if time.monotonic() > deadline:
                log = self._watches[0].child.log
                raise ChildFailed(f"The web was not ready after {READY_SECONDS_MAX} seconds. Its log: {log}")
            self.stopping.pause()

    @property
    def _all_alive(self) -> bool:
        return all(watch.child.process is not None and watch.child.exit_code is None for watch in self._watches)

    def look_after(self) -> None:
        """One round: what has died is said and started again, a little later each time."""
        now = time.monotonic()
        for watch in self._watches:
            if watch.child.process is None:
                if now >= watch.start_at:
                    self._start(watch)
            elif watch.child.exit_code is not None:
                self._note_death(watch, now)
        if self.cluster is not None and not self.cluster.running:
            self._revive_database(self.cluster)

    def _note_death(self, watch: _Watch, now: float) -> None:
        code = watch.child.exit_code
        settled = now - watch.started_at > SETTLED_SECONDS
        watch.deaths = 1 if settled else watch.deaths + 1
        wait = min(2.0 ** (watch.deaths - 1), BACK_OFF_SECONDS_MAX)
        watch.start_at = now + wait
        # Its own children may have outlived it and hold the port.
        watch.child.stop(self.stopping)
        self.terminal.line(
            f"  {watch.child.name} ended unexpectedly ({_cause(code)}); it starts again in {wait:.0f} s. Log: {watch.child.log}"
        )

    def _revive_database(self, cluster: Cluster) -> None:
        self.terminal.line("  PostgreSQL ended unexpectedly; it starts again.")
        try:
            cluster.start()
        except PostgresProblem as problem:
            self.terminal.line(f"  {problem}")
            self.stopping.pause(BACK_OFF_SECONDS_MAX)

    def keep(self) -> None:
        """Until the person asks to stop."""
        while not self.stopping.asked:
            self.look_after()
            self.stopping.pause(KEEP_SECONDS)

    def stop(self) -> None:
        """Everything, also what is only half started. The database server ends when nobody writes any more."""
        for watch in self._watches:
            if watch.child.process is not None:
                with self.terminal.step(f"{watch.child.name} stopped"):
                    watch.child.stop(self.stopping)
        if self.cluster is not None and self.cluster.running:
            with self.terminal.step("PostgreSQL stopped"):
                self.cluster.stop()


def _cause(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
