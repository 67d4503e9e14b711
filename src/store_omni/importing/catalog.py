"""Products and their SKUs: one row a SKU, the product's words repeated beside it."""

import re
from collections.abc import Iterable, Sequence

import asyncpg
import biip

from store_omni.importing.catalog_writing import PARTS_OF, write_catalog
from store_omni.importing.counting import Counts
from store_omni.importing.errors import RowRefused
from store_omni.importing.mapping import Mapping
from store_omni.importing.parsing import money
from store_omni.importing.progress import Progress
from store_omni.importing.reading import Source
from store_omni.importing.rejecting import Rejects
from store_omni.importing.staging import Cells, Parse, needed, stage

_PARTS = re.compile(r"[^\s*]+\*[1-9]\d?( [^\s*]+\*[1-9]\d?)*")
_PRODUCT = (
    "product_code", "name_ko", "name_en", "brand", "category", "description_ko", "description_en", "drawing", "keywords",
)  # fmt: skip
_SKU = ("sku_code", "gtin", "kind", "option_ko", "option_en", "colour", "price", "currency", "parts")
COLUMNS = (*_PRODUCT, *_SKU)
_TABLE = f"""CREATE TEMP TABLE import_sku (file int, row int, {", ".join(f"{name} {'bigint' if name == 'price' else 'text'}" for name in COLUMNS)})
ON COMMIT DROP"""


async def import_catalog(
    connection: asyncpg.Connection, sources: Sequence[Source], *, mapping: Mapping, progress: Progress, rejects: Rejects
) -> Counts:
    """Insert new products and SKUs, update known ones (by code) in what the file says of them. Runs in the caller's transaction."""
    counts = Counts()
    await connection.execute(_TABLE)
    await stage(
        connection, "import_sku", COLUMNS, sources, mapping, _parser(mapping), counts=counts, rejects=rejects, progress=progress
    )  # fmt: skip
    await connection.execute("CREATE INDEX ON import_sku (sku_code); CREATE INDEX ON import_sku (product_code)")
    await connection.execute(_REJECT_TWINS)
    refused = -1
    # A row that is refused may have carried the name or the part of another.
    while refused != (refused := await rejects.count()):
        await connection.execute(_REJECT_BARE, mapping.currency)
        await connection.execute(_REJECT_PARTS)
    written = await write_catalog(connection, progress, mapping.currency)
    counts.imported, counts.changed = written.new, written.changed
    counts.rejected = await rejects.count()
    counts.merged = counts.read - counts.rejected - counts.imported - counts.changed
    return counts


async def prepare(connection: asyncpg.Connection, rows: Iterable[tuple]) -> None:
    """Stage rows that no file holds (goods implied by orders): `COLUMNS` in their order."""
    await connection.execute(_TABLE)
    numbered = ((0, number, *(None if cell == "" else cell for cell in row)) for number, row in enumerate(rows, 2))
    await connection.copy_records_to_table("import_sku", records=numbered, columns=["file", "row", *COLUMNS])


def _parser(mapping: Mapping) -> Parse:
    def parse(cells: Cells) -> tuple:
        (sku_code,) = needed(cells, "sku_code")
        price = money(cells["price"], cells["currency"] or mapping.currency, mapping.decimal) if cells["price"] else None
        if price is not None and price < 0:
            raise RowRefused(f"price is below nothing: {cells['price']}")
        if cells["parts"] and not _PARTS.fullmatch(cells["parts"]):
            raise RowRefused(f"parts are SKU codes with their units, such as “A-1*2 B-1*1”: {cells['parts']}")
        kind = "service" if mapping.is_service(sku_code) else "bundle" if cells["parts"] else None
        said = {field: cells[field] or None for field in COLUMNS}
        return tuple((said | {"gtin": bar_code(cells["gtin"]), "kind": kind, "price": price}).values())

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
_REJECT_PARTS = f"""
WITH part AS ({PARTS_OF}
), bad AS (
  SELECT DISTINCT ON (p.file, p.row) p.file, p.row, p.part FROM part p
  WHERE NOT EXISTS (SELECT 1 FROM import_sku g WHERE g.sku_code = p.part AND coalesce(g.kind, 'goods') = 'goods')
    AND NOT EXISTS (SELECT 1 FROM catalog.sku k WHERE k.code = p.part AND k.kind = 'goods')
), gone AS (
  DELETE FROM import_sku i USING bad b WHERE i.file = b.file AND i.row = b.row RETURNING i.file, i.row, b.part
)
INSERT INTO import_reject SELECT file, row, 'part of the bundle is unknown: ' || part FROM gone"""

# What a known SKU may leave out, a new one may not. $1: the currency of a list that names none.
_REJECT_BARE = """
WITH bare AS (
  SELECT i.file, i.row, CASE
    WHEN k.id IS NULL AND i.price IS NULL THEN 'price is empty'
    WHEN k.id IS NULL AND i.name_ko IS NULL
      AND NOT EXISTS (SELECT 1 FROM catalog.product p WHERE p.code = coalesce(i.product_code, i.sku_code))
      AND NOT EXISTS (SELECT 1 FROM import_sku o WHERE o.product_code = i.product_code AND o.name_ko IS NOT NULL)
      THEN 'name_ko is empty'
    WHEN k.currency <> $1 AND i.price IS NOT NULL AND i.currency IS NULL
      THEN 'the list names no currency, and ' || i.sku_code || ' is priced in ' || k.currency END AS reason
  FROM import_sku i LEFT JOIN catalog.sku k ON k.code = i.sku_code
), gone AS (
  DELETE FROM import_sku i USING bare b WHERE i.file = b.file AND i.row = b.row AND b.reason IS NOT NULL
  RETURNING i.file, i.row, b.reason
)
INSERT INTO import_reject SELECT file, row, reason FROM gone"""
