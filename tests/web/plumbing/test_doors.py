"""Who gets in: every staff route asks, other roles and other stores stay out, forms need their token."""

import re

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from ...factories.browsing import send, sign_in_staff
from ...factories.ordering import Shop
from ...factories.world import World

pytestmark = pytest.mark.anyio
OPEN = re.compile(r"/(counter|desk|office)/sign-(in|out)(/code(/qr)?|/company(/back)?)?$")
SAMPLE = "01a2008c-0000-7000-8000-000000000000"


def staff_routes(app: Litestar) -> list[tuple[str, str]]:
    found = []
    for route in app.routes:
        if not route.path.startswith(("/counter", "/desk", "/office")) or OPEN.search(route.path):
            continue
        path = re.sub(r"\{(\w+):uuid\}", SAMPLE, route.path)
        path = re.sub(r"\{(\w+):\w+\}", "7", path)
        found += [(method, path) for method in sorted(route.methods - {"OPTIONS", "HEAD"})]
    return found


async def test_no_staff_page_opens_without_sign_in(app: Litestar, client: AsyncTestClient) -> None:
    routes = staff_routes(app)
    assert len(routes) > 15
    for method, path in routes:
        if method == "GET":
            answer = await client.get(path, follow_redirects=False)
            assert (answer.status_code, "sign-in" in answer.headers.get("location", "")) == (303, True), path
        else:
            answer = await send(client, path)
            assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"


@pytest.mark.parametrize(
    ("who", "face", "closed"), [("clerk", "counter", ("/desk", "/office")), ("agent", "desk", ("/counter", "/office"))]
)
async def test_another_roles_face_stays_closed(
    app: Litestar, client: AsyncTestClient, world: World, who: str, face: str, closed: tuple[str, ...]
) -> None:
    await sign_in_staff(client, world.staff[who], face)
    for method, path in staff_routes(app):
        if path.startswith(closed):
            answer = await client.get(path) if method == "GET" else await send(client, path)
            assert answer.status_code == 403, f"{method} {path}: {answer.status_code}"


async def test_another_stores_order_does_not_exist_at_this_counter(client: AsyncTestClient, shop: Shop) -> None:
    order = await shop.ready((0, 1))
    await sign_in_staff(client, shop.world.other_clerk)
    base = f"/counter/pickups/{order.fulfilment.id}"
    assert (await client.get(base)).status_code == 404
    for act in ("picking", "undo", "packing", "put-back"):
        assert (await send(client, f"{base}/{act}")).status_code == 404, act
    code = await shop.pass_code(order)
    answer = await send(client, f"{base}/handover", {"pass_code": code, "tender": "cash"})
    assert (answer.status_code, (await shop.view(order.id)).fulfilment.state) == (409, "ready_for_pickup")


async def test_a_form_without_its_token_is_refused(client: AsyncTestClient, shop: Shop) -> None:
    placed = await shop.place((0, 1))
    order = await shop.view(placed.order_id)
    await sign_in_staff(client, shop.world.clerk)
    answer = await client.post(f"/counter/pickups/{order.fulfilment.id}/picking", data={"_csrf_token": "forged"})
    assert (answer.status_code, (await shop.view(order.id)).fulfilment.state) == (403, "allocated")


async def test_signing_out_ends_the_session_at_once(client: AsyncTestClient, world: World) -> None:
    await sign_in_staff(client, world.clerk)
    stolen = dict(client.cookies)
    assert (await client.get("/counter/queue")).status_code == 200
    await send(client, "/counter/sign-out")
    client.cookies.update(stolen)
    assert (await client.get("/counter/queue", follow_redirects=False)).status_code == 303


async def test_a_guessed_pin_is_slowed_after_four_tries(client: AsyncTestClient, world: World) -> None:
    for _ in range(4):
        answer = await send(client, "/counter/sign-in", {"login": "1001", "pin": "000000"})
        assert answer.status_code == 422
        assert "000000" not in answer.text
    answer = await send(client, "/counter/sign-in", {"login": "1001", "pin": "48291350"})
    assert answer.status_code == 429
    assert "so_staff" not in client.cookies


async def test_an_idle_or_closed_account_is_out(client: AsyncTestClient, shop: Shop) -> None:
    await sign_in_staff(client, shop.world.clerk)
    await shop.pool.execute("UPDATE staff.sign_in SET seen_at = now() - interval '31 minutes'")
    assert (await client.get("/counter/queue", follow_redirects=False)).status_code == 303
    await shop.pool.execute("UPDATE staff.sign_in SET seen_at = now()")
    assert (await client.get("/counter/queue")).status_code == 200
    await shop.pool.execute("UPDATE staff.account SET active = false")
    assert (await client.get("/counter/queue", follow_redirects=False)).status_code == 303


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
async def test_nobody_is_sent_to_another_host_after_signing_in(client: AsyncTestClient, world: World, target: str) -> None:
    answer = await send(client, "/counter/sign-in", {"login": "1001", "pin": "48291350", "next": target})
    assert answer.headers["location"] == "/counter/queue"
    answer = await send(client, "/language", {"lang": "en", "next": target})
    assert answer.headers["location"] == "/"
