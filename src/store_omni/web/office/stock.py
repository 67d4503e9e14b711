"""/office/stock: what every store has of everything, found by name, code or trouble; and the same as a file."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from store_omni.history.tracing import order_number_behind
from store_omni.kit.database import ReadSession
from store_omni.stockroom.overseeing import TROUBLES, Sought, shelves
from store_omni.stores.knowing import KnownStores
from store_omni.web.office.stock_file import shelves_file
from store_omni.web.plumbing.guarding import own_stores, staff_guard, staff_view
from store_omni.web.plumbing.pages import page, see_other, wants_fragment

Req = Request[Any, Any, Any]


async def sought(request: Req, known_stores: KnownStores, q: str, store: str, only: str) -> Sought:
    """Filters as they stand in the address; what is unknown among them filters nothing."""
    chosen = (await known_stores.all()).by_code.get(store)
    trouble = only if only in TROUBLES else ""
    return Sought(find=q.strip(), store_id=chosen.id if chosen else None, trouble=trouble, among=own_stores(request))  # type: ignore[arg-type]  # tested against the list


async def stores_for_choice(known_stores: KnownStores) -> list[Any]:
    return sorted((await known_stores.all()).by_id.values(), key=lambda store: store.name_ko)


@get("/")
async def levels(
    request: Req,
    read: NamedDependency[ReadSession],
    known_stores: NamedDependency[KnownStores],
    q: FromQuery[str] = "",
    store: FromQuery[str] = "",
    only: FromQuery[str] = "",
    at: FromQuery[int] = 1,
) -> Response[str]:
    """`only`: a key of the troubles; `at`: the page."""
    asked = await sought(request, known_stores, q, store, only)
    found = await shelves(read, asked, page=at)
    context = {
        "staff": staff_view(request),
        "nav": "stock",
        "found": found,
        "asked": {"q": asked.find, "store": store if asked.store_id else "", "only": asked.trouble},
        "stores": await stores_for_choice(known_stores),
    }
    return page(request, "office/stock/_levels.html" if wants_fragment(request) else "office/stock/index.html", context)


@get("/levels.csv")
async def levels_file(
    request: Req,
    known_stores: NamedDependency[KnownStores],
    q: FromQuery[str] = "",
    store: FromQuery[str] = "",
    only: FromQuery[str] = "",
) -> Response[Any]:
    return shelves_file(request, await sought(request, known_stores, q, store, only))


@get("/causes/{cause_type:str}/{cause_id:uuid}")
async def cause(read: NamedDependency[ReadSession], cause_type: FromPath[str], cause_id: FromPath[UUID]) -> Response[str]:
    """To the order behind a movement of stock; the desk notes who looks at it."""
    number = await order_number_behind(read, cause_type, cause_id)
    return see_other(f"/desk/orders/{number}")


LEVELS = Router(path="", guards=[staff_guard("office", "manager")], route_handlers=[levels, levels_file, cause])
