"""Tasks about stock that a person has to look at. At most one is open per kind and SKU; a `short` one opens and closes by
itself, by a trigger on the level."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import N_, NotFound
from store_omni.stockroom.errors import ReasonMissing, TaskClosesItself
from store_omni.stockroom.listing import check_reach

KINDS = {
    "short": N_("Promised units are missing"),
    "recount": N_("Count again"),
    "discrepancy": N_("Delivery and papers differ"),
    "drift": N_("Balance and ledger differed"),
}
# Why a task stands there; a `short` one needs no other reason.
REASONS = {
    "not_found": N_("A clerk did not find it on the shelf"),
    "damaged": N_("A clerk found it damaged"),
    "wrong_count": N_("A clerk says the count was wrong"),
    "over_delivered": N_("More came than was ordered"),
    "not_ordered": N_("It came without being ordered"),
    "under_delivered": N_("Less came than was ordered"),
    "not_sent": N_("It came without being on the transfer's list"),
    "lost_on_the_way": N_("It was sent and never came"),
    "sent_more": N_("The other store got more than was sent"),
    "refused": N_("A manager did not accept the difference"),
    "does_not_add_up": N_("More is missing than there was"),
    "drift": N_("The balance was changed outside the ledger"),
}
ENDINGS = {
    "explained": N_("Explained"),
    "claimed": N_("Claimed from the sender"),
    "accepted": N_("Accepted as it is"),
}
# Endings that nobody chooses: a count answers a recount, a deficit goes when units come.
OTHER_ENDINGS = {"counted": N_("Counted"), "gone": N_("The units are there again")}


class Open(msgspec.Struct, frozen=True, order=True):
    """A task to be opened, or units to be added to the open one."""

    store_id: int
    sku_id: int
    kind: str
    units: int
    reason: str


async def open_tasks_for(session: WriteSession, found: list[Open], *, by: Actor) -> None:
    """Call it after the levels were moved: tasks come after levels in the order of locks, and are taken in one order."""
    for task in sorted(found):
        await session.execute(
            text("SELECT stockroom.open_task(:store, :sku, :kind, :units, :reason, :channel, :actor_kind, :actor_id)"),
            {"store": task.store_id, "sku": task.sku_id, "kind": task.kind, "units": task.units, "reason": task.reason}
            | _author(by),
        )


async def close_recounts(session: WriteSession, store_id: int, counted: list[tuple[int, datetime]], *, by: Actor) -> None:
    """The recount tasks of these (SKU, when it was counted) are answered, unless they came up after that."""
    for sku_id, at in sorted(counted):
        await session.execute(
            text("SELECT stockroom.close_tasks(:store, :sku, 'recount', 'counted', :until, :channel, :actor_kind, :actor_id)"),
            {"store": store_id, "sku": sku_id, "until": at} | _author(by),
        )


async def close_task(session: WriteSession, store_id: int, task_id: UUID, *, how: str, by: Actor) -> None:
    """A person has dealt with it. `how`: a key of `ENDINGS`. Closing what is closed changes nothing.

    Errors: `TaskClosesItself`, `ReasonMissing`, `NotFound`.
    """
    check_reach(store_id, by)
    if how not in ENDINGS:
        raise ReasonMissing
    keys = {"store": store_id, "id": task_id}
    task = (
        await session.execute(
            text("SELECT kind, sku_id, closed_at FROM stockroom.task WHERE store_id = :store AND id = :id FOR UPDATE"), keys
        )
    ).one_or_none()
    if task is None:
        raise NotFound
    if task.closed_at is not None:
        return
    if task.kind == "short":
        raise TaskClosesItself
    await session.execute(
        text("UPDATE stockroom.task SET closed_at = clock_timestamp(), closed_how = :how WHERE store_id = :store AND id = :id"),
        keys | {"how": how},
    )
    await record(
        session, "stock.task_closed", Subject("stock_task", task_id, store_id=store_id), by=by, moved=("open", "closed"),
        data={"kind": task.kind, "sku_id": task.sku_id, "how": how},
    )  # fmt: skip


def _author(by: Actor) -> dict[str, str | None]:
    return {"channel": by.channel, "actor_kind": by.kind, "actor_id": str(by.id) if by.id else None}
