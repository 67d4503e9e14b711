"""Far more people than units: exactly the units are sold, everybody else hears a clear no, and nobody an error.

scripts/nightly/storms runs the same with more of everybody.
"""

import asyncio
from collections.abc import Generator

import pytest

from store_omni.kit.database import open_pool
from store_omni.kit.postgres.cluster import Cluster

from ..conftest import copy_of_template, drop_copy
from ..factories.world import World, make_world
from .crowding import serving
from .storming import KINDS, Storm, storm

pytestmark = pytest.mark.race
ATTEMPTS, UNITS = 2_000, 100


class Ground:
    """A database and a server on it, for all storms."""

    def __init__(self, url: str, port: int) -> None:
        self.url = url
        self.port = port
        self.world: World = asyncio.run(self._open())

    async def _open(self) -> World:
        pool = await open_pool(self.url, size=2)
        world = await make_world(pool)
        await pool.close()
        return world

    async def storm(self, kind: str) -> Storm:
        pool = await open_pool(self.url, size=2)
        try:
            return await storm(pool, self.world, self.port, kind, attempts=ATTEMPTS, units=UNITS)
        finally:
            await pool.close()


@pytest.fixture(scope="module")
def ground(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Generator[Ground, None, None]:
    url = copy_of_template(cluster)
    with serving(url, tmp_path_factory.mktemp("web"), "tests.browser.serving:create_app") as server:
        yield Ground(url, server.port)
    drop_copy(cluster, url)


@pytest.mark.parametrize("kind", KINDS)
def test_exactly_what_is_there_is_promised(ground: Ground, kind: str) -> None:
    told = asyncio.run(ground.storm(kind))
    assert told.exact, told
    print(f"{kind}: {told.attempts / told.seconds:.0f} attempts/s")
