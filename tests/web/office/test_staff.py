"""What a manager does to an account takes effect with the next request of the person, and at once in an open live page."""

import asyncio
import re
from typing import Any

import asyncpg
import pytest
from litestar.testing import AsyncTestClient
from sqlalchemy import text

from store_omni.web.counter import queue

from ...factories.browsing import send, sign_in_staff
from ...factories.ordering import Shop
from ...factories.world import PIN, Person

pytestmark = pytest.mark.anyio


@pytest.fixture
async def clerk(client: AsyncTestClient, shop: Shop) -> Person:
    return shop.world.clerk


async def _cookie(client: AsyncTestClient, person: Person) -> str:
    client.cookies.clear()
    await sign_in_staff(client, person)
    return client.cookies["so_staff"]


async def _opens(client: AsyncTestClient, token: str, path: str = "/counter/queue") -> bool:
    client.cookies.clear()
    client.cookies.set("so_staff", token)
    return (await client.get(path, follow_redirects=False)).status_code == 200


@pytest.mark.parametrize(
    ("act", "fields", "kind"),
    [
        ("closing", {}, "staff.account_closed"),
        ("pin", {"pin": "58293147"}, "staff.pin_changed"),
        ("place", {"role": "agent"}, "staff.account_moved"),
        ("place", {"role": "clerk", "store": "HD"}, "staff.account_moved"),
        ("sign-ins", {}, "staff.sign_ins_ended"),
    ],
)
async def test_every_act_ends_the_sign_ins_and_is_a_fact(
    client: AsyncTestClient, shop: Shop, clerk: Person, pool: asyncpg.Pool, act: str, fields: dict[str, str], kind: str
) -> None:
    first, second = await _cookie(client, clerk), await _cookie(client, clerk)
    manager = await _cookie(client, shop.world.manager)
    assert (await send(client, f"/office/staff/{clerk.id}/{act}", fields)).status_code == 303
    assert not await _opens(client, first) and not await _opens(client, second)
    assert await _opens(client, manager, "/office")
    fact = await pool.fetchrow("SELECT actor_id, subject_id FROM journal.fact WHERE kind = $1", kind)
    assert (fact["actor_id"], fact["subject_id"]) == (str(shop.world.manager.id), str(clerk.id))


async def test_a_closed_account_stays_out_until_it_is_opened_again(client: AsyncTestClient, shop: Shop, clerk: Person) -> None:
    manager = await _cookie(client, shop.world.manager)
    await send(client, f"/office/staff/{clerk.id}/closing")
    client.cookies.clear()
    assert (await send(client, "/counter/sign-in", {"login": clerk.login, "pin": PIN})).status_code == 422
    client.cookies.set("so_staff", manager)
    assert (await send(client, f"/office/staff/{clerk.id}/reopening", {"pin": "111111"})).status_code == 422
    assert (await send(client, f"/office/staff/{clerk.id}/reopening", {"pin": "58293147"})).status_code == 303
    client.cookies.clear()
    assert (await send(client, "/counter/sign-in", {"login": clerk.login, "pin": "58293147"})).status_code == 303


async def test_one_sign_in_is_ended_and_the_others_go_on(client: AsyncTestClient, shop: Shop, clerk: Person) -> None:
    first, second = await _cookie(client, clerk), await _cookie(client, clerk)
    await _cookie(client, shop.world.manager)
    page = (await client.get(f"/office/staff/{clerk.id}")).text
    keys = re.findall(r'name="key" value="([0-9a-f]{64})"', page)
    assert len(keys) == 2
    for wrong in ("ab", "x" * 64, "ab" * 32):
        assert (await send(client, f"/office/staff/{clerk.id}/sign-ins", {"key": wrong})).status_code == 303
    manager = client.cookies["so_staff"]
    assert await _opens(client, first) and await _opens(client, second)
    client.cookies.set("so_staff", manager)
    await send(client, f"/office/staff/{clerk.id}/sign-ins", {"key": keys[0]})
    assert not await _opens(client, second)
    assert await _opens(client, first)


async def test_a_manager_signs_out_elsewhere(client: AsyncTestClient, shop: Shop) -> None:
    manager = shop.world.manager
    elsewhere, here = await _cookie(client, manager), await _cookie(client, manager)
    await send(client, f"/office/staff/{manager.id}/sign-ins")
    assert await _opens(client, here, "/office") and not await _opens(client, elsewhere, "/office")


async def test_the_last_manager_of_all_stores_stays(client: AsyncTestClient, shop: Shop, pool: asyncpg.Pool) -> None:
    manager = shop.world.manager
    assert await pool.fetchval("SELECT count(*) FROM staff.account WHERE role = 'manager' AND active") == 1
    await _cookie(client, manager)
    for act, fields in (
        ("closing", {}), ("place", {"role": "agent"}),
        ("place", {"role": "manager", "stores": "some", f"store_{shop.world.hongdae}": "1"}),
    ):  # fmt: skip
        assert (await send(client, f"/office/staff/{manager.id}/{act}", fields)).status_code == 409, act
    second = {"role": "manager", "login": "3002", "name": "한별", "pin": "58293147"}
    assert (await send(client, "/office/staff", second)).status_code == 303
    assert (await send(client, f"/office/staff/{manager.id}/closing")).status_code == 303


async def test_two_managers_who_close_each_other_leave_one(
    client: AsyncTestClient, shop: Shop, pool: asyncpg.Pool, sessions: Any
) -> None:
    from store_omni.kit.database import writing
    from store_omni.staff.accounts import close_account
    from store_omni.staff.at_terminal import TERMINAL
    from store_omni.staff.errors import LastManager

    from ...factories.world import make_person

    other = await make_person(pool, "3002", "manager", None)

    async def close(person: Person) -> None:
        async with sessions.begin() as session:
            await close_account(writing(session), person.id, by=TERMINAL)

    ended = await asyncio.gather(close(other), close(shop.world.manager), return_exceptions=True)
    assert await pool.fetchval("SELECT count(*) FROM staff.account WHERE role = 'manager' AND active") == 1, ended
    assert sum(isinstance(one, LastManager) for one in ended) <= 1


async def test_an_existing_account_is_never_replaced(
    client: AsyncTestClient, shop: Shop, clerk: Person, pool: asyncpg.Pool
) -> None:
    await _cookie(client, shop.world.manager)
    before = await pool.fetch("SELECT * FROM staff.account ORDER BY id")
    fields = {"role": "manager", "login": clerk.login, "name": "도둑", "pin": "58293147"}
    assert (await send(client, "/office/staff", fields)).status_code == 409
    assert await pool.fetch("SELECT * FROM staff.account ORDER BY id") == before


@pytest.mark.parametrize("how", ["revoked_at = now()", "expires_at = now()", "seen_at = now() - interval '1 hour'"])
async def test_an_open_live_page_ends_with_the_sign_in(
    client: AsyncTestClient, clerk: Person, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """It went on for half an hour after the account was closed, with names in it."""
    monkeypatch.setattr(queue, "LIVE_SECONDS", 0.01)
    monkeypatch.setattr(queue, "LIVE_ROUNDS_MAX", 30)
    turns, board = 0, queue.board

    async def board_of_a_leaver(session: Any, by: Any) -> Any:
        nonlocal turns
        turns += 1
        if turns == 2:
            await session.execute(text(f"UPDATE staff.sign_in SET {how}"))
        return await board(session, by)

    monkeypatch.setattr(queue, "board", board_of_a_leaver)
    await _cookie(client, clerk)
    assert "data:" in (await client.get("/counter/queue/live")).text
    assert turns == 2
