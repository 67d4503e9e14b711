"""Papers of all stores at a glance: counts, transfers, purchases, and what one receipt of goods brought."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.kit.database import ReadSession
from store_omni.kit.errors import NotFound
from store_omni.stockroom.queries import GOODS, GOODS_FIELDS, goods
from store_omni.stockroom.views import Goods

PAPERS_AT_ONCE = 200


class CountRow(msgspec.Struct, frozen=True):
    """`items`, `counted`, `waiting`: lines in all, with a figure, and waiting for a manager. `differs`: lines whose figure
    was not what the books said. `counters`: who counted. `value_minor`: what waits, at today's prices, more (+) or less (−)."""

    id: UUID
    store_id: int
    store_code: str
    store_name_ko: str
    store_name_en: str
    zone_kind: str
    zone_text: str
    state: str
    started_by: str
    started_at: datetime
    closed_at: datetime | None
    first_item_ko: str
    first_item_en: str
    items: int
    counted: int
    waiting: int
    differs: int
    value_minor: int
    currency: str
    counters: list[str]


_COUNTS = f"""
SELECT c.id, c.store_id, s.code, s.name_ko, s.name_en, c.zone_kind, c.zone, c.state, coalesce(a.name, ''), c.started_at, c.closed_at,
       coalesce(n.first_ko, ''), coalesce(n.first_en, ''), n.items, n.counted, n.waiting, n.differs, n.value, coalesce(n.currency, ''),
       n.counters
FROM stockroom.count c JOIN stores.store s ON s.id = c.store_id LEFT JOIN staff.account a ON a.id = c.started_by
CROSS JOIN LATERAL (
  SELECT count(*)::int AS items, count(x.counted)::int AS counted,
         count(*) FILTER (WHERE c.state = 'to_approve' AND x.counted IS NOT NULL AND x.corrected IS NULL)::int AS waiting,
         count(*) FILTER (WHERE x.counted <> x.on_hand)::int AS differs,
         coalesce(sum((x.counted - x.on_hand) * k.price_minor)
                  FILTER (WHERE c.state = 'to_approve' AND x.corrected IS NULL), 0)::bigint AS value,
         min(k.currency) AS currency, (array_agg(p.name_ko ORDER BY p.name_ko))[1] AS first_ko,
         (array_agg(p.name_en ORDER BY p.name_ko))[1] AS first_en,
         array_remove(array_agg(DISTINCT b.name), NULL) AS counters
  FROM stockroom.count_line x JOIN catalog.sku k ON k.id = x.sku_id JOIN catalog.product p ON p.id = k.product_id
  LEFT JOIN staff.account b ON b.id = x.counted_by
  WHERE x.store_id = c.store_id AND x.count_id = c.id) n
WHERE (CAST(:store AS int) IS NULL OR c.store_id = :store) AND (CAST(:among AS int[]) IS NULL OR c.store_id = ANY (CAST(:among AS int[])))
  AND c.state = ANY (:states)
ORDER BY c.state = 'to_approve' DESC, c.state = 'open' DESC, coalesce(c.closed_at, c.started_at) DESC LIMIT {PAPERS_AT_ONCE}"""
_OPEN_COUNTS = ["open", "to_approve"]
_COUNT_STATES = {"open": _OPEN_COUNTS, "over": ["done", "dropped"]}


async def counts_everywhere(
    session: ReadSession,
    *,
    store_id: int | None = None,
    show: Literal["open", "over"] = "open",
    among: Sequence[int] | None = None,
) -> list[CountRow]:
    """Of one store or all (`among` them): those that wait for a manager first, then those under way, then the newest."""
    rows = await session.execute(text(_COUNTS), {"store": store_id, "among": among, "states": _COUNT_STATES[show]})
    return [CountRow(*row) for row in rows]


async def open_recount(session: ReadSession, store_id: int, sku_id: int) -> UUID | None:
    """The count of this SKU alone that is under way."""
    return await session.scalar(
        text(
            """SELECT c.id FROM stockroom.count c JOIN stockroom.count_line x ON x.store_id = c.store_id AND x.count_id = c.id
               WHERE c.store_id = :store AND c.state = 'open' AND c.zone_kind = 'recount' AND x.sku_id = :sku
               ORDER BY c.started_at DESC LIMIT 1"""
        ),
        {"store": store_id, "sku": sku_id},
    )


class TransferRow(msgspec.Struct, frozen=True):
    """`sent`, `received`, `missing`, `extra`: units of all lines. `late`: it should have come by now. `at_code`: the store that it is
    looked at from, the sender where that is still in use and `among` the reader's."""

    id: UUID
    number: str
    state: str
    store_id: int
    at_code: str
    from_name_ko: str
    from_name_en: str
    to_name_ko: str
    to_name_en: str
    expected_at: datetime | None
    late: bool
    sent_at: datetime
    closed_at: datetime | None
    first_item_ko: str
    first_item_en: str
    items: int
    sent: int
    received: int
    missing: int
    extra: int

    @property
    def open(self) -> int:
        return self.sent - self.received - self.missing


_TRANSFERS = f"""
SELECT t.id, t.number, t.state, t.store_id, CASE WHEN a.active AND (CAST(:among AS int[]) IS NULL OR a.id = ANY (CAST(:among AS int[]))) THEN a.code ELSE b.code END, a.name_ko, a.name_en, b.name_ko, b.name_en, t.expected_at,
       coalesce(t.expected_at < now() AND t.state IN ('sent', 'partly_received'), false), t.sent_at, t.closed_at,
       coalesce(n.first_ko, ''), coalesce(n.first_en, ''), n.items, n.sent, n.received, n.missing, n.extra
FROM stockroom.transfer t JOIN stores.store a ON a.id = t.store_id JOIN stores.store b ON b.id = t.to_store_id
CROSS JOIN LATERAL (
  SELECT count(*)::int AS items, coalesce(sum(x.qty_sent), 0)::int AS sent, coalesce(sum(x.qty_received), 0)::int AS received,
         coalesce(sum(x.qty_missing), 0)::int AS missing, coalesce(sum(x.qty_extra), 0)::int AS extra,
         (array_agg(p.name_ko ORDER BY p.name_ko))[1] AS first_ko, (array_agg(p.name_en ORDER BY p.name_ko))[1] AS first_en
  FROM stockroom.transfer_line x JOIN catalog.sku k ON k.id = x.sku_id JOIN catalog.product p ON p.id = k.product_id
  WHERE x.store_id = t.store_id AND x.transfer_id = t.id) n
WHERE (a.active OR b.active) AND (CAST(:store AS int) IS NULL OR :store IN (t.store_id, t.to_store_id))
  AND (CAST(:among AS int[]) IS NULL OR ARRAY[t.store_id, t.to_store_id] && CAST(:among AS int[])) AND t.state = ANY (:states)
ORDER BY t.state IN ('sent', 'partly_received') DESC, t.sent_at DESC LIMIT {PAPERS_AT_ONCE}"""
_TRANSFER_STATES = {"open": ["sent", "partly_received"], "over": ["received", "lost"]}


async def transfers_everywhere(
    session: ReadSession,
    *,
    store_id: int | None = None,
    show: Literal["open", "over"] = "open",
    among: Sequence[int] | None = None,
) -> list[TransferRow]:
    """To or from one store, or all (`among` them); newest first."""
    rows = await session.execute(text(_TRANSFERS), {"store": store_id, "among": among, "states": _TRANSFER_STATES[show]})
    return [TransferRow(*row) for row in rows]


class PurchaseRow(msgspec.Struct, frozen=True):
    """`ordered`, `received`, `missing`, `extra`: units of all lines. `late`: its day is over in that store, and not all has come."""

    id: UUID
    number: str
    supplier: str
    state: str
    store_code: str
    store_name_ko: str
    store_name_en: str
    expected_on: date | None
    late: bool
    at: datetime
    first_item_ko: str
    first_item_en: str
    items: int
    ordered: int
    received: int
    missing: int
    extra: int


_PURCHASES = f"""
SELECT u.id, u.number, u.supplier, u.state, s.code, s.name_ko, s.name_en, u.expected_on,
       coalesce(u.state = 'open' AND u.expected_on < (now() AT TIME ZONE s.timezone)::date, false), u.at,
       coalesce(n.first_ko, ''), coalesce(n.first_en, ''), n.items, n.ordered, n.received, n.missing, n.extra
FROM stockroom.purchase u JOIN stores.store s ON s.id = u.store_id
CROSS JOIN LATERAL (
  SELECT count(*)::int AS items, coalesce(sum(x.qty_ordered), 0)::int AS ordered, coalesce(sum(x.qty_received), 0)::int AS received,
         coalesce(sum(greatest(0, x.qty_ordered - x.qty_received)), 0)::int AS missing,
         coalesce(sum(greatest(0, x.qty_received - x.qty_ordered)), 0)::int AS extra,
         (array_agg(p.name_ko ORDER BY p.name_ko))[1] AS first_ko, (array_agg(p.name_en ORDER BY p.name_ko))[1] AS first_en
  FROM stockroom.purchase_line x JOIN catalog.sku k ON k.id = x.sku_id JOIN catalog.product p ON p.id = k.product_id
  WHERE x.store_id = u.store_id AND x.purchase_id = u.id) n
WHERE s.active AND (CAST(:store AS int) IS NULL OR u.store_id = :store) AND (CAST(:among AS int[]) IS NULL OR u.store_id = ANY (CAST(:among AS int[])))
  AND u.state = ANY (:states)
ORDER BY CASE WHEN u.state = 'open' THEN u.expected_on END, u.at DESC LIMIT {PAPERS_AT_ONCE}"""
_PURCHASE_STATES = {"open": ["open"], "over": ["received", "closed"]}


async def purchases_everywhere(
    session: ReadSession,
    *,
    store_id: int | None = None,
    show: Literal["open", "over"] = "open",
    among: Sequence[int] | None = None,
) -> list[PurchaseRow]:
    """Of one store or all (`among` them): what is expected by its day, the earliest first, then what has none; what is over, the newest first."""
    rows = await session.execute(text(_PURCHASES), {"store": store_id, "among": among, "states": _PURCHASE_STATES[show]})
    return [PurchaseRow(*row) for row in rows]


class BroughtLine(msgspec.Struct, frozen=True):
    """`shelf`: units that may be sold, `damaged`: that went to quarantine."""

    goods: Goods
    shelf: int
    damaged: int


class Brought(msgspec.Struct, frozen=True):
    """What a receipt of goods put into the store. `reference`: a delivery note, or the transfer's number."""

    id: UUID
    kind: str
    reference: str
    at: datetime
    lines: list[BroughtLine]


_BROUGHT = f"""
SELECT {GOODS}, sum(e.d_on_hand)::int, sum(e.d_quarantine)::int
FROM inventory.ledger_entry e JOIN catalog.sku k ON k.id = e.sku_id JOIN catalog.product p ON p.id = k.product_id
WHERE e.store_id = :store AND e.document_id = :id AND e.at >= :at
GROUP BY k.id, p.id ORDER BY p.name_ko, k.code"""


async def receipt_of_goods(session: ReadSession, store_id: int, document_id: UUID) -> Brought:
    """Errors: `NotFound`."""
    keys = {"store": store_id, "id": document_id}
    head = (
        await session.execute(
            text(
                """SELECT id, kind, reference, at FROM inventory.document
                   WHERE store_id = :store AND id = :id AND kind IN ('receipt', 'transfer_receipt')"""
            ),
            keys,
        )
    ).one_or_none()
    if head is None:
        raise NotFound
    # Its entries come after it, so the index by store and time finds them.
    rows = await session.execute(text(_BROUGHT), keys | {"at": head.at})
    return Brought(*head, lines=[BroughtLine(goods(row), *row[GOODS_FIELDS:]) for row in rows])


async def receipts_since(session: ReadSession, store_id: int, since: datetime) -> list[Brought]:
    """What came in since then, newest first, without lines."""
    rows = await session.execute(
        text(
            """SELECT id, kind, reference, at FROM inventory.document
               WHERE store_id = :store AND kind IN ('receipt', 'transfer_receipt') AND at >= :since ORDER BY at DESC LIMIT 50"""
        ),
        {"store": store_id, "since": since},
    )
    return [Brought(*row, lines=[]) for row in rows]
