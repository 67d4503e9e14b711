"""Ctrl-C and its kin are noted, not obeyed at once: each step looks, so that nothing is left half started."""

import signal
import time
from types import FrameType

POLL_SECONDS = 0.1


class StopAsked(Exception):
    """The person asked to stop while the demo was still starting."""


class Stopping:
    """asked: somebody pressed Ctrl-C or sent SIGTERM or SIGHUP. hurry: more than once."""

    def __init__(self) -> None:
        self.times = 0
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.times += 1

    @property
    def asked(self) -> bool:
        return self.times > 0

    @property
    def hurry(self) -> bool:
        return self.times > 1

    def check(self) -> None:
        """Errors: `StopAsked`."""
        if self.asked:
            raise StopAsked

    def pause(self, seconds: float = POLL_SECONDS) -> None:
        """Waits, but not past a wish to stop."""
        deadline = time.monotonic() + seconds
        while not self.asked and time.monotonic() < deadline:
            time.sleep(min(POLL_SECONDS, seconds))
