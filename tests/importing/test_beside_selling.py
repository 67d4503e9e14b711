"""A list comes in while the shop sells, and its levels lie where they are read and changed with least work."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import asyncpg
import pytest

from store_omni.importing.counting import Counts

from ..factories.ordering import Shop
from .files import ORDER_COLUMNS, bring, broken_levels, write_csv
from .test_stock_and_people import GOODS, STOCK, STORES

pytestmark = pytest.mark.anyio
WAIT_SECONDS = 20
STORE_COUNT, SKU_COUNT = 5, 300
SOLD = """SELECT inventory.post(jsonb_build_array(jsonb_build_object('store', store_id, 'sku', sku_id, 'kind', 'sell', 'on_hand', -1)),
  'sale', NULL, 'counter', 'system', NULL, NULL) FROM inventory.stock_level WHERE on_hand > 1 ORDER BY store_id, sku_id LIMIT 1"""


RECEIVED = """SELECT inventory.post(jsonb_agg(jsonb_build_object('store', (SELECT min(store_id) FROM inventory.stock_level),
  'sku', k.id, 'kind', 'receive', 'on_hand', 3)),
  'receive', NULL, 'counter', 'system', NULL, NULL) FROM catalog.sku k WHERE k.code = ANY ($1)"""


async def _beside(pool: asyncpg.Pool, coming: Awaitable[Counts], *steps: tuple[object, ...]) -> None:
    """The first statement is there before the import comes, its transaction ends only when the import waits for it; what follows
    comes in between."""
    async with pool.acquire() as connection, asyncio.timeout(WAIT_SECONDS):
        async with connection.transaction():
            await connection.execute(*steps[0])
            running = asyncio.ensure_future(coming)
            while not await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"):
                assert not running.done(), running.result()
                await asyncio.sleep(0.01)
            for step in steps[1:]:
                await connection.execute(*step)
        await running


def _orders(folder: Path, day: int, *lines: tuple[str, int]) -> Path:
    """`lines`: (SKU, units)."""
    rows = [
        (day * 10 + n, sku, sku, qty, f"2010-01-{day:02} 10:00:00", "2.95", "13085", "") for n, (sku, qty) in enumerate(lines)
    ]
    return write_csv(folder / f"{day}.csv", ORDER_COLUMNS, rows)


async def test_a_count_beside_a_sale_comes_after_it(pool: asyncpg.Pool, shop: Shop, tmp_path: Path) -> None:
    rows = [("GN", item.code, 4) for item in shop.world.items[:3]]
    await _beside(pool, bring(pool, "stock", write_csv(tmp_path / "stock.csv", STOCK, rows)), (SOLD,))
    assert [(await shop.level(index))["on_hand"] for index in range(3)] == [4, 4, 4]
    assert await broken_levels(pool) == []


async def test_past_orders_beside_a_sale_move_on_from_it(pool: asyncpg.Pool, tmp_path: Path) -> None:
    await bring(pool, "orders", _orders(tmp_path, 4, ("M1", 2), ("M1", 3)))
    store = await pool.fetchval("SELECT code FROM stores.store WHERE id = (SELECT store_id FROM inventory.stock_level)")
    await bring(pool, "stock", write_csv(tmp_path / "stock.csv", ("store_code", "sku_code", "quantity"), [(store, "M1", 9)]))
    await _beside(pool, bring(pool, "orders", _orders(tmp_path, 5, ("M1", 1))), (SOLD,))
    assert await broken_levels(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM inventory.ledger_entry WHERE kind = 'sell'") == 4


@pytest.fixture
async def two_goods(pool: asyncpg.Pool, tmp_path: Path) -> asyncpg.Pool:
    """In one store, which has units of the second only."""
    await bring(pool, "stores", write_csv(tmp_path / "stores.csv", STORES, [("S1", "강남점", "", "", "127.0", "37.5")]))
    await bring(
        pool, "catalog", write_csv(tmp_path / "goods.csv", GOODS, [(code, code, "", "", "", "100") for code in ("A1", "A2")])
    )
    await bring(pool, "stock", write_csv(tmp_path / "stock.csv", STOCK, [("S1", "A2", 9)]))
    return pool


# Units of a SKU that the store did not have arrive: by themselves; with others, which the import has already counted.
ARRIVALS = [[(RECEIVED, ["A1"])], [(RECEIVED, ["A1"]), (RECEIVED, ["A2"])]]


@pytest.mark.parametrize("steps", ARRIVALS, ids=["alone", "in_a_ring"])
async def test_a_count_beside_the_first_units_of_a_sku(two_goods: asyncpg.Pool, tmp_path: Path, steps: list) -> None:
    file = write_csv(tmp_path / "again.csv", STOCK, [("S1", "A1", 5), ("S1", "A2", 7)])
    await _beside(two_goods, bring(two_goods, "stock", file), *steps)
    assert [row[0] for row in await two_goods.fetch("SELECT on_hand FROM inventory.stock_level ORDER BY sku_id")] == [5, 7]
    assert await broken_levels(two_goods) == []


@pytest.mark.parametrize("steps", ARRIVALS, ids=["alone", "in_a_ring"])
async def test_past_orders_beside_the_first_units_of_a_sku(pool: asyncpg.Pool, tmp_path: Path, steps: list) -> None:
    await bring(pool, "catalog", write_csv(tmp_path / "goods.csv", GOODS, [("A1", "컵", "", "", "", "100")]))
    await bring(pool, "orders", _orders(tmp_path, 4, ("A2", 2)))
    await _beside(pool, bring(pool, "orders", _orders(tmp_path, 5, ("A1", 2), ("A2", 1))), *steps)
    assert await pool.fetchval("SELECT count(*) FROM inventory.ledger_entry WHERE kind = 'receive'") == len(steps)
    assert await broken_levels(pool) == []


@pytest.fixture
async def filled(pool: asyncpg.Pool, tmp_path: Path) -> asyncpg.Pool:
    """A list as tills write it: one store after the other."""
    stores, skus = [f"S{n}" for n in range(STORE_COUNT)], [f"A{n:04}" for n in range(SKU_COUNT)]
    await bring(
        pool, "stores", write_csv(tmp_path / "stores.csv", STORES, [(code, code, "", "", "127.0", "37.5") for code in stores])
    )
    await bring(
        pool, "catalog", write_csv(tmp_path / "goods.csv", GOODS, [(code, f"컵 {code}", "", "", "", "100") for code in skus])
    )
    await bring(pool, "stock", write_csv(tmp_path / "stock.csv", STOCK, [(store, sku, 9) for store in stores for sku in skus]))
    return pool


async def test_the_levels_of_a_sku_lie_together(filled: asyncpg.Pool) -> None:
    pages = await filled.fetch(
        "SELECT count(*), count(DISTINCT (ctid::text::point)[0]) FROM inventory.stock_level GROUP BY sku_id"
    )
    assert len(pages) == SKU_COUNT and {row[0] for row in pages} == {STORE_COUNT}
    assert max(row[1] for row in pages) == 2, "the last of one page and the first of the next"
    assert sum(row[1] for row in pages) < SKU_COUNT * 1.1


async def test_a_level_stays_on_its_page_when_it_first_changes(filled: asyncpg.Pool) -> None:
    where = "SELECT store_id, sku_id, (ctid::text::point)[0] FROM inventory.stock_level ORDER BY 1, 2"
    before = await filled.fetch(where)
    changed = await filled.execute("UPDATE inventory.stock_level SET on_hand = on_hand - 1 WHERE (sku_id + store_id) % 10 = 0")
    assert changed == f"UPDATE {STORE_COUNT * SKU_COUNT // 10}"
    assert await filled.fetch(where) == before
