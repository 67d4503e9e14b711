"""What the programs' role may not do: a stolen password of theirs rewrites no past."""

import asyncio

import asyncpg
import pytest

from store_omni.doctoring import print_examination
from store_omni.granting import NoSuchRole, grant_runtime, owns_tables, role_of
from store_omni.kit.postgres.initialising import RUNTIME, owner_of
from store_omni.settings import Settings
from store_omni.tables import APPEND_ONLY

from .conftest import migrate_as_owner

pytestmark = pytest.mark.anyio

REFUSED = [
    *(
        f"UPDATE {table} SET {column} = {column}"
        for table, column in (("journal.fact", "kind"), ("inventory.ledger_entry", "kind"))
    ),
    *(f"DELETE FROM {table}" for table in APPEND_ONLY),
    *(f"TRUNCATE {table} CASCADE" for table in (*APPEND_ONLY, 'orders."order"')),
    "ALTER TABLE journal.fact DISABLE TRIGGER append_only",
    "ALTER TABLE inventory.stock_level DROP CONSTRAINT pk_stock_level",
    "CREATE OR REPLACE FUNCTION journal.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "DROP TRIGGER await_seal ON journal.access",
    "CREATE TABLE public.mine (n int)",
    "CREATE TABLE journal.mine (n int)",
    "SET session_replication_role = replica",
    "UPDATE public.code_version SET oldest_code = '0.1.0'",
]


@pytest.mark.parametrize("statement", REFUSED)
async def test_the_programs_may_not(pool: asyncpg.Pool, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement)


async def test_migrate_takes_back_what_was_given_by_hand(pool: asyncpg.Pool, database_url: str) -> None:
    owner = await asyncpg.connect(owner_of(database_url))
    await owner.execute(f"GRANT DELETE, TRUNCATE ON journal.fact TO {RUNTIME}")
    await owner.close()
    await asyncio.to_thread(migrate_as_owner, database_url)
    rights = "SELECT has_table_privilege('journal.fact', 'DELETE') OR has_table_privilege('journal.fact', 'TRUNCATE')"
    assert await pool.fetchval(rights) is False


async def test_a_role_that_is_not_there_is_one_sentence(database_url: str) -> None:
    owner = await asyncpg.connect(owner_of(database_url))
    try:
        with pytest.raises(NoSuchRole, match="has no role nobody_here"):
            await grant_runtime(owner, "nobody_here")
    finally:
        await owner.close()


async def test_doctor_names_programs_that_own_their_tables(
    pool: asyncpg.Pool, database_url: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await owns_tables(pool) is False
    await print_examination(settings)
    assert "owns the tables" not in capsys.readouterr().out
    owner = await asyncpg.connect(owner_of(database_url))
    try:
        assert await owns_tables(owner) is True
    finally:
        await owner.close()


@pytest.mark.owner
async def test_doctor_says_how_to_part_them(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert await print_examination(settings) == 1
    assert "STORE_OMNI_OWNER_URL" in capsys.readouterr().out


def test_the_role_is_read_from_the_url() -> None:
    assert role_of("postgresql://sh%40op:p%40ss@db.example.com/name") == "sh@op"
