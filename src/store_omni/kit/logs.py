"""One format for all that the programs say: a line a record, as text or as JSON, on standard error.

    2026-12-01T03:31:55.123Z INFO store_omni.access request=5f0c… client=192.0.2.7 method=GET path=/orders/{number} status=200 GET …

What came from outside cannot make a line of its own: control characters, line ends and marks of direction are written as \\x0a. The
message stands last, so that it cannot pretend to be a field either. Tracebacks follow on lines that begin with a bar.
"""

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import msgspec

FORMS = ("text", "json")
MESSAGE_CHARS_MAX = 4_000
# Line ends of all kinds, terminals' commands, marks that turn the direction of writing, halves of characters.
_ODD = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")
_BARE = re.compile(r"[^\s\"=\\]+")
# A constraint that was broken shows the row it was broken by, and SQLAlchemy the values of a statement: people's names and numbers.
_PERSONAL = re.compile(r"^\s*(?:\w+\.)*(?:DETAIL:|\[parameters:|CONTEXT:)")


class Asked(msgspec.Struct, frozen=True):
    """The request that a record belongs to. `client`: its source, as limits count it."""

    id: str
    client: str


request: ContextVar[Asked | None] = ContextVar("request", default=None)


def one_line(text: str) -> str:
    """Nothing in it ends a line, moves a cursor or turns the reading direction."""
    return _ODD.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def _message(record: logging.LogRecord) -> str:
    text = record.getMessage()
    return one_line(text if len(text) <= MESSAGE_CHARS_MAX else text[:MESSAGE_CHARS_MAX] + "…")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    asked = request.get()
    about = {"request": asked.id, "client": asked.client} if asked is not None else {}
    return about | getattr(record, "fields", {})


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _traceback(record: logging.LogRecord) -> list[str]:
    if not record.exc_info or record.exc_info[0] is None:
        return []
    lines = logging.Formatter().formatException(record.exc_info).splitlines()
    return [one_line(line) for line in lines if not _PERSONAL.match(line)]


class TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={self._value(value)}" for name, value in _fields(record).items())
        line = f"{_time(record)} {record.levelname} {record.name}{fields} {_message(record)}"
        return "\n  | ".join([line, *_traceback(record)])

    @staticmethod
    def _value(value: object) -> str:
        text = one_line(str(value))
        return text if _BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False)


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {"time": _time(record), "level": record.levelname, "logger": record.name}
        said |= {name: one_line(value) if isinstance(value, str) else value for name, value in _fields(record).items()}
        said["message"] = _message(record)
        if lines := _traceback(record):
            said["traceback"] = lines
        return json.dumps(said, ensure_ascii=False, default=str)


class _StandardError(logging.StreamHandler):
    """Whatever standard error is when it is written to: a test, or a parent, may have replaced it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stderr


def set_up_logs(form: str) -> None:
    """For this whole process; `form`: one of `FORMS`. Libraries that only chat are silenced."""
    handler = _StandardError()
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # The scheduler warns each time that a job takes longer than its interval, which is no trouble: it runs once more at its end.
    # It would write each address down, with the one-time links in it. uvicorn looks for a handler before it writes.
    addresses = logging.getLogger("uvicorn.access")
    addresses.handlers[:], addresses.propagate = [], False
    for name, level in (("apscheduler", logging.ERROR), ("httpx", logging.WARNING), ("alembic", logging.WARNING)):
        logging.getLogger(name).setLevel(level)
