"""The real files, against figures counted here in plain Python and not by the importer."""

import csv
import gzip
import re
import warnings
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import asyncpg
import pytest

from .files import bring, broken_levels

DATA = Path(__file__).parents[3] / "shared" / "data"
ORDERS = DATA / "online_retail_2009_2010.csv.gz"
STORES = DATA / "stores_kr_gb.csv"
SERVICE = re.compile(r"POST|DOT|C2|C3|D|M|m|S|B|ADJUST2?|BANK CHARGES|AMAZONFEE|GIFT|gift_.*|TEST\d+")


def _needed(path: Path) -> None:
    if not path.exists():
        warnings.warn(f"NOT TESTED: {path} is not there, so the real import was not tried", stacklevel=2)
        pytest.skip(f"needs the real file {path}")


def _minor(price: str) -> int:
    return int((Decimal(price) * 100).quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.anyio
async def test_the_stores_with_swapped_coordinates(pool: asyncpg.Pool) -> None:
    _needed(STORES)
    with STORES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    codes = {row["Store Number"] for row in rows}
    placed = {row["Store Number"] for row in rows if row["lat"]}
    counts = await bring(pool, "stores", STORES)
    assert (counts.read, counts.rejected) == (len(rows), 0) == (1894, 0)
    assert counts.adjusted == len(placed) and counts.imported == len(codes - placed) and counts.balanced
    assert await pool.fetchval("SELECT count(*) FROM stores.store") == len(codes)
    wrong = await pool.fetch(
        """SELECT code, latitude, longitude FROM stores.store WHERE NOT CASE country
             WHEN 'KR' THEN latitude BETWEEN 33 AND 39 AND longitude BETWEEN 124 AND 132
             WHEN 'GB' THEN latitude BETWEEN 49 AND 61 AND longitude BETWEEN -9 AND 2 END"""
    )
    assert wrong == []
    again = await bring(pool, "stores", STORES)
    assert (again.merged, again.adjusted, again.imported) == (1894, 0, 0)


def _count() -> dict[str, int]:
    """The file's own figures. Lines are told apart by their invoice's letter and sign, as its keepers say."""
    found: Counter[str] = Counter()
    sales: dict[str, int] = defaultdict(int)
    units: dict[str, int] = defaultdict(int)
    with gzip.open(ORDERS, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            doc, quantity, code = row["invoice_no"], int(row["quantity"]), row["stock_code"].strip()
            service = SERVICE.fullmatch(code) is not None
            found["read"] += 1
            if doc.startswith("A"):
                found["write_offs"] += 1
            elif quantity > 0:
                found["sold_lines"] += 1
                found["free_lines"] += not row["unit_price"].strip("0.")
                found["anonymous_lines"] += not row["customer_id"]
                found["service_lines"] += service
                sales[doc] += quantity * _minor(row["unit_price"])
                units["sold"] += 0 if service else quantity
            elif doc.startswith("C"):
                found["returned_lines"] += 1
                units["returned"] += 0 if service else -quantity
            else:
                found["corrections"] += 1
                units["corrected"] += 0 if service else quantity
    return {**found, **units, "orders": len(sales), "turnover": sum(sales.values())}


@pytest.mark.anyio
async def test_the_year_of_orders(pool: asyncpg.Pool) -> None:
    _needed(ORDERS)
    told = _count()
    counts = await bring(pool, "orders", ORDERS)
    assert (told["read"], told["orders"], told["corrections"]) == (525_461, 22_101, 2_121)
    assert (counts.read, counts.rejected, counts.merged) == (told["read"], 0, 0)
    assert counts.adjusted == told["corrections"] + told["write_offs"]
    assert counts.imported == told["sold_lines"] + told["returned_lines"]
    await _same_figures(pool, told)
    await _as_the_dirt_means(pool, counts.notes, told)
    assert await broken_levels(pool) == []
    before = await _sums(pool)
    again = await bring(pool, "orders", ORDERS)
    assert (again.merged, again.imported, again.adjusted, again.rejected) == (525_461, 0, 0, 0)
    assert await _sums(pool) == before


async def _same_figures(pool: asyncpg.Pool, told: dict[str, int]) -> None:
    orders = await pool.fetchrow('SELECT count(*), sum(total_minor) FROM orders."order"')
    assert tuple(orders) == (told["orders"], told["turnover"])
    lines = await pool.fetchrow("SELECT count(*), sum(qty * unit_price_minor) FROM orders.order_line")
    assert tuple(lines) == (told["sold_lines"], told["turnover"])
    assert await pool.fetchval("SELECT sum(captured_minor) FROM payments.charge") == told["turnover"]
    moved = dict(await pool.fetch("SELECT kind, sum(d_on_hand)::bigint FROM inventory.ledger_entry GROUP BY kind"))
    assert -(moved["sell"] + moved["hand_over"]) == told["sold"]
    assert moved["return"] == told["returned"] and moved["adjust"] == told["corrected"]


async def _as_the_dirt_means(pool: asyncpg.Pool, notes: dict[str, int], told: dict[str, int]) -> None:
    assert 2_100 <= notes["of them returns without origin"] <= 2_300
    assert notes["lines of returns and cancellations"] == told["returned_lines"]
    assert notes["lines without a customer, kept as nobody's"] == 107_927
    assert notes["lines given for nothing"] == told["free_lines"]
    assert notes["lines of services"] == told["service_lines"]
    assert notes["orders with two times, the first one kept"] > 0
    openings = await pool.fetchrow(
        "SELECT count(*), count(DISTINCT (store_id, sku_id)) FROM inventory.ledger_entry WHERE kind = 'opening'"
    )
    assert openings[0] == openings[1] == await pool.fetchval("SELECT count(*) FROM inventory.stock_level")
    twins = await pool.fetchval(
        """SELECT count(*) - count(DISTINCT (l.order_id, l.sku_id, l.qty, l.unit_price_minor)) FROM orders.order_line l"""
    )
    assert twins > 6_000, "lines that look the same are real lines"
    overpaid = await pool.fetchval("SELECT count(*) FROM payments.charge WHERE refunded_minor > captured_minor")
    told_to = await pool.fetchval("SELECT count(*) FROM journal.delivery")
    assert (overpaid, told_to) == (0, 0)


async def _sums(pool: asyncpg.Pool) -> list[tuple]:
    tables = (
        "orders.order_line",
        "inventory.ledger_entry",
        "returns.request_line",
        "journal.fact",
        "payments.refund",
        "catalog.sku",
    )
    levels = await pool.fetchrow("SELECT count(*), sum(on_hand), sum(version) FROM inventory.stock_level")
    return [tuple(levels), *[tuple(await pool.fetchrow(f"SELECT count(*) FROM {table}")) for table in tables]]
