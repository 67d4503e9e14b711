"""What a manager or clerk looks for on the shelves: levels of one store or of all, found by name, code or trouble."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Literal, get_args

import msgspec
from sqlalchemy import Row, text

from store_omni.catalog.searching import like, read_query
from store_omni.inventory.offering import CONFIDENCE_MIN
from store_omni.kit.database import ReadSession
from store_omni.kit.errors import NotFound
from store_omni.stockroom.listing import known_goods
from store_omni.stockroom.offering_sql import FEW_BELOW, FREE
from store_omni.stockroom.queries import GOODS, GOODS_FIELDS, goods
from store_omni.stockroom.views import Goods

SHELVES_PER_PAGE = 50
SHELVES_AT_ONCE = 1_000
CHANNEL = "web"
Trouble = Literal["", "short", "below_safety", "in_transit", "low_confidence", "tasks", "quarantine", "empty"]
TROUBLES: tuple[str, ...] = get_args(Trouble)
_WHERE: dict[str, str] = {
    "": "true",
    "short": "l.short > 0",
    "below_safety": "r.safety > 0 AND l.on_hand - l.allocated - l.reserved < r.safety",
    "in_transit": "l.in_transit > 0",
    # Without a short pick nothing brings a figure so low, and with this test only few are worked out.
    "low_confidence": f"t.short_picks > 0 AND stockroom.confidence(l.store_id, l.sku_id) < {CONFIDENCE_MIN}",
    "tasks": "EXISTS (SELECT 1 FROM stockroom.task x WHERE x.store_id = l.store_id AND x.sku_id = l.sku_id AND x.closed_at IS NULL)",
    "quarantine": "l.quarantine > 0",
    "empty": "l.on_hand = 0",
}


class Shelf(msgspec.Struct, frozen=True):
    """One SKU in one store, in units. `free`: what the web shop may sell; `safety` of it is held back. `confidence`: 0 to
    100. `counted_at` None: never counted. `expected_at`: when units in transit are due. `tasks`: kinds of its open tasks."""

    store_id: int
    store_code: str
    store_name_ko: str
    store_name_en: str
    drawing: str
    colour: str
    on_hand: int
    allocated: int
    reserved: int
    short: int
    in_transit: int
    quarantine: int
    version: int
    changed_at: datetime
    safety: int
    few_below: int
    closed: bool
    free: int
    confidence: int
    counted_at: datetime | None
    expected_at: datetime | None
    tasks: list[str]
    goods: Goods


class ShelfPage(msgspec.Struct, frozen=True):
    shelves: list[Shelf]
    total: int
    page: int
    pages: int


class Sought(msgspec.Struct, frozen=True):
    """`find`: words of a name, a code or a barcode. `store_id` None: all stores, or those `among` which it may be."""

    find: str = ""
    store_id: int | None = None
    trouble: Trouble = ""
    among: Sequence[int] | None = None


_COLUMNS = f"""
{GOODS}, l.store_id, s.code AS store_code, s.name_ko AS store_ko, s.name_en AS store_en, p.drawing,
CASE WHEN k.colour <> '' THEN k.colour ELSE p.colour END AS shade, l.on_hand, l.allocated, l.reserved, l.short, l.in_transit,
l.quarantine, l.version, l.changed_at, coalesce(r.safety, 0) AS safety, coalesce(r.few_below, {FEW_BELOW}) AS few_below,
coalesce(r.closed, false) AS closed, {FREE} AS free, stockroom.confidence(l.store_id, l.sku_id) AS confidence, t.counted_at,
CASE WHEN l.in_transit > 0 THEN (
  SELECT min(t.expected_at) FROM stockroom.transfer t
  JOIN stockroom.transfer_line i ON i.store_id = t.store_id AND i.transfer_id = t.id AND i.sku_id = l.sku_id
  WHERE t.to_store_id = l.store_id AND t.state IN ('sent', 'partly_received') AND i.qty_sent > i.qty_received + i.qty_missing)
END AS expected_at,
ARRAY(SELECT x.kind FROM stockroom.task x WHERE x.store_id = l.store_id AND x.sku_id = l.sku_id AND x.closed_at IS NULL
      ORDER BY x.kind) AS tasks"""
_FROM = """
FROM inventory.stock_level l JOIN stores.store s ON s.id = l.store_id AND s.active
JOIN catalog.sku k ON k.id = l.sku_id JOIN catalog.product p ON p.id = k.product_id
LEFT JOIN stockroom.trust t ON t.store_id = l.store_id AND t.sku_id = l.sku_id
LEFT JOIN inventory.selling_rule r ON r.store_id = l.store_id AND r.sku_id = l.sku_id AND r.channel = :channel
WHERE (CAST(:store AS int) IS NULL OR l.store_id = :store)
  AND (CAST(:among AS int[]) IS NULL OR l.store_id = ANY (CAST(:among AS int[]))) AND (CAST(:sku AS int) IS NULL OR l.sku_id = :sku)
  AND (CAST(:words AS text[]) = '{}' OR p.search_text LIKE ALL (CAST(:words AS text[]))
    OR (CAST(:keys AS text[]) <> '{}' AND p.search_jamo LIKE ALL (CAST(:keys AS text[])))
    OR (CAST(:initials AS text[]) <> '{}' AND p.search_cho LIKE ALL (CAST(:initials AS text[]))))"""
# The page is cut first: how far a figure is trusted is worked out for what is shown.
_PAGE = """
WITH shown AS MATERIALIZED (
  SELECT l.store_id, l.sku_id {sought} ORDER BY p.name_ko, k.code, s.name_ko LIMIT :limit OFFSET :skip
)
SELECT {columns} {every} AND (l.store_id, l.sku_id) IN (SELECT * FROM shown) ORDER BY p.name_ko, k.code, s.name_ko"""


def _shelf(row: Row) -> Shelf:
    return Shelf(*row[GOODS_FIELDS:], goods=goods(row))


async def _values(session: ReadSession, sought: Sought) -> dict[str, object]:
    """A whole code or barcode finds its SKU alone; anything else is looked for as in the shop's own search."""
    code = sought.find.strip()
    known = await known_goods(session, [code]) if code else {}
    reading = read_query("" if known else code)
    words = {"words": reading.words, "keys": reading.keys, "initials": reading.initials}
    patterns = {name: [like(word) for word in found] for name, found in words.items()}
    return {"store": sought.store_id, "among": sought.among, "sku": known.get(code), "channel": CHANNEL, **patterns}


async def shelves(session: ReadSession, sought: Sought, *, page: int = 1) -> ShelfPage:
    """One page of levels by name. A page beyond the last is the last."""
    values = await _values(session, sought)
    found = f"{_FROM} AND {_WHERE[sought.trouble]}"
    total = await session.scalar(text(f"SELECT count(*) {found}"), values) or 0
    pages = max(1, -(-total // SHELVES_PER_PAGE))
    page = min(max(page, 1), pages)
    rows = await session.execute(
        text(_PAGE.format(columns=_COLUMNS, sought=found, every=_FROM)),
        values | {"limit": SHELVES_PER_PAGE, "skip": (page - 1) * SHELVES_PER_PAGE},
    )
    return ShelfPage([_shelf(row) for row in rows], total, page, pages)


async def shelf(session: ReadSession, store_id: int, sku_id: int) -> Shelf:
    """Errors: `NotFound` for a SKU that the store never had."""
    values = await _values(session, Sought(store_id=store_id)) | {"sku": sku_id}
    row = (await session.execute(text(f"SELECT {_COLUMNS} {_FROM}"), values)).one_or_none()
    if row is None:
        raise NotFound
    return _shelf(row)


async def every_shelf(session: ReadSession, sought: Sought) -> AsyncIterator[list[Shelf]]:
    """All that is sought, by store and SKU, a thousand at once."""
    values = await _values(session, sought) | {"limit": SHELVES_AT_ONCE}
    after = (0, 0)
    while True:
        rows = await session.execute(
            text(
                f"""SELECT {_COLUMNS} {_FROM} AND {_WHERE[sought.trouble]}
                    AND (l.store_id, l.sku_id) > (:after_store, :after_sku) ORDER BY l.store_id, l.sku_id LIMIT :limit"""
            ),
            values | {"after_store": after[0], "after_sku": after[1]},
        )
        found = [_shelf(row) for row in rows]
        if found:
            yield found
        if len(found) < SHELVES_AT_ONCE:
            return
        after = (found[-1].store_id, found[-1].goods.sku_id)


class GoodsAt(msgspec.Struct, frozen=True):
    """A SKU as a paper lists it: `on_hand` and what is `free` of promises in one store, both 0 where it never was. `sold`: it is in
    the range."""

    goods: Goods
    drawing: str
    colour: str
    on_hand: int
    free: int
    sold: bool


async def goods_at(session: ReadSession, store_id: int | None, sku_ids: Sequence[int]) -> dict[int, GoodsAt]:
    """By SKU id; what does not exist is missing."""
    rows = await session.execute(
        text(
            f"""SELECT {GOODS}, p.drawing, CASE WHEN k.colour <> '' THEN k.colour ELSE p.colour END, coalesce(l.on_hand, 0),
                       CASE WHEN l.short > 0 THEN 0 ELSE greatest(0, coalesce(l.on_hand - l.allocated - l.reserved, 0)) END,
                       k.active AND p.active
                FROM catalog.sku k JOIN catalog.product p ON p.id = k.product_id
                LEFT JOIN inventory.stock_level l ON l.sku_id = k.id AND l.store_id = :store
                WHERE k.id = ANY(:skus) AND k.kind = 'goods'"""
        ),
        {"store": store_id, "skus": list(sku_ids)},
    )
    return {row[0]: GoodsAt(goods(row), *row[GOODS_FIELDS:]) for row in rows}


async def categories_in_stock(session: ReadSession, store_id: int | None = None) -> list[str]:
    """Keys of the categories that a store, or any, has levels of."""
    rows = await session.execute(
        text(
            """SELECT DISTINCT p.category FROM catalog.product p WHERE p.category <> '' AND EXISTS (
                 SELECT 1 FROM catalog.sku k JOIN inventory.stock_level l ON l.sku_id = k.id
                 WHERE k.product_id = p.id AND (CAST(:store AS int) IS NULL OR l.store_id = :store)) ORDER BY 1"""
        ),
        {"store": store_id},
    )
    return list(rows.scalars())
