"""What managers and clerks see of levels and ledgers."""

import pytest

from store_omni.kit.errors import NotFound
from store_omni.stockroom.doubting import doubt
from store_omni.stockroom.queries import ledger_of, level_of, levels_of
from store_omni.stockroom.receiving import Arrived, receive

from ..factories.ordering import Shop
from .keeping import do

pytestmark = pytest.mark.anyio


async def test_a_stores_levels_are_found_and_filtered(shop: Shop) -> None:
    store, by = shop.world.gangnam, shop.world.clerk.actor()
    await shop.place((0, 4))
    await do(shop, receive, store, lines=[Arrived(shop.world.items[2].sku_id, 2, 1)], by=by)
    await do(shop, doubt, store, shop.world.items[1].sku_id, units=1, reason="not_found", by=by)
    async with shop.sessions.begin() as session:
        everything = await levels_of(session, store)  # type: ignore[arg-type]
        assert (everything.total, everything.pages) == (6, 1)
        names = [level.goods.name_ko for level in everything.levels]
        assert names == sorted(names)
        mug = next(level for level in everything.levels if level.goods.code == "MUG-1")
        assert (mug.on_hand, mug.allocated, mug.free, mug.tasks) == (10, 4, 6, [])
        for asked, code in (
            ({"find": "MUG"}, "MUG-1"), ({"find": shop.world.items[0].gtin}, "MUG-1"), ({"find": "수건"}, "TOWEL-1"),
            ({"category": "문구"}, "NOTE-1"), ({"only": "quarantine"}, "TOWEL-1"), ({"only": "task"}, "LAMP-1"),
        ):  # fmt: skip
            found = await levels_of(session, store, **asked)  # type: ignore[arg-type]
            assert [level.goods.code for level in found.levels] == [code], asked
        assert (await levels_of(session, store, find="100%")).total == 0  # type: ignore[arg-type]
        doubted = await level_of(session, store, shop.world.items[1].sku_id)  # type: ignore[arg-type]
        assert (doubted.short_picks, doubted.tasks, doubted.counted_at) == (1, ["recount"], None)
        with pytest.raises(NotFound):
            await level_of(session, store, 999_999)  # type: ignore[arg-type]


async def test_the_ledger_of_a_level_shows_each_balance_and_its_cause(shop: Shop) -> None:
    store, by = shop.world.gangnam, shop.world.clerk.actor()
    await shop.collected((0, 2))
    arrived = [Arrived(shop.world.items[0].sku_id, 5)]
    await do(shop, receive, store, lines=arrived, by=by, reference="DN-1", note="뒷문")
    async with shop.sessions.begin() as session:
        entries = await ledger_of(session, store, shop.world.items[0].sku_id)  # type: ignore[arg-type]
        older = await ledger_of(session, store, shop.world.items[0].sku_id, before=3, limit=1)  # type: ignore[arg-type]
    assert [(entry.version, entry.kind, entry.on_hand, entry.allocated, entry.paper) for entry in entries] == [
        (4, "receive", 13, 0, "receipt"), (3, "hand_over", 8, 0, "allocation"), (2, "allocate", 10, 2, "allocation"),
        (1, "opening", 10, 0, "opening"),
    ]  # fmt: skip
    assert (entries[0].reference, entries[0].note, entries[0].actor, entries[0].d_on_hand) == ("DN-1", "뒷문", "1001", 5)
    assert [entry.version for entry in older] == [2]
