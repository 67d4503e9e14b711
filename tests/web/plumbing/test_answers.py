"""How noes are said: as page, fragment or JSON, in the reader's language, also when the commit itself fails."""

from typing import Any

import pytest
from litestar import Litestar, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.testing import AsyncTestClient
from sqlalchemy import text

from store_omni.app import create_app
from store_omni.kit.database import WriteSession
from store_omni.settings import Settings
from store_omni.web.plumbing.pages import page

pytestmark = pytest.mark.anyio
HTMX = {"hx-request": "true", "hx-request-type": "partial"}


@post("/api/v1/broken", status_code=200)
async def broken_api(write: NamedDependency[WriteSession]) -> dict[str, str]:
    await _break(write)
    return {"said": "done"}


@get("/broken")
async def broken_page(request: Request[Any, Any, Any], write: NamedDependency[WriteSession]) -> Response[str]:
    await _break(write)
    return page(request, "errors/500.html", {"code": "shown as if all were well"}, status=200)


@get("/failing")
async def failing() -> None:
    raise RuntimeError("a secret detail")


async def _break(session: WriteSession) -> None:
    """Breaks a constraint that PostgreSQL looks at only when it commits: after the handler has returned."""
    await session.execute(text("CREATE TABLE IF NOT EXISTS public.deferred (id int PRIMARY KEY, other int)"))
    await session.execute(
        text(
            "ALTER TABLE public.deferred ADD CONSTRAINT late FOREIGN KEY (other) REFERENCES public.deferred DEFERRABLE INITIALLY DEFERRED"
        )
    )
    await session.execute(text("INSERT INTO public.deferred VALUES (1, 99)"))


@pytest.fixture
def app(settings: Settings) -> Litestar:
    app = create_app(settings)
    for handler in (broken_api, broken_page, failing):
        app.register(handler)
    return app


@pytest.mark.owner
async def test_a_failing_commit_is_no_success_for_anybody(client: AsyncTestClient, pool) -> None:
    answers = [
        await client.get("/broken"),
        await client.get("/broken", headers=HTMX),
        await client.post("/api/v1/broken"),
    ]
    assert [a.status_code for a in answers] == [409, 409, 409]
    assert all("all were well" not in a.text for a in answers)
    assert "<html" in answers[0].text
    assert "data-refused" in answers[1].text
    assert "<html" not in answers[1].text
    assert answers[2].headers["content-type"].startswith("application/problem+json")
    assert answers[2].json()["code"] == "refused"
    assert await pool.fetchval("SELECT to_regclass('public.deferred')") is None


async def test_a_failure_shows_a_number_and_no_detail(client: AsyncTestClient) -> None:
    for headers in ({}, HTMX):
        answer = await client.get("/failing", headers=headers)
        assert answer.status_code == 500
        assert "secret" not in answer.text


async def test_the_language_follows_choice_then_browser_then_korean(client: AsyncTestClient) -> None:
    assert 'lang="ko"' in (await client.get("/counter/sign-in")).text
    assert 'lang="en"' in (await client.get("/counter/sign-in", headers={"accept-language": "en-GB,en;q=0.9"})).text
    client.cookies.set("so_lang", "ko")
    assert 'lang="ko"' in (await client.get("/counter/sign-in", headers={"accept-language": "en-GB"})).text


async def test_an_unknown_address_says_so_in_words(client: AsyncTestClient) -> None:
    answer = await client.get("/nothing/here")
    assert (answer.status_code, "찾을 수 없어요" in answer.text) == (404, True)
    answer = await client.get("/api/v1/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_every_answer_carries_the_headers_that_protect_it(client: AsyncTestClient) -> None:
    for address in ("/counter/sign-in", "/nothing", "/health/live"):
        headers = (await client.get(address)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert "unsafe-eval" not in policy.replace("wasm-unsafe-eval", "")
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "address", ["/products?q=%00", "/products/%00", "/api/v1/products/%00", "/api/v1/skus/a%00b/availability"]
)
async def test_what_the_database_cannot_even_take_is_refused_as_input(client: AsyncTestClient[Litestar], address: str) -> None:
    answer = await client.get(address)
    assert answer.status_code in (200, 401, 404, 422), answer.text


async def test_numbers_beyond_every_column_are_refused_as_input(client: AsyncTestClient[Litestar]) -> None:
    assert (await client.get("/products/MUG?sku=99999999999999999999")).status_code in (404, 422)


async def test_a_body_beyond_the_limit_is_refused_with_words(client: AsyncTestClient[Litestar]) -> None:
    body = b'{"login": "' + b"x" * 1_100_000 + b'"}'
    answer = await client.post("/api/v1/sessions", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_much")
