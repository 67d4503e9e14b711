"""Products and their SKUs: one row a SKU, the product's words repeated beside it."""

import re
from collections.abc import Iterable, Sequence

import asyncpg
import biip
import msgspec

from store_omni.catalog.searching import search_columns
from store_omni.importing.asking import figure
from store_omni.importing.counting import Counts
from store_omni.importing.errors import RowRefused
from store_omni.importing.mapping import Mapping
from store_omni.importing.parsing import money
from store_omni.importing.progress import Progress
from store_omni.importing.reading import Source
from store_omni.importing.rejecting import Rejects
from store_omni.importing.staging import Cells, Parse, needed, stage

BATCH_PRODUCTS = 500
_PARTS = re.compile(r"[^\s*]+\*[1-9]\d?( [^\s*]+\*[1-9]\d?)*")
_PRODUCT = (
    "product_code", "name_ko", "name_en", "brand", "category", "description_ko", "description_en", "drawing", "keywords",
)  # fmt: skip
_SKU = ("sku_code", "gtin", "kind", "option_ko", "option_en", "colour", "price", "currency", "parts")
COLUMNS = (*_PRODUCT, *_SKU)
_TABLE = f"""CREATE TEMP TABLE import_sku (file int, row int, {", ".join(f"{name} {'bigint' if name == 'price' else 'text'}" for name in COLUMNS)})
ON COMMIT DROP"""


class _Wanted(msgspec.Struct):
    """A product as the file tells of it, its SKUs beside each other."""

    code: str
    names: list[str]
    brand: str
    category: str
    keywords: list[str]
    codes: list[str]
    gtins: list[str | None]


async def import_catalog(
    connection: asyncpg.Connection, sources: Sequence[Source], *, mapping: Mapping, progress: Progress, rejects: Rejects
) -> Counts:
    """Insert new products and SKUs, update known ones (by code). Runs in the caller's transaction."""
    counts = Counts()
    await connection.execute(_TABLE)
    await stage(
        connection, "import_sku", COLUMNS, sources, mapping, _parser(mapping), counts=counts, rejects=rejects, progress=progress
    )  # fmt: skip
    await connection.execute(_REJECT_TWINS)
    await connection.execute(_REJECT_PARTS)
    counts.imported = await write_catalog(connection, progress)
    counts.rejected = await rejects.count()
    counts.merged = counts.read - counts.rejected - counts.imported
    return counts


async def prepare(connection: asyncpg.Connection, rows: Iterable[tuple]) -> None:
    """Stage rows that no file holds (goods implied by orders): `COLUMNS` in their order."""
    await connection.execute(_TABLE)
    numbered = ((0, number, *row) for number, row in enumerate(rows, 2))
    await connection.copy_records_to_table("import_sku", records=numbered, columns=["file", "row", *COLUMNS])


async def write_catalog(connection: asyncpg.Connection, progress: Progress) -> int:
    """Write what is staged. Returns how many SKUs are new."""
    progress.step("Writing products")
    await connection.execute(_WRITE_PRODUCTS)
    new = await figure(connection, _WRITE_SKUS)
    await connection.execute(_WRITE_PARTS)
    await _make_searchable(connection, progress)
    return new


async def _make_searchable(connection: asyncpg.Connection, progress: Progress) -> None:
    """The search columns of the staged products. The words are cut up in Python, because PostgreSQL does not know the
    letters inside a Korean syllable."""
    codes = [row[0] for row in await connection.fetch("SELECT DISTINCT product_code FROM import_sku ORDER BY 1")]
    progress.step("Preparing the search", len(codes))
    for start in range(0, len(codes), BATCH_PRODUCTS):
        batch = codes[start : start + BATCH_PRODUCTS]
        wanted = [_Wanted(*row) for row in await connection.fetch(_WANTED, batch)]
        found = [search_columns(w.names, w.brand, w.category, w.keywords, [w.code, *w.codes], w.gtins) for w in wanted]
        await connection.execute(
            """UPDATE catalog.product p SET search_text = n.text, search_jamo = n.jamo, search_cho = n.cho
               FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) n(code, text, jamo, cho)
               WHERE p.code = n.code AND (p.search_text, p.search_jamo, p.search_cho) IS DISTINCT FROM (n.text, n.jamo, n.cho)""",
            [w.code for w in wanted], [f.text for f in found], [f.jamo for f in found], [f.cho for f in found],
        )  # fmt: skip
        progress.advance(len(batch))


def _parser(mapping: Mapping) -> Parse:
    def parse(cells: Cells) -> tuple:
        sku_code, name = needed(cells, "sku_code", "name_ko")
        currency = cells["currency"] or mapping.currency
        price = money(needed(cells, "price")[0], currency)
        if price < 0:
            raise RowRefused(f"price is below nothing: {cells['price']}")
        kind = "service" if mapping.is_service(sku_code) else "bundle" if cells["parts"] else "goods"
        if cells["parts"] and not _PARTS.fullmatch(cells["parts"]):
            raise RowRefused(f"parts are SKU codes with their units, such as “A-1*2 B-1*1”: {cells['parts']}")
        return (
            cells["product_code"] or sku_code, name, cells["name_en"] or name, cells["brand"], cells["category"],
            cells["description_ko"], cells["description_en"] or cells["description_ko"], cells["drawing"], cells["keywords"],
            sku_code, bar_code(cells["gtin"]), kind, cells["option_ko"],
            cells["option_en"] or cells["option_ko"], cells["colour"], price, currency, cells["parts"],
        )  # fmt: skip

    return parse


def bar_code(text: str) -> str | None:
    """The digits of a GTIN; None for an empty cell. Errors: `RowRefused` where its check digit is wrong."""
    if not text:
        return None
    digits = text.replace(" ", "").replace("-", "")
    try:
        parsed = biip.parse(digits)
    except biip.ParseError:
        raise RowRefused(f"bar code is none: {text}") from None
    if parsed.gtin is None:
        raise RowRefused(f"bar code is none: {text}")
    return digits


# A bar code is scanned to find one SKU, so the second SKU that claims it is not taken.
_REJECT_TWINS = """
WITH ranked AS (
  SELECT file, row, sku_code, gtin, row_number() OVER (PARTITION BY gtin ORDER BY file, row) AS place,
         first_value(sku_code) OVER (PARTITION BY gtin ORDER BY file, row) AS first_code
  FROM import_sku WHERE gtin IS NOT NULL
), twins AS (
  SELECT r.file, r.row, coalesce(k.code, r.first_code) AS owner FROM ranked r
  LEFT JOIN catalog.sku k ON k.gtin = r.gtin AND k.code <> r.sku_code
  WHERE k.code IS NOT NULL OR (r.place > 1 AND r.first_code <> r.sku_code)
), gone AS (
  DELETE FROM import_sku i USING twins t WHERE i.file = t.file AND i.row = t.row RETURNING i.file, i.row, t.owner
)
INSERT INTO import_reject SELECT file, row, 'bar code belongs to SKU ' || owner FROM gone"""

# Parts are goods of this file or of the catalogue; a bundle holds no bundle.
_PARTS_OF = """
SELECT i.file, i.row, i.sku_code, split_part(x.part, '*', 1) AS part, split_part(x.part, '*', 2)::int AS qty
FROM import_sku i CROSS JOIN LATERAL string_to_table(i.parts, ' ') x(part) WHERE i.kind = 'bundle'"""

_REJECT_PARTS = f"""
WITH part AS ({_PARTS_OF}
), bad AS (
  SELECT DISTINCT ON (p.file, p.row) p.file, p.row, p.part FROM part p
  WHERE NOT EXISTS (SELECT 1 FROM import_sku g WHERE g.sku_code = p.part AND g.kind = 'goods')
    AND NOT EXISTS (SELECT 1 FROM catalog.sku k WHERE k.code = p.part AND k.kind = 'goods')
), gone AS (
  DELETE FROM import_sku i USING bad b WHERE i.file = b.file AND i.row = b.row RETURNING i.file, i.row, b.part
)
INSERT INTO import_reject SELECT file, row, 'part of the bundle is unknown: ' || part FROM gone"""

_WRITE_PARTS = f"""
WITH part AS (
  SELECT DISTINCT ON (b.id, k.id) b.id AS bundle, k.id AS part, p.qty FROM ({_PARTS_OF}) p
  JOIN catalog.sku b ON b.code = p.sku_code JOIN catalog.sku k ON k.code = p.part ORDER BY b.id, k.id, p.file, p.row
), gone AS (
  DELETE FROM catalog.bundle_part x WHERE x.bundle_sku_id IN (SELECT bundle FROM part)
    AND NOT EXISTS (SELECT 1 FROM part p WHERE p.bundle = x.bundle_sku_id AND p.part = x.part_sku_id)
)
INSERT INTO catalog.bundle_part (bundle_sku_id, part_sku_id, qty) SELECT bundle, part, qty FROM part
ON CONFLICT (bundle_sku_id, part_sku_id) DO UPDATE SET qty = excluded.qty WHERE bundle_part.qty <> excluded.qty"""

_WRITE_PRODUCTS = """
INSERT INTO catalog.product (code, name_ko, name_en, brand, category, description_ko, description_en, drawing, colour)
SELECT DISTINCT ON (product_code) product_code, name_ko, name_en, brand, category, description_ko, description_en, drawing, colour
FROM import_sku ORDER BY product_code, file, row
ON CONFLICT (code) DO UPDATE SET name_ko = excluded.name_ko, name_en = excluded.name_en, brand = excluded.brand,
  category = excluded.category, description_ko = excluded.description_ko, description_en = excluded.description_en,
  drawing = excluded.drawing, colour = excluded.colour
WHERE (product.name_ko, product.name_en, product.brand, product.category, product.description_ko, product.description_en,
       product.drawing, product.colour)
  IS DISTINCT FROM (excluded.name_ko, excluded.name_en, excluded.brand, excluded.category, excluded.description_ko,
                    excluded.description_en, excluded.drawing, excluded.colour)"""

_WRITE_SKUS = """
WITH written AS (
  INSERT INTO catalog.sku (product_id, code, gtin, kind, option_ko, option_en, colour, price_minor, currency)
  SELECT DISTINCT ON (i.sku_code) p.id, i.sku_code, i.gtin, i.kind, i.option_ko, i.option_en, i.colour, i.price, i.currency
  FROM import_sku i JOIN catalog.product p ON p.code = i.product_code ORDER BY i.sku_code, i.file, i.row
  ON CONFLICT (code) DO UPDATE SET product_id = excluded.product_id, gtin = coalesce(excluded.gtin, sku.gtin), kind = excluded.kind,
    option_ko = excluded.option_ko, option_en = excluded.option_en, colour = excluded.colour,
    price_minor = excluded.price_minor, currency = excluded.currency
  WHERE (sku.product_id, sku.gtin, sku.kind, sku.option_ko, sku.option_en, sku.colour, sku.price_minor, sku.currency)
    IS DISTINCT FROM (excluded.product_id, coalesce(excluded.gtin, sku.gtin), excluded.kind, excluded.option_ko,
                      excluded.option_en, excluded.colour, excluded.price_minor, excluded.currency)
  RETURNING xmax = 0 AS fresh
)
SELECT count(*) FILTER (WHERE fresh) FROM written"""

_WANTED = """
SELECT p.code, ARRAY[p.name_ko, p.name_en], p.brand, p.category,
       string_to_array((SELECT string_agg(DISTINCT i.keywords, ' ') FROM import_sku i WHERE i.product_code = p.code), ' '),
       array_agg(k.code ORDER BY k.code), array_agg(k.gtin ORDER BY k.code)
FROM catalog.product p JOIN catalog.sku k ON k.product_id = p.id WHERE p.code = ANY($1) GROUP BY p.id"""
