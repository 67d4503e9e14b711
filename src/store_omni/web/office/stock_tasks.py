"""/office/stock/tasks: what about stock a person has to look at, and tills that nobody hears from."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.stockroom.queries import TASKS_MAX, open_tasks
from store_omni.stockroom.silent_tills import retire_till, silent_tills
from store_omni.stockroom.tasks import ENDINGS, KINDS, REASONS, close_task
from store_omni.stores.knowing import KnownStores
from store_omni.web.office.stock import stores_for_choice
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.guarding import by, own_stores, staff_guard, staff_view
from store_omni.web.plumbing.pages import go_to, page

Req = Request[Any, Any, Any]


@get("/")
async def show(
    request: Req,
    read: NamedDependency[ReadSession],
    known_stores: NamedDependency[KnownStores],
    store: FromQuery[str] = "",
    kind: FromQuery[str] = "",
) -> Response[str]:
    stores = await known_stores.all()
    chosen = stores.by_code.get(store)
    every = await open_tasks(read, chosen.id if chosen else None, among=own_stores(request))
    context = {
        "staff": staff_view(request),
        "nav": "stock",
        "tasks": [task for task in every if kind not in KINDS or task.kind == kind],
        "counts": {key: sum(task.kind == key for task in every) for key in KINDS},
        "total": len(every),
        "capped": len(every) == TASKS_MAX,
        "kind": kind if kind in KINDS else "",
        "kinds": KINDS,
        "reasons": REASONS,
        "endings": ENDINGS,
        "chosen": chosen,
        "stores": await stores_for_choice(known_stores),
        "codes": {one.id: one.code for one in stores.by_id.values()},
        "silent": await silent_tills(read, chosen.id if chosen else None, among=own_stores(request)) if kind not in KINDS else [],
    }
    return page(request, "office/stock/tasks.html", context)


@post("/{store_code:str}/{task_id:uuid}/closing", status_code=200)
async def closing(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    task_id: FromPath[UUID],
) -> Response[str]:
    """`how`: a key of the endings; `of_store`, `of_kind`: the list it was closed from."""
    store = await known_stores.by_code(store_code)
    form = await read_form(request)
    checks = Checks(form)
    how = checks.one_of("how", tuple(ENDINGS))
    checks.done()
    await close_task(write, store.id, task_id, how=how, by=by)
    fields = {"store": form.get("of_store", ""), "kind": form.get("of_kind", "")}
    return go_to(request, f"/office/stock/tasks?{urlencode(fields)}")


@post("/{store_code:str}/tills/retiring", status_code=200)
async def retiring(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
) -> Response[str]:
    """`till`: the one that is no longer used; `of_store`: the list it was found in."""
    store = await known_stores.by_code(store_code)
    form = await read_form(request)
    await retire_till(write, store.id, form.get("till", ""), by=by)
    return go_to(request, f"/office/stock/tasks?{urlencode({'store': form.get('of_store', '')})}")


TASKS = Router(
    path="/tasks",
    guards=[staff_guard("office", "manager")],
    dependencies={"by": Provide(by)},
    route_handlers=[show, closing, retiring],
)
