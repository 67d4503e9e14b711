"""Managers and agents give a second code where the operator says so: set up once, each code good once, reset by another."""

import math
import re
from pathlib import Path

import asyncpg
import pyotp
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from store_omni.kit.ids import SPOKEN_ALPHABET
from store_omni.staff.second_factor import RECOVERY_CHARS

from ..conftest import settings_for
from ..factories.browsing import send, sign_in_staff
from ..factories.world import PIN, World

pytestmark = pytest.mark.anyio
WRONG = "000000"


@pytest.fixture(autouse=True)
def asked(app: Litestar, tmp_path: Path) -> None:
    app.state.settings = settings_for(app.state.settings.database_url, tmp_path, second_factor=("manager", "agent"))


async def pin(client: AsyncTestClient, login: str = "3001", face: str = "office") -> None:
    answer = await send(client, f"/{face}/sign-in", {"login": login, "pin": PIN, "next": f"/{face}/sign-ins"})
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, f"/{face}/sign-in/code")
    assert "so_staff" not in client.cookies


async def set_up(client: AsyncTestClient) -> tuple[str, list[str]]:
    """(secret, recovery codes)"""
    await pin(client)
    shown = (await client.get("/office/sign-in/code")).text
    secret = re.findall(r'class="code">([A-Z2-7]{32})<', shown)[0]
    picture = await client.get("/office/sign-in/code/qr")
    assert picture.headers["content-type"].startswith("image/svg") and "no-store" in picture.headers["cache-control"]
    done = await send(client, "/office/sign-in/code", {"code": pyotp.TOTP(secret).now(), "next": "/office/sign-ins"})
    assert done.status_code == 200
    return secret, re.findall(r"<li class=\"code\">([A-Z0-9-]+)</li>", done.text)


async def let_steps_pass(pool: asyncpg.Pool) -> None:
    await pool.execute("UPDATE staff.second_factor SET last_step = last_step - 10")
    await pool.execute("DELETE FROM journal.tries")


async def test_a_pin_alone_opens_nothing(client: AsyncTestClient, world: World, pool: asyncpg.Pool) -> None:
    await pin(client)
    assert (await client.get("/office/sign-ins", follow_redirects=False)).status_code == 303
    assert await pool.fetchval("SELECT count(*) FROM staff.sign_in") == 0
    # A clerk needs none.
    await sign_in_staff(client, world.clerk)


async def test_it_is_set_up_once_and_asked_for_from_then_on(client: AsyncTestClient, world: World, pool: asyncpg.Pool) -> None:
    secret, recovery = await set_up(client)
    assert (await client.get("/office/sign-ins")).status_code == 200
    assert len(recovery) == 8
    kept = str(await pool.fetch("SELECT * FROM staff.second_factor"))
    assert secret not in kept and not any(code in kept for code in recovery)
    client.cookies.clear()
    await let_steps_pass(pool)
    await pin(client)
    assert secret not in (await client.get("/office/sign-in/code")).text
    assert (await client.get("/office/sign-in/code/qr", follow_redirects=False)).status_code == 303
    assert (await send(client, "/office/sign-in/code", {"code": WRONG})).status_code == 422
    answer = await send(client, "/office/sign-in/code", {"code": pyotp.TOTP(secret).now(), "next": "/office/sign-ins"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/office/sign-ins")
    outcomes = await pool.fetch("SELECT outcome, way FROM staff.sign_in_try ORDER BY at")
    assert [tuple(row) for row in outcomes] == [("signed_in", "code"), ("wrong_code", "code"), ("signed_in", "code")]


async def test_a_code_is_good_once(client: AsyncTestClient, world: World, pool: asyncpg.Pool) -> None:
    secret, recovery = await set_up(client)
    step = await pool.fetchval("SELECT last_step FROM staff.second_factor")
    for code, good in (
        (pyotp.TOTP(secret).generate_otp(step), False),
        (pyotp.TOTP(secret).generate_otp(step - 1), False),
        (recovery[0].lower(), True),
        (recovery[0], False),
        (recovery[1], True),
    ):
        client.cookies.clear()
        await pool.execute("DELETE FROM journal.tries")
        await pin(client)
        answer = await send(client, "/office/sign-in/code", {"code": code})
        assert answer.status_code == (303 if good else 422), code
        assert ("so_staff" in client.cookies) == good


async def test_guessed_codes_wait(client: AsyncTestClient, world: World, pool: asyncpg.Pool) -> None:
    await set_up(client)
    client.cookies.clear()
    await pin(client)
    answers = [await send(client, "/office/sign-in/code", {"code": f"{n:06d}"}) for n in range(7)]
    assert [answer.status_code for answer in answers] == [422] * 4 + [429] * 3
    assert int(answers[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize("forged", ["", "x", "a.b.c", "01a2008c-0000-7000-8000-000000000000.99999999999.ff"])
async def test_without_the_pin_no_code_is_asked_for(client: AsyncTestClient, world: World, forged: str) -> None:
    client.cookies.set("so_half", forged)
    assert (await client.get("/office/sign-in/code", follow_redirects=False)).status_code == 303
    assert (await send(client, "/office/sign-in/code", {"code": WRONG})).status_code == 401


async def test_the_pins_note_ends_with_the_pin_and_fits_one_face(
    client: AsyncTestClient, world: World, pool: asyncpg.Pool
) -> None:
    await pin(client)
    assert (await client.get("/desk/sign-in/code", follow_redirects=False)).status_code == 303
    await pool.execute("UPDATE staff.account SET secret_hash = 'changed' WHERE login = '3001'")
    assert (await client.get("/office/sign-in/code", follow_redirects=False)).status_code == 303


async def test_another_manager_resets_it_and_nobody_her_own(client: AsyncTestClient, world: World, pool: asyncpg.Pool) -> None:
    await set_up(client)
    own = await send(client, "/office/sign-ins/second-code/reset", {"login": "3001"})
    assert own.status_code == 409 and await pool.fetchval("SELECT count(*) FROM staff.second_factor") == 1
    await pool.execute(
        """INSERT INTO staff.account (id, login, name, role, secret_hash)
           SELECT gen_random_uuid(), '3002', '3002', role, secret_hash FROM staff.account WHERE login = '3001'"""
    )
    first = dict(client.cookies)
    client.cookies.clear()
    await pool.execute("DELETE FROM journal.tries")
    await pin(client, "3002")
    secret = re.findall(r'class="code">([A-Z2-7]{32})<', (await client.get("/office/sign-in/code")).text)[0]
    await send(client, "/office/sign-in/code", {"code": pyotp.TOTP(secret).now()})
    answer = await send(client, "/office/sign-ins/second-code/reset", {"login": "3001"})
    assert answer.status_code in (200, 303)
    assert await pool.fetchval("SELECT count(*) FROM staff.second_factor") == 1
    assert await pool.fetchval("SELECT count(*) FROM journal.fact WHERE kind = 'staff.second_factor_reset'") == 1
    client.cookies.clear()
    client.cookies.update(first)
    assert (await client.get("/office/sign-ins", follow_redirects=False)).status_code == 303


def test_recovery_codes_have_128_bits() -> None:
    """A shorter one could be tried out by a thief of the database, because they are kept by a fast hash."""
    assert RECOVERY_CHARS * math.log2(len(SPOKEN_ALPHABET)) >= 128
