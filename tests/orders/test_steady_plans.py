"""Placing and holding read what they need and no more, even where a plan was made while the shop had no orders yet, and thousands
have come since: a plan is kept until somebody looks at the table again."""

import asyncpg
import pytest

from ..factories.ordering import Shop
from ..inventory.test_guards import HOLD, PLACE, PLAINLY, Row, capped, hold, order

pytestmark = [pytest.mark.anyio, pytest.mark.owner]
ROWS = 3_000
READ_MAX = 100
GROWING = (
    "journal.operation", "customers.customer", "customers.identity", "inventory.stock_level", "catalog.sku", "catalog.product",
    "orders.open_share",
)  # fmt: skip
READ = """SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables
          WHERE schemaname || '.' || relname = ANY ($1)"""
PHONE = "+821012340001"
CASES = {"plainly": (PLACE, {}), "with all": (PLACE, {"caps": capped(20)}), "hold": (HOLD, {})}


async def _open_and_grow(connection: asyncpg.Connection) -> None:
    """Everybody has the same name, every operation the same actor."""
    await connection.execute(
        f"""INSERT INTO journal.operation (actor, key, body_hash, result)
            SELECT 'service:x', 'k' || n, '\\x00', '{{}}' FROM generate_series(1, {ROWS}) n"""
    )
    await connection.execute(
        f"""WITH made AS (
              INSERT INTO customers.customer (id, status, display_name, locale)
              SELECT gen_random_uuid(), 'guest', '김', 'ko' FROM generate_series(1, {ROWS}) RETURNING id)
            INSERT INTO customers.identity (id, customer_id, origin_customer_id, kind, value, last_four)
            SELECT gen_random_uuid(), id, id, 'phone', CASE WHEN row_number() OVER () = 1 THEN '{PHONE}' ELSE id::text END, ''
            FROM made"""
    )
    await connection.execute(
        f"""WITH product AS (
              INSERT INTO catalog.product (code, name_ko, name_en, category, search_text, search_jamo, search_cho)
              SELECT 'P' || n, '컵', 'cup', 'x', '', '', '' FROM generate_series(1, {ROWS}) n RETURNING id, code),
            made AS (
              INSERT INTO catalog.sku (product_id, code, price_minor, currency) SELECT id, code, 1000, 'KRW' FROM product RETURNING id)
            INSERT INTO inventory.stock_level (store_id, sku_id) SELECT s.id, made.id FROM made, stores.store s"""
    )


async def _read(shop: Shop, function: str, *batches: list[Row]) -> int:
    """Rows of the growing tables that the second of two batches reads, when these have grown after the first."""

    async def send(rows: list[Row]) -> None:
        told = await connection.fetchval(f"SELECT {function}($1)", [row | {"no": no} for no, row in enumerate(rows)])
        assert not any("refused" in answer for answer in told), told

    async with shop.pool.acquire() as connection:
        for table in GROWING:
            await connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
            await connection.execute(f"VACUUM ANALYZE {table}")
        async with connection.transaction():
            await send(batches[0])
            await _open_and_grow(connection)
            before = await connection.fetchval(READ, list(GROWING))
            await send(batches[1])
            return await connection.fetchval(READ, list(GROWING)) - before


def _batches(shop: Shop, case: str) -> list[list[Row]]:
    function, more = CASES[case]
    if function == HOLD:
        return [[hold(shop, (index, 1)) for index in (0, 1, 2)] for _ in range(2)]
    known = {"phone": PHONE, "email": None} | more
    return [[order(shop, (0, 1), **known), order(shop, (1, 1), **more), order(shop, (2, 1), **more)] for _ in range(2)]


@pytest.mark.parametrize("case", CASES)
async def test_what_is_read_does_not_grow_with_what_is_there(shop: Shop, case: str) -> None:
    assert await _read(shop, CASES[case][0], *_batches(shop, case)) < READ_MAX


@pytest.mark.parametrize(("function", "fence"), [(PLACE, " OFFSET 0) o ON true"), (PLAINLY, " OFFSET 0) s ON true")])
async def test_control_without_the_fence_everything_is_read(shop: Shop, function: str, fence: str) -> None:
    source = await shop.pool.fetchval("SELECT pg_get_functiondef($1::text::regproc)", function)
    assert fence in source
    await shop.pool.execute(source.replace(fence, fence.replace(" OFFSET 0", "")))
    assert await _read(shop, PLACE, *_batches(shop, "plainly")) > ROWS
