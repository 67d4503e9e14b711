"""/office/stock/counts: who counts what, and the differences that wait for a manager."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from store_omni.journal.actors import Actor
from store_omni.journal.operations import once
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import N_, InvalidInput
from store_omni.stockroom.approving import approve_count, refuse_count
from store_omni.stockroom.counting import Zone, drop_count, start_count
from store_omni.stockroom.listing import goods_by_code
from store_omni.stockroom.overseeing import categories_in_stock
from store_omni.stockroom.overseeing_papers import counts_everywhere
from store_omni.stockroom.papers import count_of
from store_omni.stores.knowing import KnownStores
from store_omni.web.office.papers import asked_for
from store_omni.web.plumbing.addresses import address
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import go_to, page
from store_omni.web.plumbing.shelf_words import category_name, category_names
from store_omni.web.plumbing.units import operation_key

Req = Request[Any, Any, Any]
BASE = "/office/stock/counts"


@get("/")
async def show(
    request: Req,
    read: NamedDependency[ReadSession],
    known_stores: NamedDependency[KnownStores],
    store: FromQuery[str] = "",
    over: FromQuery[str] = "",
) -> Response[str]:
    asked = await asked_for(request, known_stores, store=store, over=over)
    context = {
        "counts": await counts_everywhere(read, store_id=asked.store_id, show=asked.show, among=asked.among),
        "categories": category_names(await categories_in_stock(read, asked.store_id)),
        "zone_name": category_name,
    }
    return page(request, "office/stock/counts.html", asked.context | context)


async def _zone(session: ReadSession, form: dict[str, str]) -> Zone:
    """What the form asks to be counted. Errors: `InvalidInput`, `UnknownGoods`."""
    kind = Checks(form).one_of("zone", ("category", "shelf", "skus"))
    if kind == "category":
        return Zone("category", form.get("category", ""))
    if kind == "shelf":
        if not form.get("shelf"):
            raise InvalidInput({"shelf": N_("Name the shelf, as it is written on it.")}, form)
        return Zone("shelf", form["shelf"])
    codes = list(dict.fromkeys(form.get("codes", "").replace(",", " ").split()))
    if kind != "skus" or not codes:
        raise InvalidInput({"codes": N_("Scan or type a code first.")}, form)
    found = await goods_by_code(session, codes)
    return Zone("skus", sku_ids=list(dict.fromkeys(found[code] for code in codes)))


@post("/", status_code=200)
async def start(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
) -> Response[str]:
    form = await read_form(request)
    store = await known_stores.by_code(form.get("store", ""))
    zone = await _zone(write, form)

    async def work() -> dict[str, Any]:
        return {"count": str(await start_count(write, store.id, zone=zone, by=by))}

    made = await once(write, operation_key(request, form), ["count", store.id, zone], by, work)
    return go_to(request, address(BASE, store.code, made["count"]))


@get("/{store_code:str}/{count_id:uuid}")
async def one(
    request: Req,
    read: NamedDependency[ReadSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    count_id: FromPath[UUID],
) -> Response[str]:
    store = await known_stores.by_code(store_code)
    count = await count_of(read, store.id, count_id, blind=False)
    counted = [line for line in count.lines if line.counted is not None]
    context = {
        "staff": staff_view(request),
        "nav": "stock",
        "store": store,
        "count": count,
        "zone_name": category_name,
        "waiting": [line for line in counted if count.state == "to_approve" and line.corrected is None],
        "settled": [line for line in counted if line.corrected is not None],
        "counted": counted,
        "uncounted": [line for line in count.lines if line.counted is None],
        "own": any(line.counted_by == by.label for line in counted if line.corrected is None),
    }
    return page(request, "office/stock/count.html", context)


@post("/{store_code:str}/{count_id:uuid}/approval", status_code=200)
async def approval(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    count_id: FromPath[UUID],
) -> Response[str]:
    """`sku` (one line) or all that wait."""
    store = await known_stores.by_code(store_code)
    form = await read_form(request)
    await approve_count(write, store.id, count_id, by=by, sku_ids=_line(form))
    return go_to(request, address(BASE, store.code, count_id))


@post("/{store_code:str}/{count_id:uuid}/refusal", status_code=200)
async def refusal(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    count_id: FromPath[UUID],
) -> Response[str]:
    """`reason` in the manager's words; what is refused is counted again."""
    store = await known_stores.by_code(store_code)
    form = await read_form(request)
    checks = Checks(form)
    reason = checks.need("reason", N_("Say in a few words why."))
    checks.done()
    await refuse_count(write, store.id, count_id, reason=reason, by=by, sku_ids=_line(form))
    return go_to(request, address(BASE, store.code, count_id))


@post("/{store_code:str}/{count_id:uuid}/dropping", status_code=200)
async def dropping(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    count_id: FromPath[UUID],
) -> Response[str]:
    store = await known_stores.by_code(store_code)
    await drop_count(write, store.id, count_id, by=by)
    return go_to(request, f"{BASE}?{urlencode({'store': store.code})}")


def _line(form: dict[str, str]) -> list[int] | None:
    return [int(form["sku"])] if form.get("sku", "").isascii() and form.get("sku", "").isdigit() else None


COUNTS = Router(
    path="/counts",
    guards=[staff_guard("office", "manager")],
    dependencies={"by": Provide(by)},
    route_handlers=[show, start, one, approval, refusal, dropping],
)
