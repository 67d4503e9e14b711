from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.customers.errors import WrongPassword
from store_omni.customers.joining import join
from store_omni.customers.signing_in import (
    LOGIN_TRIES_MAX,
    SOURCE_TRIES_MAX,
    TRIES_MAX,
    login_value,
    open_session,
    sign_in,
    sign_out,
    signed_in,
)
from store_omni.journal.limiting import limit_key
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import InvalidInput, TooManyTries
from store_omni.kit.ids import token_hash

pytestmark = pytest.mark.anyio
Sessions = async_sessionmaker[AsyncSession]
PASSWORD = "긴 문장이 외우기 쉽다"
KEY_OF_MINA = limit_key("shopper-login", "mina@example.com")


async def joined(sessions: Sessions, phone: str = "+821055550001", email: str | None = "mina@example.com") -> UUID:
    async with sessions.begin() as session:
        return await join(
            WriteSession(session), name="이미나", phone=phone, email=email, password=PASSWORD, locale="ko", source="test"
        )


def test_one_spelling_of_a_login() -> None:
    assert login_value("010-5555-0001") == login_value("+82 10 5555 0001") == "+821055550001"
    assert login_value(" Mina@Example.com ") == "mina@example.com"


async def test_phone_and_e_mail_both_open_the_account(pool: asyncpg.Pool, sessions: Sessions) -> None:
    customer = await joined(sessions)
    for login in ("010-5555-0001", "MINA@example.com"):
        found, token = await sign_in(pool, login=login, password=PASSWORD, source="test")
        shopper = await signed_in(pool, token)
        assert found == customer and shopper is not None
        assert (shopper.customer_id, shopper.name, shopper.phone, shopper.email) == (
            customer, "이미나", "+821055550001", "mina@example.com",
        )  # fmt: skip
    assert (
        await pool.fetchval("SELECT count(*) FROM journal.entry WHERE customer_id = $1 AND kind = 'customer.joined'", customer)
        == 1
    )


async def test_only_hashes_are_kept(pool: asyncpg.Pool, sessions: Sessions) -> None:
    customer = await joined(sessions)
    token = await open_session(pool, customer, source="test")
    assert await pool.fetchval("SELECT token_hash FROM customers.sign_in") == token_hash(token)
    assert (await pool.fetchval("SELECT password_hash FROM customers.customer")).startswith("$argon2id$")


async def test_signing_out_and_closing_take_effect_at_once(pool: asyncpg.Pool, sessions: Sessions) -> None:
    customer = await joined(sessions)
    first, second = [await open_session(pool, customer, source="test") for _ in range(2)]
    await sign_out(pool, first)
    assert await signed_in(pool, first) is None and await signed_in(pool, second) is not None
    await pool.execute("UPDATE customers.sign_in SET expires_at = now()")
    assert await signed_in(pool, second) is None
    third = await open_session(pool, customer, source="test")
    await pool.execute("UPDATE customers.customer SET status = 'erased'")
    assert await signed_in(pool, third) is None
    with pytest.raises(WrongPassword):
        await sign_in(pool, login="mina@example.com", password=PASSWORD, source="test")


async def test_guessing_is_limited_and_unknown_accounts_look_the_same(pool: asyncpg.Pool, sessions: Sessions) -> None:
    await joined(sessions)
    for login in ("mina@example.com", "nobody@example.com"):
        for _ in range(TRIES_MAX):
            with pytest.raises(WrongPassword):
                await sign_in(pool, login=login, password="not it at all", source="test")
        with pytest.raises(TooManyTries):
            await sign_in(pool, login=login, password=PASSWORD, source="test")


async def test_only_failures_count_and_only_against_the_address_they_come_from(pool: asyncpg.Pool, sessions: Sessions) -> None:
    """A household, an office or a proxy that nobody set signs in from one address, hundreds of times."""
    await joined(sessions)
    for _ in range(SOURCE_TRIES_MAX + 1):
        await sign_in(pool, login="mina@example.com", password=PASSWORD, source="192.0.2.1")
    for _ in range(TRIES_MAX):
        with pytest.raises(WrongPassword):
            await sign_in(pool, login="mina@example.com", password="a stranger's guess", source="192.0.2.66")
    await sign_in(pool, login="mina@example.com", password=PASSWORD, source="192.0.2.1")


async def test_a_network_of_addresses_guesses_no_longer_than_one(pool: asyncpg.Pool, sessions: Sessions) -> None:
    await pool.execute("INSERT INTO journal.tries (key, count) VALUES ($1, $2)", KEY_OF_MINA, LOGIN_TRIES_MAX)
    with pytest.raises(TooManyTries):
        await sign_in(pool, login="mina@example.com", password="x", source="192.0.2.1")


async def test_a_login_belongs_to_one_account(sessions: Sessions) -> None:
    await joined(sessions)
    with pytest.raises(InvalidInput) as refused:
        await joined(sessions, phone="+821055550002")
    assert set(refused.value.problems) == {"email"}
    with pytest.raises(InvalidInput) as refused:
        await joined(sessions, email=None)
    assert set(refused.value.problems) == {"phone"}
    await joined(sessions, phone="+821055550003", email=None)


async def test_joining_gives_no_right_to_a_guests_orders(pool: asyncpg.Pool, sessions: Sessions) -> None:
    """A phone number is no proof: whoever knows one must not get the orders made with it."""
    await pool.execute("INSERT INTO customers.customer (id, status) VALUES ('00000000-0000-0000-0000-000000000001', 'guest')")
    await pool.execute(
        """INSERT INTO customers.identity (id, customer_id, origin_customer_id, kind, value, last_four)
           VALUES (gen_random_uuid(), $1, $1, 'phone', '+821055550001', '0001')""",
        UUID("00000000-0000-0000-0000-000000000001"),
    )
    customer = await joined(sessions)
    assert customer != UUID("00000000-0000-0000-0000-000000000001")
