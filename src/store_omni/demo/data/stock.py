"""What stands in each store today: a figure per store and SKU that the year of orders can lead up to."""

import random

from store_omni.demo.data.range_of_store import carried
from store_omni.demo.data.world import OrderRow, SkuRow, StoreRow

SOLD_OUT_SHARE = 0.06
FEW_SHARE = 0.12
PLENTY_SHARE = 0.04


def make_stock(stores: list[StoreRow], skus: list[SkuRow], orders: list[OrderRow], seed: int) -> list[tuple[str, str, int]]:
    """(store, SKU, units) for all a store carries, and for what came back to a store that does not carry it."""
    luck = random.Random(f"stock {seed}")  # noqa: S311, invented data, no secret
    floor = _floors(orders)
    figures: dict[tuple[str, str], int] = {}
    for store in stores:
        for sku in carried(store, skus, seed):
            figures[store.code, sku.sku_code] = _units(luck, store.size)
    for key, least in floor.items():
        figures[key] = max(figures.get(key, 0), least)
    return [(*key, figures[key]) for key in sorted(figures)]


def _units(luck: random.Random, size: int) -> int:
    share = luck.random()
    if share < SOLD_OUT_SHARE:
        return 0
    if share < SOLD_OUT_SHARE + FEW_SHARE:
        return luck.randint(1, 3)
    if share > 1 - PLENTY_SHARE:
        return luck.randint(31, 80)
    return luck.randint(4, 12 + size * 2)


def _floors(orders: list[OrderRow]) -> dict[tuple[str, str], int]:
    """The least today's figure can be: units that came back after the lowest point of the year are still there."""
    running: dict[tuple[str, str], int] = {}
    lowest: dict[tuple[str, str], int] = {}
    for row in sorted((row for row in orders if row.collected_at), key=lambda row: (row.collected_at, row.order_no)):
        key = (row.store_code, row.sku_code)
        running[key] = running.get(key, 0) + (row.quantity if row.kind == "return" else -row.quantity)
        lowest[key] = min(lowest.get(key, 0), running[key])
    return {key: running[key] - lowest[key] for key in running}
