"""What the person at the terminal reads: one line per step with its seconds, then where to go and how to sign in."""

import sys
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

CLEAR_LINE = "\r\x1b[K"
PROGRESS_LETTERS_MAX = 78


class Terminal:
    """Lines go to standard output at once. At a terminal a running step shows its progress in place."""

    def __init__(self) -> None:
        self._in_place = sys.stdout.isatty()
        self._begin = time.monotonic()
        self._said = ""
        self._gone = False

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._begin

    def _print(self, text: str, end: str = "\n") -> None:
        if self._gone:
            return
        try:
            print(text, end=end, flush=True)
        except OSError:
            # The window was closed or the reader of a pipe left. Stopping in order matters more than telling of it.
            self._gone = True

    def line(self, text: str = "") -> None:
        self._print(f"{CLEAR_LINE if self._in_place else ''}{text}")

    def progress(self, text: str) -> None:
        """A passing word of a running step; in a log file only when it says something new."""
        if self._in_place:
            self._print(f"{CLEAR_LINE}           {text}"[:PROGRESS_LETTERS_MAX], end="")
        elif text != self._said:
            self.line(f"           {text}")
        self._said = text

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """A step that took longer than nothing is reported when it is done; one that failed is not."""
        begin = time.monotonic()
        if self._in_place:
            self.progress(f"{title} …")
        yield
        self.line(f"  [{time.monotonic() - begin:4.1f} s] {title}")

    def table(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Columns are the keys in order of first sight; wide (Korean) letters take two places."""
        titles = list(dict.fromkeys(key for row in rows for key in row))
        cells = [titles, *([str(row.get(key) or "") for key in titles] for row in rows)]
        widths = [max(_places(row[column]) for row in cells) for column in range(len(titles))]
        for row in cells:
            padded = (cell + " " * (width - _places(cell)) for cell, width in zip(row, widths, strict=True))
            self.line(f"  {'   '.join(padded)}".rstrip())


def _places(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
