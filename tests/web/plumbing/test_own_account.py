"""Staff set their own PIN: at once where another person set it, and whenever they want."""

import asyncpg
import pytest
from litestar.testing import AsyncTestClient

from ...factories.browsing import send, sign_in_staff
from ...factories.ordering import Shop
from ...factories.world import PIN, Person

pytestmark = pytest.mark.anyio
GIVEN, OWN = "58293147", "70284693"


async def _enter(client: AsyncTestClient, person: Person, pin: str):
    client.cookies.delete("so_staff")
    return await send(client, "/counter/sign-in", {"login": person.login, "pin": pin})


@pytest.fixture
async def given(client: AsyncTestClient, shop: Shop) -> Person:
    """A clerk to whom a manager gave a PIN."""
    await sign_in_staff(client, shop.world.manager)
    assert (await send(client, f"/office/staff/{shop.world.clerk.id}/pin", {"pin": GIVEN})).status_code == 303
    return shop.world.clerk


async def test_a_pin_that_a_manager_gave_opens_only_the_page_to_change_it(client: AsyncTestClient, given: Person) -> None:
    assert (await _enter(client, given, GIVEN)).status_code == 303
    gone = await client.get("/counter/queue", follow_redirects=False)
    assert (gone.status_code, gone.headers["location"]) == (303, "/counter/me")
    fragment = await client.get("/counter/queue", headers={"hx-request": "true"}, follow_redirects=False)
    assert (fragment.status_code, fragment.headers["hx-redirect"]) == (403, "/counter/me")
    assert (await send(client, "/counter/returns/scan", {"code": "x"})).status_code == 403
    assert "나만의 PIN을 정해 주세요" in (await client.get("/counter/me")).text
    same = await send(client, "/counter/me/pin", {"pin": GIVEN, "new_pin": GIVEN})
    assert same.status_code == 422 and 'data-refused="same_pin"' in same.text
    assert (await send(client, "/counter/me/pin", {"pin": GIVEN, "new_pin": OWN})).status_code == 303
    assert (await client.get("/counter/queue", follow_redirects=False)).status_code == 200


async def test_a_given_pin_runs_out_after_a_week(client: AsyncTestClient, pool: asyncpg.Pool, given: Person) -> None:
    left = "SELECT pin_until - now() BETWEEN interval '6 days' AND interval '7 days' FROM staff.account WHERE id = $1"
    assert await pool.fetchval(left, given.id)
    await pool.execute("UPDATE staff.account SET pin_until = now() - interval '1 second' WHERE id = $1", given.id)
    answer = await _enter(client, given, GIVEN)
    assert answer.status_code == 422 and 'data-refused="pin_run_out"' in answer.text
    # Who does not know it learns nothing of its age.
    assert 'data-refused="wrong_secret"' in (await _enter(client, given, OWN)).text


@pytest.mark.parametrize("face", ["counter", "desk", "office"])
async def test_everybody_changes_the_own_pin_and_the_other_sign_ins_end(
    client: AsyncTestClient, shop: Shop, pool: asyncpg.Pool, face: str
) -> None:
    person = {"counter": shop.world.clerk, "desk": shop.world.agent, "office": shop.world.manager}[face]
    await sign_in_staff(client, person)
    other = client.cookies["so_staff"]
    client.cookies.delete("so_staff")
    await sign_in_staff(client, person)
    wrong = await send(client, f"/{face}/me/pin", {"pin": OWN, "new_pin": OWN})
    assert wrong.status_code == 422 and 'data-refused="old_pin_wrong"' in wrong.text
    weak = await send(client, f"/{face}/me/pin", {"pin": PIN, "new_pin": "12345678"})
    assert weak.status_code == 422 and 'data-refused="weak_pin"' in weak.text
    assert (await send(client, f"/{face}/me/pin", {"pin": PIN, "new_pin": OWN})).status_code == 303
    assert "새 PIN을 써요" in (await client.get(f"/{face}/me?done=pin")).text
    open_ = "SELECT count(*) FROM staff.sign_in WHERE account_id = $1 AND revoked_at IS NULL"
    assert await pool.fetchval(open_, person.id) == 1
    client.cookies.set("so_staff", other)
    assert (await client.get(f"/{face}/me", follow_redirects=False)).status_code == 303
    assert await pool.fetchval("SELECT count(*) FROM journal.fact WHERE kind = 'staff.own_pin_set'") == 1


async def test_guesses_of_the_old_pin_come_to_an_end(client: AsyncTestClient, shop: Shop) -> None:
    await sign_in_staff(client, shop.world.clerk)
    answers = [await send(client, "/counter/me/pin", {"pin": f"{n:08d}", "new_pin": OWN}) for n in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


async def test_she_sees_and_ends_what_is_signed_in_elsewhere(client: AsyncTestClient, shop: Shop, pool: asyncpg.Pool) -> None:
    for _ in range(2):
        client.cookies.delete("so_staff")
        await sign_in_staff(client, shop.world.clerk)
    page = (await client.get("/counter/me")).text
    assert page.count("다른 기기") >= 1 and "이 기기" in page
    assert (await send(client, "/counter/me/sign-ins", {})).status_code == 303
    assert await pool.fetchval("SELECT count(*) FROM staff.sign_in WHERE revoked_at IS NULL") == 1
    assert (await client.get("/counter/queue", follow_redirects=False)).status_code == 200


async def test_the_first_manager_of_a_shop_typed_the_own_pin(pool: asyncpg.Pool, shop: Shop) -> None:
    assert await pool.fetchval("SELECT count(*) FROM staff.account WHERE pin_until IS NOT NULL") == 0


async def test_a_new_sign_in_ends_the_one_before(client: AsyncTestClient, shop: Shop, pool: asyncpg.Pool) -> None:
    for _ in range(2):
        await send(client, "/counter/sign-in", {"login": shop.world.clerk.login, "pin": PIN})
    assert await pool.fetchval("SELECT count(*) FROM staff.sign_in WHERE revoked_at IS NULL") == 1
    assert (await send(client, "/counter/sign-out", {})).headers["clear-site-data"] == '"cache"'
