"""`store-omni migrate`: functions follow their files, and two at once wait for each other."""

import asyncio
import os
import sys
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.config import Config

from store_omni import migrating
from store_omni.auditing import audit
from store_omni.inventory.sealing import LEDGER
from store_omni.journal.dispatching import dispatch
from store_omni.journal.sealing import LOOKS, heads, seal_all
from store_omni.kit.database import open_pool
from store_omni.kit.postgres.cluster import Cluster
from store_omni.kit.postgres.initialising import owner_of
from store_omni.migrating import ROOT, FunctionFile, create_changed_functions, function_files, migrate
from store_omni.worker import CONSUMERS

from .conftest import _admin, copy_of_template, create_database

pytestmark = pytest.mark.anyio


async def test_a_migrated_database_has_nothing_left_to_create(cluster: Cluster) -> None:
    connection = await asyncpg.connect(owner_of(await asyncio.to_thread(copy_of_template, cluster)))
    try:
        assert await create_changed_functions(connection) == []
    finally:
        await connection.close()


async def test_a_function_whose_text_changed_is_created_anew(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = await asyncpg.connect(owner_of(await asyncio.to_thread(copy_of_template, cluster)))
    text = "CREATE OR REPLACE FUNCTION journal.answer() RETURNS int LANGUAGE sql AS $$ SELECT {} $$"
    try:
        for answer in (1, 2):
            file = FunctionFile("journal.answer", text.format(answer), f"checksum of {answer}")
            monkeypatch.setattr(migrating, "function_files", lambda file=file: iter([file]))
            assert await create_changed_functions(connection) == ["journal.answer"]
            assert await connection.fetchval("SELECT journal.answer()") == answer
    finally:
        await connection.close()


async def test_the_functions_of_the_database_are_those_of_the_files(cluster: Cluster) -> None:
    """A migration alone may not bring a function: nobody would find its text."""
    connection = await asyncpg.connect(owner_of(await asyncio.to_thread(copy_of_template, cluster)))
    try:
        rows = await connection.fetch(
            """SELECT n.nspname || '.' || p.proname AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
               WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'public')"""
        )
    finally:
        await connection.close()
    assert {row["name"] for row in rows} == {file.name for file in function_files()}


async def test_two_migrations_at_once_both_end_well(cluster: Cluster, tmp_path: Path) -> None:
    """Without the lock the second finds the first one's half-made tables and fails."""
    name = "migrated_twice"
    url = owner_of(await asyncio.to_thread(create_database, cluster, name))
    environment = os.environ | {"STORE_OMNI_DATABASE_URL": url, "STORE_OMNI_DATA_DIR": str(tmp_path)}

    async def migrate() -> tuple[int | None, bytes]:
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "store_omni", "migrate", env=environment, stderr=asyncio.subprocess.PIPE
        )
        _, said = await program.communicate()
        return program.returncode, said

    ended = await asyncio.gather(migrate(), migrate())
    assert [code for code, _ in ended] == [0, 0], ended
    await _admin(cluster.admin_url, f"DROP DATABASE {name} WITH (FORCE)")


# Three facts with their number, the last one told of; one without. A look, and no entry of the ledger.
BEFORE_SEALS = """
INSERT INTO journal.fact (id, kind, subject_type, subject_id, channel, actor_kind, pos)
SELECT gen_random_uuid(), 'order.placed', 'order', n, 'web', 'guest', nullif(n, 4) FROM generate_series(1, 4) n;
INSERT INTO journal.delivery (fact_id, consumer, pos, state) SELECT id, 'messages', pos, 'done' FROM journal.fact WHERE pos = 3;
INSERT INTO journal.access (id, staff_id, staff_role, task, source)
VALUES (gen_random_uuid(), gen_random_uuid(), 'agent', 'desk.search', '127.0.0.1')"""


async def test_what_was_written_before_the_seals_is_sealed_and_told_to_nobody_again(cluster: Cluster) -> None:
    name = "before_seals"
    url = owner_of(await asyncio.to_thread(create_database, cluster, name))
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = url
    await asyncio.to_thread(command.upgrade, config, "give_shelves")
    await _admin(url, BEFORE_SEALS)
    await asyncio.to_thread(migrate, url)
    pool = await open_pool(url, size=2)
    try:
        assert await dispatch(pool, CONSUMERS) == 1
        assert (await seal_all(pool, LOOKS), await seal_all(pool, LEDGER)) == (1, 0)
        rows = await pool.fetch("SELECT pos, state FROM journal.delivery ORDER BY pos")
        assert [tuple(row) for row in rows] == [(3, "done"), (4, "waiting")]
        async with pool.acquire() as connection:
            found = await audit(connection)
        assert (found["I21"], found["I42"], found["I41"], found["I43"]) == (0, 0, 0, 0)
        assert str(await heads(pool)).startswith("access:1:")
    finally:
        await pool.close()
    await _admin(cluster.admin_url, f"DROP DATABASE {name} WITH (FORCE)")
