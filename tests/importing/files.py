"""Files for the importers, and the state of the database in one comparable piece."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from store_omni.importing.counting import Counts
from store_omni.importing.running import import_files

ORDER_COLUMNS = ("invoice_no", "stock_code", "description", "quantity", "invoiced_at", "unit_price", "customer_id", "country")
# Everything an import may touch. What stands in `changed` columns is told by the others.
TABLES = (
    "stores.store", "stores.opening_hours", "stores.staging_location", "catalog.product", "catalog.sku", "catalog.bundle_part", "customers.customer",
    "customers.identity", "inventory.stock_level", "inventory.ledger_entry", "inventory.document", "orders.order", "orders.order_line", "orders.fulfilment",
    "orders.fulfilment_line", "orders.order_charge", "payments.charge", "payments.capture", "payments.refund", "returns.request",
    "returns.request_line", "returns.reception", "journal.fact", "journal.entry", "journal.delivery",
)  # fmt: skip


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]], encoding: str = "utf-8") -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


async def bring(pool: asyncpg.Pool, kind: str, *files: Path, mapping: Path | None = None) -> Counts:
    """One import on a connection of its own, rejects beside the first file."""
    async with pool.acquire() as connection:
        return await import_files(connection, kind, files, mapping=mapping, rejects_path=files[0].with_suffix(".rejected.csv"))


async def fingerprint(pool: asyncpg.Pool) -> dict[str, tuple[int, str | None]]:
    """Rows and their digest, table by table."""
    found = {}
    for table in TABLES:
        schema, name = table.split(".")
        row = await pool.fetchrow(f'SELECT count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM {schema}."{name}" t')
        found[table] = tuple(row)
    return found


async def broken_levels(pool: asyncpg.Pool) -> list[asyncpg.Record]:
    """Levels that are not the sum of their ledger, have a gap in their versions, or were below zero at some time."""
    return await pool.fetch(
        """WITH run AS (
             SELECT store_id, sku_id, version, sum(d_on_hand) OVER w AS running, row_number() OVER w AS n,
                    at < lag(at) OVER w AS backwards
             FROM inventory.ledger_entry WINDOW w AS (PARTITION BY store_id, sku_id ORDER BY version)
           ), ends AS (
             SELECT store_id, sku_id, max(version) AS version, min(running) AS lowest, bool_or(version <> n) AS gap,
                    (array_agg(running ORDER BY version DESC))[1] AS last FROM run GROUP BY 1, 2)
           SELECT * FROM inventory.stock_level l FULL JOIN ends e USING (store_id, sku_id)
           WHERE e.last IS DISTINCT FROM l.on_hand OR e.version IS DISTINCT FROM l.version OR e.gap OR e.lowest < 0"""
    )
