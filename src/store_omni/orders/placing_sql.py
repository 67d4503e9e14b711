"""The hot statement of placing: one round trip, one transaction, everything that must be atomic inside `orders.place`.

Touches: journal.operation, catalog.sku, inventory.{selling_rule, stock_level, ledger_entry, allocation}, customers.{customer,
identity}, payments.charge, orders.{order, order_line, order_charge, fulfilment, fulfilment_line, order_viewer, basket_line},
journal.{fact, entry}.
"""

from typing import Any

import asyncpg

PLACE = "SELECT orders.place($1::jsonb)"


async def place_row(pool: asyncpg.Pool, request: dict[str, Any]) -> dict[str, Any]:
    """`request` as the migration that made `orders.place` documents it. Raises asyncpg errors with our SQLSTATEs."""
    return await pool.fetchval(PLACE, request)
