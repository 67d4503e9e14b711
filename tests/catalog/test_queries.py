"""The search, on a real database with real trigram indexes."""

import asyncpg
import pytest

from store_omni.catalog.queries import Found, by_number, listed, product, search, shelf_sizes
from store_omni.catalog.searching import read_query, search_columns

pytestmark = pytest.mark.anyio

GOODS = [
    ("LAMP", "무선 스탠드 조명 루나", "Luna cordless lamp", "lighting", 90, ["8801234500012", "8801234500029"]),
    ("PENDANT", "돔 펜던트 조명", "Dome pendant light", "lighting", 50, ["8801234500036"]),
    ("MUG", "클래식 머그컵", "Classic mug", "tableware", 80, ["8801234500043"]),
    ("CLEAN", "다이나 미니 청소기", "Dyna mini vacuum", "storage", 40, ["8801234500050"]),
    ("CHAIR", "캠핑용 접이식 의자", "Folding camping chair", "camping", 70, ["8801234500067"]),
    ("COVER", "쿠션 커버", "Cushion cover", "bedding", 99, ["8801234500074"]),
]


@pytest.fixture
async def shelves(pool: asyncpg.Pool) -> None:
    for code, ko, en, category, popularity, gtins in GOODS:
        columns = search_columns([ko, en], "모아홈", category, [], [code], gtins)
        product_id = await pool.fetchval(
            """INSERT INTO catalog.product (code, name_ko, name_en, category, popularity, search_text, search_jamo, search_cho)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id""",
            code, ko, en, category, popularity, columns.text, columns.jamo, columns.cho,
        )  # fmt: skip
        for number, gtin in enumerate(gtins):
            await pool.execute(
                "INSERT INTO catalog.sku (product_id, code, gtin, price_minor, currency) VALUES ($1, $2, $3, $4, 'KRW')",
                product_id, f"{code}-{number}", gtin, 10_000 + number * 500,
            )  # fmt: skip


def codes(found: Found) -> list[str]:
    return [card.code for card in found.cards]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("조명", ["LAMP", "PENDANT"]),
        ("조명을", ["LAMP", "PENDANT"]),
        ("의자가", ["CHAIR"]),
        ("조명 펜던트", ["PENDANT"]),
        ("머그 컵", ["MUG"]),
        ("다이나청소기", []),
        ("미니청소기", ["CLEAN"]),
        ("컵으로", ["MUG"]),
        ("머그커", ["MUG"]),
        ("펜던ㅌ", ["PENDANT"]),
        ("조며", ["LAMP", "PENDANT"]),
        ("ㅁㄱㅋ", ["MUG"]),
        ("ㅈㅇㅅ", ["CHAIR"]),
        ("LUNA", ["LAMP"]),
        ("camping chair", ["CHAIR"]),
        ("조명 있나요", ["LAMP", "PENDANT"]),
        ("whaud", ["LAMP", "PENDANT"]),
        ("ㅡㅕㅎ", ["MUG"]),
        ("캠핑", ["CHAIR"]),
        ("100%", []),
    ],
)
async def test_what_is_typed_finds_what_is_meant(pool: asyncpg.Pool, shelves: None, typed: str, expected: list[str]) -> None:
    found = await search(pool, read_query(typed))
    if found.guessed:
        assert expected == [] and found.cards
    else:
        assert codes(found) == expected and found.total == len(expected)


async def test_a_literal_hit_hides_what_only_sounds_alike(pool: asyncpg.Pool, shelves: None) -> None:
    """컵 is the beginning of 커버 on the keyboard; who asks for cups gets no covers."""
    assert codes(await search(pool, read_query("컵"))) == ["MUG"]


@pytest.mark.parametrize(("typo", "meant"), [("머구컵", "MUG"), ("조멍", "LAMP"), ("펜덴트", "PENDANT")])
async def test_a_typo_is_guessed_and_said_to_be_a_guess(pool: asyncpg.Pool, shelves: None, typo: str, meant: str) -> None:
    found = await search(pool, read_query(typo))
    assert found.guessed and meant in codes(found)


async def test_where_no_product_holds_all_words_one_of_them_is_a_guess(pool: asyncpg.Pool, shelves: None) -> None:
    found = await search(pool, read_query("펜던트 세탁기"))
    assert found.guessed and codes(found) == ["PENDANT"]


async def test_nothing_is_guessed_from_nonsense(pool: asyncpg.Pool, shelves: None) -> None:
    found = await search(pool, read_query("뷁쉙홣"))
    assert (found.cards, found.total, found.guessed) == ([], 0, False)


async def test_a_scanned_number_is_one_sku(pool: asyncpg.Pool, shelves: None) -> None:
    assert (await by_number(pool, "8801234500029"))[0] == "LAMP"  # type: ignore[index]  # found, or the test fails
    sku = await pool.fetchval("SELECT id FROM catalog.sku WHERE gtin = '8801234500029'")
    assert await by_number(pool, "08801234500029") == ("LAMP", sku)
    assert (await by_number(pool, "chair-0"))[0] == "CHAIR"  # type: ignore[index]
    assert await by_number(pool, "9999999999999") is None
    await pool.execute("UPDATE catalog.sku SET active = false WHERE id = $1", sku)
    assert await by_number(pool, "8801234500029") is None


async def test_lists_by_shelf_price_and_page(pool: asyncpg.Pool, shelves: None) -> None:
    assert codes(await listed(pool, category="lighting")) == ["LAMP", "PENDANT"]
    everything = await listed(pool)
    assert codes(everything)[0] == "COVER" and everything.total == len(GOODS)
    assert (await listed(pool, page=2)).cards == []
    assert await shelf_sizes(pool) == {"lighting": 2, "tableware": 1, "storage": 1, "camping": 1, "bedding": 1}
    dear = await listed(pool, sort="dear")
    assert {card.price_minor for card in dear.cards} == {10_000} and everything.cards[2].code == "MUG"


async def test_a_product_with_its_skus(pool: asyncpg.Pool, shelves: None) -> None:
    found = await product(pool, "LAMP")
    assert found is not None and [sku.price_minor for sku in found.skus] == [10_000, 10_500]
    assert found.sku(found.skus[1].id).gtin == "8801234500029" and found.sku(None) == found.skus[0] == found.sku(-1)
    card = (await search(pool, read_query("루나"))).cards[0]
    assert card.price_varies and card.sku_ids == [sku.id for sku in found.skus]
    assert await product(pool, "NOTHING") is None
    await pool.execute("UPDATE catalog.product SET active = false WHERE code = 'LAMP'")
    assert await product(pool, "LAMP") is None and codes(await search(pool, read_query("루나"))) == []
