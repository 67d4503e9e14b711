"""What the office's papers share: the filter of a list of them, and a paper that is written line by line, kept in its address."""

from typing import Any, Literal

import msgspec
from litestar import Request

from store_omni.kit.database import ReadSession
from store_omni.kit.errors import N_, Refusal
from store_omni.stockroom.listing import goods_by_code
from store_omni.stores.knowing import KnownStores
from store_omni.stores.queries import StoreView
from store_omni.web.office.stock import stores_for_choice
from store_omni.web.plumbing.drafting import UNITS_MAX, Draft, read_draft
from store_omni.web.plumbing.forms import Checks
from store_omni.web.plumbing.guarding import own_stores, staff_view


class NoStoresYet(Refusal):
    code = "no_stores_yet"
    title = N_("No stores yet")
    reason = N_("A paper is one of a store, and there is none.")
    next_step = N_("Import them with store-omni import stores FILE.")


async def store_named(known_stores: KnownStores, code: str) -> StoreView:
    """The store with this code, else the first by name. Errors: `NoStoresYet`."""
    found = (await known_stores.all()).by_code.get(code) or next(iter(await stores_for_choice(known_stores)), None)
    if found is None:
        raise NoStoresYet
    return found


class Asked(msgspec.Struct, frozen=True):
    """Which papers a list shows: of one store or all (`among` those of the manager), under way or over; with what the page needs to say so."""

    store_id: int | None
    among: list[int] | None
    show: Literal["open", "over"]
    context: dict[str, Any]


async def asked_for(request: Request[Any, Any, Any], known_stores: KnownStores, *, store: str, over: str) -> Asked:
    """`store`: its code; an unknown one filters nothing. `over`: anything for those that have ended."""
    chosen = (await known_stores.all()).by_code.get(store)
    context = {
        "staff": staff_view(request),
        "nav": "stock",
        "over": bool(over),
        "chosen": chosen,
        "stores": await stores_for_choice(known_stores),
    }
    return Asked(chosen.id if chosen else None, own_stores(request), "over" if over else "open", context)


def drafted(form: dict[str, str]) -> Draft:
    """The draft in `lines` as the numbers in `units_…` say; a field that says nothing changes nothing. Errors: `InvalidInput`."""
    draft, checks = read_draft(form.get("lines", "")), Checks(form)
    for line in draft.lines:
        draft = draft.set(line.sku_id, checks.whole_number(f"units_{line.sku_id}", low=0, high=UNITS_MAX, default=line.units))
    checks.done()
    return draft


async def drafted_with_more(session: ReadSession, form: dict[str, str]) -> Draft:
    """The same, with `units` more of what `code` names. Errors: `InvalidInput`, `UnknownGoods`, `DraftFull`."""
    draft, code = drafted(form), form.get("code", "")
    if not code:
        return draft
    found = await goods_by_code(session, [code])
    checks = Checks(form)
    units = checks.whole_number("units", low=1, high=UNITS_MAX, default=1)
    checks.done()
    return draft.more(found[code], units)
