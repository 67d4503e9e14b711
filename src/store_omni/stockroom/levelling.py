"""From rows of stock to one level per store; of a bundle, to the level of its scarcest part."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import msgspec

from store_omni.inventory.offering import Level, PartLevel
from store_omni.stockroom.offering_sql import FEW_BELOW


class SkuStock(msgspec.Struct, eq=False):
    """A SKU in every store that carries it, as of one moment. `sold` false: taken out of the range. `here`: the stores where a
    shopper may count on it. `read_at`: `time.monotonic()` before the read, another one for every read."""

    id: int
    code: str
    currency: str
    sold: bool
    as_of: datetime
    read_at: float
    levels: dict[int, Level]
    here: frozenset[int]
    part_ids: tuple[int, ...] = ()


def sku_stocks(rows: Iterable[Mapping[str, Any]], read_at: float) -> dict[int, SkuStock]:
    """Rows of the function `stockroom.levels`, with `as_of` → by SKU id."""
    found = {}
    for sku_id, group in groupby(rows, key=lambda row: row["sku_id"]):
        parts = list(group)
        first = parts[0]
        whole = first["part_id"] == sku_id
        levels = _levels(first) if whole else _bundle_levels(first, parts[1:])
        found[sku_id] = SkuStock(
            id=sku_id,
            code=first["code"],
            currency=first["currency"],
            sold=first["sold"],
            as_of=first["as_of"],
            read_at=read_at,
            levels=levels,
            here=frozenset(store for store, level in levels.items() if level.sellable),
            part_ids=() if whole else tuple(row["part_id"] for row in parts[1:]),
        )
    return found


_ARRAYS = ("stores", "free", "few_below", "closed", "short", "versions", "rule_versions", "expected", "confidence")


def _levels(row: Mapping[str, Any]) -> dict[int, Level]:
    each = zip(*(row[name] or () for name in _ARRAYS), strict=True)
    return {
        store: Level(free, few_below, True, closed, short, version, rule_version, expected, confidence)
        for store, free, few_below, closed, short, version, rule_version, expected, confidence in each
    }


def store_level(row: Mapping[str, Any]) -> tuple[int, Level]:
    """Of a row of `LEVELS_AT`."""
    return row["store_id"], Level(
        row["free"], row["few_below"], True, row["closed"], row["short"], row["version"], row["rule_version"], row["expected"],
        row["confidence"],
    )  # fmt: skip


def mended(sku: SkuStock, changed: Iterable[tuple[int, Level]], at: float, read_at: float) -> SkuStock:
    """With those of the changed levels that are newer than its own, as of `at` (seconds since 1970); itself where none is."""
    newer = {store: level for store, level in changed if store not in sku.levels or level.version > sku.levels[store].version}
    if not newer:
        return sku
    levels = sku.levels | newer
    here = sku.here.difference(newer).union(store for store, level in newer.items() if level.sellable)
    return SkuStock(
        sku.id, sku.code, sku.currency, sku.sold, datetime.fromtimestamp(at, UTC), read_at, levels, here, sku.part_ids
    )


def _bundle_levels(own: Mapping[str, Any], parts: list[Mapping[str, Any]]) -> dict[int, Level]:
    """Carried where all parts are; as trusted as its least trusted part; expected when the last lacking part is."""
    each = [(row, _levels(row)) for row in parts]
    rules = {
        store: (few, closed)
        for store, few, closed in zip(*(own[name] or () for name in ("stores", "few_below", "closed")), strict=True)
    }
    together = set.intersection(*(set(levels) for _, levels in each)) if each else set()
    return {store: _bundle_level([(row, levels[store]) for row, levels in each], rules.get(store)) for store in together}


def _bundle_level(parts: list[tuple[Mapping[str, Any], Level]], own: tuple[int, bool] | None) -> Level:
    few_below, closed = own or (FEW_BELOW, False)
    lacking = [level.expected for row, level in parts if level.free < row["part_qty"]]
    due = [expected for expected in lacking if expected is not None]
    closed = closed or any(level.closed for _, level in parts)
    return Level(
        free=0 if closed else min(level.free // row["part_qty"] for row, level in parts),
        few_below=few_below,
        carried=True,
        closed=closed,
        short=any(level.short for _, level in parts),
        expected=max(due) if due and len(due) == len(lacking) else None,
        confidence=min(level.confidence for _, level in parts),
        parts=tuple(
            PartLevel(row["part_code"], row["part_qty"], level.free, level.version, level.rule_version) for row, level in parts
        ),
    )
