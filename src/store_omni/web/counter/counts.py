"""/counter/counts: counting what is there without being told what should be. Each scan is one more."""

from typing import Any, cast
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from store_omni.journal.actors import Actor
from store_omni.journal.operations import once
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import N_, InvalidInput
from store_omni.pickup.counting_shelves import UNITS_MAX, Counted, count_one_more, state_counted, take_back
from store_omni.stockroom.counting import Zone, close_count, drop_count, start_count
from store_omni.stockroom.listing import goods_by_code
from store_omni.stockroom.overseeing import categories_in_stock
from store_omni.stockroom.overseeing_papers import counts_everywhere
from store_omni.stockroom.papers import count_of
from store_omni.stockroom.views import CountView
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import go_to, page, wants_fragment
from store_omni.web.plumbing.shelf_words import category_name, category_names
from store_omni.web.plumbing.units import operation_key

Req = Request[Any, Any, Any]


def _here(by: Actor) -> int:
    return cast(int, by.store_id)


@get("/")
async def show(request: Req, read: NamedDependency[ReadSession], by: NamedDependency[Actor]) -> Response[str]:
    counts = await counts_everywhere(read, store_id=_here(by))
    context = {
        "staff": staff_view(request),
        "nav": "stock",
        "under_way": [count for count in counts if count.state == "open"],
        "waiting": [count for count in counts if count.state == "to_approve"],
        "categories": category_names(await categories_in_stock(read, _here(by))),
        "zone_name": category_name,
    }
    return page(request, "counter/counts/index.html", context)


@post("/", status_code=200)
async def start(request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor]) -> Response[str]:
    """`zone` category | shelf, and its name."""
    form = await read_form(request)
    checks = Checks(form)
    kind = checks.one_of("zone", ("category", "shelf"))
    name = checks.need(kind, N_("Please choose one.") if kind == "category" else N_("Name the shelf, as it is written on it."))
    checks.done()

    async def work() -> dict[str, Any]:
        return {"count": str(await start_count(write, _here(by), zone=Zone(kind, name), by=by))}  # type: ignore[arg-type]  # one of the two

    made = await once(write, operation_key(request, form), ["count", kind, name], by, work)
    return go_to(request, f"/counter/counts/{made['count']}")


def _context(request: Req, count: CountView, did: Counted | None = None) -> dict[str, Any]:
    """`did`: the line that was just counted stands first."""
    lines = {line.goods.sku_id: line for line in count.lines}
    counted = sorted((line for line in count.lines if line.counted_at), key=lambda line: line.counted_at, reverse=True)  # type: ignore[arg-type, return-value]  # those with a time
    return {
        "staff": staff_view(request),
        "nav": "stock",
        "count": count,
        "counted": counted,
        "to_count": [line for line in count.lines if line.counted is None],
        "zone_name": category_name,
        "did": did,
        "did_line": lines.get(did.sku_id) if did else None,
    }


async def _after(request: Req, session: ReadSession, by: Actor, count_id: UUID, did: Counted | None = None) -> Response[str]:
    if not wants_fragment(request):
        return go_to(request, f"/counter/counts/{count_id}")
    count = await count_of(session, _here(by), count_id, blind=True)
    return page(request, "counter/counts/_count.html", _context(request, count, did))


@get("/{count_id:uuid}")
async def one(
    request: Req, read: NamedDependency[ReadSession], by: NamedDependency[Actor], count_id: FromPath[UUID]
) -> Response[str]:
    count = await count_of(read, _here(by), count_id, blind=True)
    return page(request, "counter/counts/show.html", _context(request, count))


def _counted(result: dict[str, Any]) -> Counted:
    return Counted(result["sku_id"], result["shelf"], result["before"], result["aside"])


def _told(counted: Counted) -> dict[str, Any]:
    return {"sku_id": counted.sku_id, "shelf": counted.shelf, "before": counted.before, "aside": counted.aside}


@post("/{count_id:uuid}/scans", status_code=200)
async def scans(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], count_id: FromPath[UUID]
) -> Response[str]:
    """One piece. The same beep sent twice counts once."""
    form = await read_form(request)
    code = form.get("code", "")
    if not code:
        raise InvalidInput({"code": N_("Scan or type a code first.")}, form)
    sku_id = (await goods_by_code(write, [code]))[code]

    async def work() -> dict[str, Any]:
        return _told(await count_one_more(write, _here(by), count_id, sku_id=sku_id, by=by))

    done = await once(write, operation_key(request, form), ["counted", str(count_id), code], by, work)
    return await _after(request, write, by, count_id, _counted(done))


@post("/{count_id:uuid}/figures", status_code=200)
async def figures(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], count_id: FromPath[UUID]
) -> Response[str]:
    """`sku_id`, `units`: counted at a glance and typed."""
    form = await read_form(request)
    checks = Checks(form)
    sku_id = checks.whole_number("sku_id", low=1, high=10**9 - 1)
    units = checks.whole_number("units", low=0, high=UNITS_MAX)
    checks.done()

    async def work() -> dict[str, Any]:
        return _told(await state_counted(write, _here(by), count_id, sku_id=sku_id, units=units, by=by))

    done = await once(write, operation_key(request, form), ["figure", str(count_id), sku_id, units], by, work)
    if not wants_fragment(request):
        return go_to(request, f"/counter/counts/{count_id}")
    count = await count_of(write, _here(by), count_id, blind=True)
    return page(request, "counter/counts/_figure.html", _context(request, count, _counted(done)) | {"oob": True})


@post("/{count_id:uuid}/undo", status_code=200)
async def undo(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], count_id: FromPath[UUID]
) -> Response[str]:
    """`sku_id`, its present figure `units`, and `to` what it goes back: empty is "not counted"."""
    form = await read_form(request)
    checks = Checks(form)
    sku_id = checks.whole_number("sku_id", low=1, high=10**9 - 1)
    units = checks.whole_number("units", low=0, high=UNITS_MAX)
    to = checks.whole_number("to", low=0, high=UNITS_MAX) if form.get("to") else None
    checks.done()

    async def work() -> dict[str, Any]:
        return _told(await take_back(write, _here(by), count_id, sku_id=sku_id, shelf=units, to=to, by=by))

    await once(write, operation_key(request, form), ["undo", str(count_id), sku_id, units, to], by, work)
    return await _after(request, write, by, count_id)


@post("/{count_id:uuid}/closing", status_code=200)
async def closing(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], count_id: FromPath[UUID]
) -> Response[str]:
    """`leave` yes: what has no figure stays as the books have it."""
    form = await read_form(request)
    await close_count(write, _here(by), count_id, by=by, leave_uncounted=form.get("leave") == "yes")
    return await _after(request, write, by, count_id)


@post("/{count_id:uuid}/dropping", status_code=200)
async def dropping(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], count_id: FromPath[UUID]
) -> Response[str]:
    await drop_count(write, _here(by), count_id, by=by)
    return await _after(request, write, by, count_id)


COUNTS = Router(
    path="/counts",
    guards=[staff_guard("counter", "clerk")],
    dependencies={"by": Provide(by)},
    route_handlers=[show, start, one, scans, figures, undo, closing, dropping],
)
