"""Reads of the papers: counts, transfers, purchases."""

from typing import Literal
from uuid import UUID

from sqlalchemy import Row, text

from store_omni.kit.database import ReadSession
from store_omni.kit.errors import NotFound
from store_omni.stockroom.queries import GOODS, GOODS_FIELDS, goods
from store_omni.stockroom.views import CountLineView, CountView, PurchaseLineView, PurchaseView, TransferLineView, TransferView

PAPERS_MAX = 200

_COUNTS = """
SELECT c.id, c.store_id, c.zone_kind, c.zone, c.state, coalesce(a.name, ''), c.started_at, coalesce(b.name, ''), c.closed_at,
       n.items, n.left, CASE WHEN c.state = 'to_approve' THEN n.waiting ELSE 0 END
FROM stockroom.count c LEFT JOIN staff.account a ON a.id = c.started_by LEFT JOIN staff.account b ON b.id = c.approved_by
CROSS JOIN LATERAL (
  SELECT count(*) AS items, count(*) FILTER (WHERE x.counted IS NULL) AS left,
         count(*) FILTER (WHERE x.counted IS NOT NULL AND x.corrected IS NULL) AS waiting
  FROM stockroom.count_line x WHERE x.store_id = c.store_id AND x.count_id = c.id) n
WHERE c.store_id = :store"""


async def counts_of(session: ReadSession, store_id: int, *, open_only: bool = True) -> list[CountView]:
    """Newest first, without their lines."""
    rows = await session.execute(
        text(
            f"""{_COUNTS} AND (NOT CAST(:open AS boolean) OR c.state IN ('open', 'to_approve'))
                ORDER BY c.started_at DESC LIMIT {PAPERS_MAX}"""
        ),
        {"store": store_id, "open": open_only},
    )
    return [CountView(*row) for row in rows]


async def count_of(session: ReadSession, store_id: int, count_id: UUID, *, blind: bool) -> CountView:
    """One count with its lines. `blind`: without what the books say, as people who count have to see it. Errors: `NotFound`."""
    row = (await session.execute(text(f"{_COUNTS} AND c.id = :id"), {"store": store_id, "id": count_id})).one_or_none()
    if row is None:
        raise NotFound
    lines = await session.execute(
        text(
            f"""SELECT {GOODS}, x.counted, x.aside, x.on_hand, x.version, x.counted - x.on_hand, x.counted_at,
                       coalesce(a.name, ''), x.corrected
                FROM stockroom.count_line x JOIN catalog.sku k ON k.id = x.sku_id JOIN catalog.product p ON p.id = k.product_id
                LEFT JOIN staff.account a ON a.id = x.counted_by
                WHERE x.store_id = :store AND x.count_id = :id ORDER BY p.category, p.name_ko, k.code"""
        ),
        {"store": store_id, "id": count_id},
    )
    return CountView(*row, lines=[_count_line(line, blind) for line in lines])


def _count_line(row: Row, blind: bool) -> CountLineView:
    counted, aside, on_hand, version, variance, counted_at, counted_by, corrected = row[GOODS_FIELDS:]
    if blind:
        on_hand = version = variance = corrected = None
    return CountLineView(goods(row), counted, aside, on_hand, version, variance, counted_at, counted_by, corrected)


_TRANSFERS = """
SELECT t.id, t.number, t.state, t.store_id, a.code, a.name_ko, a.name_en, t.to_store_id, b.code, b.name_ko, b.name_en,
       t.expected_at, t.sent_at, t.closed_at, d.note
FROM stockroom.transfer t JOIN stores.store a ON a.id = t.store_id JOIN stores.store b ON b.id = t.to_store_id
JOIN inventory.document d ON d.store_id = t.store_id AND d.id = t.id"""


async def transfers_of(
    session: ReadSession, store_id: int, *, direction: Literal["in", "out"], open_only: bool = True
) -> list[TransferView]:
    """What comes to a store or leaves it, newest first, with lines."""
    here = "t.to_store_id" if direction == "in" else "t.store_id"
    heads = (
        await session.execute(
            text(
                f"""{_TRANSFERS} WHERE {here} = :store AND (NOT CAST(:open AS boolean) OR t.state IN ('sent', 'partly_received'))
                    ORDER BY t.sent_at DESC LIMIT {PAPERS_MAX}"""
            ),
            {"store": store_id, "open": open_only},
        )
    ).all()
    return await _with_lines(session, list(heads))


async def transfer_of(session: ReadSession, store_id: int, transfer_id: UUID) -> TransferView:
    """One transfer, for the store that sent it or the one that receives it. Errors: `NotFound`."""
    heads = (
        await session.execute(
            text(f"{_TRANSFERS} WHERE t.id = :id AND :store IN (t.store_id, t.to_store_id)"),
            {"store": store_id, "id": transfer_id},
        )
    ).all()
    if not heads:
        raise NotFound
    return (await _with_lines(session, list(heads)))[0]


async def _with_lines(session: ReadSession, heads: list[Row]) -> list[TransferView]:
    rows = await session.execute(
        text(
            f"""SELECT {GOODS}, x.transfer_id, x.qty_sent, x.qty_received, x.qty_missing, x.qty_extra
                FROM stockroom.transfer_line x JOIN catalog.sku k ON k.id = x.sku_id JOIN catalog.product p ON p.id = k.product_id
                WHERE x.store_id = ANY(:stores) AND x.transfer_id = ANY(:ids) ORDER BY p.name_ko, k.code"""
        ),
        {"stores": [head.store_id for head in heads], "ids": [head.id for head in heads]},
    )
    lines: dict[UUID, list[TransferLineView]] = {head.id: [] for head in heads}
    for row in rows:
        lines[row.transfer_id].append(TransferLineView(goods(row), *row[GOODS_FIELDS + 1 :]))
    return [TransferView(*head, lines=lines[head.id]) for head in heads]


async def purchases_of(session: ReadSession, store_id: int, *, open_only: bool = True) -> list[PurchaseView]:
    """Newest first, with lines."""
    return await _purchases(session, store_id, "(NOT CAST(:open AS boolean) OR u.state = 'open')", {"open": open_only})


async def purchase_of(session: ReadSession, store_id: int, purchase_id: UUID) -> PurchaseView:
    """Errors: `NotFound`."""
    found = await _purchases(session, store_id, "u.id = :id", {"id": purchase_id})
    if not found:
        raise NotFound
    return found[0]


async def _purchases(session: ReadSession, store_id: int, where: str, values: dict[str, object]) -> list[PurchaseView]:
    heads = (
        await session.execute(
            text(
                f"""SELECT u.id, u.store_id, u.number, u.supplier, u.state, u.expected_on, u.at FROM stockroom.purchase u
                    WHERE u.store_id = :store AND {where} ORDER BY u.at DESC LIMIT {PAPERS_MAX}"""
            ),
            values | {"store": store_id},
        )
    ).all()
    rows = await session.execute(
        text(
            f"""SELECT {GOODS}, x.purchase_id, x.qty_ordered, x.qty_received
                FROM stockroom.purchase_line x JOIN catalog.sku k ON k.id = x.sku_id JOIN catalog.product p ON p.id = k.product_id
                WHERE x.store_id = :store AND x.purchase_id = ANY(:ids) ORDER BY p.name_ko, k.code"""
        ),
        {"store": store_id, "ids": [head.id for head in heads]},
    )
    lines: dict[UUID, list[PurchaseLineView]] = {head.id: [] for head in heads}
    for row in rows:
        lines[row.purchase_id].append(PurchaseLineView(goods(row), *row[GOODS_FIELDS + 1 :]))
    return [PurchaseView(*head, lines=lines[head.id]) for head in heads]
