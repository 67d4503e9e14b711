"""Tokens of programs: each by itself, with an end and its last use."""

import asyncpg
import pytest

from store_omni.staff.serving import add_service, revoke_token, service_of, tokens

pytestmark = pytest.mark.anyio


async def test_one_token_ends_and_the_other_of_its_name_goes_on(pool: asyncpg.Pool) -> None:
    """So a program changes over without a gap."""
    old = await add_service(pool, name="till", verbs=["stock:read"], store_ids=None)
    new = await add_service(pool, name="till", verbs=["stock:read"], store_ids=None)
    first, second = await tokens(pool)
    assert await revoke_token(pool, first.id)
    assert not await revoke_token(pool, first.id)
    assert await service_of(pool, old) is None and await service_of(pool, new) is not None
    assert [token.id for token in await tokens(pool)] == [second.id]


async def test_a_token_runs_out(pool: asyncpg.Pool) -> None:
    token = await add_service(pool, name="till", verbs=["stock:read"], store_ids=None, expires_days=30)
    assert (await tokens(pool))[0].expires_at is not None
    assert await service_of(pool, token) is not None
    await pool.execute("UPDATE staff.service_token SET expires_at = now()")
    assert await service_of(pool, token) is None and await tokens(pool) == []


async def test_its_last_use_is_known_by_the_day(pool: asyncpg.Pool) -> None:
    token = await add_service(pool, name="till", verbs=["stock:read"], store_ids=None)
    assert (await tokens(pool))[0].used_on is None
    await service_of(pool, token)
    today = await pool.fetchval("SELECT current_date")
    assert (await tokens(pool))[0].used_on == today
    await pool.execute("UPDATE staff.service_token SET used_on = used_on - 3")
    await service_of(pool, token)
    assert (await tokens(pool))[0].used_on == today


@pytest.mark.parametrize("wrong", ["", "%", "________", "abcdefg", "ABCDEF01", "zzzzzzzz", "0" * 65])
async def test_what_names_no_token_ends_none(pool: asyncpg.Pool, wrong: str) -> None:
    await add_service(pool, name="till", verbs=["stock:read"], store_ids=None)
    assert not await revoke_token(pool, wrong)
    assert len(await tokens(pool)) == 1


async def test_an_id_that_two_tokens_begin_with_ends_neither(pool: asyncpg.Pool) -> None:
    await add_service(pool, name="till", verbs=["stock:read"], store_ids=None)
    for last in (b"\x01", b"\x02"):
        await pool.execute(
            "INSERT INTO staff.service_token (token_hash, account_id) SELECT $1, id FROM staff.account WHERE login = 'service:till'",
            b"\xab" * 31 + last,
        )
    assert not await revoke_token(pool, "abababab")
    assert len(await tokens(pool)) == 3
    assert await revoke_token(pool, "ab" * 31 + "01")
    assert len(await tokens(pool)) == 2
