"""Old looks go in whole sealed spans, by a role that may do nothing else; the chain holds."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.auditing import audit
from store_omni.inventory.sealing import LEDGER
from store_omni.journal import sealing
from store_omni.journal.dispatching import dispatch
from store_omni.journal.forgetting import Forgotten, forget_looks
from store_omni.journal.sealing import LOOKS, heads, seal_all, still_hold
from store_omni.kit.database import open_engine
from store_omni.kit.postgres.initialising import RETENTION, RUNTIME, owner_of

pytestmark = pytest.mark.anyio
TWO_YEARS = timedelta(days=730)
LOOK = """INSERT INTO journal.access (id, at, staff_id, staff_role, task, source)
          SELECT gen_random_uuid(), now() - make_interval(days => d), gen_random_uuid(), 'agent', 'desk.search', '127.0.0.1'
          FROM unnest($1::int[]) d"""


@pytest.fixture
async def keeper(database_url: str) -> AsyncGenerator[async_sessionmaker[AsyncSession], None]:
    """As the role that forgets."""
    engine, sessions = open_engine(database_url.replace(RUNTIME, RETENTION), size=1)
    yield sessions
    await engine.dispose()


@pytest.fixture
async def looks(pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> str:
    """Sealed by two: two old ones, an old and a young one, an old one that came late. Returns the heads."""
    monkeypatch.setattr(sealing, "ROWS_MAX", 2)
    for days in (1000, 900), (800, 1), (750,):
        await pool.execute(LOOK, list(days))
        await seal_all(pool, LOOKS)
    return str(await heads(pool))


async def _broken(pool: asyncpg.Pool) -> dict[str, int]:
    await dispatch(pool, {})
    await seal_all(pool, LEDGER)
    async with pool.acquire() as connection:
        return {code: count for code, count in (await audit(connection)).items() if count}


async def test_only_whole_spans_of_old_looks_go_and_the_chain_holds(
    pool: asyncpg.Pool, keeper: async_sessionmaker[AsyncSession], looks: str
) -> None:
    assert await forget_looks(keeper, older_than=TWO_YEARS) == Forgotten(1, 2)
    assert await pool.fetchval("SELECT count(*) FROM journal.access") == 3, "the old look beside a young one stays with it"
    assert await forget_looks(keeper, older_than=TWO_YEARS) == Forgotten(0, 0)
    fact = await pool.fetchrow("SELECT subject_id, data FROM journal.fact WHERE kind = 'journal.span_removed'")
    assert (fact["subject_id"], fact["data"]) == ("access:2", {"first": 1, "last": 2})
    assert await _broken(pool) == {}
    async with pool.acquire() as connection:
        assert await still_hold(connection, looks)


async def test_another_span_after_it_goes_when_its_time_comes(
    pool: asyncpg.Pool, keeper: async_sessionmaker[AsyncSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "ROWS_MAX", 2)
    await pool.execute(LOOK, [1000, 1000, 900, 900, 10])
    await seal_all(pool, LOOKS)
    assert await forget_looks(keeper, older_than=timedelta(days=950)) == Forgotten(1, 2)
    assert await forget_looks(keeper, older_than=TWO_YEARS) == Forgotten(1, 2)
    assert await _broken(pool) == {}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM journal.fact",
        "UPDATE journal.access SET staff_role = 'clerk'",
        "TRUNCATE journal.access",
        "DELETE FROM journal.seal",
        "DELETE FROM inventory.ledger_entry",
        "SELECT FROM customers.customer",
    ],
)
async def test_who_forgets_looks_may_do_nothing_else(
    keeper: async_sessionmaker[AsyncSession], looks: str, statement: str
) -> None:
    connection = await asyncpg.connect(keeper.kw["bind"].url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_neither_the_programs_nor_the_owner_take_looks_out(pool: asyncpg.Pool, database_url: str, looks: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute("DELETE FROM journal.access")
    owner = await asyncpg.connect(owner_of(database_url))
    try:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await owner.execute("DELETE FROM journal.access")
        assert refused.value.sqlstate == "SO090"
    finally:
        await owner.close()


async def test_a_part_of_a_span_or_one_that_no_fact_names_is_missed(
    pool: asyncpg.Pool, database_url: str, keeper: async_sessionmaker[AsyncSession], looks: str
) -> None:
    taker = await asyncpg.connect(database_url.replace(RUNTIME, RETENTION))
    try:
        await taker.execute("DELETE FROM journal.access WHERE id = (SELECT keys[1]::uuid FROM journal.seal WHERE last = 4)")
        assert await _broken(pool) == {"I21": 1}
        await taker.execute(
            "DELETE FROM journal.access WHERE id = ANY (SELECT unnest(keys)::uuid FROM journal.seal WHERE last = 4)"
        )
        assert await _broken(pool) == {"I21": 1}
    finally:
        await taker.close()
