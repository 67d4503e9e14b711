"""Brings a database up to date: first the tables (Alembic), then every database function whose text changed.

The living text of a function is `<room>/functions/<name>.sql`: `CREATE OR REPLACE FUNCTION`, and `CREATE OR REPLACE TRIGGER`
where a trigger calls it. A function whose arguments change gets a new name, so that the release before goes on with the old one.
"""

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import msgspec
from alembic import command
from alembic.config import Config

from store_omni.granting import grant_retention, grant_runtime
from store_omni.versions import OLDEST_CODE, VERSION, parts

ROOT = Path(__file__).parents[2]
ROOMS = Path(__file__).parent
# Two `migrate` at once would both see the same missing table: the second waits for this lock.
MIGRATE_LOCK = 7_315_002
_RECORD = """
CREATE TABLE IF NOT EXISTS public.database_function (
  name text PRIMARY KEY, checksum text NOT NULL, created_at timestamptz NOT NULL DEFAULT now())"""


_RECORD_CODE = """
CREATE TABLE IF NOT EXISTS public.code_version (
  one boolean PRIMARY KEY DEFAULT true CHECK (one), version text NOT NULL, oldest_code text NOT NULL,
  migrated_at timestamptz NOT NULL DEFAULT now())"""


class NewerDatabase(Exception):
    """A newer release migrated this database; this one would put its own, older functions back. The message says so."""


class FunctionFile(msgspec.Struct, frozen=True):
    """`name`: `room.function`; `checksum`: SHA-256 of `text` in hex."""

    name: str
    text: str
    checksum: str

    @property
    def body(self) -> str:
        """As PostgreSQL keeps it: what stands between the dollar quotes."""
        return self.text.split("$$")[1]


def function_files() -> Iterator[FunctionFile]:
    """Every database function of the product, by room and name."""
    for path in sorted(ROOMS.glob("*/functions/*.sql")):
        text = path.read_text(encoding="utf-8")
        yield FunctionFile(f"{path.parts[-3]}.{path.stem}", text, hashlib.sha256(text.encode()).hexdigest())


async def create_changed_functions(connection: asyncpg.Connection) -> list[str]:
    """Creates, in one transaction, each function whose text is not the one recorded in this database. Returns their names."""
    changed = []
    async with connection.transaction():
        await connection.execute(_RECORD)
        # A function may call one that is created later in this loop.
        await connection.execute("SET LOCAL check_function_bodies = off")
        known = dict(await connection.fetch("SELECT name, checksum FROM public.database_function"))
        for file in function_files():
            if known.get(file.name) == file.checksum:
                continue
            await connection.execute(file.text)
            await connection.execute(
                "INSERT INTO public.database_function (name, checksum) VALUES ($1, $2) "
                "ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, created_at = now()",
                file.name, file.checksum,
            )  # fmt: skip
            changed.append(file.name)
    return changed


async def refuse_newer(connection: asyncpg.Connection) -> None:
    """Errors: `NewerDatabase`."""
    if not await connection.fetchval("SELECT to_regclass('public.code_version') IS NOT NULL"):
        return
    version = await connection.fetchval("SELECT version FROM public.code_version")
    if version and parts(version) > parts(VERSION):
        raise NewerDatabase(
            f"store-omni {version} has migrated this database, and this is {VERSION}. Migrate with {version} or newer."
        )


async def record_code(connection: asyncpg.Connection) -> None:
    """Which release the database is of now, and the oldest one that may run on it."""
    await connection.execute(_RECORD_CODE)
    await connection.execute(
        "INSERT INTO public.code_version (version, oldest_code) VALUES ($1, $2) "
        "ON CONFLICT (one) DO UPDATE SET version = excluded.version, oldest_code = excluded.oldest_code, migrated_at = now()",
        VERSION, OLDEST_CODE,
    )  # fmt: skip


def migrate(url: str, *, runtime: str | None = None, retention: str | None = None) -> list[str]:
    """Tables, then functions, then the rights of the roles as which the programs and `forget-looks` come. `url`: of the owner. A second
    `migrate` on the same database waits for the first. Returns the names of the functions that were created anew. Errors:
    `NewerDatabase`, `NoSuchRole`, those of Alembic and of connecting."""

    async def run() -> list[str]:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", MIGRATE_LOCK)
            await refuse_newer(connection)
            config = Config(str(ROOT / "alembic.ini"))
            config.attributes["url"] = url
            await asyncio.to_thread(command.upgrade, config, "head")
            changed = await create_changed_functions(connection)
            await record_code(connection)
            if runtime is not None:
                await grant_runtime(connection, runtime)
            if retention is not None:
                await grant_retention(connection, retention)
            return changed
        finally:
            await connection.close()

    return asyncio.run(run())
