"""The demo's child processes: each in a session of its own, with its log, known again after a kill of their parent."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from store_omni.demo.stopping import POLL_SECONDS, Stopping
from store_omni.kit.postgres.postmaster import process_lives

MARK = "STORE_OMNI_DEMO_FOLDER"
STOP_SECONDS_MAX = 20
LEFTOVER_SECONDS_MAX = 5
LOG_BYTES_MAX = 10_000_000
LAST_WORDS_BYTES = 4000
CHECKOUT = Path(__file__).resolve().parents[3]


class ChildFailed(Exception):
    """A command that has to succeed did not. The message is for the terminal."""


def child_environment(data_dir: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """What all children share: the demo's settings, and the mark by which a later start knows them."""
    return {**os.environ, **settings, MARK: str(data_dir), "PYTHONUNBUFFERED": "1"}


def _group_signal(group: int, number: signal.Signals) -> bool:
    """False where no process of the group is left."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


class Child:
    """A program that shall run as long as the demo does. Its output goes to `log`."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log_dir: Path) -> None:
        self.name = name
        self.command = list(command)
        self.environment = environment
        self.log = log_dir / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, output: int | None = None) -> None:
        """output: a `subprocess` constant for its standard output, instead of the log."""
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_MAX:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=output or log, stderr=log,
                cwd=CHECKOUT, env=self.environment, start_new_session=True,
            )  # fmt: skip

    @property
    def exit_code(self) -> int | None:
        """None while it runs, and before it was started."""
        return self.process.poll() if self.process else None

    def stop(self, stopping: Stopping) -> None:
        """Asks the program to end and waits; what is left of its session after that, or when the person hurries, is killed."""
        if self.process is None:
            return
        group = self.process.pid
        if self.process.poll() is None:
            self.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS_MAX
        while self.process.poll() is None and time.monotonic() < deadline and not stopping.hurry:
            time.sleep(POLL_SECONDS / 4)
        killed_by = time.monotonic() + LEFTOVER_SECONDS_MAX
        # A process that was killed stays in its group until its parent has taken note, which may be never.
        while _group_signal(group, signal.SIGKILL) and time.monotonic() < killed_by:
            self.process.poll()
            time.sleep(POLL_SECONDS / 4)
        self.process.wait()
        self.process = None

    def last_words(self) -> str:
        """The end of its log, for the person who has to find out why it failed."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - LAST_WORDS_BYTES))
            return log.read().decode(errors="replace").strip()


def _lines_as_they_come(process: subprocess.Popen[bytes], stopping: Stopping) -> Iterator[str]:
    """Lines of its standard output until it ends. Ends it where the person asks to stop."""
    output = process.stdout
    assert output is not None
    begun = b""
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while not stopping.asked:
            if not selector.select(POLL_SECONDS):
                continue
            chunk = os.read(output.fileno(), 65_536)
            if not chunk:
                break
            *lines, begun = (begun + chunk).split(b"\n")
            yield from (line.decode(errors="replace") for line in lines)
    if begun:
        yield begun.decode(errors="replace")


def run_to_end(child: Child, stopping: Stopping, hear: Callable[[str], None]) -> str:
    """Runs a command that has to end by itself; hands each line it prints to `hear` as soon as it comes, returns the last one.
    Its error output goes to the child's log.

    Errors: `ChildFailed` with its last lines; `StopAsked`, after it has ended.
    """
    child.start(output=subprocess.PIPE)
    process = child.process
    assert process is not None
    before = ""
    for line in _lines_as_they_come(process, stopping):
        if before:
            hear(before)
        before = line.strip() or before
    if stopping.asked:
        child.stop(stopping)
    stopping.check()
    if process.wait() != 0:
        raise ChildFailed(f"{child.name} failed (exit code {process.returncode}).\n{before}\n{child.last_words()}".strip())
    child.process = None
    return before


def end_leftovers(data_dir: Path) -> int:
    """Ends what a killed demo of this folder left running (not its database server, which is adopted). Returns how many.

    They are known by the mark in their environment, so nothing else can be hit. Without /proc none are found; then the
    taken port says so.
    """
    mark = f"{MARK}={data_dir}".encode()
    found: list[int] = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in environment.read_bytes().split(b"\0"):
                found.append(int(environment.parent.name))
        except (PermissionError, FileNotFoundError, ProcessLookupError):
            continue  # another user's, or just ended
    for number, seconds in ((signal.SIGTERM, LEFTOVER_SECONDS_MAX), (signal.SIGKILL, LEFTOVER_SECONDS_MAX)):
        for pid in filter(process_lives, found):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue  # ended in this moment
        deadline = time.monotonic() + seconds
        while any(map(process_lives, found)) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
    return len(found)
