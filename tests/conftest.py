"""A real PostgreSQL for the whole run, one migrated template, and a fresh copy of it for every test that asks."""

import asyncio
import itertools
import os
import re
import shutil
import tempfile
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import asyncpg
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.app import Application, create_app, make_signer
from store_omni.kit.clock import SystemClock
from store_omni.kit.database import open_engine, open_pool
from store_omni.kit.postgres.cluster import Cluster
from store_omni.kit.postgres.initialising import OWNER, RETENTION, RUNTIME, owner_of
from store_omni.kit.signing import Signer
from store_omni.migrating import migrate
from store_omni.settings import Secrets, Settings

from .factories.ordering import Shop
from .factories.world import World, make_world

ROOT = Path(__file__).parents[1]
TEMPLATE_OF_WORLD = "template_of_world"
TEMPLATE = "store_omni_template"
_NUMBERS = itertools.count(1)
MEMORY, ROOM_BYTES, PREFIX = Path("/dev/shm"), 8 << 30, "store_omni_tests_"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


def _with_name(url: str, name: str) -> str:
    head, tail = url.rsplit("@", 1)
    return f"{head}@/{name}?{tail.split('?', 1)[1]}"


async def _admin(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def create_database(server: Cluster, name: str) -> str:
    """An empty one; its URL for the programs."""
    asyncio.run(_admin(server.admin_url, f'CREATE DATABASE {name} OWNER "{OWNER}"'))
    return _with_name(server.url, name)


def migrate_as_owner(url: str) -> None:
    """`url`: of the programs."""
    migrate(owner_of(url), runtime=RUNTIME, retention=RETENTION)


def make_template(server: Cluster) -> None:
    """What `copy_of_template` copies."""
    migrate_as_owner(create_database(server, TEMPLATE))


def _in_memory(request: pytest.FixtureRequest) -> Path | None:
    """A folder in memory, gone at the end, where this machine has room for it.

    A file system that journals searches past every file deleted in the last minutes before it makes a new one. Databases come
    and go with each test, 600 files each: on ext4 that was nearly half of a whole run.
    """
    try:
        for left in MEMORY.glob(f"{PREFIX}*"):
            if not Path(f"/proc/{left.name.removeprefix(PREFIX).split('_')[0]}").exists():
                shutil.rmtree(left, ignore_errors=True)  # of a run that was killed
        spare = re.search(r"MemAvailable: *(\d+) kB", Path("/proc/meminfo").read_text())
        if not spare or min(shutil.disk_usage(MEMORY).free, int(spare[1]) << 10) < ROOM_BYTES:
            return None
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}_", dir=MEMORY))
    except OSError:
        return None
    folder.chmod(0o755)
    request.addfinalizer(lambda: shutil.rmtree(folder))
    return folder


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[Cluster, None, None]:
    """Without fsync: these tests prove rules, not survival; the kill tests start their own, durable ones."""
    server = Cluster.at(_in_memory(request) or tmp_path_factory.mktemp("postgres"), durable=False)
    server.start()
    make_template(server)
    yield server
    server.stop("immediate")


@pytest.fixture(scope="session")
def small_world(cluster: Cluster) -> World:
    """Made once, in a database that is copied for each test."""
    url = copy_of_template(cluster, name=TEMPLATE_OF_WORLD)

    async def make() -> World:
        pool = await open_pool(url, size=1)
        try:
            return await make_world(pool)
        finally:
            await pool.close()

    return asyncio.run(make())


def copy_of_template(cluster: Cluster, template: str = TEMPLATE, *, name: str | None = None) -> str:
    name = name or f"test_{os.getpid()}_{next(_NUMBERS)}"
    statement = f'CREATE DATABASE {name} TEMPLATE {template} OWNER "{OWNER}" STRATEGY file_copy'
    asyncio.run(_admin(cluster.admin_url, statement))
    return _with_name(cluster.url, name)


def drop_copy(cluster: Cluster, url: str) -> None:
    name = url.rsplit("@/", 1)[1].split("?")[0]
    asyncio.run(_admin(cluster.admin_url, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def database_url(cluster: Cluster, request: pytest.FixtureRequest) -> Generator[str, None, None]:
    """A fresh, migrated database of this test's own: empty, or with the small world for those who ask for it. Tests come as the
    programs do, those marked `owner` as the role that owns the tables."""
    if "world" in request.fixturenames:
        request.getfixturevalue("small_world")
        url = copy_of_template(cluster, TEMPLATE_OF_WORLD)
    else:
        url = copy_of_template(cluster)
    yield owner_of(url) if request.node.get_closest_marker("owner") else url
    drop_copy(cluster, url)


def settings_for(url: str, data_dir: Path, **more: object) -> Settings:
    values: dict[str, object] = {
        "database_url": url,
        "public_url": "http://testserver.local",
        "data_dir": data_dir,
        "mail_from": "store@example.com",
        "smtp_url": None,
        "secrets": Secrets(pass_signing_key="11" * 32, csrf_secret="22" * 32),
        "pool_size": 5,
        "trust_unsafe_database": True,
        "warm_skus": 0,
    }
    return Settings(**(values | more))  # type: ignore[arg-type]


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_for(database_url, tmp_path)


@pytest.fixture
def signer(settings: Settings) -> Signer:
    return make_signer(settings)


@pytest.fixture
async def pool(database_url: str) -> AsyncGenerator[asyncpg.Pool, None]:
    pool = await open_pool(database_url, size=8)
    yield pool
    await asyncio.wait_for(pool.close(), 10)


@pytest.fixture
async def sessions(database_url: str) -> AsyncGenerator[async_sessionmaker[AsyncSession], None]:
    engine, sessions = open_engine(database_url, size=8)
    yield sessions
    await engine.dispose()


@pytest.fixture
def world(small_world: World) -> World:
    """Two stores, six SKUs with stock, a clerk in each store, an agent, a manager: in this test's database."""
    return msgspec.structs.replace(small_world, items=list(small_world.items))


@pytest.fixture(scope="session")
def _routed(tmp_path_factory: pytest.TempPathFactory) -> Application:
    return create_app(settings_for("postgresql://nobody@/nothing", tmp_path_factory.mktemp("app")))


@pytest.fixture
def app(_routed: Application, settings: Settings) -> Application:
    """The web program over this test's database. What takes a second to make, its routes, is made once; whatever it knows of a
    database is made anew when it starts (entering a client of it)."""
    _routed.state.settings, _routed.state.clock = settings, SystemClock()
    return _routed


@pytest.fixture
async def client(app: Litestar) -> AsyncGenerator[AsyncTestClient[Litestar], None]:
    """A browser-like client: keeps cookies. Send forms through `factories.browsing.send`, which adds the CSRF token."""
    async with AsyncTestClient(app, base_url="http://testserver.local") as client:
        yield client


@pytest.fixture
async def shop(pool: asyncpg.Pool, sessions: async_sessionmaker[AsyncSession], signer: Signer, world: World) -> Shop:
    """The product's commands over the small world."""
    return Shop(pool, sessions, signer, world)
