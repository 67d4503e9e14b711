"""What people, programs and attackers send that cannot be read: a sentence, never a failure of ours."""

import gc
import random
from typing import Any

import pytest
from httpx import Response
from litestar.testing import AsyncTestClient

from store_omni.staff.serving import add_service

from ...factories.browsing import send, sign_in_staff
from ...factories.ordering import Shop
from ...factories.world import World
from ..shop.shopping import join

pytestmark = pytest.mark.anyio
Client = AsyncTestClient[Any]
_DRAWN = random.Random(7)
HANGUL = "".join(chr(_DRAWN.randrange(0xAC00, 0xD7A4)) for _ in range(2000))
JSON = {"content-type": "application/json"}
BODIES = [
    b'{"login":"\xff","password":"x"}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"\xff\xfe",
    b'{"login": "\\ud800"}',
    b"{",
    b"null",
]


@pytest.mark.parametrize("body", BODIES)
async def test_a_json_body_that_cannot_be_read(client: Client, shop: Shop, body: bytes) -> None:
    token = await add_service(shop.pool, name="till", verbs=["orders:place", "pickups:work"], store_ids=None)
    headers = JSON | {"authorization": f"Bearer {token}", "idempotency-key": "k"}
    for address in ("/api/v1/sessions", "/api/v1/orders", "/api/v1/holds"):
        answer = await client.post(address, content=body, headers=headers)
        assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json", (address, answer.text)


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data; boundary=x; charset=bogus",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "x" * 5000,
        "application/x-www-form-urlencoded; charset=bogus",
        "bogus/bogus; charset=\x00".replace("\x00", "?"),
    ],
)
async def test_a_form_that_cannot_be_read(client: Client, world: World, kind: str) -> None:
    await client.get("/products")
    token = client.cookies["so_csrf"]
    part = (
        b'--x\r\nContent-Disposition: form-data; name="lang"\r\nContent-Type: text/plain; charset=bogus\r\n\r\n\xff\r\n--x--\r\n'
    )
    for address in ("/language", "/sign-in", "/counter/sign-in", "/place"):
        for body in (part, b"\xff" * 50, b"%ff=%00&" * 50, b""):
            headers = {"content-type": kind, "x-csrftoken": token}
            answer = await client.post(address, content=body, headers=headers, follow_redirects=False)
            assert answer.status_code < 500, (address, body)


def _kept_forms() -> int:
    """How many results the framework's caches of its form parsers hold."""
    caches = [each for each in gc.get_objects() if type(each).__name__ == "_lru_cache_wrapper"]
    parsers = [each for each in caches if each.__module__.startswith("litestar") and "form" in each.__name__]
    assert parsers, "the framework caches no forms any more: this test and our own parser can go"
    return sum(each.cache_info().currsize for each in parsers)


async def test_what_was_sent_is_not_kept(client: Client, world: World) -> None:
    """The framework keeps the last 1,024 forms that it reads."""
    before = _kept_forms()
    for number in range(5):
        await send(client, "/sign-in", {"login": "a@example.com", "password": f"{number}" * 20})
    assert _kept_forms() == before


async def test_a_form_of_too_many_fields_is_refused_and_of_a_repeated_one_the_last_counts(client: Client, world: World) -> None:
    await client.get("/products")
    headers = {"content-type": "application/x-www-form-urlencoded", "x-csrftoken": client.cookies["so_csrf"]}
    answer = await client.post("/language", content="a=1&" * 5_000 + "lang=en", headers=headers, follow_redirects=False)
    assert answer.status_code == 422
    answer = await client.post("/language", content="lang=ko&next=/a&lang=en&next=/b", headers=headers, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/b")
    assert client.cookies["so_lang"] == "en"


@pytest.mark.parametrize("name", ["%00", "a" * 5000, "a/" * 2000, "..%2f..%2fetc%2fpasswd", "%ff", "manifest.json/x", "%0d%0a"])
async def test_a_file_of_no_name(client: Client, name: str) -> None:
    assert (await client.get(f"/static/{name}")).status_code == 404


@pytest.mark.parametrize(
    "target", ["/한글", "/\r\nX: 1", "/\x7f", "/\0", "/\t/evil.example", "//evil.example", "/" + HANGUL, "/\ud7a3?q=가#나"]
)
async def test_a_next_of_any_kind(client: Client, world: World, target: str) -> None:
    answers = [
        await send(client, "/language", {"lang": "ko", "next": target}),
        await send(client, "/place", {"near": "강남", "lat": "37", "lon": "127", "next": target}),
        await send(client, "/basket/store", {"store_id": world.gangnam, "next": target}),
        await send(client, "/counter/sign-in", {"login": world.clerk.login, "pin": "246813", "next": target}),
        await send(client, "/place", {"near": "?", "next": target}),
    ]
    await join(client)
    answers += [
        await send(client, "/sign-in", {"login": "mina@example.com", "password": "긴 문장이 외우기 쉽다", "next": target}),
        await client.get("/sign-in", params={"next": target}, follow_redirects=False),
    ]
    for answer in answers:
        assert answer.status_code in (303, 414, 422)
        _goes_nowhere_else(answer)


def _goes_nowhere_else(answer: Response) -> None:
    target = answer.headers.get("location", "/")
    assert target.isascii() and target.isprintable() and target[0] == "/" and target[1:2] not in ("/", "\\")


async def test_an_idle_manager_who_reloads_a_korean_address_signs_in_and_is_back(client: Client, world: World) -> None:
    answer = await client.get("/office/stock/강남/MUG-1", follow_redirects=False)
    assert answer.headers["location"] == "/office/sign-in?next=/office/stock/%25EA%25B0%2595%25EB%2582%25A8/MUG-1"
    page = await client.get(answer.headers["location"])
    assert 'name="next" value="/office/stock/%EA%B0%95%EB%82%A8/MUG-1"' in page.text
    for path in ("/desk/orders/가나다", "/office/stock/%0d%0aX:1/M", "/office/stock/%00/%ff", "/account/%2e%2e/x"):
        answer = await client.get(path, follow_redirects=False)
        assert answer.status_code in (303, 404), path


async def test_a_slash_in_a_code_is_part_of_the_code(client: Client, shop: Shop) -> None:
    await shop.pool.execute("UPDATE catalog.sku SET code = 'MUG/1 %' WHERE code = 'MUG-1'")
    await shop.pool.execute("UPDATE stores.store SET code = '강/남' WHERE code = 'GN'")
    token = await add_service(shop.pool, name="till", verbs=["stock:read"], store_ids=None)
    for path in ("/api/v1/skus/MUG%2F1%20%25/availability", "/api/v1/skus/MUG%2f1%20%25/availability?latitude=37&longitude=127"):
        assert (await client.get(path)).json()["sku"] == "MUG/1 %"
    answer = await client.get("/api/v1/stores/강%2F남/stock?sku=MUG/1 %25", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    await sign_in_staff(client, shop.world.manager)
    page = await client.get("/office/stock/%EA%B0%95%2F%EB%82%A8/MUG%2F1%20%25")
    assert page.status_code == 200 and "MUG/1 %" in page.text


async def test_numbers_that_no_column_holds(client: Client, shop: Shop) -> None:
    await sign_in_staff(client, shop.world.manager)
    for number in ("0" * 20 + "9" * 5000, "9" * 4301, "9" * 19, "-1", "²", "٣", "%00", ""):
        for address in (
            "/office/stock/GN/MUG-1/explanation?version=",
            "/office/stock/GN/MUG-1?before=",
            "/office/access?before=",
        ):
            answer = await client.get(address + number)
            assert answer.status_code < 500, (address, number[:10])


async def test_a_nul_in_a_filter_cuts_no_answer(client: Client, shop: Shop) -> None:
    await sign_in_staff(client, shop.world.manager)
    whole = await client.get("/office/stock/levels.csv")
    assert whole.status_code == 200 and len(whole.text.splitlines()) > 3
    for q in ("%00", "a%00b", "%01", "%7f", "%ff", "%ed%a0%80"):
        for address in ("/office/stock/levels.csv?q=", "/office/stock?q=", "/products?q=", "/desk/search?q=", "/stores?near="):
            answer = await client.get(address + q, follow_redirects=False)
            assert answer.status_code < 500, (address, q)
        cut = await client.get("/office/stock/levels.csv?q=" + q)
        assert cut.text.splitlines()[0] == whole.text.splitlines()[0]


@pytest.mark.parametrize(
    "cookie", ["[" * 30_000, "[" + "9" * 400 + ",0]", "[1e400,0]", "[nan,0]", '[37,127,"%5Cud800"]', "{}", "%ff", "[null,null]"]
)
async def test_a_cookie_of_any_kind(client: Client, world: World, cookie: str) -> None:
    named = [f"so_{name}={cookie}" for name in ("place", "shop", "basket", "viewer", "staff", "lang", "csrf")]
    held = ["so_hold=99999999999999999999.01a22fab-5e35-77ee-af95-6d72853723d2.x", "so_hold=²." + "0" * 32 + ".x"]
    for line in [*named, *held]:
        for address in ("/", "/products", "/products/MUG", "/stores", "/basket", "/checkout", "/account", "/counter/queue"):
            answer = await client.get(address, headers={"cookie": line.encode()}, follow_redirects=False)
            assert answer.status_code in (200, 303), (line[:40], address)
