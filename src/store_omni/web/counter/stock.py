"""/counter/stock: scan a product and see what this store has of it; report damage, start a recount."""

from typing import Any, cast
from urllib.parse import urlencode

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from store_omni.journal.actors import Actor
from store_omni.journal.operations import once
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import N_, InvalidInput, NotFound
from store_omni.kit.korean import keys_pressed
from store_omni.stockroom.adjusting import DAMAGE_REASONS, set_aside_damaged
from store_omni.stockroom.counting import Zone, start_count
from store_omni.stockroom.errors import UnknownGoods
from store_omni.stockroom.listing import known_goods
from store_omni.stockroom.overseeing import Sought, goods_at, shelf, shelves
from store_omni.stockroom.overseeing_papers import open_recount
from store_omni.stockroom.queries import open_tasks
from store_omni.stockroom.tasks import KINDS, REASONS
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import go_to, page, see_other, wants_fragment
from store_omni.web.plumbing.units import operation_key

Req = Request[Any, Any, Any]
UNITS_MAX = 999


async def _found(session: ReadSession, store_id: int, sku_id: int) -> dict[str, Any]:
    """The product as this store has it, or as it never had it."""
    try:
        level = await shelf(session, store_id, sku_id)
    except NotFound:
        level = None
    known = await goods_at(session, store_id, [sku_id])
    if sku_id not in known:
        raise NotFound
    goods = known[sku_id]
    elsewhere = await shelves(session, Sought(find=goods.goods.code))
    others = sorted((one for one in elsewhere.shelves if one.store_id != store_id), key=lambda one: -one.free)
    return {"shelf": level, "item": goods, "others": others, "damage_reasons": DAMAGE_REASONS}


async def _page(request: Req, session: ReadSession, by: Actor, more: dict[str, Any]) -> Response[str]:
    tasks = await open_tasks(session, cast(int, by.store_id))
    context = {
        "staff": staff_view(request), "nav": "stock", "tasks": tasks, "kinds": KINDS, "reasons": REASONS, "item": None,
        "results": None, "q": "",
    }  # fmt: skip
    return page(request, "counter/stock/index.html", context | more)


@get("/")
async def show(
    request: Req, read: NamedDependency[ReadSession], by: NamedDependency[Actor], q: FromQuery[str] = ""
) -> Response[str]:
    """Nothing scanned yet, or what a name finds in this store."""
    typed = q.strip()
    results = await shelves(read, Sought(find=typed, store_id=by.store_id)) if typed else None
    return await _page(request, read, by, {"q": typed, "results": results})


@post("/scans", status_code=200)
async def scans(request: Req, read: NamedDependency[ReadSession], by: NamedDependency[Actor]) -> Response[str]:
    """A barcode or code shows its product; other words are looked for as a name."""
    form = await read_form(request)
    code = form.get("code", "")
    if not code:
        raise InvalidInput({"code": N_("Scan or type a code first.")}, form)
    store_id = cast(int, by.store_id)
    # The field keeps Korean letters, because names are typed into it; a scanner may have written a code with them.
    readings = list(dict.fromkeys((code, keys_pressed(code), keys_pressed(code).upper())))
    known = await known_goods(read, readings)
    if found := next((known[reading] for reading in readings if reading in known), None):
        context = {"staff": staff_view(request)} | await _found(read, store_id, found)
        address = f"/counter/stock/{found}"
        if not wants_fragment(request):
            return go_to(request, address)
        return page(request, "counter/stock/_item.html", context, headers={"HX-Replace-Url": address})
    results = await shelves(read, Sought(find=code, store_id=store_id))
    if not results.shelves:
        raise UnknownGoods(code=code)
    if not wants_fragment(request):
        return see_other(f"/counter/stock?{urlencode({'q': code})}")
    return page(request, "counter/stock/_results.html", {"results": results, "q": code})


@get("/{sku_id:int}")
async def one(
    request: Req, read: NamedDependency[ReadSession], by: NamedDependency[Actor], sku_id: FromPath[int]
) -> Response[str]:
    return await _page(request, read, by, await _found(read, cast(int, by.store_id), sku_id))


@post("/{sku_id:int}/damage", status_code=200)
async def damage(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], sku_id: FromPath[int]
) -> Response[str]:
    form = await read_form(request)
    checks = Checks(form)
    units = checks.whole_number("units", low=1, high=UNITS_MAX)
    reason = checks.one_of("reason", tuple(DAMAGE_REASONS))
    checks.done()
    store_id = cast(int, by.store_id)

    async def work() -> dict[str, Any]:
        return {"document": str(await set_aside_damaged(write, store_id, sku_id=sku_id, units=units, reason=reason, by=by))}

    await once(write, operation_key(request, form), ["damage", store_id, sku_id, units, reason], by, work)
    if not wants_fragment(request):
        return go_to(request, f"/counter/stock/{sku_id}")
    context = {"staff": staff_view(request), "set_aside": units} | await _found(write, store_id, sku_id)
    return page(request, "counter/stock/_item.html", context)


@post("/{sku_id:int}/recount", status_code=200)
async def recount(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], sku_id: FromPath[int]
) -> Response[str]:
    form = await read_form(request)
    store_id = cast(int, by.store_id)

    async def work() -> dict[str, Any]:
        under_way = await open_recount(write, store_id, sku_id)
        return {"count": str(under_way or await start_count(write, store_id, zone=Zone("recount", sku_ids=[sku_id]), by=by))}

    made = await once(write, operation_key(request, form), ["recount", store_id, sku_id], by, work)
    return go_to(request, f"/counter/counts/{made['count']}")


STOCK = Router(
    path="/stock",
    guards=[staff_guard("counter", "clerk")],
    dependencies={"by": Provide(by)},
    route_handlers=[show, scans, one, damage, recount],
)
