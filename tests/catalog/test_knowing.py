import asyncio

import asyncpg
import pytest

from store_omni.catalog import knowing
from store_omni.catalog.knowing import Asked, KnownProducts, KnownSkus

from ..factories.world import World

pytestmark = pytest.mark.anyio


async def test_skus_are_known_by_their_codes(pool: asyncpg.Pool, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    known = KnownSkus(pool)
    assert await known.ids(["LAMP-1", "NONE", "MUG-1"]) == {"LAMP-1": world.items[1].sku_id, "MUG-1": world.items[0].sku_id}
    assert (known._ids.get("MUG-1"), known._ids.get("NONE"), known._ids.get("NOTE-1")) == (world.items[0].sku_id, None, None)
    await pool.execute("UPDATE catalog.sku SET active = false WHERE code = 'MUG-1'")
    assert await known.ids(["MUG-1"]) == {"MUG-1": world.items[0].sku_id}, "nobody asks again for a day"
    assert await asyncio.gather(known.ids(["NOTE\0"]), known.ids(["NOTE-1"])) == [{}, {"NOTE-1": world.items[3].sku_id}]
    monkeypatch.setattr(knowing, "CODES_KEPT_SECONDS", 0.0)
    assert await known.ids(["MUG-1"]) == {}


async def test_what_is_sold_is_known_before_anybody_asks(pool: asyncpg.Pool, world: World) -> None:
    await pool.execute("UPDATE catalog.product SET popularity = 9 WHERE code = 'NOTE'")
    await pool.execute("UPDATE catalog.sku SET active = false WHERE code = 'MUG-1'")
    known = KnownSkus(pool)
    assert await known.warm() == [world.items[3].sku_id, *(world.items[index].sku_id for index in (1, 2, 4, 5))]
    assert (known._ids.get("NOTE-1"), known._ids.get("MUG-1")) == (world.items[3].sku_id, None)


async def test_of_more_than_can_be_kept_the_rest_is_looked_up(
    pool: asyncpg.Pool, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowing, "CODES_KEPT_MAX", 2)
    known = KnownSkus(pool)
    assert len(await known.warm()) == 2
    codes = [item.code for item in world.items]
    assert await known.ids(codes) == {item.code: item.sku_id for item in world.items}
    assert len([code for code in codes if known._ids.get(code)]) == 2


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
