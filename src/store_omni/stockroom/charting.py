"""How one level came to be what it is: its figures over time, with what happened to them."""

from datetime import datetime

import msgspec
from sqlalchemy import text

from store_omni.kit.database import ReadSession

# As many steps as a wide screen can show apart.
STEPS_MAX = 480


class Figures(msgspec.Struct, frozen=True):
    """`open`: on_hand − allocated − reserved, before any safety stock; none while short."""

    on_hand: int
    open: int
    short: int


class Step(msgspec.Struct, frozen=True):
    """Entries of one kind that lie too close together to be drawn apart. `after`: the figures after the last of them;
    `least`, `most`: the (on_hand, open) they reached in between. `units`: change of on_hand, `promised`: of allocated +
    reserved, in all."""

    place: int
    kind: str
    entries: int
    units: int
    promised: int
    first_at: datetime
    at: datetime
    version: int
    after: Figures
    least: tuple[int, int]
    most: tuple[int, int]


class RuleAt(msgspec.Struct, frozen=True):
    """From `at` on the web shop holds back `safety` units, or sells none at all."""

    at: datetime
    safety: int
    closed: bool


class Course(msgspec.Struct, frozen=True):
    """`before`: the figures at `since`, None for a level that was opened later. `rules`: the one that held at `since`
    first."""

    since: datetime
    until: datetime
    before: Figures | None
    steps: list[Step]
    rules: list[RuleAt]


# Balances are worked out from the present one backwards, so that only the entries of the period are read.
_STEPS = text(
    """WITH now_ AS (
         SELECT on_hand, allocated + reserved AS promised, short, version FROM inventory.stock_level
         WHERE store_id = :store AND sku_id = :sku
       ), e AS (
         SELECT x.kind, x.at, x.version, x.d_on_hand, x.d_allocated + x.d_reserved AS d_promised, x.d_short,
                n.on_hand - coalesce(sum(x.d_on_hand) OVER later, 0) AS on_hand,
                n.promised - coalesce(sum(x.d_allocated + x.d_reserved) OVER later, 0) AS promised,
                n.short - coalesce(sum(x.d_short) OVER later, 0) AS short,
                width_bucket(extract(epoch FROM x.at), extract(epoch FROM CAST(:since AS timestamptz)),
                             extract(epoch FROM CAST(:until AS timestamptz)) + 1, :steps) AS place
         FROM inventory.ledger_entry x CROSS JOIN now_ n
         WHERE x.store_id = :store AND x.sku_id = :sku AND x.at >= :since AND x.version <= n.version
         WINDOW later AS (ORDER BY x.version ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
       ), f AS (
         SELECT *, CASE WHEN short > 0 THEN 0 ELSE greatest(0, on_hand - promised) END AS open FROM e
       )
       SELECT place, kind, count(*)::int, sum(d_on_hand)::int AS units, sum(d_promised)::int AS promised, min(at), max(at) AS at,
              max(version) AS version,
              (array_agg(on_hand ORDER BY version DESC))[1]::int, (array_agg(open ORDER BY version DESC))[1]::int,
              (array_agg(short ORDER BY version DESC))[1]::int,
              min(on_hand)::int, min(open)::int, max(on_hand)::int, max(open)::int
       FROM f GROUP BY place, kind ORDER BY max(version)"""
)
_BEFORE = text(
    """SELECT coalesce(sum(d_on_hand), 0)::int, coalesce(sum(d_allocated + d_reserved), 0)::int, coalesce(sum(d_short), 0)::int
       FROM inventory.ledger_entry WHERE store_id = :store AND sku_id = :sku AND at < :since HAVING count(*) > 0"""
)
_RULES = text(
    """SELECT at, CASE WHEN removed THEN 0 ELSE safety END, closed AND NOT removed FROM inventory.selling_rule_version
       WHERE store_id = :store AND sku_id = :sku AND channel = :channel AND at < :until
         AND version >= coalesce((SELECT max(version) FROM inventory.selling_rule_version
                                  WHERE store_id = :store AND sku_id = :sku AND channel = :channel AND at <= :since), 0)
       ORDER BY version"""
)


async def course_of(
    session: ReadSession, store_id: int, sku_id: int, *, since: datetime, until: datetime, channel: str = "web"
) -> Course:
    """What happened between two moments, in at most `STEPS_MAX` places. `until` is now: entries after it are left out."""
    values = {"store": store_id, "sku": sku_id, "since": since, "until": until}
    before = (await session.execute(_BEFORE, values)).one_or_none()
    rows = await session.execute(_STEPS, values | {"steps": STEPS_MAX})
    steps = [
        Step(*row[:8], after=Figures(row[8], row[9], row[10]), least=(row[11], row[12]), most=(row[13], row[14])) for row in rows
    ]
    rules = await session.execute(_RULES, values | {"channel": channel})
    start = None if before is None else Figures(before[0], 0 if before[2] else max(0, before[0] - before[1]), before[2])
    return Course(since, until, start, steps, [RuleAt(*row) for row in rules])
