"""Reads of the catalogue. Hot ones: raw asyncpg, one statement each."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal

import asyncpg
import msgspec

from store_omni.catalog.searching import Reading, like

PAGE_PRODUCTS = 24
SIMILAR_ENOUGH = 0.45
SIMILAR_MAX = 8
ROWS_AT_ONCE = 2_000
Sort = Literal["popular", "cheap", "dear"]
_ORDERS: dict[str, str] = {
    "popular": "h.exact, p.popularity DESC, p.id",
    "cheap": "k.price, p.id",
    "dear": "k.price DESC, p.id",
}


class Card(msgspec.Struct, frozen=True):
    """A product in a list. `price_minor`: its cheapest SKU's; `price_varies`: others cost more. `colours`: of its SKUs,
    `sku_ids`: all that are sold."""

    id: int
    code: str
    name_ko: str
    name_en: str
    brand: str
    category: str
    drawing: str
    colour: str
    price_minor: int
    price_varies: bool
    currency: str
    colours: list[str]
    sku_ids: list[int]


class Found(msgspec.Struct, frozen=True):
    """A page of products. `guessed`: nothing matched what was typed; these only look like it."""

    cards: list[Card]
    total: int
    guessed: bool = False


class SkuView(msgspec.Struct, frozen=True):
    id: int
    code: str
    gtin: str | None
    option_ko: str
    option_en: str
    colour: str
    price_minor: int
    currency: str
    kind: str = "goods"


class PartView(msgspec.Struct, frozen=True):
    """What is in a bundle: `qty` of a SKU."""

    sku_id: int
    product_code: str
    name_ko: str
    name_en: str
    option_ko: str
    option_en: str
    qty: int


class ProductView(msgspec.Struct, frozen=True):
    """A product with the SKUs that are sold, cheapest option order as in the catalogue."""

    id: int
    code: str
    name_ko: str
    name_en: str
    brand: str
    category: str
    description_ko: str
    description_en: str
    drawing: str
    colour: str
    skus: list[SkuView]

    def sku(self, sku_id: int | None) -> SkuView:
        """The one asked for, else the first."""
        return next((sku for sku in self.skus if sku.id == sku_id), self.skus[0])


_KEPT = """
JOIN LATERAL (
  SELECT min(s.price_minor) AS price, max(s.price_minor) > min(s.price_minor) AS varies, min(s.currency) AS currency,
         array_remove(array_agg(s.colour ORDER BY s.id), '') AS colours, array_agg(s.id ORDER BY s.id) AS ids
  FROM catalog.sku s WHERE s.product_id = p.id AND s.active AND s.kind IN ('goods','bundle')) k ON k.ids IS NOT NULL"""
_CARD = (
    "p.id, p.code, p.name_ko, p.name_en, p.brand, p.category, p.drawing, "
    "CASE WHEN p.colour <> '' THEN p.colour ELSE coalesce(k.colours[1], '') END, k.price, k.varies, k.currency, k.colours, k.ids"
)
_SOLD = "EXISTS (SELECT 1 FROM catalog.sku s WHERE s.product_id = p.id AND s.active AND s.kind IN ('goods','bundle'))"
# Prices are looked up for the shown page only, unless they decide which products are on it.
_SEARCH = f"""
WITH hit AS MATERIALIZED (
  SELECT p.id, CASE WHEN p.search_text LIKE $4 THEN 0 WHEN p.search_text LIKE $5 THEN 1 ELSE 2 END AS exact
  FROM catalog.product p WHERE p.active AND ($1 = '' OR p.category = $1) AND {{tests}} AND {_SOLD}
), shown AS (
  SELECT h.id, h.exact FROM hit h JOIN catalog.product p ON p.id = h.id {{prices}} ORDER BY {{order}} LIMIT $2 OFFSET $3
)
SELECT {_CARD}, (SELECT count(*) FROM hit) AS total
FROM shown h JOIN catalog.product p ON p.id = h.id {_KEPT} ORDER BY {{order}}"""

_SIMILAR = f"""
SELECT {_CARD}
FROM (SELECT p.id, word_similarity($1, p.search_jamo) AS likeness FROM catalog.product p
      WHERE p.active AND p.search_jamo %> $1 AND {_SOLD} ORDER BY likeness DESC, p.popularity DESC, p.id LIMIT $2) h
JOIN catalog.product p ON p.id = h.id {_KEPT} ORDER BY h.likeness DESC, p.popularity DESC, p.id"""

_BY_NUMBER = """
SELECT p.code, found.id FROM (
  SELECT s.id, s.product_id, 0 AS way FROM catalog.sku s WHERE s.gtin = ANY($1) AND s.active AND s.kind IN ('goods','bundle')
  UNION ALL
  SELECT s.id, s.product_id, 1 FROM catalog.sku s WHERE s.code = ANY($2) AND s.active AND s.kind IN ('goods','bundle')
  UNION ALL
  SELECT s.id, s.product_id, 2 FROM catalog.product q JOIN catalog.sku s ON s.product_id = q.id
  WHERE q.code = ANY($2) AND s.active AND s.kind IN ('goods','bundle')) found
JOIN catalog.product p ON p.id = found.product_id AND p.active ORDER BY found.way, found.id LIMIT 1"""

_PRODUCT = """
SELECT p.id, p.code, p.name_ko, p.name_en, p.brand, p.category, p.description_ko, p.description_en, p.drawing, p.colour,
       jsonb_agg(jsonb_build_array(s.id, s.code, s.gtin, s.option_ko, s.option_en, s.colour, s.price_minor, s.currency, s.kind)
                 ORDER BY s.id)
FROM catalog.product p JOIN catalog.sku s ON s.product_id = p.id AND s.active AND s.kind IN ('goods','bundle')
WHERE p.code = $1 AND p.active GROUP BY p.id"""

_LIST = f"""
WITH hit AS MATERIALIZED (
  SELECT p.id, p.popularity FROM catalog.product p WHERE p.active AND ($1 = '' OR p.category = $1) AND {_SOLD}
), shown AS (
  SELECT p.id FROM hit p {{prices}} ORDER BY {{order}} LIMIT $2 OFFSET $3
)
SELECT {_CARD}, (SELECT count(*) FROM hit) AS total
FROM shown h JOIN catalog.product p ON p.id = h.id {_KEPT} ORDER BY {{order}}"""

_SHELVES = "SELECT category, count(*) FROM catalog.product WHERE active AND category <> '' GROUP BY category"


def _card(row: Sequence[Any]) -> Card:
    return Card(*row[:11], colours=list(dict.fromkeys(row[11] or [])), sku_ids=list(row[12]))


def _ways(reading: Reading) -> list[tuple[str, list[str]]]:
    """(column, words that it must all contain), the most literal way first."""
    ways = [
        ("search_text", reading.words),
        ("search_text", reading.bare),
        ("search_cho", reading.initials),
        ("search_jamo", reading.keys),
        ("search_jamo" if reading.swapped and not reading.swapped[0].isascii() else "search_text", reading.swapped),
    ]
    return [(column, words) for column, words in ways if words]


async def search(pool: asyncpg.Pool, reading: Reading, *, category: str = "", sort: Sort = "popular", page: int = 1) -> Found:
    """Products that hold all the words, in the most literal way in which any product holds them; where none does, what
    is spelt alike. One statement in the common case, one more for each way that finds nothing."""
    for column, words in _ways(reading):
        found = await _search_one_way(pool, column, words, " ".join(reading.words), category, sort, page)
        if found.total:
            return found
    return await _guess(pool, reading, category) if page == 1 else Found([], 0)


async def _guess(pool: asyncpg.Pool, reading: Reading, category: str) -> Found:
    """No product holds it all: what is spelt alike, else what holds at least one of the words, the longest first."""
    if reading.keys:
        found = await _spelt_alike(pool, "".join(reading.keys))
        if found.cards:
            return found
    for word in sorted(reading.words, key=len, reverse=True) if len(reading.words) > 1 else []:
        found = await _search_one_way(pool, "search_text", [word], word, category, "popular", 1)
        if found.cards:
            return Found(found.cards[:SIMILAR_MAX], min(found.total, SIMILAR_MAX), guessed=True)
    return Found([], 0)


async def _search_one_way(
    pool: asyncpg.Pool, column: str, words: list[str], whole: str, category: str, sort: Sort, page: int
) -> Found:
    tests = " AND ".join(f"p.{column} LIKE ${number}" for number, _ in enumerate(words, 6))
    sql = _SEARCH.format(tests=tests, order=_ORDERS[sort], prices=_prices(sort))
    pattern = like(whole)[1:]
    rest = (pattern, f"%\n{pattern}", *(like(word) for word in words))
    rows = await pool.fetch(sql, category, PAGE_PRODUCTS, (page - 1) * PAGE_PRODUCTS, *rest)
    if not rows and page > 1:
        # Beyond the last page: still found this way, only nothing more to show.
        rows = await pool.fetch(sql, category, 1, 0, *rest)
        return Found([], rows[0]["total"] if rows else 0)
    return Found([_card(row) for row in rows], rows[0]["total"] if rows else 0)


async def _spelt_alike(pool: asyncpg.Pool, keys: str) -> Found:
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        # The index compares with this setting; a function call in its place would read every product.
        await connection.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {SIMILAR_ENOUGH}")
        rows = await connection.fetch(_SIMILAR, keys, SIMILAR_MAX)
    return Found([_card(row) for row in rows], len(rows), guessed=bool(rows))


def _prices(sort: Sort) -> str:
    return "" if sort == "popular" else _KEPT


async def listed(
    pool: asyncpg.Pool, *, category: str = "", sort: Sort = "popular", page: int = 1, count: int = PAGE_PRODUCTS
) -> Found:
    """Everything, or one shelf, without a query."""
    order = _ORDERS[sort].replace("h.exact, ", "")
    rows = await pool.fetch(_LIST.format(order=order, prices=_prices(sort)), category, count, (page - 1) * PAGE_PRODUCTS)
    return Found([_card(row) for row in rows], rows[0]["total"] if rows else 0)


async def by_number(pool: asyncpg.Pool, number: str) -> tuple[str, int] | None:
    """(product code, SKU id) of a scanned GTIN (any of its written lengths) or a typed code."""
    spellings = [number, number.zfill(12), number.zfill(13), number.zfill(14), number.lstrip("0")] if number.isdigit() else []
    row = await pool.fetchrow(_BY_NUMBER, spellings, [number, number.upper(), number.lower()])
    return None if row is None else (row[0], row[1])


async def product(pool: asyncpg.Pool, code: str) -> ProductView | None:
    row = await pool.fetchrow(_PRODUCT, code)
    return None if row is None else ProductView(*row[:10], skus=[SkuView(*sku) for sku in row[10]])


_PARTS = """
SELECT s.id, p.code, p.name_ko, p.name_en, s.option_ko, s.option_en, b.qty
FROM catalog.bundle_part b JOIN catalog.sku s ON s.id = b.part_sku_id JOIN catalog.product p ON p.id = s.product_id
WHERE b.bundle_sku_id = $1 ORDER BY p.name_ko, s.id"""


async def parts_of(pool: asyncpg.Pool, bundle_sku_id: int) -> list[PartView]:
    return [PartView(*row) for row in await pool.fetch(_PARTS, bundle_sku_id)]


async def shelf_sizes(pool: asyncpg.Pool) -> dict[str, int]:
    """How many products each category has."""
    return {row[0]: row[1] for row in await pool.fetch(_SHELVES)}


async def popular_skus(pool: asyncpg.Pool, count: int) -> AsyncIterator[tuple[str, int]]:
    """(SKU code, id) of what is sold, the most popular products first; a few at a time, so that nothing else waits for them."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        rows = connection.cursor(
            """SELECT s.code, s.id FROM catalog.sku s JOIN catalog.product p ON p.id = s.product_id AND p.active
               WHERE s.active AND s.kind IN ('goods','bundle') ORDER BY p.popularity DESC, s.id LIMIT $1""",
            count,
            prefetch=ROWS_AT_ONCE,
        )
        async for row in rows:
            yield row[0], row[1]


async def skus_by_code(pool: asyncpg.Pool, codes: Sequence[str]) -> dict[str, int]:
    """SKU code → id, of those that are sold."""
    rows = await pool.fetch(
        "SELECT code, id FROM catalog.sku WHERE code = ANY($1) AND active AND kind IN ('goods','bundle')", list(codes)
    )
    return {row["code"]: row["id"] for row in rows}
