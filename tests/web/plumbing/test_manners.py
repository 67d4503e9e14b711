"""What HTTP asks of every answer, on pages, the API, files and what is answered before the router."""

from collections.abc import AsyncGenerator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from store_omni.app import create_app
from store_omni.staff.serving import add_service
from store_omni.web.plumbing.manners import ADDRESS_BYTES_MAX, is_host

from ...conftest import settings_for
from ...factories.browsing import sign_in_staff
from ...factories.ordering import Shop
from ...factories.world import PIN, World
from ..shop.shopping import join

pytestmark = pytest.mark.anyio
ODD_HOSTS = ["a:b", "a:99999999", "::1", "a:-1", "[::", "[::::]:1", "a b", "a/b", "", "user@host", "호스트"]
ADDRESSES = ["/", "/products", "/api/v1/skus/MUG-1/availability", "/api/v1/nothing", "/nothing", "/health/live", "/static/no"]


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "shop.example.com", "[::1]", "[::1]:8080", "192.0.2.1:1", "a_b"])
def test_a_host(host: str) -> None:
    assert is_host(host.encode())


@pytest.mark.parametrize("host", ODD_HOSTS)
async def test_an_odd_host_is_refused_everywhere(client: AsyncTestClient, world: World, host: str) -> None:
    for address in ADDRESSES:
        for method in ("GET", "POST", "HEAD"):
            answer = await client.request(method, address, headers={"host": host.encode()})
            assert answer.status_code == 400, (method, address)


async def test_an_address_has_an_end(client: AsyncTestClient, world: World) -> None:
    for address in ("/products?q=", "/products/", "/api/v1/products?q=", "/static/"):
        assert (await client.get(address + "a" * ADDRESS_BYTES_MAX)).status_code == 414
        assert (await client.get(address + "a" * 8_000)).status_code in (200, 401, 404)


async def test_head_is_get_without_its_body(client: AsyncTestClient, world: World) -> None:
    await client.get("/")
    for address in [*ADDRESSES, "/basket", "/orders/lookup", "/api/v1/schema/openapi.json", "/static/manifest.json", "/account"]:
        got = await client.get(address, follow_redirects=False)
        head = await client.head(address, follow_redirects=False)
        assert (head.status_code, head.content) == (got.status_code, b""), address
        for name in ("content-type", "content-length", "location", "cache-control"):
            if "gzip" not in got.headers.get("content-encoding", ""):
                assert head.headers.get(name) == got.headers.get(name), (address, name)


async def test_head_of_a_stream_ends(client: AsyncTestClient, world: World) -> None:
    await sign_in_staff(client, world.clerk)
    answer = await client.head("/counter/queue/live")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/event-stream")


async def test_a_wrong_method_is_405_and_says_which_there_are(client: AsyncTestClient, world: World) -> None:
    for method, address, allowed in [
        ("DELETE", "/products", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "/place", {"POST", "OPTIONS"}),
        ("PUT", "/health/live", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "/static/manifest.json", {"GET", "HEAD", "OPTIONS"}),
        ("PATCH", "/api/v1/orders", {"GET", "HEAD", "POST", "OPTIONS"}),
        ("GET", "/api/v1/sessions", {"POST", "DELETE", "OPTIONS"}),
        ("TRACE", "/api/v1/orders", {"GET", "HEAD", "POST", "OPTIONS"}),
    ]:
        answer = await client.request(method, address)
        assert answer.status_code == 405 and set(answer.headers["allow"].split(", ")) == allowed, address
        if address.startswith("/api"):
            assert answer.json()["code"] == "method_not_allowed"
        else:
            assert "data-refused" in answer.text


async def test_personal_json_and_tokens_are_kept_nowhere(client: AsyncTestClient, shop: Shop) -> None:
    await join(client)
    said = await client.post("/api/v1/sessions", json={"login": "mina@example.com", "password": "긴 문장이 외우기 쉽다"})
    token = {"authorization": f"Bearer {said.json()['token']}"}
    placed = await shop.place((0, 1))
    till = await add_service(shop.pool, name="till", verbs=["orders:read"], store_ids=None)
    read = await client.get(f"/api/v1/orders/{placed.number}", headers={"authorization": f"Bearer {till}"})
    assert read.status_code == 200
    for answer in (said, read, await client.get("/api/v1/orders?q=x", headers=token), await client.get("/account")):
        assert answer.headers["cache-control"] == "no-store"
    assert "immutable" in (await client.get("/static/manifest.json")).headers["cache-control"]


@pytest.fixture
async def secure(app: Litestar, database_url: str, tmp_path: Path, world: World) -> AsyncGenerator[AsyncTestClient, None]:
    """A shop whose public address is https; its proxy talks plain HTTP to it."""
    settings = settings_for(database_url, tmp_path, public_url="https://shop.example.com")
    async with AsyncTestClient(create_app(settings), base_url="https://shop.example.com") as client:
        yield client


async def test_on_https_every_cookie_is_bound_to_this_host(secure: AsyncTestClient, world: World) -> None:
    seen: dict[str, str] = {}

    async def keep(answer: object) -> None:
        for line in answer.headers.get_list("set-cookie"):  # type: ignore[attr-defined]
            for name, cookie in SimpleCookie(line).items():
                seen[name] = line
                assert cookie["path"] == "/" and cookie["secure"] and not cookie["domain"], line

    secure.event_hooks = {"response": [keep]}
    await secure.get("/products")

    async def post(address: str, fields: dict[str, object]) -> object:
        token = secure.cookies.get("__Host-so_csrf", "")
        return await secure.post(address, data={"_csrf_token": token} | fields, follow_redirects=False)

    await post("/language", {"lang": "en", "next": "/"})
    await post("/place", {"lat": "37.5", "lon": "127", "next": "/"})
    item = world.items[0]
    basket = {"sku_id": item.sku_id, "qty": 1, "store_id": world.gangnam, "operation_id": "00000000-0000-0000-0000-000000000001"}
    await post("/basket/lines", basket)
    assert 'lang="en"' in (await secure.get("/basket")).text
    await secure.get("/checkout")
    await post("/counter/sign-in", {"login": world.clerk.login, "pin": PIN})
    assert (await secure.get("/counter/queue", follow_redirects=False)).status_code == 200
    names = {"so_csrf", "so_lang", "so_place", "so_basket", "so_viewer", "so_staff", "so_hold"}
    assert {f"__Host-{name}" for name in names} <= set(seen) and not set(seen) & names


async def test_on_https_a_neighbours_cookie_is_not_read(secure: AsyncTestClient, world: World, pool) -> None:
    await secure.get("/products")
    token = secure.cookies["__Host-so_csrf"]
    secure.cookies.clear()
    forged = await secure.post("/language", data={"_csrf_token": token, "lang": "en"}, headers={"cookie": f"so_csrf={token}"})
    assert forged.status_code == 403
    fine = await secure.post(
        "/language", data={"_csrf_token": token, "lang": "en"}, headers={"cookie": f"so_csrf=x; __Host-so_csrf={token}"},
        follow_redirects=False,
    )  # fmt: skip
    assert fine.status_code == 303


async def test_on_https_browsers_are_told_to_stay(secure: AsyncTestClient, client: AsyncTestClient) -> None:
    for address in ADDRESSES:
        assert "max-age=31536000" in (await secure.get(address)).headers["strict-transport-security"]
        assert "strict-transport-security" not in (await client.get(address)).headers
