"""/office/refunds: refunds that wait for a second person, what clerks refunded, and what one may refund alone."""

import csv
import io
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import N_
from store_omni.payments.approving import NOTE_CHARS_MAX, decide_refund, refund_requests
from store_omni.payments.errors import WHY
from store_omni.payments.limits import ALONE_MINOR_MAX, refund_limits, set_refund_limit
from store_omni.payments.queries import clerk_refunds
from store_omni.web.office.stock_file import BYTE_ORDER_MARK, plain_cell
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import named, page, see_other
from store_omni.web.plumbing.texts import gettext

Req = Request[Any, Any, Any]
COLUMNS = (
    N_("Day"), N_("Store"), N_("Clerk"), N_("Staff number"), N_("Tender"), N_("Currency"), N_("Refunds"), N_("Sum"),
    N_("Approved by others"),
)  # fmt: skip


@get("/refunds")
async def show(request: Req, read: NamedDependency[ReadSession], by: NamedDependency[Actor]) -> Response[str]:
    context = {
        "staff": staff_view(request), "nav": "refunds", "requests": await refund_requests(read, by.store_ids), "why": WHY, "me": by.id,
        "limits": await refund_limits(read, by.store_ids), "alone_max": ALONE_MINOR_MAX,
    }  # fmt: skip
    return page(request, "office/refunds/index.html", context)


@post("/refunds/{request_id:uuid}/decision", status_code=303)
async def decision(
    request: Req, write: NamedDependency[WriteSession], request_id: FromPath[UUID], by: NamedDependency[Actor]
) -> Response[str]:
    checks = Checks(await read_form(request))
    verdict, note = checks.one_of("verdict", ("approve", "refuse")), checks.short("note", most=NOTE_CHARS_MAX)
    checks.done()
    await decide_refund(write, request_id, approve=verdict == "approve", note=note, by=by)
    return see_other("/office/refunds")


@post("/refunds/limits", status_code=303)
async def limits(request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor]) -> Response[str]:
    checks = Checks(await read_form(request))
    store_id = checks.whole_number("store_id", low=1, high=2**31 - 1)
    alone = checks.whole_number("alone_minor", low=0, high=ALONE_MINOR_MAX)
    checks.done()
    await set_refund_limit(write, store_id, alone_minor=alone, by=by)
    return see_other("/office/refunds#limits")


@get("/refunds/clerks")
async def clerks(request: Req, read: NamedDependency[ReadSession], by: NamedDependency[Actor]) -> Response[str]:
    """By clerk, tender and day of the store, the last 31 days."""
    context = {"staff": staff_view(request), "nav": "refunds", "rows": await clerk_refunds(read, by.store_ids)}
    return page(request, "office/refunds/clerks.html", context)


@get("/refunds/clerks.csv")
async def clerks_file(read: NamedDependency[ReadSession], by: NamedDependency[Actor]) -> Response[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([gettext(name) for name in COLUMNS])
    for row in await clerk_refunds(read, by.store_ids):
        cells = (
            row.day.isoformat(), named(row, "store"), row.clerk, row.login, row.tender, row.currency, row.count, row.sum_minor,
            row.approved,
        )  # fmt: skip
        writer.writerow([plain_cell(cell) for cell in cells])
    headers = {"content-disposition": 'attachment; filename="refunds.csv"', "cache-control": "no-store"}
    return Response((BYTE_ORDER_MARK + text.getvalue()).encode(), media_type="text/csv", headers=headers)


REFUNDS = Router(
    path="",
    guards=[staff_guard("web", "manager")],
    dependencies={"by": Provide(by)},
    route_handlers=[show, decision, limits, clerks, clerks_file],
)
