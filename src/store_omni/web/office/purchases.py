"""/office/stock/purchases: what stores expect from suppliers, ordering more, and waiting no longer for the rest."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery
from msgspec import UNSET

from store_omni.journal.actors import Actor
from store_omni.journal.operations import once
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import N_
from store_omni.stockroom.overseeing import goods_at
from store_omni.stockroom.overseeing_papers import PAPERS_AT_ONCE, purchases_everywhere
from store_omni.stockroom.papers import purchase_of
from store_omni.stockroom.purchasing import Listed, close_purchase, correct_purchase, make_purchase
from store_omni.stores.knowing import KnownStores
from store_omni.stores.queries import StoreView
from store_omni.web.office.papers import asked_for, drafted, drafted_with_more, store_named
from store_omni.web.office.stock import stores_for_choice
from store_omni.web.plumbing.addresses import address
from store_omni.web.plumbing.drafting import read_draft
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import go_to, page
from store_omni.web.plumbing.units import operation_key

Req = Request[Any, Any, Any]
BASE = "/office/stock/purchases"
NAME_CHARS_MAX = 100
DAYS_AWAY_MAX = timedelta(days=366)
# What stands in the address besides the lines.
HEAD = ("store", "supplier", "number", "due")


@get("/")
async def show(
    request: Req,
    read: NamedDependency[ReadSession],
    known_stores: NamedDependency[KnownStores],
    store: FromQuery[str] = "",
    over: FromQuery[str] = "",
) -> Response[str]:
    asked = await asked_for(request, known_stores, store=store, over=over)
    purchases = await purchases_everywhere(read, store_id=asked.store_id, show=asked.show, among=asked.among)
    context = {"purchases": purchases, "capped": len(purchases) == PAPERS_AT_ONCE}
    return page(request, "office/stock/purchases.html", asked.context | context)


@get("/new")
async def new(
    request: Req,
    read: NamedDependency[ReadSession],
    known_stores: NamedDependency[KnownStores],
    store: FromQuery[str] = "",
    supplier: FromQuery[str] = "",
    number: FromQuery[str] = "",
    due: FromQuery[str] = "",
    lines: FromQuery[str] = "",
) -> Response[str]:
    """A purchase that is being written; it stands in the address."""
    chosen = await store_named(known_stores, store)
    draft = read_draft(lines)
    known = await goods_at(read, chosen.id, [line.sku_id for line in draft.lines])
    draft = draft.only(known)
    context = {
        "staff": staff_view(request),
        "nav": "stock",
        "stores": await stores_for_choice(known_stores),
        "chosen": chosen,
        "supplier": supplier,
        "number": number,
        "due": due,
        "draft": draft,
        "listed": [(line, known[line.sku_id]) for line in draft.lines],
    }
    return page(request, "office/stock/purchase_new.html", context)


@post("/lines", status_code=200)
async def lines(request: Req, read: NamedDependency[ReadSession]) -> Response[str]:
    """Adds what `code` names, or takes the numbers as they were typed; nothing is kept but in the address."""
    return await _written(request, read, await read_form(request))


async def _written(request: Req, session: ReadSession, form: dict[str, str]) -> Response[str]:
    draft = await drafted_with_more(session, form)
    return go_to(request, f"{BASE}/new?{urlencode({name: form.get(name, '') for name in HEAD} | {'lines': draft.text})}")


@post("/", status_code=200)
async def order(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
) -> Response[str]:
    """The store expects it from now on: sent twice, it is expected once. A code that was typed and not yet added is added first."""
    form = await read_form(request)
    if form.get("code"):
        return await _written(request, write, form)
    store = await known_stores.by_code(form.get("store", ""))
    listed = [Listed(line.sku_id, line.units) for line in drafted(form).lines]
    checks = Checks(form)
    number = checks.short("number", most=NAME_CHARS_MAX)
    supplier, due = _supplier(checks), _day(checks, store)
    checks.done()

    async def work() -> dict[str, Any]:
        made = await make_purchase(write, store.id, lines=listed, by=by, number=number, supplier=supplier, expected_on=due)
        return {"purchase": str(made.id)}

    made = await once(write, operation_key(request, form), ["purchase", store.id, listed, supplier, number, due], by, work)
    return go_to(request, address(BASE, store.code, made["purchase"]))


def _supplier(checks: Checks) -> str:
    checks.need("supplier", N_("Who delivers it? Clerks look for this name."))
    return checks.short("supplier", most=NAME_CHARS_MAX)


def _day(checks: Checks, store: StoreView) -> date | None:
    """By the store's calendar."""
    typed = checks.form.get("due", "")
    if not typed:
        return None
    today = datetime.now(ZoneInfo(store.timezone)).date()
    try:
        day = datetime.strptime(typed, "%Y-%m-%d").date()  # noqa: DTZ007 — a day has no zone
    except ValueError:
        day = date.min
    if abs(day - today) > DAYS_AWAY_MAX:
        checks.problems["due"] = N_("Enter a day within a year of today.")
    return day


@get("/{store_code:str}/{purchase_id:uuid}")
async def one(
    request: Req,
    read: NamedDependency[ReadSession],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    purchase_id: FromPath[UUID],
) -> Response[str]:
    store = await known_stores.by_code(store_code)
    purchase = await purchase_of(read, store.id, purchase_id)
    today = datetime.now(ZoneInfo(store.timezone)).date()
    late = purchase.state == "open" and purchase.expected_on is not None and purchase.expected_on < today
    context = {"staff": staff_view(request), "nav": "stock", "store": store, "purchase": purchase, "late": late}
    return page(request, "office/stock/purchase.html", context)


@post("/{store_code:str}/{purchase_id:uuid}/correction", status_code=200)
async def correction(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    purchase_id: FromPath[UUID],
) -> Response[str]:
    """Who delivers it and when, as it is now. What somebody left as it was on the page (`…_was`) is not written, so that nobody's
    word of meanwhile is undone."""
    store = await known_stores.by_code(store_code)
    form = await read_form(request)
    checks = Checks(form)
    changed = {field for field in ("supplier", "due") if form.get(field, "") != form.get(f"{field}_was")}
    supplier = _supplier(checks) if "supplier" in changed else UNSET
    due = _day(checks, store) if "due" in changed else UNSET
    checks.done()

    async def work() -> dict[str, Any]:
        await correct_purchase(write, store.id, purchase_id, supplier=supplier, expected_on=due, by=by)
        return {}

    said = ["correct_purchase", store.id, purchase_id, *((field, form.get(field, "")) for field in sorted(changed))]
    await once(write, operation_key(request, form), said, by, work)
    return go_to(request, address(BASE, store.code, purchase_id))


@post("/{store_code:str}/{purchase_id:uuid}/closing", status_code=200)
async def closing(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    purchase_id: FromPath[UUID],
) -> Response[str]:
    """Nobody waits for the rest any longer: what is missing becomes a task. Sent twice, it is closed once."""
    store = await known_stores.by_code(store_code)
    form = await read_form(request)

    async def work() -> dict[str, Any]:
        return {"missing": len(await close_purchase(write, store.id, purchase_id, by=by))}

    await once(write, operation_key(request, form), ["close_purchase", store.id, purchase_id], by, work)
    return go_to(request, address(BASE, store.code, purchase_id))


PURCHASES = Router(
    path="/purchases",
    guards=[staff_guard("office", "manager")],
    dependencies={"by": Provide(by)},
    route_handlers=[show, new, lines, order, one, correction, closing],
)
