"""A stockroom by JSON: tasks and reconciliation here; levels, papers, counts and tills in files of their own."""

import csv
import io
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from store_omni.journal.operations import OperationReused
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.stockroom.errors import ManagerNeeded, ReasonMissing, TaskClosesItself
from store_omni.stockroom.owning_up import mend_on_purpose
from store_omni.stockroom.queries import open_tasks
from store_omni.stockroom.reconciling import drift_of
from store_omni.stockroom.tasks import close_task
from store_omni.stockroom.views import DriftView
from store_omni.web.api.declaring import changing, reading
from store_omni.web.api.entering import at_store, verb_guard
from store_omni.web.api.stockroom_counts import COUNTS
from store_omni.web.api.stockroom_levels import LEVELS
from store_omni.web.api.stockroom_papers import PAPERS
from store_omni.web.api.stockroom_shapes import Short, done_once
from store_omni.web.api.stockroom_tills import TILLS
from store_omni.web.plumbing.pages import named

Req = Request[Any, Any, Any]


class TaskOut(msgspec.Struct, frozen=True):
    """`kind`: short (promised units are missing), recount, discrepancy (delivery and papers differ) or drift."""

    id: UUID
    kind: str
    sku: str
    name: str
    units: int
    reason: str
    opened_at: datetime


class TaskClosingIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`how`: explained, claimed or accepted."""

    how: Short


class TaskClosedOut(msgspec.Struct, frozen=True):
    id: UUID


@get("/stores/{store:str}/stock-tasks", operation_id="list_stock_tasks", responses=reading())
async def tasks(
    request: Req, read: NamedDependency[ReadSession], store: FromPath[str], kind: FromQuery[str] = ""
) -> list[TaskOut]:
    """The open ones: missing units first, then the oldest."""
    at, _ = await at_store(request, store)
    return [
        TaskOut(task.id, task.kind, task.goods.code, named(task.goods), task.units, task.reason, task.opened_at)
        for task in await open_tasks(read, at.id, kind=kind)
    ]


@post(
    "/stores/{store:str}/stock-tasks/{task_id:uuid}/closing", operation_id="close_stock_task", status_code=200,
    responses=changing(TaskClosesItself, ReasonMissing, OperationReused),
)  # fmt: skip
async def task_closing(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], task_id: FromPath[UUID],
    data: JSONBody[TaskClosingIn],
) -> TaskClosedOut:  # fmt: skip
    at, by = await at_store(request, store)

    async def work() -> TaskClosedOut:
        await close_task(write, at.id, task_id, how=data.how, by=by)
        return TaskClosedOut(task_id)

    return await done_once(request, write, TaskClosedOut, ["close_stock_task", store, task_id, data], by, work)


class DriftOut(msgspec.Struct, frozen=True):
    """A balance that does not agree with what stands behind it. `against`: ledger (the sum of its entries) or promises
    (active allocations, active holds, open transfers)."""

    sku: str
    field: str
    against: str
    balance: int
    should: int
    drift: int


class MendingIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`reason`: restored (from a backup), changed_outside (by hand), imported (wrongly) or unknown."""

    reason: Short


class MendedOut(msgspec.Struct, frozen=True):
    """`document_id` null: there was nothing to mend."""

    document_id: UUID | None
    levels: int
    figures: int


@get("/stores/{store:str}/reconciliation", operation_id="read_reconciliation", responses=reading())
async def reconciliation(request: Req, read: NamedDependency[ReadSession], store: FromPath[str]) -> list[DriftOut]:
    """Every figure of this store that does not agree; an empty list is the good answer. It reads the whole ledger."""
    at, _ = await at_store(request, store)
    return [_drift_out(found) for found in await drift_of(read, at.id)]


@get(
    "/stores/{store:str}/reconciliation.csv", operation_id="read_reconciliation_csv", media_type="text/csv",
    responses=reading(),
)  # fmt: skip
async def reconciliation_csv(request: Req, read: NamedDependency[ReadSession], store: FromPath[str]) -> Response[str]:
    """The same as a table."""
    at, _ = await at_store(request, store)
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["store", *DriftOut.__struct_fields__])
    writer.writerows([at.code, *msgspec.structs.astuple(_drift_out(found))] for found in await drift_of(read, at.id))
    return Response(table.getvalue(), media_type="text/csv")


def _drift_out(found: DriftView) -> DriftOut:
    return DriftOut(found.goods.code, found.field, found.against, found.is_, found.should, found.drift)


@post(
    "/stores/{store:str}/reconciliation", operation_id="mend_drift", status_code=200,
    responses=changing(ReasonMissing, ManagerNeeded, OperationReused),
)  # fmt: skip
async def mending(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], data: JSONBody[MendingIn]
) -> MendedOut:
    """By entries with reason drift, never by overwriting. Each SKU gets a task; why it came to that is kept in a fact."""
    at, by = await at_store(request, store)

    async def work() -> MendedOut:
        done = await mend_on_purpose(write, at.id, reason=data.reason, by=by)
        return MendedOut(done.document_id, done.levels, done.figures)

    return await done_once(request, write, MendedOut, ["mend_drift", store, data], by, work)


STOCKROOM = Router(
    path="",
    tags=["stockroom"],
    route_handlers=[
        LEVELS,
        PAPERS,
        COUNTS,
        TILLS,
        Router(path="", guards=[verb_guard("stock:read")], route_handlers=[tasks]),
        Router(path="", guards=[verb_guard("stock:write")], route_handlers=[task_closing]),
        Router(path="", guards=[verb_guard("stock:approve")], route_handlers=[reconciliation, reconciliation_csv, mending]),
    ],
)
