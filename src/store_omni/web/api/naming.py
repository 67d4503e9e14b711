"""SKUs as callers name them, by code, turned into what commands take."""

from collections.abc import Sequence

from store_omni.catalog.knowing import KnownSkus
from store_omni.inventory.holding import Wanted
from store_omni.kit.errors import N_, InvalidInput
from store_omni.web.api.shapes import LineIn

LINES_MAX = 50
UNITS_MAX = 99


async def wanted_of(skus: KnownSkus, lines: Sequence[LineIn]) -> list[Wanted]:
    """Errors: `InvalidInput` for too many lines or units, or a code that nothing sold here has."""
    if len(lines) > LINES_MAX or any(not 1 <= line.qty <= UNITS_MAX for line in lines):
        raise InvalidInput({"lines": N_("At most 50 lines, with 1 to 99 units each.")})
    ids = await skus.ids(line.sku for line in lines)
    unknown = sorted({line.sku for line in lines} - set(ids))
    if unknown:
        raise InvalidInput({f"lines.{sku}": N_("We have no such SKU.") for sku in unknown})
    return [Wanted(ids[line.sku], line.qty) for line in lines]
