"""Why a store could promise that many of a SKU: at a version, exactly; at a time, by the last version of then; or now.

A figure is rebuilt from the ledger alone, never from the present balance, so that it also proves the balance.
"""

from datetime import datetime

import msgspec
from sqlalchemy import text

from store_omni.kit.database import ReadSession
from store_omni.kit.errors import NotFound


class Explanation(msgspec.Struct, frozen=True):
    """The terms of one figure, in units. `version` of the stock level and `rule_version` of the selling rule (0: there was
    none yet, or none any more); `at`, `rule_at`: when each of them began. `newest`: the level's version today.

    `atp` is what could be promised: nothing while `short` or `closed`, else on_hand − allocated − reserved − safety, at least
    0. `in_transit` and `quarantine` are told because people ask for them; they take no part."""

    version: int
    at: datetime | None
    newest: int
    on_hand: int
    allocated: int
    reserved: int
    short: int
    in_transit: int
    quarantine: int
    rule_version: int
    rule_at: datetime | None
    safety: int
    few_below: int
    closed: bool

    @property
    def free(self) -> int:
        """Before the channel's rule; may be negative while short."""
        return self.on_hand - self.allocated - self.reserved

    @property
    def atp(self) -> int:
        return 0 if self.short or self.closed else max(0, self.free - self.safety)


# The time of a version was taken under its level's row lock, so it rises with the version; so do the rules'.
_EXPLAIN = text(
    """WITH asked AS (
         SELECT coalesce(
                  CAST(:version AS bigint),
                  (SELECT e.version FROM inventory.ledger_entry e
                   WHERE e.store_id = :store AND e.sku_id = :sku AND (CAST(:at AS timestamptz) IS NULL OR e.at <= :at)
                   ORDER BY e.version DESC LIMIT 1), 0) AS version,
                coalesce(
                  CAST(:rule AS int),
                  (SELECT v.version FROM inventory.selling_rule_version v
                   WHERE v.store_id = :store AND v.sku_id = :sku AND v.channel = :channel
                     AND (CAST(:at AS timestamptz) IS NULL OR v.at <= :at)
                   ORDER BY v.version DESC LIMIT 1), 0) AS rule
       )
       SELECT a.version, s.at, coalesce(l.version, 0), s.on_hand, s.allocated, s.reserved, s.short, s.in_transit, s.quarantine,
              CASE WHEN v.removed THEN 0 ELSE a.rule END, v.at AS rule_at, CASE WHEN v.removed THEN 0 ELSE coalesce(v.safety, 0) END,
              CASE WHEN v.removed THEN 4 ELSE coalesce(v.few_below, 4) END, coalesce(v.closed AND NOT v.removed, false),
              s.reached, v.version AS rule_found
       FROM asked a
       LEFT JOIN inventory.stock_level l ON l.store_id = :store AND l.sku_id = :sku
       LEFT JOIN inventory.selling_rule_version v
         ON v.store_id = :store AND v.sku_id = :sku AND v.channel = :channel AND v.version = a.rule
       CROSS JOIN LATERAL (
         SELECT coalesce(sum(e.d_on_hand), 0)::int AS on_hand, coalesce(sum(e.d_allocated), 0)::int AS allocated,
                coalesce(sum(e.d_reserved), 0)::int AS reserved, coalesce(sum(e.d_short), 0)::int AS short,
                coalesce(sum(e.d_in_transit), 0)::int AS in_transit, coalesce(sum(e.d_quarantine), 0)::int AS quarantine,
                max(e.at) FILTER (WHERE e.version = a.version) AS at, coalesce(max(e.version), 0) AS reached
         FROM inventory.ledger_entry e WHERE e.store_id = :store AND e.sku_id = :sku AND e.version <= a.version) s"""
)


async def explain(
    session: ReadSession,
    store_id: int,
    sku_id: int,
    *,
    channel: str,
    version: int | None = None,
    rule_version: int | None = None,
    at: datetime | None = None,
) -> Explanation:
    """`version`, `rule_version`: as an answer carried them. `at`: of whichever of the two is not given; None is now.
    Errors: `NotFound` for a version that has not been."""
    values = {
        "store": store_id, "sku": sku_id, "channel": channel, "version": version, "rule": rule_version, "at": at,
    }  # fmt: skip
    row = (await session.execute(_EXPLAIN, values)).one()
    if row.reached != row.version or (rule_version and row.rule_found is None):
        raise NotFound
    return Explanation(*row[:14])
