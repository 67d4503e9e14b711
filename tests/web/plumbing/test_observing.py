"""Each request leaves one line without personal data, and has an id that its answer tells."""

import logging
import re
from ipaddress import ip_network

import msgspec
import pytest
from litestar.testing import AsyncTestClient

from store_omni.app import Application
from store_omni.kit.logs import TextLines
from store_omni.settings import Settings

pytestmark = pytest.mark.anyio
Client = AsyncTestClient


class Lines(logging.Handler):
    """What the log has, as text."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.setFormatter(TextLines())

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("store_omni"):
            self.said.append(self.format(record))


@pytest.fixture
def lines() -> object:
    handler, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


async def test_a_line_has_the_route_and_not_what_was_asked_about(client: Client, lines: Lines) -> None:
    await client.get("/o/abcdefghijklmnopqrstuv?phone=01012345678")
    await client.get("/orders/KZQN-5CA9")
    await client.get("/search?q=010-1234-5678")
    await client.get("/no/such/page/010-1234-5678")
    said = "\n".join(lines.said)
    assert "path=/o/{token}" in said and "path=/orders/{number}" in said and 'path="(no route)" status=404' in said
    for personal in ("abcdefghijkl", "01012345678", "010-1234", "KZQN"):
        assert personal not in said


@pytest.mark.parametrize(
    "path", ["/desk/orders/%EA%B0%80%0aINFO%20store_omni.audit%20head%2099:deadbeef", "/%1b[31mred", "/a%00b", "/%0d%0aX"]
)
async def test_a_path_makes_no_line_of_its_own(client: Client, lines: Lines, path: str) -> None:
    await client.get(path)
    every = "\n".join(lines.said).split("\n")
    assert every and all(line.isprintable() and re.match(r"20\d\d-\d\d-\d\dT|  \| ", line) for line in every)
    assert "deadbeef" not in lines.said[-1]


async def test_the_answer_tells_the_id_of_its_line(client: Client, lines: Lines) -> None:
    answer = await client.get("/sign-in")
    assert f"request={answer.headers['x-request-id']} " in lines.said[0]
    assert " status=200 " in lines.said[0] and " ms=" in lines.said[0] and " client=" in lines.said[0]


async def test_a_strangers_id_is_not_taken(client: Client, lines: Lines) -> None:
    answer = await client.get("/sign-in", headers={"x-request-id": "abcdefgh-1234"})
    assert answer.headers["x-request-id"] != "abcdefgh-1234"


@pytest.mark.parametrize(
    ("given", "taken"),
    [("abcdefgh-1234", True), ("short", False), ("a" * 65, False), ("abcdefgh 1234", False), ("abcdefgh\x1b[1m", False)],
)
async def test_a_trusted_proxys_id_is_taken_where_it_is_sane(
    app: Application, settings: Settings, given: str, taken: bool
) -> None:
    app.state.settings = msgspec.structs.replace(settings, trusted_proxies=(ip_network("10.0.0.0/8"),))
    sent: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": "/no-such-page", "raw_path": b"/no-such-page", "query_string": b"", "root_path": "",
        "headers": [(b"host", b"x"), (b"x-request-id", given.encode())], "client": ("10.0.0.9", 1), "server": ("x", 80),
        "scheme": "http", "http_version": "1.1", "asgi": {"version": "3.0"}, "state": {},
    }  # fmt: skip
    async with AsyncTestClient(app):
        await app(scope, receive, send)
    ids = [value.decode() for name, value in sent[0]["headers"] if name == b"x-request-id"]
    assert len(ids) == 1
    assert (ids == [given]) is taken
