"""The demo's world is the same for the same seed, and believable enough to be imported."""

import csv
from collections import Counter, defaultdict
from datetime import date, datetime

import biip
import pytest

from store_omni.catalog.drawing.colours import COLOURS
from store_omni.catalog.drawing.patterns import PATTERNS
from store_omni.catalog.drawing.pictures import DRAWING_KEYS
from store_omni.demo.data.products import CATEGORIES
from store_omni.demo.data.writing import FILES, write_world
from store_omni.kit.phones import normal_phone

UNTIL = date(2026, 11, 22)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    write_world(folder, seed=1, until=UNTIL)
    return folder


@pytest.fixture(scope="module")
def world(folder):
    return {name.removesuffix(".csv"): list(csv.DictReader((folder / name).open(encoding="utf-8"))) for name in FILES}


def test_same_seed_and_date_give_the_same_bytes(folder, tmp_path):
    write_world(tmp_path, seed=1, until=UNTIL)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_another_seed_gives_another_year(folder, tmp_path):
    write_world(tmp_path, seed=2, until=UNTIL)
    assert (tmp_path / "orders.csv").read_bytes() != (folder / "orders.csv").read_bytes()
    assert (tmp_path / "catalog.csv").read_bytes() == (folder / "catalog.csv").read_bytes()


def test_the_range_is_as_big_as_promised(world):
    products = {row["product_code"]: row for row in world["catalog"]}
    assert len(products) == 323, "320 goods and three bundles of them"
    assert 400 <= len(world["catalog"]) <= 500
    assert {row["category"] for row in world["catalog"]} == set(CATEGORIES)
    for language in ("ko", "en"):
        names = Counter(row[f"name_{language}"] for row in products.values())
        assert [name for name, count in names.items() if count > 1] == []
    assert all(row["description_ko"] and row["description_en"] and row["keywords"] for row in products.values())


def test_bar_codes_are_korean_unique_and_valid(world):
    codes = [row["gtin"] for row in world["catalog"]]
    assert len(set(codes)) == len(codes)
    for code in codes:
        parsed = biip.parse(code)
        assert parsed.gtin is not None and parsed.gtin.as_gtin_13() == code and code.startswith("880")


def test_prices_and_options(world):
    options = defaultdict(set)
    for row in world["catalog"]:
        price = int(row["price"])
        assert price > 0 and price % 100 == 0
        assert row["colour"] in COLOURS
        key, _, pattern = row["drawing"].partition(".")
        assert key in DRAWING_KEYS and (pattern or "plain") in PATTERNS
        options[row["product_code"]].add((row["option_ko"], row["option_en"]))
    for code, count in Counter(row["product_code"] for row in world["catalog"]).items():
        assert len(options[code]) == count, f"{code}: two SKUs cannot be told apart"


def test_stores_lie_around_seoul_and_open(world):
    assert len(world["stores"]) == 25
    days = [f"hours_{day}" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")]
    for row in world["stores"]:
        assert 37 < float(row["latitude"]) < 38 and 126 < float(row["longitude"]) < 128
        assert normal_phone(row["phone"])
        for day in filter(None, (row[day] for day in days)):
            opens, closes = day.split("-")
            assert opens < closes
    assert any(not row["hours_sun"] for row in world["stores"]), "one store is closed on Sunday"
    assert any(row["hours_fri"].endswith("23:59") for row in world["stores"]), "one store is open late"


def test_customers_have_namesakes_households_and_no_reachable_address(world):
    rows = world["customers"]
    assert len(rows) == 600
    assert max(Counter(row["name"] for row in rows).values()) > 1
    assert max(Counter(row["phone"] for row in rows).values()) == 2
    assert sum(row["locale"] == "en" for row in rows) >= 10
    for row in rows:
        assert normal_phone(row["phone"]), row
        assert not row["email"] or row["email"].endswith(("@example.com", "@example.kr"))


def test_a_year_of_orders_in_the_right_measure(world):
    rows = world["orders"]
    kinds = Counter(row["kind"] for row in rows)
    orders = {row["order_no"] for row in rows if row["kind"] == "sale"}
    cancelled = {row["origin_order_no"] for row in rows if row["kind"] == "cancel"}
    assert 8_500 <= len(orders) <= 9_500 and 15_000 <= kinds["sale"] <= 17_000
    assert 0.02 <= len(cancelled) / len(orders) <= 0.045
    assert 0.03 <= kinds["return"] / kinds["sale"] <= 0.045
    times = [datetime.fromisoformat(row["ordered_at"]) for row in rows]
    assert times == sorted(times) and times[-1].date() < UNTIL and (UNTIL - times[0].date()).days == 365
    assert {row["channel"] for row in rows} == {"web", "mobile", "counter", "phone"}


def test_returns_name_a_line_that_was_sold_and_not_more_of_it(world):
    sold = {(row["order_no"], row["line_no"]): row for row in world["orders"] if row["kind"] == "sale"}
    back = defaultdict(int)
    elsewhere = 0
    for row in world["orders"]:
        if row["kind"] != "sale":
            key = (row["origin_order_no"], row["origin_line_no"])
            origin = sold[key]
            back[key] += int(row["quantity"])
            assert origin["sku_code"] == row["sku_code"] and origin["ordered_at"] < row["ordered_at"]
            elsewhere += row["kind"] == "return" and origin["store_code"] != row["store_code"]
    assert all(taken <= int(sold[key]["quantity"]) for key, taken in back.items())
    assert elsewhere > 50


def test_goods_leave_only_while_the_store_is_open(world):
    hours = {row["code"]: row for row in world["stores"]}
    for row in world["orders"]:
        if row["collected_at"]:
            at = datetime.fromisoformat(row["collected_at"])
            opens, closes = hours[row["store_code"]][f"hours_{at:%a}".lower()].split("-")
            assert opens <= f"{at:%H:%M}" <= closes, row


def test_todays_stock_can_be_the_end_of_that_year(world):
    today = {(row["store_code"], row["sku_code"]): int(row["quantity"]) for row in world["stock"]}
    moves = defaultdict(list)
    for row in world["orders"]:
        if row["collected_at"]:
            moves[row["store_code"], row["sku_code"]].append(
                (row["collected_at"], row["order_no"], int(row["quantity"]) * (1 if row["kind"] == "return" else -1))
            )
    for key, entries in moves.items():
        level = today[key] - sum(quantity for *_, quantity in entries)
        for *_, quantity in sorted(entries):
            level += quantity
            assert level >= 0, key
        assert level == today[key]
