import asyncio
from collections.abc import Generator

import pytest

from store_omni.kit.postgres.cluster import Cluster

from ..conftest import TEMPLATE_OF_WORLD, copy_of_template, drop_copy
from ..factories.world import World
from .callers import Stage, browsers, furnish, served


@pytest.fixture(scope="package")
def stage(cluster: Cluster, small_world: World, tmp_path_factory: pytest.TempPathFactory) -> Generator[Stage, None, None]:
    database_url = copy_of_template(cluster, TEMPLATE_OF_WORLD)
    try:
        known, tokens, shopper = asyncio.run(furnish(database_url, small_world))
        with served(database_url, tmp_path_factory.mktemp("fuzz")) as (port, log):
            cookies, csrf = browsers(port, small_world, shopper)
            yield Stage(port, known, tokens, cookies, csrf, log)
    finally:
        drop_copy(cluster, database_url)
