"""How large a difference one person may put into the books alone."""

from sqlalchemy import text

from store_omni.kit.database import ReadSession

UNITS_ALONE_MAX = 5
# In minor units of the price's currency. One that is not listed has no limit of its own: there a manager decides always.
VALUE_ALONE_MAX = {"KRW": 100_000, "JPY": 10_000, "USD": 75_00, "EUR": 70_00, "GBP": 60_00}


async def too_large(session: ReadSession, units: dict[int, int]) -> set[int]:
    """Of SKU → units more or fewer, those that need a manager: more than `UNITS_ALONE_MAX` units, or worth more than
    `VALUE_ALONE_MAX` at today's price."""
    rows = await session.execute(
        text("SELECT id, price_minor, currency FROM catalog.sku WHERE id = ANY(:ids)"), {"ids": list(units)}
    )
    return {
        row.id
        for row in rows
        if units[row.id]
        and (abs(units[row.id]) > UNITS_ALONE_MAX or abs(units[row.id]) * row.price_minor > VALUE_ALONE_MAX.get(row.currency, 0))
    }
