"""A program refuses a database that is older than itself, or that says it needs a newer program; others it takes."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator

import asyncpg
import pytest
from litestar.testing import AsyncTestClient

from store_omni import versions
from store_omni.app import create_app
from store_omni.fitting import UnfitSchema, head_revision, read_fit, refuse_unfit_schema
from store_omni.kit.postgres.cluster import Cluster
from store_omni.migrating import NewerDatabase, migrate
from store_omni.settings import Settings
from store_omni.versions import VERSION, parts
from store_omni.worker import run_worker

from .conftest import settings_for

pytestmark = [pytest.mark.anyio, pytest.mark.owner]
NEWER = ".".join(str(part) for part in (parts(VERSION)[0] + 1, 0, 0))


@pytest.fixture
async def connection(database_url: str) -> AsyncGenerator[asyncpg.Connection, None]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_what_migrate_made_fits(connection: asyncpg.Connection) -> None:
    fit = await read_fit(connection)
    assert (fit.revision, fit.version, fit.oldest_code, fit.changed) == (head_revision(), VERSION, versions.OLDEST_CODE, [])
    await refuse_unfit_schema(connection)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE alembic_version SET version_num = '0010'", "older (0010)"),
        ("DROP TABLE alembic_version", "no tables yet"),
        ("UPDATE database_function SET checksum = '' WHERE name = 'orders.place_batch'", "functions orders.place_batch are not"),
        (f"UPDATE code_version SET version = '{NEWER}', oldest_code = '{NEWER}'", f"needs store-omni {NEWER} or newer"),
    ],
)
async def test_what_does_not_fit_is_refused_with_what_to_do(
    connection: asyncpg.Connection, settings: Settings, statement: str, said: str
) -> None:
    await connection.execute(statement)
    with pytest.raises(UnfitSchema, match=r"Run: store-omni migrate|Install the newer release") as refused:
        await asyncio.wait_for(run_worker(settings, asyncio.Event()), 60)
    assert said in str(refused.value)
    with pytest.raises(BaseException) as unserved:
        async with AsyncTestClient(create_app(settings)):
            pass
    error: BaseException = unserved.value
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, UnfitSchema)


async def test_a_newer_database_that_still_takes_this_program_is_served(connection: asyncpg.Connection) -> None:
    await connection.execute(
        f"""UPDATE code_version SET version = '{NEWER}', oldest_code = '{VERSION}';
            UPDATE alembic_version SET version_num = 'of_a_later_year';
            UPDATE database_function SET checksum = 'later' WHERE name = 'orders.place_batch'"""
    )
    await refuse_unfit_schema(connection)
    assert (await read_fit(connection)).is_newer


async def test_an_older_program_puts_no_functions_back(connection: asyncpg.Connection, database_url: str) -> None:
    await connection.execute(
        f"UPDATE code_version SET version = '{NEWER}'; UPDATE database_function SET checksum = 'later' WHERE name = 'orders.place_batch'"
    )
    with pytest.raises(NewerDatabase, match=NEWER):
        await asyncio.to_thread(migrate, database_url)
    kept = await connection.fetchval("SELECT checksum FROM database_function WHERE name = 'orders.place_batch'")
    assert kept == "later"


async def _run(settings: Settings, *arguments: str) -> tuple[int | None, str]:
    environment = os.environ | {"STORE_OMNI_DATABASE_URL": settings.database_url, "STORE_OMNI_DATA_DIR": str(settings.data_dir)}
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "store_omni", *arguments, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await program.communicate()
    return program.returncode, said.decode()


async def test_the_doctor_compares_with_the_program(connection: asyncpg.Connection, settings: Settings) -> None:
    await connection.execute("UPDATE database_function SET checksum = '' WHERE name = 'orders.place_batch'")
    code, said = await _run(settings, "doctor")
    assert code == 1
    assert head_revision() in said
    assert (
        "PROBLEM          The database functions orders.place_batch are not those of this program. Run: store-omni migrate"
        in said
    )


@pytest.mark.parametrize("command", ["worker", "serve"])
async def test_a_program_that_does_not_fit_ends_with_one_sentence(tmp_path_factory: pytest.TempPathFactory, command: str) -> None:
    with Cluster.at(tmp_path_factory.mktemp("unmigrated")) as durable:
        code, said = await _run(settings_for(durable.url, tmp_path_factory.mktemp("data")), command)
    assert code == 1, said
    assert said.splitlines()[-1] == "store-omni: This database has no tables yet. Run: store-omni migrate"
    assert "Traceback" not in said


async def test_the_version_is_said() -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "store_omni", "--version", stdout=asyncio.subprocess.PIPE
    )
    said, _ = await program.communicate()
    assert said.decode().strip() == f"store-omni {VERSION}"
