"""Staged goods become products and SKUs. An empty cell, or a column that the file does not have, changes nothing of what is known.

Reads `import_sku` (see `catalog.COLUMNS`): NULL stands for an empty cell.
"""

import asyncpg
import msgspec

from store_omni.catalog.searching import search_columns
from store_omni.importing.asking import figure
from store_omni.importing.progress import Progress

BATCH_PRODUCTS = 500


class Written(msgspec.Struct, frozen=True):
    """In SKUs: new here; known and changed, itself or its product or its parts."""

    new: int
    changed: int


class _Wanted(msgspec.Struct):
    """A product after the import, its SKUs beside each other."""

    code: str
    names: list[str]
    brand: str
    category: str
    keywords: list[str]
    codes: list[str]
    gtins: list[str | None]


async def write_catalog(connection: asyncpg.Connection, progress: Progress, currency: str) -> Written:
    """Writes the staged rows. `currency`: of new SKUs whose row names none."""
    progress.step("Writing products")
    await connection.execute(_PRODUCT_CODES)
    # One look per product finds its rows: without the index the work grows with the square of the file.
    await connection.execute("CREATE INDEX ON import_sku (product_code, file, row); ANALYZE import_sku")
    await connection.execute(_CHANGES)
    await connection.execute(_CHANGE_PRODUCTS)
    await connection.execute(_NEW_PRODUCTS)
    await connection.execute(_CHANGE_SKUS)
    new = await figure(connection, _NEW_SKUS, currency)
    await connection.execute(_WRITE_PARTS)
    await _make_searchable(connection, progress)
    return Written(new, await figure(connection, _COUNT_CHANGED))


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


# A row that names no product belongs to the one its SKU has; a new SKU without one is a product of its own.
_PRODUCT_CODES = """
UPDATE import_sku i SET product_code = coalesce(
  (SELECT p.code FROM catalog.sku k JOIN catalog.product p ON p.id = k.product_id WHERE k.code = i.sku_code), i.sku_code)
WHERE i.product_code IS NULL"""

_CHANGES = """
CREATE TEMP TABLE import_changed_goods (kind text, id int) ON COMMIT DROP"""

# Several rows may tell of one product: the first that says something about a column counts.
PRODUCTS = """
SELECT product_code,
       (array_agg(name_ko ORDER BY file, row) FILTER (WHERE name_ko IS NOT NULL))[1] AS name_ko,
       (array_agg(name_en ORDER BY file, row) FILTER (WHERE name_en IS NOT NULL))[1] AS name_en,
       (array_agg(brand ORDER BY file, row) FILTER (WHERE brand IS NOT NULL))[1] AS brand,
       (array_agg(category ORDER BY file, row) FILTER (WHERE category IS NOT NULL))[1] AS category,
       (array_agg(description_ko ORDER BY file, row) FILTER (WHERE description_ko IS NOT NULL))[1] AS description_ko,
       (array_agg(description_en ORDER BY file, row) FILTER (WHERE description_en IS NOT NULL))[1] AS description_en,
       (array_agg(drawing ORDER BY file, row) FILTER (WHERE drawing IS NOT NULL))[1] AS drawing,
       (array_agg(colour ORDER BY file, row) FILTER (WHERE colour IS NOT NULL))[1] AS colour,
       (SELECT string_agg(DISTINCT w.word, ' ' ORDER BY w.word)
        FROM import_sku j CROSS JOIN LATERAL string_to_table(j.keywords, ' ') w(word)
        WHERE j.product_code = i.product_code AND w.word <> '') AS keywords
FROM import_sku i GROUP BY product_code"""

# English words that were only a copy of the Korean ones follow them.
_CHANGE_PRODUCTS = f"""
WITH wanted AS (
  SELECT p.id, coalesce(n.name_ko, p.name_ko) AS name_ko,
         coalesce(n.name_en, CASE WHEN p.name_en = p.name_ko THEN n.name_ko END, p.name_en) AS name_en,
         coalesce(n.brand, p.brand) AS brand, coalesce(n.category, p.category) AS category,
         coalesce(n.description_ko, p.description_ko) AS description_ko,
         coalesce(n.description_en, CASE WHEN p.description_en = p.description_ko THEN n.description_ko END, p.description_en)
           AS description_en,
         coalesce(n.drawing, p.drawing) AS drawing, coalesce(n.colour, p.colour) AS colour, coalesce(n.keywords, p.keywords) AS keywords
  FROM ({PRODUCTS}) n JOIN catalog.product p ON p.code = n.product_code
), changed AS (
  UPDATE catalog.product p SET name_ko = w.name_ko, name_en = w.name_en, brand = w.brand, category = w.category,
    description_ko = w.description_ko, description_en = w.description_en, drawing = w.drawing, colour = w.colour,
    keywords = w.keywords
  FROM wanted w WHERE p.id = w.id
    AND (p.name_ko, p.name_en, p.brand, p.category, p.description_ko, p.description_en, p.drawing, p.colour, p.keywords)
      IS DISTINCT FROM (w.name_ko, w.name_en, w.brand, w.category, w.description_ko, w.description_en, w.drawing, w.colour, w.keywords)
  RETURNING p.id
)
INSERT INTO import_changed_goods SELECT 'product', id FROM changed"""

_NEW_PRODUCTS = f"""
INSERT INTO catalog.product (code, name_ko, name_en, brand, category, description_ko, description_en, drawing, colour, keywords)
SELECT product_code, name_ko, coalesce(name_en, name_ko), coalesce(brand, ''), coalesce(category, ''), coalesce(description_ko, ''),
       coalesce(description_en, description_ko, ''), coalesce(drawing, ''), coalesce(colour, ''), coalesce(keywords, '')
FROM ({PRODUCTS}) n WHERE NOT EXISTS (SELECT 1 FROM catalog.product p WHERE p.code = n.product_code) ORDER BY product_code"""

_CHANGE_SKUS = """
WITH wanted AS (
  SELECT DISTINCT ON (k.id) k.id, p.id AS product_id, coalesce(i.gtin, k.gtin) AS gtin, coalesce(i.kind, k.kind) AS kind,
         coalesce(i.option_ko, k.option_ko) AS option_ko,
         coalesce(i.option_en, CASE WHEN k.option_en = k.option_ko THEN i.option_ko END, k.option_en) AS option_en,
         coalesce(i.colour, k.colour) AS colour, coalesce(i.price, k.price_minor) AS price_minor,
         coalesce(i.currency, k.currency) AS currency
  FROM import_sku i JOIN catalog.sku k ON k.code = i.sku_code JOIN catalog.product p ON p.code = i.product_code
  ORDER BY k.id, i.file, i.row
), changed AS (
  UPDATE catalog.sku k SET product_id = w.product_id, gtin = w.gtin, kind = w.kind, option_ko = w.option_ko, option_en = w.option_en,
    colour = w.colour, price_minor = w.price_minor, currency = w.currency
  FROM wanted w WHERE k.id = w.id
    AND (k.product_id, k.gtin, k.kind, k.option_ko, k.option_en, k.colour, k.price_minor, k.currency)
      IS DISTINCT FROM (w.product_id, w.gtin, w.kind, w.option_ko, w.option_en, w.colour, w.price_minor, w.currency)
  RETURNING k.id
)
INSERT INTO import_changed_goods SELECT 'sku', id FROM changed"""

_NEW_SKUS = """
WITH written AS (
  INSERT INTO catalog.sku (product_id, code, gtin, kind, option_ko, option_en, colour, price_minor, currency)
  SELECT DISTINCT ON (i.sku_code) p.id, i.sku_code, i.gtin, coalesce(i.kind, 'goods'), coalesce(i.option_ko, ''),
         coalesce(i.option_en, i.option_ko, ''), coalesce(i.colour, ''), i.price, coalesce(i.currency, $1)
  FROM import_sku i JOIN catalog.product p ON p.code = i.product_code
  WHERE NOT EXISTS (SELECT 1 FROM catalog.sku k WHERE k.code = i.sku_code) ORDER BY i.sku_code, i.file, i.row
  RETURNING id
), noted AS (
  INSERT INTO import_changed_goods SELECT 'new', id FROM written
)
SELECT count(*) FROM written"""

# The parts that bundles of the file name: code of the part, units.
PARTS_OF = """
SELECT i.file, i.row, i.sku_code, split_part(x.part, '*', 1) AS part, split_part(x.part, '*', 2)::int AS qty
FROM import_sku i CROSS JOIN LATERAL string_to_table(i.parts, ' ') x(part) WHERE i.kind = 'bundle'"""

_WRITE_PARTS = f"""
WITH part AS (
  SELECT DISTINCT ON (b.id, k.id) b.id AS bundle, k.id AS part, p.qty FROM ({PARTS_OF}) p
  JOIN catalog.sku b ON b.code = p.sku_code JOIN catalog.sku k ON k.code = p.part ORDER BY b.id, k.id, p.file, p.row
), gone AS (
  DELETE FROM catalog.bundle_part x WHERE x.bundle_sku_id IN (SELECT bundle FROM part)
    AND NOT EXISTS (SELECT 1 FROM part p WHERE p.bundle = x.bundle_sku_id AND p.part = x.part_sku_id)
  RETURNING x.bundle_sku_id
), put AS (
  INSERT INTO catalog.bundle_part (bundle_sku_id, part_sku_id, qty) SELECT bundle, part, qty FROM part
  ON CONFLICT (bundle_sku_id, part_sku_id) DO UPDATE SET qty = excluded.qty WHERE bundle_part.qty <> excluded.qty
  RETURNING bundle_sku_id
)
INSERT INTO import_changed_goods SELECT 'sku', bundle_sku_id FROM gone UNION SELECT 'sku', bundle_sku_id FROM put"""

_COUNT_CHANGED = """
WITH named AS (
  SELECT DISTINCT k.id, k.product_id FROM import_sku i JOIN catalog.sku k ON k.code = i.sku_code
)
SELECT count(*) FROM named n
WHERE n.id NOT IN (SELECT id FROM import_changed_goods WHERE kind = 'new')
  AND (n.id IN (SELECT id FROM import_changed_goods WHERE kind = 'sku')
       OR n.product_id IN (SELECT id FROM import_changed_goods WHERE kind = 'product'))"""

_WANTED = """
SELECT p.code, ARRAY[p.name_ko, p.name_en], p.brand, p.category, string_to_array(p.keywords, ' '),
       array_agg(k.code ORDER BY k.code), array_agg(k.gtin ORDER BY k.code)
FROM catalog.product p JOIN catalog.sku k ON k.product_id = p.id WHERE p.code = ANY($1) GROUP BY p.id"""
