"""A bar for whoever waits at a terminal; a line per step for a log."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

BAR_CHARS = 24
REFRESH_SECONDS = 0.15
CLEAR_LINE = "\r\x1b[K"
_Item = TypeVar("_Item")


class Progress:
    """`say`: takes whole lines (a log, another program). Without it a bar is drawn in place, if standard error is a terminal."""

    def __init__(self, say: Callable[[str], None] | None = None) -> None:
        self._say = say
        self._in_place = say is None and sys.stderr.isatty()
        self._title = ""
        self._total = self._done = 0
        self._drawn = 0.0

    def step(self, title: str, total: int = 0) -> None:
        """Begin a step of `total` units (0: not known)."""
        self._title, self._total, self._done, self._drawn = title, total, 0, 0.0
        if self._say:
            self._say(f"{title} …")
        self._draw()

    def advance(self, units: int = 1) -> None:
        self._done += units
        if self._in_place and time.monotonic() - self._drawn > REFRESH_SECONDS:
            self._draw()

    def each(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """The same items; each advances by one."""
        for item in items:
            self.advance()
            yield item

    def finish(self) -> None:
        """Leave the line clean for what is printed next."""
        if self._in_place:
            print(CLEAR_LINE, end="", file=sys.stderr, flush=True)

    def _draw(self) -> None:
        if not self._in_place:
            return
        self._drawn = time.monotonic()
        bar = ""
        if self._total:
            share = min(self._done / self._total, 1.0)
            full = round(share * BAR_CHARS)
            bar = f" {'█' * full}{'░' * (BAR_CHARS - full)} {share:4.0%}"
        print(f"{CLEAR_LINE}{self._title}{bar}", end="", file=sys.stderr, flush=True)
