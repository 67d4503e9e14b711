import asyncpg
import pytest

from store_omni.kit.errors import NotFound
from store_omni.kit.keeping import forget_everything
from store_omni.stores.knowing import KnownStores

from ..factories.world import World

pytestmark = pytest.mark.anyio


async def test_stores_are_known_by_id_and_code_with_their_hours(pool: asyncpg.Pool, world: World) -> None:
    known = KnownStores(pool)
    store = await known.by_code("GN")
    assert store is await known.by_id(world.gangnam) and len(store.hours.week) == 7
    assert (await known.all()).pickups == {"KRW": {world.gangnam, world.hongdae}}
    for unknown in (known.by_code("XX"), known.by_id(0)):
        with pytest.raises(NotFound):
            await unknown


async def test_a_store_that_has_closed_is_known_until_it_is_forgotten(pool: asyncpg.Pool, world: World) -> None:
    known = KnownStores(pool)
    await known.by_code("HD")
    await pool.execute("UPDATE stores.store SET active = false WHERE code = 'HD'")
    await known.by_code("HD")
    forget_everything()
    with pytest.raises(NotFound):
        await known.by_code("HD")
