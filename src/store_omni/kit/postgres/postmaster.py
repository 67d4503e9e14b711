"""The running server, seen from outside: its lock file, whether it lives, how it is told to stop."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.05
STOP_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}


def process_lives(pid: int) -> bool:
    """False also for a process that has ended and only waits to be reaped by its parent."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is another user's, and lives
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return not Path("/proc/self/stat").exists()  # no /proc on this system: the signal's answer stands
    return state not in ("Z", "X")


def _command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="surrogateescape").split("\0")
    except FileNotFoundError:
        asked = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return asked.stdout.split()


@dataclass(frozen=True)
class Postmaster:
    """What a cluster's `postmaster.pid` says. `socket_dir` is empty until the server has made its socket."""

    cluster: Path
    pid: int
    socket_dir: str
    ready: bool

    @classmethod
    def read(cls, cluster: Path) -> "Postmaster | None":
        """None where no server has been started, or its file is only half written."""
        try:
            lines = (cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        if not lines or not lines[0].strip().isdigit():
            return None
        lines += [""] * (8 - len(lines))
        return cls(cluster=cluster, pid=int(lines[0]), socket_dir=lines[4].strip(), ready=lines[7].strip() == "ready")

    @property
    def lives(self) -> bool:
        """A number in a file left by a crash may meanwhile be another program's, so the program itself is looked at."""
        return process_lives(self.pid) and str(self.cluster) in _command_line(self.pid)

    def signal(self, mode: str) -> None:
        """mode: smart waits for clients, fast disconnects them, immediate leaves recovery to the next start."""
        try:
            os.kill(self.pid, STOP_SIGNALS[mode])
        except ProcessLookupError:
            pass  # it has just ended, which is what was asked

    def wait_until_gone(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.lives:
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True
