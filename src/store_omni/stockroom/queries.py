"""Reads of a stockroom: levels, the ledger of one, tasks. Papers (counts, transfers, purchases) stand in `papers`."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from sqlalchemy import Row, text

from store_omni.kit.database import ReadSession
from store_omni.kit.errors import NotFound
from store_omni.stockroom.views import EntryView, Goods, LevelPage, LevelView, TaskView

LEVELS_PER_PAGE = 50
ENTRIES_AT_ONCE = 100
TASKS_MAX = 500
Only = Literal["", "short", "in_transit", "quarantine", "task", "uncounted", "empty"]
_ONLY: dict[str, str] = {
    "": "true",
    "short": "l.short > 0",
    "in_transit": "l.in_transit > 0",
    "quarantine": "l.quarantine > 0",
    "task": "EXISTS (SELECT 1 FROM stockroom.task x WHERE x.store_id = l.store_id AND x.sku_id = l.sku_id AND x.closed_at IS NULL)",
    "uncounted": "t.counted_at IS NULL",
    "empty": "l.on_hand = 0",
}
GOODS = "k.id, k.code, k.gtin, p.name_ko, p.name_en, k.option_ko, k.option_en, p.category, k.price_minor, k.currency"
GOODS_FIELDS = 10


def goods(row: Row) -> Goods:
    """The first columns of a row that begins with `GOODS`."""
    return Goods(*row[:GOODS_FIELDS])


_LEVEL = f"""
SELECT {GOODS}, l.on_hand, l.allocated, l.reserved, l.short, l.in_transit, l.quarantine, l.version, l.changed_at,
       t.counted_at, coalesce(t.short_picks, 0), t.last_short_at,
       ARRAY(SELECT x.kind FROM stockroom.task x WHERE x.store_id = l.store_id AND x.sku_id = l.sku_id AND x.closed_at IS NULL
             ORDER BY x.kind) AS tasks"""
_FROM = """
FROM inventory.stock_level l JOIN catalog.sku k ON k.id = l.sku_id JOIN catalog.product p ON p.id = k.product_id
LEFT JOIN stockroom.trust t ON t.store_id = l.store_id AND t.sku_id = l.sku_id
WHERE l.store_id = :store"""
_FINDS = """ AND (:find = '' OR k.code ILIKE :like OR k.gtin = :find OR p.name_ko ILIKE :like OR p.name_en ILIKE :like)
AND (:category = '' OR p.category = :category)"""


def _level(row: Row) -> LevelView:
    return LevelView(goods(row), *row[GOODS_FIELDS : GOODS_FIELDS + 12])


async def levels_of(
    session: ReadSession, store_id: int, *, find: str = "", category: str = "", only: Only = "", page: int = 1
) -> LevelPage:
    """One page of a store's levels by name. `find`: part of a name or code, or a whole barcode."""
    escaped = find.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values = {"store": store_id, "find": find, "like": f"%{escaped}%", "category": category}
    where = f"{_FROM}{_FINDS} AND {_ONLY[only]}"
    total = await session.scalar(text(f"SELECT count(*) {where}"), values) or 0
    pages = max(1, -(-total // LEVELS_PER_PAGE))
    page = min(max(page, 1), pages)
    rows = await session.execute(
        text(f"{_LEVEL}{where} ORDER BY p.name_ko, k.code LIMIT :limit OFFSET :skip"),
        values | {"limit": LEVELS_PER_PAGE, "skip": (page - 1) * LEVELS_PER_PAGE},
    )
    return LevelPage([_level(row) for row in rows], total, page, pages)


async def level_of(session: ReadSession, store_id: int, sku_id: int) -> LevelView:
    """Errors: `NotFound` for a SKU that the store never had."""
    row = (await session.execute(text(f"{_LEVEL}{_FROM} AND l.sku_id = :sku"), {"store": store_id, "sku": sku_id})).one_or_none()
    if row is None:
        raise NotFound
    return _level(row)


_LEDGER = text(
    """SELECT e.version, e.kind, e.reason, e.d_on_hand, e.d_allocated, e.d_reserved, e.d_short, e.d_in_transit, e.d_quarantine,
              e.on_hand, e.allocated, e.reserved, e.short, e.in_transit, e.quarantine,
              CASE WHEN e.allocation_id IS NOT NULL THEN 'allocation' WHEN e.hold_id IS NOT NULL THEN 'hold'
                   ELSE coalesce(d.kind, '') END AS paper,
              coalesce(e.allocation_id, e.hold_id, e.document_id) AS paper_id,
              coalesce(d.reference, '') AS reference, coalesce(d.note, '') AS note,
              e.cause_type, e.cause_id, e.channel, e.actor_kind, coalesce(a.name, '') AS actor, e.at
       FROM (
         SELECT x.*,
                sum(x.d_on_hand) OVER w AS on_hand, sum(x.d_allocated) OVER w AS allocated, sum(x.d_reserved) OVER w AS reserved,
                sum(x.d_short) OVER w AS short, sum(x.d_in_transit) OVER w AS in_transit, sum(x.d_quarantine) OVER w AS quarantine
         FROM inventory.ledger_entry x WHERE x.store_id = :store AND x.sku_id = :sku WINDOW w AS (ORDER BY x.version)) e
       LEFT JOIN inventory.document d ON d.store_id = :store AND d.id = e.document_id
       LEFT JOIN staff.account a ON a.id::text = e.actor_id
       WHERE e.version < :before ORDER BY e.version DESC LIMIT :limit"""
)
_VERSION_MAX = 2**62


async def ledger_of(
    session: ReadSession, store_id: int, sku_id: int, *, before: int | None = None, limit: int = ENTRIES_AT_ONCE
) -> list[EntryView]:
    """The movements of one level, newest first, each with the balance after it. `before`: only versions below it."""
    values = {"store": store_id, "sku": sku_id, "before": before or _VERSION_MAX, "limit": limit}
    return [EntryView(*row) for row in await session.execute(_LEDGER, values)]


_TASKS = f"""
SELECT {GOODS}, x.id AS task_id, x.store_id, s.name_ko AS store_ko, s.name_en AS store_en, x.kind, x.units, x.reason, x.opened_at,
       x.closed_at, x.closed_how
FROM stockroom.task x JOIN stores.store s ON s.id = x.store_id
JOIN catalog.sku k ON k.id = x.sku_id JOIN catalog.product p ON p.id = k.product_id"""


def _task(row: Row) -> TaskView:
    return TaskView(
        row.task_id, row.store_id, row.store_ko, row.store_en, goods(row), row.kind, row.units, row.reason, row.opened_at,
        row.closed_at, row.closed_how,
    )  # fmt: skip


async def open_tasks(
    session: ReadSession, store_id: int | None, *, kind: str = "", among: Sequence[int] | None = None
) -> list[TaskView]:
    """Of one store, or of all; `short` ones first, then the oldest."""
    rows = await session.execute(
        text(
            f"""{_TASKS} WHERE x.closed_at IS NULL AND (CAST(:store AS int) IS NULL OR x.store_id = :store)
                AND (CAST(:among AS int[]) IS NULL OR x.store_id = ANY (CAST(:among AS int[])))
                AND (:kind = '' OR x.kind = :kind)
                ORDER BY x.kind <> 'short', x.opened_at, x.id LIMIT {TASKS_MAX}"""
        ),
        {"store": store_id, "kind": kind, "among": among},
    )
    return [_task(row) for row in rows]


async def task_of(session: ReadSession, store_id: int, task_id: UUID) -> TaskView:
    """Open or closed. Errors: `NotFound`."""
    row = (
        await session.execute(text(f"{_TASKS} WHERE x.store_id = :store AND x.id = :id"), {"store": store_id, "id": task_id})
    ).one_or_none()
    if row is None:
        raise NotFound
    return _task(row)


async def codes_of(session: ReadSession, sku_ids: list[int]) -> dict[int, str]:
    """SKU id → code."""
    rows = await session.execute(text("SELECT id, code FROM catalog.sku WHERE id = ANY(:ids)"), {"ids": sku_ids})
    return {row.id: row.code for row in rows}
