"""Signing up and a new password, by a code; no page says whether there is an account before it is typed."""

import re
from collections.abc import Iterable
from http.cookiejar import Cookie

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.customers.joining import join as join_unproved
from store_omni.kit.database import writing

from ...factories.browsing import send
from ...factories.world import World
from .shopping import PASSWORD, Client, ask_code, carriers, join, sent_code, type_code

pytestmark = pytest.mark.anyio
Sessions = async_sessionmaker[AsyncSession]
PHONE = "010-5555-0001"
OTHER = "완전히 다른 긴 문장"


async def stranger_with(sessions: Sessions, phone: str = "+8210" + "55550001") -> None:
    """An account from before codes, or of a stranger who typed this number."""
    async with sessions.begin() as session:
        await join_unproved(
            writing(session), name="남", phone=phone, email=None, password="남의 긴 비밀번호", locale="ko", source="192.0.2.1"
        )


def plain(page: str) -> str:
    """Without what differs between any two pages."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|value=\"[^\"]*\"|nonce[^ >]*|5555-000\d", "", page)


def switch(client: Client, cookies: Iterable[Cookie] = ()) -> list[Cookie]:
    """To another browser, by its cookies. Returns those of this one."""
    before = list(client.cookies.jar)
    client.cookies.jar.clear()
    for cookie in cookies:
        client.cookies.jar.set_cookie(cookie)
    return before


async def is_in(client: Client) -> bool:
    return (await client.get("/account", follow_redirects=False)).status_code == 200


async def signs_in(client: Client, password: str, login: str = PHONE) -> bool:
    return (await send(client, "/sign-in", {"login": login, "password": password})).status_code == 303


@pytest.mark.parametrize("login", [PHONE, "Mina@Example.com"])
async def test_only_the_code_makes_the_account(client: Client, world: World, pool: asyncpg.Pool, login: str) -> None:
    asked = await ask_code(client, login)
    assert asked.status_code == 200 and 'autocomplete="one-time-code"' in asked.text
    right = int(sent_code(client, asked.text))
    wrong = await type_code(client, asked.text, code=f"{(right + 1) % 10**6:06}")
    assert wrong.status_code == 422 and PASSWORD not in wrong.text
    assert await pool.fetchval("SELECT count(*) FROM customers.identity WHERE kind = 'login'") == 0
    answer = await type_code(client, wrong.text)
    assert answer.status_code == 303 and answer.headers["location"] == "/account"
    assert await pool.fetchval("SELECT count(*) FROM customers.identity WHERE verified_at IS NOT NULL") == 1
    assert (await type_code(client, asked.text)).status_code == 410


@pytest.mark.parametrize("page", ["/sign-up", "/reset-password"])
async def test_pages_answer_the_same_for_a_known_and_an_unknown_number(client: Client, world: World, page: str) -> None:
    await join(client)
    await send(client, "/sign-out")
    known, unknown = [await ask_code(client, number, page) for number in (PHONE, "010-5555-0002")]
    assert known.status_code == unknown.status_code == 200
    assert plain(known.text) == plain(unknown.text)
    wrong = [await type_code(client, asked.text, page, code="x") for asked in (known, unknown)]
    assert wrong[0].status_code == wrong[1].status_code == 422 and plain(wrong[0].text) == plain(wrong[1].text)


async def test_the_code_leads_to_the_account_that_is_there(client: Client, world: World, pool: asyncpg.Pool) -> None:
    await join(client)
    await send(client, "/sign-out")
    answer = await type_code(client, (await ask_code(client, PHONE)).text, password=OTHER)
    assert answer.headers["location"] == "/account?had_one=true"
    assert "이미 가입한 계정이 있어요" in (await client.get("/account?had_one=true")).text
    assert (
        await pool.fetchval("SELECT count(*) FROM customers.customer WHERE status = 'active' AND password_hash IS NOT NULL") == 1
    )
    assert await signs_in(client, PASSWORD) and not await signs_in(client, OTHER)


async def test_an_unproved_number_keeps_its_owner_out_of_nothing(client: Client, world: World, sessions: Sessions) -> None:
    await stranger_with(sessions)
    assert (await join(client)).headers["location"] == "/account"
    assert "이미나님" in (await client.get("/account")).text
    await send(client, "/sign-out")
    assert await signs_in(client, PASSWORD) and not await signs_in(client, "남의 긴 비밀번호")


async def test_the_owner_of_an_older_account_keeps_it_by_its_password(client: Client, world: World, sessions: Sessions) -> None:
    await stranger_with(sessions)
    answer = await type_code(client, (await ask_code(client, PHONE)).text, password="남의 긴 비밀번호")
    assert answer.headers["location"] == "/account?had_one=true"


async def test_a_new_password_by_code_ends_all_sign_ins(client: Client, world: World, pool: asyncpg.Pool) -> None:
    await join(client)
    computer = switch(client)
    asked = await ask_code(client, PHONE, "/reset-password")
    assert (await type_code(client, asked.text, "/reset-password", password=OTHER)).status_code == 303
    assert await is_in(client)
    switch(client, computer)
    assert not await is_in(client)
    # Nobody proved the address, which a stranger may have typed.
    assert not await signs_in(client, OTHER, "mina@example.com")
    assert await signs_in(client, OTHER) and not await signs_in(client, PASSWORD)
    assert await pool.fetchval("SELECT count(*) FROM journal.fact WHERE kind = 'customer.password_changed'") == 1


async def test_an_unproved_number_of_a_proved_account_resets_nothing(client: Client, world: World, pool: asyncpg.Pool) -> None:
    await join(client)
    await send(client, "/sign-out")
    asked = await ask_code(client, "mina@example.com", "/reset-password")
    answer = await type_code(client, asked.text, "/reset-password", password=OTHER)
    assert answer.status_code == 422 and "만든 계정이 없어요" in answer.text
    assert await signs_in(client, PASSWORD)


@pytest.mark.parametrize("password", ["1234567", "12345678", "Password1", "aaaaaaaaaa", "010-5555-0001", "가" * 201])
async def test_a_weak_password_is_refused_and_uses_no_code_up(client: Client, world: World, password: str) -> None:
    asked = await ask_code(client, PHONE)
    weak = await type_code(client, asked.text, password=password)
    assert weak.status_code == 422 and password not in weak.text.replace(PHONE, "") and 'aria-invalid="true"' in weak.text
    assert (await type_code(client, weak.text)).status_code == 303


async def test_a_page_sent_without_its_name_uses_no_code_up(client: Client, world: World, pool: asyncpg.Pool) -> None:
    asked = await ask_code(client, PHONE)
    refused = await type_code(client, asked.text, name=" ")
    assert refused.status_code == 422 and "이름을 적어 주세요" in refused.text
    assert await pool.fetchval("SELECT count(*) FROM customers.customer WHERE status = 'active'") == 0
    assert (await type_code(client, asked.text)).status_code == 303


async def test_without_text_messages_the_page_offers_mail(client: Client, world: World) -> None:
    with carriers(client, sms=False):
        page = (await client.get("/sign-up")).text
        assert "이메일" in page and "휴대폰" not in page
        refused = await send(client, "/sign-up", {"name": "이미나", "login": PHONE})
        assert refused.status_code == 422 and "이메일을 입력해 주세요" in refused.text
    with carriers(client, sms=False, email=False):
        refused = await send(client, "/sign-up", {"name": "이미나", "login": PHONE})
        assert refused.status_code == 422 and "매장에 전화해 주세요" in refused.text


async def test_a_change_asks_the_present_password_and_ends_other_sign_ins(client: Client, world: World) -> None:
    await join(client)
    computer = switch(client)
    assert await signs_in(client, PASSWORD)
    phone = switch(client, computer)
    wrong = await send(client, "/account/password", {"password": OTHER, "new_password": OTHER})
    assert wrong.status_code == 422 and "지금 비밀번호가 맞지 않아요" in wrong.text
    computer = switch(client, phone)
    assert await is_in(client)
    switch(client, computer)
    assert (await send(client, "/account/password", {"password": PASSWORD, "new_password": OTHER})).status_code == 303
    assert await is_in(client)
    switch(client, phone)
    assert not await is_in(client) and await signs_in(client, OTHER)


async def test_she_sees_her_sign_ins_and_ends_them_all(client: Client, world: World, pool: asyncpg.Pool) -> None:
    await join(client)
    computer = switch(client)
    assert await signs_in(client, PASSWORD)
    page = (await client.get("/account/security")).text
    assert page.count("지금 이 기기") == page.count("다른 기기</b>") == 1
    phone = list(client.cookies.jar)
    assert (await send(client, "/account/sign-out-everywhere")).status_code == 303
    for cookies in (computer, phone):
        switch(client, cookies)
        assert not await is_in(client)
    assert await pool.fetchval("SELECT count(*) FROM journal.fact WHERE kind = 'customer.signed_out_everywhere'") == 1
