"""Comparing every balance with what stands behind it, and mending the difference with entries, never by overwriting.

A balance that is not the sum of its ledger was changed behind the ledger's back. Since then people saw that balance and
sold by it, and promises were checked against it, so putting it back would take units away from under them. The ledger is
what lacks a line: mending appends one that owns up to the difference (kind `adjust`, reason `drift`), raises the version,
and leaves the balance where it is. Whether the goods agree nobody can tell from figures, so the SKU is to be recounted.

A balance that does agree with its ledger but not with the promises (active allocations, active holds, open transfers) is
wrong itself: there an ordinary movement with reason `drift` puts it right.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import Row, text

from store_omni.inventory.ledger import Move, post
from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.stockroom.listing import check_reach, write_document
from store_omni.stockroom.locking import lock_levels
from store_omni.stockroom.queries import GOODS, goods
from store_omni.stockroom.tasks import Open, open_tasks_for
from store_omni.stockroom.views import DriftView

DRIFT = "drift"


class Mended(msgspec.Struct, frozen=True):
    """`document_id` None: there was nothing to mend. `figures`: how many did not agree, on how many `levels`."""

    document_id: UUID | None
    levels: int
    figures: int


_DRIFT = f"""
WITH ledger AS (
  SELECT e.store_id, e.sku_id, sum(e.d_on_hand) AS on_hand, sum(e.d_allocated) AS allocated, sum(e.d_reserved) AS reserved,
         sum(e.d_short) AS short, sum(e.d_in_transit) AS in_transit, sum(e.d_quarantine) AS quarantine,
         CASE WHEN count(*) = max(e.version) THEN max(e.version) ELSE count(*) END AS version
  FROM inventory.ledger_entry e WHERE CAST(:store AS int) IS NULL OR e.store_id = :store GROUP BY 1, 2
), allocations AS (
  SELECT a.store_id, a.sku_id, sum(a.qty) AS units FROM inventory.allocation a
  WHERE a.state = 'active' AND (CAST(:store AS int) IS NULL OR a.store_id = :store) GROUP BY 1, 2
), holds AS (
  SELECT x.store_id, x.sku_id, sum(x.qty) AS units FROM inventory.hold_line x
  JOIN inventory.hold h ON h.store_id = x.store_id AND h.id = x.hold_id AND h.state = 'active'
  WHERE CAST(:store AS int) IS NULL OR x.store_id = :store GROUP BY 1, 2
), travelling AS (
  SELECT t.to_store_id AS store_id, x.sku_id, sum(x.qty_sent - x.qty_received - x.qty_missing) AS units
  FROM stockroom.transfer t JOIN stockroom.transfer_line x ON x.store_id = t.store_id AND x.transfer_id = t.id
  WHERE t.state IN ('sent', 'partly_received') AND (CAST(:store AS int) IS NULL OR t.to_store_id = :store) GROUP BY 1, 2
)
SELECT {GOODS}, l.store_id, s.code AS store_code, f.field, f.against, f.balance, f.should
FROM inventory.stock_level l JOIN stores.store s ON s.id = l.store_id
JOIN catalog.sku k ON k.id = l.sku_id JOIN catalog.product p ON p.id = k.product_id
LEFT JOIN ledger e ON e.store_id = l.store_id AND e.sku_id = l.sku_id
LEFT JOIN allocations a ON a.store_id = l.store_id AND a.sku_id = l.sku_id
LEFT JOIN holds h ON h.store_id = l.store_id AND h.sku_id = l.sku_id
LEFT JOIN travelling t ON t.store_id = l.store_id AND t.sku_id = l.sku_id
CROSS JOIN LATERAL (VALUES
  (1, 'on_hand', 'ledger', l.on_hand, coalesce(e.on_hand, 0)), (2, 'allocated', 'ledger', l.allocated, coalesce(e.allocated, 0)),
  (3, 'reserved', 'ledger', l.reserved, coalesce(e.reserved, 0)), (4, 'short', 'ledger', l.short, coalesce(e.short, 0)),
  (5, 'in_transit', 'ledger', l.in_transit, coalesce(e.in_transit, 0)),
  (6, 'quarantine', 'ledger', l.quarantine, coalesce(e.quarantine, 0)),
  (7, 'version', 'ledger', l.version, coalesce(e.version, 0)), (8, 'allocated', 'promises', l.allocated, coalesce(a.units, 0)),
  (9, 'reserved', 'promises', l.reserved, coalesce(h.units, 0)), (10, 'in_transit', 'promises', l.in_transit, coalesce(t.units, 0)),
  (11, 'short', 'promises', l.short, greatest(0, l.allocated + l.reserved - l.on_hand))
) f(place, field, against, balance, should)
WHERE f.balance <> f.should AND (CAST(:store AS int) IS NULL OR l.store_id = :store)
  AND (CAST(:among AS int[]) IS NULL OR l.store_id = ANY (CAST(:among AS int[])))
  AND (CAST(:skus AS int[]) IS NULL OR l.sku_id = ANY(:skus))
ORDER BY l.store_id, l.sku_id, f.place"""


def _drift(row: Row) -> DriftView:
    return DriftView(
        row.store_id, row.store_code, goods(row), row.field, row.against, int(row.balance), int(row.should)
    )  # fmt: skip


async def drift_of(
    session: ReadSession, store_id: int | None = None, *, sku_ids: list[int] | None = None, among: Sequence[int] | None = None
) -> list[DriftView]:
    """What does not agree, of one store or all; an empty list is the good answer. One statement, so one moment."""
    return [_drift(row) for row in await session.execute(text(_DRIFT), {"store": store_id, "skus": sku_ids, "among": among})]


async def mend(session: WriteSession, store_id: int, *, by: Actor) -> Mended:
    """Mends one store's drift by entries; opens a drift task for each SKU, and a recount where on_hand was wrong.

    Errors: `NotFound`.
    """
    check_reach(store_id, by)
    suspects = sorted({found.goods.sku_id for found in await drift_of(session, store_id)})
    if not suspects:
        return Mended(None, 0, 0)
    await lock_levels(session, [(store_id, sku_id) for sku_id in suspects])
    # Looked at again under the locks: another person may have mended it meanwhile.
    found = await drift_of(session, store_id, sku_ids=suspects)
    if not found:
        return Mended(None, 0, 0)
    document_id = await write_document(session, "drift", store_id, by=by)
    for sku_id in sorted({one.goods.sku_id for one in found if one.against == "ledger"}):
        await session.execute(
            text("SELECT inventory.own_up(:store, :sku, :document, :channel, :actor_kind, :actor_id)"),
            {
                "store": store_id, "sku": sku_id, "document": document_id, "channel": by.channel, "actor_kind": by.kind,
                "actor_id": str(by.id) if by.id else None,
            },
        )  # fmt: skip
    moves = _moves(store_id, [one for one in found if one.against == "promises"], document_id)
    if moves:
        await post(session, moves, cause=("drift", document_id), by=by)
    units: dict[int, int] = {}
    for one in found:
        units[one.goods.sku_id] = max(units.get(one.goods.sku_id, 0), abs(one.drift) if one.field != "version" else 0)
    tasks = [Open(store_id, sku_id, "drift", most, DRIFT) for sku_id, most in units.items()]
    tasks += [
        Open(store_id, one.goods.sku_id, "recount", abs(one.drift), DRIFT)
        for one in found
        if (one.field, one.against) == ("on_hand", "ledger")
    ]
    await open_tasks_for(session, tasks, by=by)
    await record(
        session, "stock.drift_mended", Subject("stock_document", document_id, store_id=store_id), by=by,
        data={"figures": [{"sku_id": one.goods.sku_id, "field": one.field, "against": one.against, "is": one.is_,
                           "should": one.should} for one in found]},
    )  # fmt: skip
    return Mended(document_id, len(units), len(found))


def _moves(store_id: int, found: list[DriftView], document_id: UUID) -> list[Move]:
    """One entry per SKU. `short` follows by itself, because the entry is a recorded truth."""
    changes: dict[int, dict[str, int]] = {}
    for one in found:
        change = changes.setdefault(one.goods.sku_id, {})
        if one.field != "short":
            change[one.field] = -one.drift
    return [
        Move(
            store_id, sku_id, "adjust", allocated=change.get("allocated", 0), reserved=change.get("reserved", 0),
            in_transit=change.get("in_transit", 0), reason=DRIFT, truth=True, document=document_id,
        )
        for sku_id, change in sorted(changes.items())
    ]  # fmt: skip
