import asyncpg
import pytest

from store_omni.catalog.knowing import Asked, KnownProducts, KnownSkus
from store_omni.kit.keeping import forget_everything

from ..factories.world import World

pytestmark = pytest.mark.anyio


async def test_skus_are_known_by_their_codes(pool: asyncpg.Pool, world: World) -> None:
    known = KnownSkus(pool)
    assert await known.ids(["LAMP-1", "NONE", "MUG-1"]) == {"LAMP-1": world.items[1].sku_id, "MUG-1": world.items[0].sku_id}
    await pool.execute("UPDATE catalog.sku SET active = false WHERE code = 'MUG-1'")
    forget_everything()
    assert await known.ids(["MUG-1"]) == {}


async def test_a_page_is_read_once_for_all_who_ask_alike(pool: asyncpg.Pool, world: World) -> None:
    known = KnownProducts(pool)
    everything = await known.page(Asked())
    assert everything is await known.page(Asked()) and everything.total == 6
    found = await known.page(Asked("머그컵을"))
    assert [card.code for card in found.cards] == ["MUG"] and found is not everything
    assert (await known.page(Asked(category="조명"))).total == 2
    assert await known.shelf_sizes() is await known.shelf_sizes()
    assert known.peek(Asked()) == (everything, await known.shelf_sizes())
    assert (await known.page(Asked("없는물건"))).cards == [] == (await known.page(Asked(page=9))).cards
