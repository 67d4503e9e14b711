"""A list changes what it speaks of: absent columns and empty cells leave what is known."""

import csv

import pytest

from store_omni.importing import catalog_writing

from .files import bring, write_csv

pytestmark = pytest.mark.anyio

FULL = ("product_code", "sku_code", "gtin", "name_ko", "name_en", "brand", "category", "description_ko", "description_en", "keywords",
        "drawing", "colour", "option_ko", "option_en", "price", "currency")  # fmt: skip
CUPS = [
    ("P1", "A-1", "8801234567893", "머그컵", "Mug", "모아", "tableware", "좋은 머그컵", "A good mug", "컵 선물", "mug", "red", "빨강", "Red",
     "12900", "KRW"),
    ("P1", "A-2", "", "머그컵", "Mug", "모아", "tableware", "좋은 머그컵", "A good mug", "컵 선물", "mug", "blue", "파랑", "Blue", "12900", "KRW"),
]  # fmt: skip
KNOWN = """SELECT p.code, p.name_ko, p.name_en, p.brand, p.category, p.description_ko, p.description_en, p.drawing, p.search_text,
  k.code, k.gtin, k.option_ko, k.option_en, k.colour, k.currency FROM catalog.sku k JOIN catalog.product p ON p.id = k.product_id
  ORDER BY k.code"""


def counted(counts):
    return (counts.read, counts.imported, counts.changed, counts.merged, counts.rejected)


def reasons(path):
    with path.with_suffix(".rejected.csv").open(encoding="utf-8-sig") as file:
        return [row["reason"] for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("header", "row"),
    [(("상품코드", "상품명", "판매가", "바코드", "브랜드", "옵션"), ("A-1", "머그컵", "13900", "", "", "")),
     (("상품코드", "상품명", "판매가"), ("A-1", "", "13,900"))],
)  # fmt: skip
async def test_a_price_list_changes_the_price_alone(pool, tmp_path, header, row):
    await bring(pool, "catalog", write_csv(tmp_path / "full.csv", FULL, CUPS))
    before = await pool.fetch(KNOWN)
    prices = write_csv(tmp_path / "prices.csv", header, [row])
    assert counted(await bring(pool, "catalog", prices)) == (1, 0, 1, 0, 0)
    assert await pool.fetch(KNOWN) == before
    assert await pool.fetch("SELECT code, price_minor FROM catalog.sku ORDER BY code") == [("A-1", 13900), ("A-2", 12900)]
    assert "선물" in before[0]["search_text"]
    assert counted(await bring(pool, "catalog", prices)) == (1, 0, 0, 1, 0)


async def test_a_new_name_is_a_change_and_words_copied_from_it_follow(pool, tmp_path):
    header = ("상품코드", "상품명", "판매가")
    await bring(pool, "catalog", write_csv(tmp_path / "first.csv", header, [("A-1", "찻잔", "5000")]))
    assert counted(await bring(pool, "catalog", write_csv(tmp_path / "second.csv", header, [("A-1", "큰 찻잔", "5000")]))) == (
        1,
        0,
        1,
        0,
        0,
    )
    assert tuple(await pool.fetchrow("SELECT name_ko, name_en FROM catalog.product")) == ("큰 찻잔", "큰 찻잔")


async def test_what_a_known_sku_may_leave_out_a_new_one_may_not(pool, tmp_path):
    await bring(pool, "catalog", write_csv(tmp_path / "full.csv", FULL, CUPS))
    rows = [("N-1", "", "100"), ("N-2", "새 컵", ""), ("A-2", "", "")]
    prices = write_csv(tmp_path / "prices.csv", ("상품코드", "상품명", "판매가"), rows)
    assert counted(await bring(pool, "catalog", prices)) == (3, 0, 0, 1, 2)
    assert reasons(prices) == ["name_ko is empty", "price is empty"]


async def test_a_later_row_of_a_product_may_leave_its_name_out(pool, tmp_path):
    rows = [CUPS[0], ("P1", "A-9", "", "", "", "", "", "", "", "", "", "", "초록", "Green", "12900", "KRW")]
    assert counted(await bring(pool, "catalog", write_csv(tmp_path / "full.csv", FULL, rows))) == (2, 2, 0, 0, 0)
    assert await pool.fetchval("SELECT count(*) FROM catalog.product") == 1


async def test_a_list_without_a_currency_does_not_reprice_foreign_goods(pool, tmp_path):
    await bring(pool, "catalog", write_csv(tmp_path / "full.csv", FULL, [(*CUPS[0][:-2], "9.90", "GBP")]))
    prices = write_csv(tmp_path / "prices.csv", ("상품코드", "상품명", "판매가"), [("A-1", "머그컵", "13900")])
    assert counted(await bring(pool, "catalog", prices)) == (1, 0, 0, 0, 1)
    assert reasons(prices) == ["the list names no currency, and A-1 is priced in GBP"]
    assert await pool.fetchval("SELECT price_minor FROM catalog.sku") == 990


PLACES = ("code", "name_ko", "name_en", "address", "lead_minutes", "keeps_days", "hours_mon", "staging_locations")
SHORT = ("매장코드", "매장명", "주소")


async def test_a_store_list_changes_what_it_speaks_of(pool, tmp_path):
    """A list of addresses set lead times back to an hour and wiped English names; a filled-in address was "told us nothing new"."""
    mapping = tmp_path / "stores.toml"
    mapping.write_text('name = "own"\nkind = "stores"\n[columns]\n' + "".join(f'{name} = "{name}"\n' for name in PLACES), "utf-8")
    full = write_csv(tmp_path / "full.csv", PLACES, [("S1", "강남점", "Gangnam", "", 30, 7, "10:00-20:00", 2)])
    assert counted(await bring(pool, "stores", full, mapping=mapping)) == (1, 1, 0, 0, 0)
    short = write_csv(tmp_path / "short.csv", SHORT, [("S1", "강남점", "강남대로 1")])
    assert counted(await bring(pool, "stores", short)) == (1, 0, 1, 0, 0)
    assert counted(await bring(pool, "stores", short)) == (1, 0, 0, 1, 0)
    row = await pool.fetchrow("SELECT name_en, address, lead_minutes, keeps_days FROM stores.store")
    assert tuple(row) == ("Gangnam", "강남대로 1", 30, 7)
    later = write_csv(tmp_path / "later.csv", PLACES, [("S1", "강남점", "", "", "", "", "10:00-21:00", "")])
    assert counted(await bring(pool, "stores", later, mapping=mapping)) == (1, 0, 1, 0, 0)
    assert await pool.fetchval("SELECT count(*) FROM stores.staging_location") == 2


async def test_a_store_without_shelves_gets_some(pool, tmp_path):
    """No bag could be staged in a shop that was set up by the documents, and no pickup finished."""
    await bring(pool, "stores", write_csv(tmp_path / "short.csv", SHORT, [("S1", "강남점", ""), ("S2", "홍대점", "")]))
    rows = await pool.fetch("SELECT store_id, array_agg(code ORDER BY position) FROM stores.staging_location GROUP BY 1")
    assert [row[1] for row in rows] == [["A1", "A2", "A3", "A4", "A5", "A6"]] * 2


async def test_each_product_finds_its_rows_by_an_index(pool, tmp_path):
    """Without it a list of 200,000 goods took more than an hour."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("CREATE TEMP TABLE import_sku (file int, row int, product_code text, sku_code text, keywords text, "
            "name_ko text, name_en text, brand text, category text, description_ko text, description_en text, drawing text, "
            "colour text, kind text, parts text, price bigint, currency text, gtin text, option_ko text, option_en text) ON COMMIT DROP")  # fmt: skip
        await connection.execute(
            "INSERT INTO import_sku (file, row, sku_code, name_ko, price) SELECT 0, n, n::text, n::text, 1 FROM generate_series(1, 2000) n"
        )
        await catalog_writing.write_catalog(connection, _Quiet(), "KRW")
        plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {catalog_writing.PRODUCTS}"))
    assert "Index" in plan.split("SubPlan", 1)[1], plan


class _Quiet:
    def step(self, *_words): ...
    def advance(self, *_count): ...
