"""Deciding on differences too large for the one who counted: by a manager who did not."""

from uuid import UUID

from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import NotFound
from store_omni.stockroom.correcting import CountLine, correct, true_variances
from store_omni.stockroom.counting import Closed
from store_omni.stockroom.errors import ManagerNeeded, NothingToApprove, OwnCount, ReasonMissing
from store_omni.stockroom.listing import check_reach
from store_omni.stockroom.tasks import Open, open_tasks_for

# A program may approve where its token says so; the person behind it is its own business.
APPROVERS = ("manager", "service")


async def approve_count(
    session: WriteSession, store_id: int, count_id: UUID, *, by: Actor, sku_ids: list[int] | None = None
) -> Closed:
    """Puts the waiting lines (all, or these SKUs) into the books. Errors: `ManagerNeeded`, `OwnCount`,
    `NothingToApprove`, `NotFound`."""
    lines = await _waiting(session, store_id, count_id, by=by, sku_ids=sku_ids)
    corrected = await correct(session, store_id, count_id, lines, by=by)
    return await _settle(session, store_id, count_id, by=by, decided="approved", lines=lines, corrected=corrected)


async def refuse_count(
    session: WriteSession, store_id: int, count_id: UUID, *, reason: str, by: Actor, sku_ids: list[int] | None = None
) -> Closed:
    """Leaves the books as they are and opens a recount task for each refused line. `reason`: the manager's words, not
    empty. Errors: as `approve_count`, and `ReasonMissing`."""
    if not reason.strip():
        raise ReasonMissing
    lines = await _waiting(session, store_id, count_id, by=by, sku_ids=sku_ids)
    await session.execute(
        text(
            """UPDATE stockroom.count_line SET corrected = 0, refused_because = :reason
               WHERE store_id = :store AND count_id = :id AND sku_id = ANY(:skus)"""
        ),
        {"store": store_id, "id": count_id, "skus": [line.sku_id for line in lines], "reason": reason.strip()},
    )
    variances = await true_variances(session, store_id, lines)
    tasks = [Open(store_id, line.sku_id, "recount", abs(variances[line.sku_id]), "refused") for line in lines]
    await open_tasks_for(session, tasks, by=by)
    return await _settle(session, store_id, count_id, by=by, decided="refused", lines=lines, corrected=0)


async def _waiting(
    session: WriteSession, store_id: int, count_id: UUID, *, by: Actor, sku_ids: list[int] | None
) -> list[CountLine]:
    check_reach(store_id, by)
    if by.kind not in APPROVERS:
        raise ManagerNeeded
    keys: dict[str, object] = {"store": store_id, "id": count_id}
    state = await session.scalar(text("SELECT state FROM stockroom.count WHERE store_id = :store AND id = :id FOR UPDATE"), keys)
    if state is None:
        raise NotFound
    rows = (
        await session.execute(
            text(
                """SELECT sku_id, counted, on_hand, version, counted_at FROM stockroom.count_line
                   WHERE store_id = :store AND count_id = :id AND counted IS NOT NULL AND corrected IS NULL
                     AND (CAST(:skus AS int[]) IS NULL OR sku_id = ANY(:skus)) ORDER BY sku_id"""
            ),
            keys | {"skus": sku_ids},
        )
    ).all()
    if state != "to_approve" or not rows:
        raise NothingToApprove
    if await _counted_in_it(session, keys, by):
        raise OwnCount
    return [CountLine(*row) for row in rows]


async def _counted_in_it(session: WriteSession, keys: dict[str, object], by: Actor) -> bool:
    """A trigger on the count has the last word on this."""
    found = await session.scalar(
        text("SELECT 1 FROM stockroom.count_line WHERE store_id = :store AND count_id = :id AND counted_by = :by LIMIT 1"),
        keys | {"by": by.id},
    )
    return found is not None


async def _settle(
    session: WriteSession, store_id: int, count_id: UUID, *, by: Actor, decided: str, lines: list[CountLine], corrected: int
) -> Closed:
    keys = {"store": store_id, "id": count_id}
    left = await session.scalar(
        text(
            """SELECT count(*) FROM stockroom.count_line
               WHERE store_id = :store AND count_id = :id AND counted IS NOT NULL AND corrected IS NULL"""
        ),
        keys,
    )
    state = "to_approve" if left else "done"
    await session.execute(
        text(
            """UPDATE stockroom.count SET state = :state, approved_by = :by,
                 closed_at = CASE WHEN :state = 'done' THEN clock_timestamp() END WHERE store_id = :store AND id = :id"""
        ),
        keys | {"state": state, "by": by.id},
    )
    await record(
        session, f"stock.count_{decided}", Subject("count", count_id, store_id=store_id), by=by, moved=("to_approve", state),
        data={"sku_ids": [line.sku_id for line in lines], "corrected": corrected, "left": left},
    )  # fmt: skip
    return Closed(state, corrected, left or 0)
