"""Stores, goods, customers and stock lists, in Korean as retailers have them."""

import csv

import pytest
from openpyxl import Workbook

from .files import bring, broken_levels, fingerprint, write_csv

STORES = ("매장코드", "매장명", "주소", "전화번호", "위도", "경도")
GOODS = ("상품코드", "상품명", "바코드", "브랜드", "옵션", "판매가")
PEOPLE = ("고객번호", "고객명", "휴대폰", "이메일")
STOCK = ("매장코드", "상품코드", "재고수량")


@pytest.fixture
def lists(tmp_path):
    return {
        "stores": write_csv(tmp_path / "stores.csv", STORES, [
            ("S1", "강남점", "서울 강남대로 1", "02-2000-0107", "127.0276", "37.4979"),
            ("S2", "홍대점", "서울 양화로 1", "없음", "", ""),
            ("S2", "", "x", "", "", ""),
        ], "cp949"),
        "catalog": write_csv(tmp_path / "goods.csv", GOODS, [
            ("A1", "클래식 머그컵", "8800991000018", "온담", "크림", "12,900"),
            ("A2", "호텔 수건", "", "포근", "", "19900"),
            ("A3", "이상한 값", "", "", "", "공짜"),
            ("A4", "같은 바코드", "8800991000018", "", "", "100"),
        ], "cp949"),
        "customers": write_csv(tmp_path / "people.csv", PEOPLE, [
            ("1", "김하늘", "010-1234-5678", "Haneul@Example.com"),
            ("2", "김바다", "010-1234-5678", "not a mail"),
            ("3", "", "", ""),
        ], "utf-8-sig"),
        "stock": write_csv(tmp_path / "stock.csv", STOCK, [
            ("S1", "A1", 10), ("S1", "A2", 0), ("S2", "A1", 3), ("S2", "A1", 4), ("S9", "A1", 1), ("S1", "ZZ", 1), ("S1", "A2", -1),
        ], "cp949"),
    }  # fmt: skip


async def _all(pool, lists):
    return {kind: await bring(pool, kind, lists[kind]) for kind in ("stores", "catalog", "customers", "stock")}


def _rejects(path):
    with path.with_suffix(".rejected.csv").open(encoding="utf-8-sig") as file:
        return [(int(row["row"]), row["reason"]) for row in csv.DictReader(file)]


@pytest.mark.anyio
async def test_korean_lists_come_in(pool, lists):
    counts = await _all(pool, lists)
    assert {kind: (c.read, c.imported, c.merged, c.adjusted, c.rejected) for kind, c in counts.items()} == {
        "stores": (3, 1, 0, 1, 1), "catalog": (4, 2, 0, 0, 2), "customers": (3, 2, 0, 1, 0), "stock": (7, 3, 0, 0, 4),
    }  # fmt: skip
    place = await pool.fetchrow("SELECT latitude, longitude, phone, timezone, currency FROM stores.store WHERE code = 'S1'")
    assert tuple(place) == (37.4979, 127.0276, "+82220000107", "Asia/Seoul", "KRW")
    found = await pool.fetchval("SELECT search_cho FROM catalog.product WHERE code = 'A1'")
    assert "ㅋㄹㅅㅁㄱㅋ" in found
    handles = await pool.fetch("SELECT kind, value, last_four FROM customers.identity ORDER BY customer_id, kind")
    assert sorted(tuple(row) for row in handles) == [
        ("email", "haneul@example.com", ""), ("phone", "+821012345678", "5678"), ("phone", "+821012345678", "5678")
    ]  # fmt: skip
    assert await broken_levels(pool) == []


@pytest.mark.anyio
async def test_rejects_name_row_and_reason(pool, lists):
    await _all(pool, lists)
    assert _rejects(lists["stores"]) == [(4, "name_ko is empty")]
    assert _rejects(lists["catalog"]) == [(4, "price is no amount: '공짜'"), (5, "bar code belongs to SKU A1")]
    assert _rejects(lists["stock"]) == [
        (5, "store and SKU stand in an earlier row"), (6, "store is unknown: S9"), (7, "SKU is unknown: ZZ"),
        (8, "quantity is below nothing: -1"),
    ]  # fmt: skip


@pytest.mark.anyio
async def test_the_same_lists_again_change_nothing(pool, lists):
    await _all(pool, lists)
    before = await fingerprint(pool)
    again = await _all(pool, lists)
    assert await fingerprint(pool) == before
    assert all(counts.imported == counts.adjusted == 0 for counts in again.values())


@pytest.mark.anyio
async def test_a_new_price_and_a_new_count_are_taken(pool, lists, tmp_path):
    await _all(pool, lists)
    await bring(
        pool, "catalog", write_csv(tmp_path / "dearer.csv", GOODS, [("A1", "클래식 머그컵", "", "온담", "크림", "13900")])
    )
    assert await pool.fetchval("SELECT price_minor FROM catalog.sku WHERE code = 'A1'") == 13900
    assert await pool.fetchval("SELECT gtin FROM catalog.sku WHERE code = 'A1'") == "8800991000018"
    counts = await bring(pool, "stock", write_csv(tmp_path / "recount.csv", STOCK, [("S1", "A1", 7)]))
    assert (counts.imported, counts.adjusted) == (0, 1)
    entries = await pool.fetch(
        "SELECT l.version, l.kind, l.d_on_hand FROM inventory.ledger_entry l JOIN catalog.sku k ON k.id = l.sku_id "
        "JOIN stores.store s ON s.id = l.store_id WHERE k.code = 'A1' AND s.code = 'S1' ORDER BY version"
    )
    assert [tuple(row) for row in entries] == [(1, "opening", 10), (2, "count", -3)]
    assert await broken_levels(pool) == []


@pytest.mark.anyio
async def test_a_count_below_what_is_promised_is_a_recorded_deficit(pool, world, shop, tmp_path):
    await shop.place((0, 4))
    path = write_csv(tmp_path / "count.csv", ("store_code", "sku_code", "quantity"), [("GN", world.items[0].code, 1)])
    await bring(pool, "stock", path)
    level = await shop.level(0)
    assert (level["on_hand"], level["allocated"], level["short"]) == (1, 4, 3)
    sums = await pool.fetchrow(
        "SELECT sum(d_on_hand), sum(d_short) FROM inventory.ledger_entry WHERE store_id = $1 AND sku_id = $2",
        world.gangnam, world.items[0].sku_id,
    )  # fmt: skip
    assert tuple(sums) == (1, 3)


@pytest.mark.anyio
async def test_a_stock_list_comes_as_a_workbook_too_and_leaves_its_paper(pool, world, tmp_path):
    path = tmp_path / "재고.xlsx"
    book = Workbook()
    book.active.append(STOCK)
    for row in [("GN", world.items[0].code, 12), ("GN", world.items[1].code, 10), ("HD", "GHOST", 1)]:
        book.active.append(row)
    book.save(path)
    counts = await bring(pool, "stock", path)
    assert (counts.read, counts.adjusted, counts.merged, counts.rejected) == (3, 1, 1, 1)
    assert _rejects(path) == [(4, "SKU is unknown: GHOST")]
    papers = await pool.fetch(
        "SELECT d.store_id, d.reference, e.kind, e.d_on_hand FROM inventory.document d "
        "JOIN inventory.ledger_entry e ON e.store_id = d.store_id AND e.document_id = d.id WHERE d.kind = 'import'"
    )
    assert [tuple(row) for row in papers] == [(world.gangnam, "재고.xlsx", "count", 2)]
