"""/office/stock/drift: does every balance agree with what stands behind it, and mending what does not."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from store_omni.journal.actors import Actor
from store_omni.journal.operations import once
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import N_
from store_omni.stockroom.owning_up import REASONS, mend_on_purpose
from store_omni.stockroom.reconciling import drift_of
from store_omni.stockroom.views import DriftView
from store_omni.stores.knowing import KnownStores
from store_omni.web.office.stock import stores_for_choice
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.guarding import by, own_stores, staff_guard, staff_view
from store_omni.web.plumbing.pages import go_to, page
from store_omni.web.plumbing.units import operation_key

Req = Request[Any, Any, Any]
# A store whose books are wholly wrong would fill megabytes; what is mended is always all of it.
LINES_SHOWN_MAX = 100


def _by_store(found: list[DriftView]) -> dict[str, list[DriftView]]:
    stores: dict[str, list[DriftView]] = {}
    for one in found:
        stores.setdefault(one.store_code, []).append(one)
    return stores


@get("/")
async def show(
    request: Req,
    read: NamedDependency[ReadSession],
    known_stores: NamedDependency[KnownStores],
    store: FromQuery[str] = "",
    mended: FromQuery[int] = 0,
) -> Response[str]:
    """`mended`: how many figures the last mending put right."""
    stores = await known_stores.all()
    chosen = stores.by_code.get(store)
    context = {
        "staff": staff_view(request),
        "nav": "stock",
        "found": _by_store(await drift_of(read, chosen.id if chosen else None, among=own_stores(request))),
        "lines_max": LINES_SHOWN_MAX,
        "as_of": datetime.now(UTC),
        "chosen": chosen,
        "by_code": stores.by_code,
        "stores": await stores_for_choice(known_stores),
        "reasons": REASONS,
        "mended": mended,
    }
    return page(request, "office/stock/drift.html", context)


@post("/{store_code:str}/mending", status_code=200)
async def mending(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
) -> Response[str]:
    """A deed of its own: a reason and a yes are asked for, and the entries carry the manager's name."""
    store = await known_stores.by_code(store_code)
    form = await read_form(request)
    checks = Checks(form)
    reason = checks.one_of("reason", tuple(REASONS))
    checks.need("sure", N_("Tick the box when you have looked at the differences."))
    checks.done()

    async def work() -> dict[str, Any]:
        return {"figures": (await mend_on_purpose(write, store.id, reason=reason, by=by)).figures}

    done = await once(write, operation_key(request, form), ["mend", store.id, reason], by, work)
    return go_to(request, f"/office/stock/drift?{urlencode({'store': store.code, 'mended': done['figures']})}")


DRIFT = Router(
    path="/drift",
    guards=[staff_guard("office", "manager")],
    dependencies={"by": Provide(by)},
    route_handlers=[show, mending],
)
