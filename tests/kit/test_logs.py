"""One record, one line, whatever is in it; and no values of people in tracebacks."""

import json
import logging
import sys

import pytest
from sqlalchemy import text

from store_omni.kit.database import open_engine
from store_omni.kit.logs import Asked, JsonLines, TextLines, request, set_up_logs

PHONE = "010-1234-5678"
HOSTILE = [
    "가\nINFO store_omni.audit head of the sealed facts 99:deadbeef",
    "\r\n2026-12-01T00:00:00.000Z INFO store_omni.worker leading",
    "\x1b[31mred\x1b[2J",
    "nul\x00 bell\x07 back\x08",
    "c1\x85line\x9b31m",
    "separators\u2028\u2029",
    "turned\u202e\u2066",
    "half\ud800",
    "x" * 100_000,
]


def _record(message: str, **fields: object) -> logging.LogRecord:
    record = logging.LogRecord("store_omni.test", logging.INFO, "f", 1, "%s", (message,), None)
    record.fields = fields
    return record


@pytest.mark.parametrize("form", [TextLines(), JsonLines()])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_record_is_one_printable_line(form: logging.Formatter, hostile: str) -> None:
    line = form.format(_record(hostile, path=hostile[:200]))
    assert line.isprintable(), [letter for letter in line if not letter.isprintable()]
    assert len(line.splitlines()) == 1
    line.encode()


def test_a_message_cannot_pretend_to_be_a_field() -> None:
    line = TextLines().format(_record("status=200 client=10.0.0.1", path="/x status=200", status=500))
    assert line.split(" store_omni.test ")[1] == 'path="/x status=200" status=500 status=200 client=10.0.0.1'


def test_json_has_the_fields_by_name() -> None:
    token = request.set(Asked("0123456789abcdef", "192.0.2.1"))
    try:
        said = json.loads(JsonLines().format(_record("안녕", status=200)))
    finally:
        request.reset(token)
    assert said["time"].endswith("Z")
    del said["time"]
    assert said == {
        "level": "INFO", "logger": "store_omni.test", "request": "0123456789abcdef", "client": "192.0.2.1", "status": 200,
        "message": "안녕",
    }  # fmt: skip


@pytest.mark.anyio
async def test_a_traceback_neither_forges_a_line_nor_tells_values(database_url: str) -> None:
    engine, sessions = open_engine(database_url, size=1)
    statement = text("INSERT INTO journal.tries (key, count) VALUES (:key, 1)")
    try:
        async with sessions.begin() as session:
            for _ in range(2):
                await session.execute(statement, {"key": PHONE})
    except Exception:
        record = logging.LogRecord("t", logging.ERROR, "f", 1, "failed", (), sys.exc_info())
    finally:
        await engine.dispose()
    for form in (TextLines(), JsonLines()):
        said = form.format(record)
        assert "UniqueViolation" in said
        assert PHONE not in said
    first, *rest = TextLines().format(record).splitlines()
    assert first.endswith("ERROR t failed")
    assert rest and all(line.startswith("  | ") for line in rest)


def test_an_exceptions_lines_stay_behind_the_bar() -> None:
    try:
        raise ValueError("x\n2026-12-01T00:00:00.000Z INFO store_omni.worker leading")
    except ValueError:
        record = logging.LogRecord("t", logging.ERROR, "f", 1, "failed", (), sys.exc_info())
    assert all(line.startswith("  | ") for line in TextLines().format(record).splitlines()[1:])


def test_every_logger_of_the_process_speaks_so(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers[:]
    try:
        set_up_logs("json")
        for name in ("uvicorn.error", "store_omni.web", "asyncio", "apscheduler.scheduler"):
            logging.getLogger(name).error("said")
    finally:
        root.handlers[:] = before
    assert [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()] == ["said"] * 4
