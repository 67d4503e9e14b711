"""Signing in with a company account: only what the provider vouches for, for this browser, now, opens an account that exists."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from store_omni.outside import CompanyAccounts

from ..conftest import settings_for
from ..factories.world import World
from .provider import CLIENT, SECRET, Provider

pytestmark = pytest.mark.anyio


@pytest.fixture
def provider(app: Litestar, tmp_path: Path) -> Generator[Provider, None, None]:
    one = Provider()
    accounts = CompanyAccounts(one.issuer, CLIENT, SECRET, "preferred_username")
    app.state.settings = settings_for(app.state.settings.database_url, tmp_path, company_accounts=accounts)
    yield one
    one.close()


async def trip(client: AsyncTestClient, provider: Provider, face: str = "office") -> Any:
    gone = await client.get(f"/{face}/sign-in/company", follow_redirects=False)
    assert gone.status_code == 303
    back = provider.visit(gone.headers["location"])
    return await client.get(back.split("testserver.local")[1], follow_redirects=False)


async def test_whom_the_provider_knows_comes_in(client: AsyncTestClient, world: World, provider: Provider, pool) -> None:
    assert "/office/sign-in/company" in (await client.get("/office/sign-in")).text
    answer = await trip(client, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/office")
    assert (await client.get("/office/sign-ins")).status_code == 200
    row = await pool.fetchrow("SELECT outcome, way, account_id FROM staff.sign_in_try")
    assert tuple(row) == ("signed_in", "provider", world.manager.id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"}, {"nonce": None}, {"aud": "another-client"}, {"aud": ["another", CLIENT]}, {"iss": "https://evil.example"},
        {"exp": 1_700_000_000}, {"exp": None}, {"preferred_username": "9999"}, {"preferred_username": None},
        {"preferred_username": ["3001"]}, {"preferred_username": ""}, {"preferred_username": "1001"},
    ],
    ids=str,
)  # fmt: skip
async def test_what_does_not_fit_opens_nothing(
    client: AsyncTestClient, world: World, provider: Provider, wrong: dict[str, Any]
) -> None:
    provider.wrong = wrong
    answer = await trip(client, provider)
    assert answer.status_code == 403 and 'data-refused="provider_refused"' in answer.text
    assert "so_staff" not in client.cookies


async def test_a_token_of_another_key_opens_nothing(client: AsyncTestClient, world: World, provider: Provider) -> None:
    provider.stranger = True
    assert (await trip(client, provider)).status_code == 403


async def test_a_closed_account_stays_closed(client: AsyncTestClient, world: World, provider: Provider, pool) -> None:
    await pool.execute("UPDATE staff.account SET active = false WHERE id = $1", world.manager.id)
    assert (await trip(client, provider)).status_code == 403
    assert await pool.fetchval("SELECT outcome FROM staff.sign_in_try") == "refused"


async def test_a_trip_comes_back_once_and_to_its_own_browser(client: AsyncTestClient, world: World, provider: Provider) -> None:
    gone = await client.get("/office/sign-in/company", follow_redirects=False)
    back = provider.visit(gone.headers["location"]).split("testserver.local")[1]
    cookies = dict(client.cookies)
    client.cookies.clear()
    assert (await client.get(back, follow_redirects=False)).status_code == 403  # another browser
    client.cookies.update(cookies)
    forged = back.split("state=")[0] + "state=forged"
    assert (await client.get(forged, follow_redirects=False)).status_code == 403
    client.cookies.clear()
    gone = await client.get("/office/sign-in/company", follow_redirects=False)
    cookies = dict(client.cookies)
    back = provider.visit(gone.headers["location"]).split("testserver.local")[1]
    assert (await client.get(back, follow_redirects=False)).status_code == 303
    client.cookies.clear()
    client.cookies.update(cookies)
    assert (await client.get(back, follow_redirects=False)).status_code == 429
    assert "so_staff" not in client.cookies


async def test_a_provider_that_is_gone_is_said(client: AsyncTestClient, world: World, provider: Provider) -> None:
    provider.close()
    answer = await client.get("/office/sign-in/company", follow_redirects=False)
    assert answer.status_code == 403 and "data-refused" in answer.text


async def test_it_is_off_until_a_provider_is_set(client: AsyncTestClient, world: World) -> None:
    assert (await client.get("/office/sign-in/company", follow_redirects=False)).status_code == 404
    assert "/sign-in/company" not in (await client.get("/office/sign-in")).text


@pytest.mark.parametrize(
    ("said", "enters"),
    [({"amr": ["pwd", "mfa"]}, True), ({"acr": "mfa"}, True), ({"amr": ["pwd"]}, False), ({"amr": "mfa"}, False), ({"acr": ["mfa"]}, False), ({}, False)],
    ids=str,
)  # fmt: skip
async def test_a_strength_that_is_asked_for_has_to_be_vouched_for(
    app: Litestar, client: AsyncTestClient, world: World, provider: Provider, said: dict[str, Any], enters: bool
) -> None:
    asked = msgspec.structs.replace(app.state.settings.company_accounts, strength=("mfa", "phr"))
    app.state.settings = msgspec.structs.replace(app.state.settings, company_accounts=asked)
    provider.wrong = said
    assert ((await trip(client, provider)).status_code == 303) is enters


async def test_a_company_account_is_no_way_round_the_second_code(
    app: Litestar, client: AsyncTestClient, world: World, provider: Provider
) -> None:
    app.state.settings = msgspec.structs.replace(app.state.settings, second_factor=("manager",))
    answer = await trip(client, provider)
    assert answer.headers["location"].startswith("/office/sign-in/code?")
    assert "so_staff" not in client.cookies
    assert (await client.get("/office/sign-in/code")).status_code == 200


async def test_a_link_elsewhere_begins_no_sign_in(client: AsyncTestClient, world: World, provider: Provider) -> None:
    """A provider that still knows her would let her in without a press."""
    for site in ("cross-site", "same-site"):
        gone = await client.get("/office/sign-in/company", headers={"sec-fetch-site": site}, follow_redirects=False)
        assert gone.headers["location"] == "/office/sign-in?next=%2Foffice"
    pressed = await client.get("/office/sign-in/company", headers={"sec-fetch-site": "same-origin"}, follow_redirects=False)
    assert pressed.headers["location"].startswith(provider.issuer)
