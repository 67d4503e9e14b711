"""Past orders with all their dirt, each kind in a file small enough to be understood."""

import csv
from pathlib import Path

import pytest

from store_omni import importing
from store_omni.importing.errors import ImportRefused

from .files import ORDER_COLUMNS, bring, broken_levels, fingerprint, write_csv

A, B = "13085", "17850"
GB = "United Kingdom"


def line(doc, code, qty, at, price, customer=A, name="WHITE MUG"):
    return (doc, code, name, qty, f"2010-01-{at}", price, customer, GB)


@pytest.fixture
def bring_lines(pool, tmp_path):
    async def bring_lines(*lines, name="lines.csv"):
        return await bring(pool, "orders", write_csv(tmp_path / name, ORDER_COLUMNS, lines))

    return bring_lines


async def one(pool, sql, *values):
    return tuple(await pool.fetchrow(sql, *values))


@pytest.mark.anyio
async def test_duplicate_lines_are_real_and_become_two(pool, bring_lines):
    counts = await bring_lines(line("1", "M1", 2, "04 10:00:00", "2.95"), line("1", "M1", 2, "04 10:00:00", "2.95"))
    assert (counts.read, counts.imported) == (2, 2)
    assert await one(pool, "SELECT count(*), sum(qty), sum(qty_handed_over) FROM orders.order_line") == (2, 4, 4)
    assert await one(pool, 'SELECT number, state, total_minor, currency, source FROM orders."order"') == (
        "1", "completed", 1180, "GBP", "import",
    )  # fmt: skip
    assert await one(pool, "SELECT state, captured_minor, refunded_minor FROM payments.charge") == ("captured", 1180, 0)


@pytest.mark.anyio
async def test_an_invoice_with_two_times_keeps_the_first(pool, bring_lines):
    counts = await bring_lines(line("1", "M1", 1, "04 10:00:00", "1"), line("1", "M2", 1, "04 10:01:00", "1"))
    at = await pool.fetchval('SELECT placed_at FROM orders."order"')
    assert at.isoformat() == "2010-01-04T10:00:00+00:00"
    assert counts.notes["orders with two times, the first one kept"] == 1


@pytest.mark.anyio
async def test_a_cancellation_takes_from_the_latest_sale_first(pool, bring_lines):
    counts = await bring_lines(
        line("1", "M1", 5, "01 10:00:00", "2"), line("2", "M1", 3, "02 10:00:00", "2"), line("3", "M1", 9, "02 11:00:00", "2", B),
        line("C4", "M1", -4, "03 10:00:00", "2"), line("5", "M1", 9, "04 10:00:00", "2"),
    )  # fmt: skip
    back = await pool.fetch(
        """SELECT o.number, l.qty_returned FROM orders.order_line l JOIN orders."order" o ON o.id = l.order_id ORDER BY 1"""
    )
    assert [tuple(row) for row in back] == [("1", 1), ("2", 3), ("3", 0), ("5", 0)]
    requests = await pool.fetch("SELECT number, kind, refund_minor, reception, acceptance FROM returns.request ORDER BY number")
    assert [tuple(row) for row in requests] == [
        ("C4", "standard", 200, "received", "accepted"), ("C4-2", "standard", 600, "received", "accepted")
    ]  # fmt: skip
    assert await pool.fetchval("SELECT sum(amount_minor) FROM payments.refund") == 800
    assert "of them returns without origin" not in counts.notes
    assert await broken_levels(pool) == []


@pytest.mark.anyio
async def test_what_no_sale_explains_is_a_return_without_origin(pool, bring_lines):
    counts = await bring_lines(
        line("1", "M1", 2, "05 10:00:00", "2"),
        line("C2", "M1", -5, "06 10:00:00", "2"),  # two of the five are known
        line("C3", "M1", -1, "04 10:00:00", "2", B),  # never bought
        line("C4", "M1", -1, "06 12:00:00", "2", ""),  # nobody's
    )
    kinds = await pool.fetch("SELECT kind, count(*), sum(refund_minor) FROM returns.request GROUP BY kind ORDER BY kind")
    assert [tuple(row) for row in kinds] == [("standard", 1, 400), ("without_origin", 3, 1000)]
    assert counts.notes["of them returns without origin"] == 3
    assert counts.imported == 4
    assert await broken_levels(pool) == []


@pytest.mark.anyio
async def test_nobody_is_nobody_and_never_one_shared_person(pool, bring_lines):
    await bring_lines(line("1", "M1", 1, "04 10:00:00", "2", ""), line("2", "M1", 1, "04 11:00:00", "2", ""))
    assert await one(pool, 'SELECT count(*), count(customer_id), min(channel), max(channel) FROM orders."order"') == (
        2, 0, "counter", "counter",
    )  # fmt: skip
    assert await pool.fetchval("SELECT count(*) FROM customers.customer") == 0


@pytest.mark.anyio
async def test_negative_lines_that_cancel_nothing_correct_the_stock(pool, bring_lines):
    counts = await bring_lines(
        line("1", "M1", 4, "04 10:00:00", "2"), line("2", "M1", -7, "05 10:00:00", "0", "", "damages"),
        line("3", "M1", -1, "06 10:00:00", "0", "", ""),
    )  # fmt: skip
    assert (counts.imported, counts.adjusted) == (1, 2)
    entries = await pool.fetch("SELECT kind, d_on_hand, reason FROM inventory.ledger_entry WHERE kind = 'adjust' ORDER BY at")
    assert [tuple(row) for row in entries] == [
        ("adjust", -7, "damages"),
        ("adjust", -1, "no reason given"),
    ]
    assert await broken_levels(pool) == []


@pytest.mark.anyio
async def test_write_offs_move_no_stock_and_stand_in_the_journal(pool, bring_lines):
    counts = await bring_lines(line("A1", "B", 1, "04 10:00:00", "-53594.36", "", "Adjust bad debt"))
    assert (counts.imported, counts.adjusted) == (0, 1)
    assert await one(pool, "SELECT kind, data->>'amount_minor' FROM journal.fact") == ("payment.written_off", "-5359436")
    assert await pool.fetchval("SELECT count(*) FROM inventory.ledger_entry") == 0


@pytest.mark.anyio
async def test_price_nothing_is_kept_with_its_reason(pool, bring_lines):
    await bring_lines(line("1", "M1", 2, "04 10:00:00", "0.0"), line("1", "M2", 2, "04 10:00:00", "0.001"))
    rows = await pool.fetch("SELECT unit_price_minor, price_reason FROM orders.order_line ORDER BY line_no")
    assert [tuple(row) for row in rows] == [(0, "free"), (0, "rounded")]


@pytest.mark.anyio
async def test_postage_is_a_service_and_never_on_a_shelf(pool, bring_lines):
    counts = await bring_lines(
        line("1", "POST", 3, "04 10:00:00", "18", name="POSTAGE"), line("1", "M1", 1, "04 10:00:00", "2"),
        line("C2", "POST", -1, "05 10:00:00", "18", name="POSTAGE"),
    )  # fmt: skip
    assert await pool.fetchval("SELECT kind FROM catalog.sku WHERE code = 'POST'") == "service"
    assert await pool.fetchval("SELECT count(*) FROM inventory.stock_level") == 1
    assert await pool.fetchval("SELECT sum(refund_minor) FROM returns.request") == 1800
    assert counts.notes["lines of services"] == 1


@pytest.mark.anyio
@pytest.mark.parametrize("credited", ["3", "1"])
async def test_what_is_paid_back_is_what_was_paid(pool, bring_lines, credited):
    counts = await bring_lines(line("1", "M1", 2, "04 10:00:00", "2"), line("C2", "M1", -1, "05 10:00:00", credited))
    assert await one(pool, "SELECT captured_minor, refunded_minor FROM payments.charge") == (400, 200)
    assert counts.notes["return lines credited at another price, paid back at that of their sale"] == 1


@pytest.mark.anyio
async def test_a_customer_always_buys_in_the_same_store(pool, bring_lines):
    await bring_lines(
        *(line(str(n), "M1", 1, f"{n:02d} 10:00:00", "2", customer) for n, customer in enumerate([A, B, A, B, A, B], 1))
    )
    stores = await pool.fetch(
        """SELECT o.customer_id, count(DISTINCT f.store_id), count(DISTINCT o.channel) FROM orders."order" o
           JOIN orders.fulfilment f ON f.order_id = o.id GROUP BY 1"""
    )
    assert [tuple(row)[1:] for row in stores] == [(1, 1), (1, 1)]


@pytest.mark.anyio
async def test_the_same_file_again_and_a_later_one(pool, bring_lines):
    first = [line("1", "M1", 5, "01 10:00:00", "2"), line("C2", "M1", -1, "02 10:00:00", "2"),
             line("3", "M1", -1, "02 10:00:00", "0", ""), line("A4", "B", 1, "02 10:00:00", "-5")]  # fmt: skip
    await bring_lines(*first)
    before = await fingerprint(pool)
    again = await bring_lines(*first)
    assert (again.merged, again.imported, again.adjusted) == (4, 0, 0)
    assert await fingerprint(pool) == before
    later = await bring_lines(*first, line("5", "M1", 8, "09 10:00:00", "2"), line("C6", "M1", -2, "10 10:00:00", "2"))
    assert (later.merged, later.imported) == (4, 2)
    sold = await pool.fetch(
        'SELECT o.number, qty_returned FROM orders.order_line JOIN orders."order" o ON o.id = order_id ORDER BY 1'
    )
    assert [tuple(row) for row in sold] == [("1", 1), ("5", 2)]
    assert await broken_levels(pool) == []


@pytest.mark.anyio
async def test_a_return_of_a_sale_that_came_with_an_earlier_file(pool, bring_lines):
    await bring_lines(line("1", "M1", 5, "01 10:00:00", "2"))
    await bring_lines(line("C2", "M1", -3, "02 10:00:00", "2"), name="later.csv")
    assert await pool.fetchval("SELECT qty_returned FROM orders.order_line") == 3
    assert await pool.fetchval("SELECT refunded_minor FROM payments.charge") == 600


@pytest.mark.anyio
async def test_history_tells_nobody_and_stands_in_the_timeline(pool, bring_lines):
    await bring_lines(line("1", "M1", 1, "04 10:00:00", "2"), line("C2", "M1", -1, "05 10:00:00", "2"))
    assert await pool.fetchval("SELECT count(*) FROM journal.fact WHERE data->>'imported' IS NULL") == 0
    kinds = await pool.fetch("SELECT kind FROM journal.entry WHERE customer_id IS NOT NULL ORDER BY occurred_at, kind")
    assert [row["kind"] for row in kinds] == ["order.placed", "pickup.handed_over", "return.received"]
    for table in ("journal.delivery", "notifications.message"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 0


@pytest.mark.anyio
async def test_bad_rows_are_named_and_the_others_come_in(pool, bring_lines, tmp_path):
    counts = await bring_lines(
        line("1", "M1", 1, "04 10:00:00", "2"), line("2", "M1", "many", "04 10:00:00", "2"), line("", "M1", 1, "04 10:00:00", "2"),
        line("3", "M1", 1, "40 10:00:00", "2"), line("4", "M1", 0, "04 10:00:00", "2"), line("5", "M1", 1, "04 10:00:00", "dear"),
    )  # fmt: skip
    assert (counts.read, counts.imported, counts.rejected) == (6, 1, 5)
    with (tmp_path / "lines.rejected.csv").open(encoding="utf-8-sig") as file:
        rejected = [(row["row"], row["reason"], row["invoice_no"]) for row in csv.DictReader(file)]
    assert rejected == [
        ("3", "quantity is no whole number: 'many'", "2"), ("4", "order_no is empty", ""),
        ("5", "date and time cannot be read: '2010-01-40 10:00:00'", "3"), ("6", "quantity is nothing", "4"),
        ("7", "price is no amount: 'dear'", "5"),
    ]  # fmt: skip


@pytest.mark.anyio
async def test_a_failure_in_the_middle_leaves_nothing(pool, bring_lines, monkeypatch):
    before = await fingerprint(pool)

    async def fail(*_arguments):
        raise RuntimeError("power cut")

    monkeypatch.setattr("store_omni.importing.orders.importing.write_journal", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        await bring_lines(line("1", "M1", 1, "04 10:00:00", "2"))
    assert await fingerprint(pool) == before


@pytest.mark.anyio
async def test_only_stock_lists_are_no_orders(pool, tmp_path):
    path = write_csv(tmp_path / "stock.csv", ("store_code", "sku_code", "quantity"), [])
    with pytest.raises(ImportRefused, match="only stock lists"):
        await bring(pool, "orders", path)


@pytest.mark.anyio
async def test_an_order_in_two_currencies_is_not_taken(pool, tmp_path, order_world):
    """Added up, 2 × 12,900 won and 9.90 dollars were 26,790 won."""
    header = ("order_no", "line_no", "kind", "ordered_at", "collected_at", "channel", "store_code", "customer_code", "sku_code", "quantity",
              "unit_price", "currency", "tender", "slip_no", "origin_order_no", "origin_line_no")  # fmt: skip
    at = ("2026-01-05 10:00", "2026-01-05 12:00", "web", "S1", "")
    mixed = write_csv(tmp_path / "mixed.csv", header, [
        ("O1", 1, "sale", *at, "A-1", 2, "12900", "KRW", "cash", "", "", ""), ("O1", 2, "sale", *at, "A-1", 1, "9.90", "USD", "cash", "", "", ""),
        ("O2", 1, "sale", *at, "A-1", 1, "12900", "KRW", "cash", "", "", ""),
    ])  # fmt: skip
    counts = await bring(pool, "orders", mixed)
    assert (counts.read, counts.imported, counts.rejected) == (3, 1, 2)
    assert await one(pool, 'SELECT number, total_minor FROM orders."order"') == ("O2", 12900)
    with mixed.with_suffix(".rejected.csv").open(encoding="utf-8-sig") as file:
        assert {row["reason"] for row in csv.DictReader(file)} == {"order has two currencies: KRW, USD"}


@pytest.fixture
async def order_world(pool, tmp_path):
    await bring(
        pool,
        "stores",
        write_csv(
            tmp_path / "s.csv", ("매장코드", "매장명", "주소", "전화번호", "위도", "경도"), [("S1", "강남점", "", "", "", "")]
        ),
    )
    await bring(pool, "catalog", write_csv(tmp_path / "g.csv", ("상품코드", "상품명", "판매가"), [("A-1", "머그컵", "12900")]))


@pytest.mark.anyio
async def test_dates_with_two_readings_stop_the_import_until_the_mapping_says_which(pool, tmp_path):
    """12/1/2010 of a file written in America became 12 January, with the audit clean."""
    lines = [
        ("1", "M1", "WHITE MUG", 2, "12/13/2010 8:26", "2.95", A, GB),
        ("2", "M1", "WHITE MUG", 2, "12/1/2010 8:26", "2.95", A, GB),
    ]
    path = write_csv(tmp_path / "us.csv", ORDER_COLUMNS, lines)
    with pytest.raises(ImportRefused, match=r"us.csv, row 3: '12/1/2010 8:26' may be day/month or month/day"):
        await bring(pool, "orders", path)
    assert await pool.fetchval('SELECT count(*) FROM orders."order"') == 0
    known = (Path(importing.__file__).parent / "mappings/online_retail.toml").read_text("utf-8")
    mapping = tmp_path / "us.toml"
    mapping.write_text(known.replace('decimal = "."', 'decimal = "."\ndates = "%m/%d/%Y %H:%M"'), "utf-8")
    assert (await bring(pool, "orders", path, mapping=mapping)).imported == 2
    placed = await pool.fetch('SELECT placed_at FROM orders."order" ORDER BY number')
    assert [row["placed_at"].strftime("%m-%d") for row in placed] == ["12-13", "12-01"]


@pytest.mark.anyio
async def test_a_quantity_with_a_decimal_comma_is_not_ten_times_as_much(pool, tmp_path, order_world):
    stock = write_csv(tmp_path / "stock.csv", ("매장코드", "상품코드", "재고수량"), [("S1", "A-1", "1,5")])
    counts = await bring(pool, "stock", stock)
    assert (counts.imported, counts.rejected) == (0, 1)
    assert await pool.fetchval("SELECT count(*) FROM inventory.stock_level") == 0
