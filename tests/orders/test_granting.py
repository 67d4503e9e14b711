from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.kit.database import WriteSession
from store_omni.kit.errors import NotFound
from store_omni.kit.ids import token_hash
from store_omni.orders.errors import CodeWrong, LinkSpent, LookupOver
from store_omni.orders.granting import (
    CODE_TRIES_MAX,
    ask_for_code,
    link_alive,
    lookup_code,
    make_order_link,
    open_challenge,
    open_link,
    solve,
)  # fmt: skip
from store_omni.orders.queries import order_for_shopper

from ..factories.ordering import Shop
from ..factories.world import SHOPPER

pytestmark = pytest.mark.anyio
Sessions = async_sessionmaker[AsyncSession]
SECRET = "22" * 32
OTHER = "another-browser"


async def may_see(sessions: Sessions, number: str, viewer: str) -> bool:
    async with sessions.begin() as session:
        try:
            await order_for_shopper(session, number, customer_id=None, viewer_hash=token_hash(viewer))
        except NotFound:
            return False
    return True


async def link_for(sessions: Sessions, order_id: UUID) -> str:
    async with sessions.begin() as session:
        return await make_order_link(WriteSession(session), order_id)


async def asked(sessions: Sessions, number: str, last_four: str) -> UUID:
    async with sessions.begin() as session:
        return await ask_for_code(WriteSession(session), number=number, last_four=last_four, by=SHOPPER)


async def test_a_link_opens_its_order_once(pool: asyncpg.Pool, sessions: Sessions, shop: Shop) -> None:
    placed = await shop.place()
    token = await link_for(sessions, placed.order_id)
    assert len(token) == 22
    assert not await may_see(sessions, placed.number, OTHER)
    assert await link_alive(pool, token, viewer=None) and await link_alive(pool, token, viewer=None)
    assert await open_link(pool, token, viewer=OTHER) == placed.number
    assert await may_see(sessions, placed.number, OTHER)
    with pytest.raises(LinkSpent):
        await open_link(pool, token, viewer="a third one")
    assert not await link_alive(pool, token, viewer="a third one")
    # The browser that used it may press again: the first answer may have got lost.
    assert await open_link(pool, token, viewer=OTHER) == placed.number


async def test_a_link_runs_out_and_is_stored_as_a_hash_only(pool: asyncpg.Pool, sessions: Sessions, shop: Shop) -> None:
    token = await link_for(sessions, (await shop.place()).order_id)
    assert await pool.fetchval("SELECT token_hash FROM orders.order_link") == token_hash(token)
    await pool.execute("UPDATE orders.order_link SET expires_at = now() - interval '1 second'")
    for wrong in (token, "x" * 22, ""):
        with pytest.raises(LinkSpent):
            await open_link(pool, wrong, viewer=OTHER)


async def test_the_code_opens_the_order_for_who_asked(pool: asyncpg.Pool, sessions: Sessions, shop: Shop) -> None:
    placed = await shop.place()
    challenge = await asked(sessions, placed.number, "5678")
    fact = await pool.fetchrow("SELECT * FROM journal.fact WHERE kind = 'order.lookup_requested'")
    assert fact["order_id"] == placed.order_id and fact["data"] == {"challenge_id": str(challenge)}
    assert (await open_challenge(pool, challenge)).tries_left == CODE_TRIES_MAX
    code = lookup_code(SECRET, challenge)
    assert len(code) == 6 and code.isdigit() and code != lookup_code("33" * 32, challenge)
    assert await solve(pool, challenge, code=f" {code[:3]} {code[3:]}", secret=SECRET, viewer=OTHER) == placed.number
    assert await may_see(sessions, placed.number, OTHER)
    with pytest.raises(LookupOver):
        await solve(pool, challenge, code=code, secret=SECRET, viewer="a third one")


@pytest.mark.parametrize(("number", "four"), [("right", "0000"), ("XXXX-XXXX", "5678")])
async def test_what_does_not_match_looks_the_same_and_tells_nobody(
    pool: asyncpg.Pool, sessions: Sessions, shop: Shop, number: str, four: str
) -> None:
    placed = await shop.place()
    challenge = await asked(sessions, placed.number if number == "right" else number, four)
    assert (await open_challenge(pool, challenge)).tries_left == CODE_TRIES_MAX
    assert await pool.fetchval("SELECT count(*) FROM journal.fact WHERE kind = 'order.lookup_requested'") == 0
    with pytest.raises(CodeWrong) as refused:
        await solve(pool, challenge, code=lookup_code(SECRET, challenge), secret=SECRET, viewer=OTHER)
    assert refused.value.params == {"left": 4}
    assert not await may_see(sessions, placed.number, OTHER)


async def test_five_tries_and_then_not_even_the_right_code(pool: asyncpg.Pool, sessions: Sessions, shop: Shop) -> None:
    placed = await shop.place()
    challenge = await asked(sessions, placed.number, "5678")
    right = lookup_code(SECRET, challenge)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2, 1):
        with pytest.raises(CodeWrong) as refused:
            await solve(pool, challenge, code=wrong, secret=SECRET, viewer=OTHER)
        assert refused.value.params == {"left": left}
    for code in (wrong, right):
        with pytest.raises(LookupOver):
            await solve(pool, challenge, code=code, secret=SECRET, viewer=OTHER)
    assert await pool.fetchval("SELECT tries FROM orders.lookup_challenge") == CODE_TRIES_MAX
    assert not await may_see(sessions, placed.number, OTHER)


async def test_a_code_runs_out(pool: asyncpg.Pool, sessions: Sessions, shop: Shop) -> None:
    challenge = await asked(sessions, (await shop.place()).number, "5678")
    await pool.execute("UPDATE orders.lookup_challenge SET expires_at = now()")
    with pytest.raises(LookupOver):
        await solve(pool, challenge, code=lookup_code(SECRET, challenge), secret=SECRET, viewer=OTHER)
