"""Selling rules: what a channel holds back of a SKU in a store, from where it says "few left", and whether it sells it."""

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import N_, Refusal
from store_omni.stockroom.listing import check_listed, check_reach
from store_omni.stockroom.offering_sql import FEW_BELOW

CHANNELS = ("web", "mobile", "phone", "chat", "counter", "api")
UNITS_MAX = 9_999


class RuleChanged(Refusal):
    code = "rule_changed"
    title = N_("Somebody else has changed this rule")
    reason = N_("Since you opened the page the rule got another version.")
    next_step = N_("Reload the page, look at the present rule and change it again.")


class Rule(msgspec.Struct, frozen=True):
    """`version` 0: there is none, these are the values that hold without one."""

    channel: str
    safety: int = 0
    few_below: int = FEW_BELOW
    closed: bool = False
    version: int = 0


async def rules_of(session: ReadSession, store_id: int, sku_id: int) -> list[Rule]:
    """One per channel, in the order of `CHANNELS`; channels beyond those come last."""
    rows = await session.execute(
        text(
            """SELECT channel, safety, few_below, closed, version FROM inventory.selling_rule
               WHERE store_id = :store AND sku_id = :sku ORDER BY channel"""
        ),
        {"store": store_id, "sku": sku_id},
    )
    known = {row.channel: Rule(*row) for row in rows}
    return [known.pop(channel, Rule(channel)) for channel in CHANNELS] + list(known.values())


async def change_rule(session: WriteSession, store_id: int, sku_id: int, rule: Rule, *, by: Actor) -> int:
    """`rule.version`: the one that was looked at. Returns the version after; a rule that says the same keeps its own.

    Errors: `RuleChanged`, `UnknownGoods`, `NotFound`.
    """
    check_reach(store_id, by)
    await check_listed(session, [sku_id], [1])
    keys = {"store": store_id, "sku": sku_id, "channel": rule.channel}
    present = next((one for one in await rules_of(session, store_id, sku_id) if one.channel == rule.channel), Rule(rule.channel))
    if present.version != rule.version:
        raise RuleChanged
    if present == rule:
        return rule.version
    # The version is asked for again by the statement itself: who changed it between our look and now is not overwritten.
    version = await session.scalar(
        text(
            """INSERT INTO inventory.selling_rule AS r (store_id, sku_id, channel, safety, few_below, closed)
               VALUES (:store, :sku, :channel, :safety, :few, :closed)
               ON CONFLICT (store_id, sku_id, channel) DO UPDATE
               SET safety = excluded.safety, few_below = excluded.few_below, closed = excluded.closed
               WHERE r.version = :seen RETURNING r.version"""
        ),
        keys | {"safety": rule.safety, "few": rule.few_below, "closed": rule.closed, "seen": rule.version},
    )
    if version is None:
        raise RuleChanged
    await record(
        session, "stock.rule_changed", Subject("selling_rule", f"{store_id}/{sku_id}/{rule.channel}", store_id=store_id), by=by,
        moved=(f"v{rule.version}", f"v{version}"),
        data={"sku_id": sku_id, "channel": rule.channel, "safety": [present.safety, rule.safety],
              "few_below": [present.few_below, rule.few_below], "closed": [present.closed, rule.closed]},
    )  # fmt: skip
    return version
