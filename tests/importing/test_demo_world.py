"""The demo's year of orders goes through the same importers and ends at the stock that stands in its list."""

import csv
from datetime import date

import pytest

from store_omni.demo.data.writing import write_world

from .files import bring, broken_levels, fingerprint

UNTIL = date(2026, 11, 22)


async def _bring_all(pool, folder):
    counts = {}
    for kind in ("stores", "catalog", "customers"):
        counts[kind] = await bring(pool, kind, folder / f"{kind}.csv")
    counts["orders"] = await bring(pool, "orders", folder / "orders.csv", folder / "stock.csv")
    counts["stock"] = await bring(pool, "stock", folder / "stock.csv")
    return counts


@pytest.mark.anyio
async def test_the_world_comes_in_whole_and_twice_changes_nothing(pool, tmp_path):
    rows = write_world(tmp_path, seed=1, until=UNTIL)
    counts = await _bring_all(pool, tmp_path)
    for kind, count in counts.items():
        assert (count.read, count.rejected, count.adjusted) == (rows[f"{kind}.csv"], 0, 0), kind
    today = {
        (row["store_code"], row["sku_code"]): int(row["quantity"]) for row in csv.DictReader((tmp_path / "stock.csv").open())
    }
    levels = await pool.fetch(
        """SELECT s.code AS store, k.code AS sku, l.on_hand FROM inventory.stock_level l
           JOIN stores.store s ON s.id = l.store_id JOIN catalog.sku k ON k.id = l.sku_id"""
    )
    assert {(row["store"], row["sku"]): row["on_hand"] for row in levels} == today
    assert await broken_levels(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM inventory.ledger_entry WHERE kind = 'count'") == 0
    await _check_orders(pool, tmp_path)
    before = await fingerprint(pool)
    again = await _bring_all(pool, tmp_path)
    assert await fingerprint(pool) == before
    assert all(count.merged == count.read for count in again.values())


async def _check_orders(pool, folder):
    lines = list(csv.DictReader((folder / "orders.csv").open(encoding="utf-8")))
    sales = [row for row in lines if row["kind"] == "sale"]
    cancelled = {row["origin_order_no"] for row in lines if row["kind"] == "cancel"}
    states = dict(await pool.fetch('SELECT state, count(*) FROM orders."order" GROUP BY state'))
    assert states == {"completed": len({row["order_no"] for row in sales} - cancelled), "cancelled": len(cancelled)}
    taken = sum(int(row["quantity"]) * int(row["unit_price"]) for row in sales if row["order_no"] not in cancelled)
    back = sum(int(row["quantity"]) * int(row["unit_price"]) for row in lines if row["kind"] == "return")
    money = await pool.fetchrow("SELECT sum(captured_minor), sum(refunded_minor) FROM payments.charge")
    assert tuple(money) == (taken, back)
    assert await pool.fetchval("SELECT count(*) FROM returns.request WHERE kind = 'without_origin'") == 0
    elsewhere = await pool.fetchval(
        """SELECT count(*) FROM returns.request r JOIN orders.fulfilment f ON f.order_id = r.order_id
           WHERE r.received_store_id <> f.store_id"""
    )
    assert elsewhere > 50
    tenders = {row["tender"] for row in await pool.fetch("SELECT DISTINCT tender FROM payments.capture")}
    assert tenders == {"cash", "card_terminal"}
