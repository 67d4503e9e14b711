"""Proof of a phone number or an address: a code, five tries, ten minutes, once; limits by address and source."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.customers import proving
from store_omni.customers.errors import ProofOver, ProofWrong
from store_omni.customers.proving import Proven, ask_code, forget_proofs, proof_code, prove, proved_on
from store_omni.kit.database import writing
from store_omni.kit.errors import TooManyTries
from store_omni.kit.ids import token_hash

pytestmark = pytest.mark.anyio
Sessions = async_sessionmaker[AsyncSession]
SECRET = "ab" * 32
PHONE = "+821012345678"
DEVICE = token_hash("a browser")


async def ask(sessions: Sessions, address: str = PHONE, source: str = "203.0.113.7", purpose: str = "order") -> UUID:
    async with sessions.begin() as session:
        return await ask_code(writing(session), purpose=purpose, channel="sms", address=address, locale="ko", source=source)


async def test_the_right_code_proves_the_address_once_and_for_this_browser(pool: asyncpg.Pool, sessions: Sessions) -> None:
    challenge = await ask(sessions)
    code = proof_code(SECRET, challenge)
    results = await asyncio.gather(
        *(prove(pool, challenge, f" {code[:3]} {code[3:]}", purpose="order", secret=SECRET, device=DEVICE) for _ in range(3)),
        return_exceptions=True,
    )
    assert [r for r in results if not isinstance(r, ProofOver)] == [Proven("sms", PHONE)]
    assert await proved_on(pool, DEVICE) == {PHONE}
    assert await proved_on(pool, token_hash("another")) == await proved_on(pool, None) == frozenset()
    await pool.execute("UPDATE customers.device_proof SET expires_at = now()")
    assert await proved_on(pool, DEVICE) == frozenset()


async def test_five_tries_and_then_not_even_the_right_code(pool: asyncpg.Pool, sessions: Sessions) -> None:
    challenge = await ask(sessions)
    wrong = f"{(int(proof_code(SECRET, challenge)) + 1) % 10**6:06}"
    for left in (4, 3, 2, 1):
        with pytest.raises(ProofWrong) as refused:
            await prove(pool, challenge, wrong, purpose="order", secret=SECRET)
        assert refused.value.params == {"left": left}
    for code in (wrong, proof_code(SECRET, challenge)):
        with pytest.raises(ProofOver):
            await prove(pool, challenge, code, purpose="order", secret=SECRET)


async def test_a_code_is_for_its_purpose_its_time_and_its_secret(pool: asyncpg.Pool, sessions: Sessions) -> None:
    challenge = await ask(sessions)
    code = proof_code(SECRET, challenge)
    with pytest.raises(ProofOver):
        await prove(pool, challenge, code, purpose="reset", secret=SECRET)
    with pytest.raises(ProofWrong):
        await prove(pool, challenge, code, purpose="order", secret="cd" * 32)
    await pool.execute("UPDATE customers.challenge SET expires_at = now()")
    with pytest.raises(ProofOver):
        await prove(pool, challenge, code, purpose="order", secret=SECRET)
    with pytest.raises(ProofOver):
        await prove(pool, uuid4(), code, purpose="order", secret=SECRET)


async def test_the_fact_names_the_challenge_and_nobody(pool: asyncpg.Pool, sessions: Sessions) -> None:
    challenge = await ask(sessions)
    fact = await pool.fetchrow("SELECT kind, data, to_jsonb(f)::text AS whole FROM journal.fact f")
    assert (fact["kind"], fact["data"]) == ("customer.code_asked", {"challenge_id": str(challenge), "purpose": "order"})
    assert PHONE not in fact["whole"] and proof_code(SECRET, challenge) not in fact["whole"]


async def test_one_address_gets_so_many_codes_in_an_hour_and_in_a_day(pool: asyncpg.Pool, sessions: Sessions) -> None:
    asking = (ask(sessions, source=f"203.0.113.{n}") for n in range(8))
    results = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(r) for r in results].count(TooManyTries) == 8 - proving.CODES_PER_ADDRESS_AND_HOUR_MAX
    for _ in range(proving.CODES_PER_ADDRESS_AND_DAY_MAX - proving.CODES_PER_ADDRESS_AND_HOUR_MAX):
        await pool.execute("UPDATE customers.challenge SET created_at = created_at - interval '2 hours'")
        await ask(sessions, source="203.0.113.99")
    await pool.execute("UPDATE customers.challenge SET created_at = created_at - interval '2 hours'")
    with pytest.raises(TooManyTries):
        await ask(sessions, source="203.0.113.99")
    await ask(sessions, address="+821099990000")


async def test_one_source_asks_for_so_many_codes(pool: asyncpg.Pool, sessions: Sessions) -> None:
    for number in range(proving.CODES_PER_SOURCE_AND_HOUR_MAX):
        await ask(sessions, address=f"+8210000000{number:02}")
    with pytest.raises(TooManyTries):
        await ask(sessions, address="+821011112222")
    await ask(sessions, address="+821011112222", source="198.51.100.1")


async def test_old_challenges_and_proofs_are_forgotten(pool: asyncpg.Pool, sessions: Sessions) -> None:
    challenge = await ask(sessions)
    await prove(pool, challenge, proof_code(SECRET, challenge), purpose="order", secret=SECRET, device=DEVICE)
    await forget_proofs(pool)
    assert await pool.fetchval("SELECT count(*) FROM customers.challenge") == 1
    await pool.execute("UPDATE customers.challenge SET created_at = now() - interval '3 days'")
    await pool.execute("UPDATE customers.device_proof SET expires_at = now() - interval '1 second'")
    await forget_proofs(pool)
    for table in ("challenge", "device_proof"):
        assert await pool.fetchval(f"SELECT count(*) FROM customers.{table}") == 0
