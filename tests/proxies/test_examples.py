"""The proxies of docs/operate.md before a real shop: what they let through, what they keep out, what the shop sees of a client."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import msgspec
import pytest

from store_omni.kit.database import open_engine, open_pool
from store_omni.kit.postgres.cluster import Cluster
from store_omni.kit.signing import Signer

from ..conftest import migrate_as_owner
from ..factories.ordering import VIEWER, Shop
from ..factories.world import make_world
from ..journeys.crowding import free_port
from ..journeys.programs import Programs, programs
from .running import NAME, NotToBeHad, caddy, make_certificate, nginx

pytestmark = pytest.mark.race
TOKEN = "0123456789abcdef"
# Another address of this machine than the proxy's, so that the two can be told apart.
CLIENT = "127.0.0.2"
START_SECONDS_MAX = 120


class Door(msgspec.Struct):
    """A proxy before the shop. `number`: an order whose page `VIEWER` may see."""

    shop: Programs
    trust: ssl.SSLContext
    number: str
    port: int = 0
    plain_port: int = 0

    @contextlib.contextmanager
    def client(self) -> Generator[httpx.Client, None, None]:
        transport = httpx.HTTPTransport(local_address=CLIENT, verify=self.trust)
        headers = {"host": NAME}
        with httpx.Client(transport=transport, base_url=f"https://127.0.0.1:{self.port}", headers=headers, timeout=60) as client:
            client.event_hooks["request"] = [lambda request: request.extensions.update(sni_hostname=NAME)]
            yield client

    def raw(self) -> ssl.SSLSocket:
        return self.trust.wrap_socket(socket.create_connection(("127.0.0.1", self.port), timeout=60), server_hostname=NAME)


async def _order(url: str) -> str:
    pool = await open_pool(url, size=2)
    engine, sessions = open_engine(url, size=2)
    try:
        shop = Shop(pool, sessions, Signer({1: b"1" * 32}, 1), await make_world(pool))
        return (await shop.place((0, 1))).number
    finally:
        await engine.dispose()
        await pool.close()


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Programs, str], None, None]:
    folder = tmp_path_factory.mktemp("shop")
    with Cluster.at(folder / "postgres") as durable:
        migrate_as_owner(durable.url)
        number = asyncio.run(_order(durable.url))
        more = {"public_url": f"https://{NAME}", "trusted_proxies": "127.0.0.1/32", "watch_token": TOKEN}
        with programs(folder, durable.url, **more) as shop:
            shop.serve()
            yield shop, number


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def door(
    request: pytest.FixtureRequest, behind: tuple[Programs, str], tmp_path_factory: pytest.TempPathFactory
) -> Generator[Door, None, None]:
    folder = tmp_path_factory.mktemp("proxy")
    folder.chmod(0o755)
    certificate, key = make_certificate(folder)
    shop, number = behind
    door = Door(shop, ssl.create_default_context(cafile=str(certificate)), number, free_port(), free_port())
    make: Callable[..., list[str | Path]] = request.param
    try:
        command = make(
            folder, port=door.port, plain_port=door.plain_port, shop_port=shop.port, certificate=certificate, key=key
        )  # fmt: skip
    except NotToBeHad as why:
        pytest.skip(str(why))
    with (folder / "said.log").open("wb") as log:
        home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        proxy = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | home)
    try:
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            with contextlib.suppress(httpx.TransportError), door.client() as client:
                if client.get("/health/ready").status_code == 200:
                    break
            said = (folder / "said.log").read_text()
            assert proxy.poll() is None and time.monotonic() < deadline, said
            time.sleep(0.1)
        yield door
    finally:
        proxy.send_signal(signal.SIGTERM)
        proxy.wait(60)


def test_pages_come_by_https_with_secure_cookies(door: Door) -> None:
    with door.client() as client:
        answer = client.get("/sign-in")
        assert answer.status_code == 200 and "strict-transport-security" in answer.headers
        assert all("secure" in cookie.lower() for cookie in answer.headers.get_list("set-cookie"))
    plain = httpx.get(f"http://127.0.0.1:{door.plain_port}/sign-in", headers={"host": NAME})
    assert plain.status_code in (301, 308) and plain.headers["location"].startswith(f"https://{NAME}")


def test_a_program_that_forgot_the_s_is_told(door: Door) -> None:
    """Led on, it would go on sending its token in the clear."""
    answer = httpx.get(
        f"http://127.0.0.1:{door.plain_port}/api/v1/stores", headers={"host": NAME, "authorization": "Bearer secret"}
    )
    assert answer.status_code == 403 and "location" not in answer.headers


def test_the_shop_sees_the_client_and_not_what_it_claims(door: Door) -> None:
    with door.client() as client:
        answer = client.get("/sign-in", headers={"x-forwarded-for": "192.0.2.66", "x-request-id": "chosen-by-the-client"})
    given = answer.headers["x-request-id"]
    assert given != "chosen-by-the-client"
    # The line is written once the answer has gone.
    door.shop.wait("serve", lambda: f"request={given} " in door.shop.log("serve"))
    (line,) = [line for line in door.shop.log("serve").splitlines() if f"request={given} " in line]
    assert f" client={CLIENT} " in line


def test_the_id_of_a_request_is_the_proxys(door: Door) -> None:
    """So that one request is found in both logs. The shop's own ids are shorter."""
    with door.client() as client:
        assert re.fullmatch(r"[0-9a-f]{32}|[0-9a-f-]{36}", client.get("/sign-in").headers["x-request-id"])


def test_events_come_while_the_stream_is_open(door: Door) -> None:
    cookies = {"cookie": f"so_viewer={VIEWER}; __Host-so_viewer={VIEWER}"}
    with door.client() as client, client.stream("GET", f"/orders/{door.number}/live", headers=cookies) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        came = ""
        for part in answer.iter_text():
            came += part
            if "data:" in came and came.count("still here") >= 2:
                break
    assert "data:" in came and "still here" in came


def test_a_head_without_an_end_is_ended(door: Door) -> None:
    with door.raw() as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nhost: {NAME}\r\nx-slow: ".encode())
        while connection.recv(4_096):
            pass  # whatever it says, it closes


def test_a_body_that_is_too_large_is_refused(door: Door) -> None:
    with door.client() as client:
        assert client.post("/language", content=b"x" * 2_500_000).status_code == 413
        assert client.post("/language", data={"lang": "en"}).status_code in (303, 403)


@pytest.mark.parametrize("path", ["/metrics", "/health/full"])
def test_the_operators_pages_stay_inside(door: Door, path: str) -> None:
    bearer = {"authorization": f"Bearer {TOKEN}"}
    assert httpx.get(door.shop.address + path, headers=bearer).status_code in (200, 503)
    with door.client() as client:
        assert client.get(path, headers=bearer).status_code == 404
