"""Bundles by file: what is in one, what cannot be, and the same file again."""

from pathlib import Path

import asyncpg
import pytest

from .files import bring, fingerprint, write_csv

pytestmark = pytest.mark.anyio
HEADER = (
    "product_code", "sku_code", "gtin", "name_ko", "name_en", "brand", "category", "description_ko", "description_en", "keywords",
    "drawing", "colour", "option_ko", "option_en", "price", "currency", "parts",
)  # fmt: skip


def row(code: str, name: str, price: int, parts: str = "") -> tuple[object, ...]:
    return (code, f"{code}-1", "", name, "", "", "kitchen", "", "", "", "mug", "sage", "", "", price, "KRW", parts)


async def test_bundles_come_with_their_parts_once(pool: asyncpg.Pool, tmp_path: Path) -> None:
    goods = write_csv(tmp_path / "goods.csv", HEADER, [
        row("SET", "커피 세트", 30000, "CUP-1*2 POT-1*1"), row("CUP", "컵", 9000), row("POT", "주전자", 20000),
        row("BAD", "없는 것 세트", 9000, "CUP-1*1 NONE-1*1"), row("ODD", "이상한 세트", 9000, "CUP-1"), row("NEST", "세트의 세트", 9000, "SET-1*1"),
    ])  # fmt: skip
    counts = await bring(pool, "catalog", goods)
    assert (counts.read, counts.imported, counts.rejected) == (6, 3, 3)
    rejected = (tmp_path / "goods.rejected.csv").read_text()
    for words in (
        "part of the bundle is unknown: NONE-1",
        "parts are SKU codes with their units",
        "part of the bundle is unknown: SET-1",
    ):
        assert words in rejected, words
    parts = """SELECT b.code, k.code, p.qty FROM catalog.bundle_part p JOIN catalog.sku b ON b.id = p.bundle_sku_id
               JOIN catalog.sku k ON k.id = p.part_sku_id ORDER BY 2"""
    assert [tuple(found) for found in await pool.fetch(parts)] == [("SET-1", "CUP-1", 2), ("SET-1", "POT-1", 1)]
    before = await fingerprint(pool)
    await bring(pool, "catalog", goods)
    assert await fingerprint(pool) == before
    changed = write_csv(tmp_path / "changed.csv", HEADER, [row("SET", "커피 세트", 30000, "CUP-1*3")])
    await bring(pool, "catalog", changed)
    assert [tuple(found) for found in await pool.fetch(parts)] == [("SET-1", "CUP-1", 3)]
