"""Stores, goods and customers that the order lines imply and that are not there yet."""

import re
from collections.abc import Iterator

import asyncpg

from store_omni.catalog.drawing.colours import NEUTRAL
from store_omni.importing import catalog, customers
from store_omni.importing.asking import figures
from store_omni.importing.catalog_writing import write_catalog
from store_omni.importing.counting import Counts
from store_omni.importing.mapping import Mapping
from store_omni.importing.progress import Progress
from store_omni.stores.shelves import GIVE_SHELVES


async def derive(connection: asyncpg.Connection, mapping: Mapping, progress: Progress, counts: Counts) -> None:
    """What `mapping.derive` names. Known codes are left as they are."""
    if "stores" in mapping.derive:
        await connection.executemany(
            """INSERT INTO stores.store (code, name_ko, name_en, city, country, timezone, currency)
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING""",
            [(p.code, p.name_ko, p.name_en, p.city, mapping.country, mapping.timezone, mapping.currency) for p in mapping.stores],
        )
        await connection.execute(GIVE_SHELVES)
    if "catalog" in mapping.derive:
        rows = await connection.fetch(_NEW_GOODS)
        await catalog.prepare(connection, _goods(rows, mapping))
        written = await write_catalog(connection, progress, mapping.currency)
        counts.note("SKUs made from the order lines", written.new)
    if "customers" in mapping.derive:
        await connection.execute(customers.TABLE)
        await connection.execute(_NEW_CUSTOMERS, mapping.locale)
        new, _ = await figures(connection, customers.WRITE)
        counts.note("customers made from the order lines", new)


def _goods(rows: list[asyncpg.Record], mapping: Mapping) -> Iterator[tuple]:
    for row in rows:
        code, name, price, currency = row
        service = mapping.is_service(code)
        category, drawing = ("", "") if service else _picture(mapping, name)
        yield (
            code, name, name, "", category, "", "", drawing, "", code, None, "service" if service else "goods", "", "",
            _colour(mapping, name), price, currency, "",
        )  # fmt: skip


def _picture(mapping: Mapping, name: str) -> tuple[str, str]:
    for pattern, category, drawing in mapping.pictures:
        if re.search(pattern, name.upper()):
            return category, drawing
    return "", ""


def _colour(mapping: Mapping, name: str) -> str:
    return next((colour for pattern, colour in mapping.colours if re.search(pattern, name.upper())), NEUTRAL)


# The name most used on a sale that cost something: notes such as "damages" stand on lines that cost nothing.
_NEW_GOODS = """
SELECT l.sku_code,
       coalesce(mode() WITHIN GROUP (ORDER BY l.name) FILTER (WHERE l.kind = 'sale' AND l.price > 0 AND l.name <> ''),
                mode() WITHIN GROUP (ORDER BY l.name) FILTER (WHERE l.kind = 'sale' AND l.name <> ''), l.sku_code),
       coalesce((array_agg(l.price ORDER BY l.at DESC, l.file DESC, l.row DESC) FILTER (WHERE l.kind = 'sale' AND l.price > 0))[1], 0),
       min(l.currency)
FROM import_line l WHERE NOT EXISTS (SELECT 1 FROM catalog.sku k WHERE k.code = l.sku_code)
GROUP BY l.sku_code ORDER BY l.sku_code"""

_NEW_CUSTOMERS = """
INSERT INTO import_customer (file, row, code, name, locale, joined_at, mended)
SELECT 0, row_number() OVER (ORDER BY customer_code), customer_code, customer_code, $1, min(at), false
FROM import_line l
WHERE customer_code IS NOT NULL AND NOT EXISTS (SELECT 1 FROM customers.customer c WHERE c.code = l.customer_code)
GROUP BY customer_code"""
