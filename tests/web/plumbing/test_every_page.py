"""What holds for every page without a number in its address: its type is said, parameters may come twice, refusals are logged."""

import re

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from store_omni.kit.logs import TextLines

from ...factories.browsing import send, sign_in_staff
from ...factories.ordering import Shop

pytestmark = pytest.mark.anyio
TYPES = re.compile(r"(text/[a-z-]+; charset=utf-8|application/(problem\+|vnd\.oai\.openapi\+)?json(; charset=utf-8)?|image/(svg\+xml|png|x-icon)"
                   r"|text/javascript; charset=utf-8)")  # fmt: skip


def _addresses(app: Litestar) -> list[str]:
    found = {route.path for route in app.routes if "GET" in getattr(route, "methods", ()) and "{" not in route.path}
    return sorted(path for path in found if not path.endswith("/live") and not path.startswith("/metrics"))


async def test_every_answer_says_its_type_and_its_letters(app: Litestar, client: AsyncTestClient, shop: Shop) -> None:
    untold = []
    for person in (None, shop.world.clerk, shop.world.agent, shop.world.manager):
        client.cookies.clear()
        if person is not None:
            await sign_in_staff(client, person)
        for address in _addresses(app):
            answer = await client.get(address, follow_redirects=False)
            told = answer.headers.get("content-type", "")
            if answer.content and not TYPES.fullmatch(told):
                untold.append((address, answer.status_code, told))
    assert untold == []


async def test_a_parameter_that_comes_twice_does_no_harm(app: Litestar, client: AsyncTestClient, shop: Shop) -> None:
    """Two readers of one request must not see two requests: the last value counts, or it is refused."""
    names = ("q", "page", "at", "next", "store", "state", "sort", "category", "kind", "days", "cursor", "had_one", "lat", "lon")
    doubled = "&".join(f"{name}={value}" for name in names for value in ("1", "../x%00", "-9"))
    await sign_in_staff(client, shop.world.manager)
    for address in _addresses(app):
        answer = await client.get(f"{address}?{doubled}", follow_redirects=False)
        assert answer.status_code < 500, address
    fields = "login=1001&login=3001&pin=1&pin=2"
    before = await send(client, "/counter/sign-in", {})
    token = re.search(r'name="_csrf_token" value="([^"]+)"', (await client.get("/counter/sign-in")).text)
    assert before.status_code == 422 and token is not None
    answer = await client.post(
        "/counter/sign-in",
        content=f"_csrf_token={token[1]}&{fields}",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 422 and 'value="3001"' in answer.text


async def test_a_refusal_is_logged_with_what_and_whom(
    client: AsyncTestClient, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    await sign_in_staff(client, shop.world.clerk)
    with caplog.at_level("INFO", "store_omni.access"):
        await client.get("/office", follow_redirects=False)
        await client.post("/counter/sign-out", data={})
        for _ in range(6):
            await send(client, "/counter/sign-in", {"login": shop.world.clerk.login, "pin": "70284693"})
    lines = [TextLines().format(record) for record in caplog.records if record.name == "store_omni.access"]
    who = f"by=clerk:{shop.world.clerk.id}"
    assert any("WARNING" in line and "refused=not_allowed" in line and who in line for line in lines), lines
    assert any("WARNING" in line and "refused=form_stale" in line for line in lines), lines
    assert any("WARNING" in line and "status=429" in line for line in lines), lines


@pytest.mark.parametrize(
    "path", ["/.git/config", "/.git/HEAD", "/.env", "/static/../.git/config", "/static/%2e%2e/pyproject.toml", "/secrets.json"]
)
async def test_nothing_of_the_checkout_is_served(client: AsyncTestClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_samples_are_shown_on_this_machine_only(app: Litestar, client: AsyncTestClient, shop: Shop) -> None:
    await sign_in_staff(client, shop.world.manager)
    assert (await client.get("/office/components")).status_code == 404
    assert "/office/components" not in (await client.get("/office")).text
