"""Which SKUs a store carries, and how well each sells."""

import random
import zlib

from store_omni.demo.data.world import SkuRow, StoreRow

CARRIED_SMALL, CARRIED_BIG = 0.5, 0.92  # share of the range in the smallest and the biggest store


def appeal(sku: SkuRow) -> float:
    """How often a SKU is bought, without season: few sell a lot, many a little; dear things sell less."""
    luck = random.Random(f"appeal {sku.sku_code}")  # noqa: S311, invented data, no secret
    return luck.paretovariate(1.3) ** 0.8 * (30000 / (sku.price + 6000)) ** 0.35


def carried(store: StoreRow, skus: list[SkuRow], seed: int) -> list[SkuRow]:
    """The part of the range this store sells: whole products, more of them in a bigger store."""
    share = CARRIED_SMALL + (CARRIED_BIG - CARRIED_SMALL) * store.size / 10
    return [sku for sku in skus if zlib.crc32(f"{seed} {store.code} {sku.product_code}".encode()) / 2**32 < share]
