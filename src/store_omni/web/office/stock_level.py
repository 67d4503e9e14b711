"""/office/stock/{store}/{sku}: one SKU in one store: its figures as a sum, how they came to be, and what can be done."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from store_omni.inventory.offering import CONFIDENCE_MIN
from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession
from store_omni.kit.errors import NotFound
from store_omni.stockroom.adjusting import DAMAGE_REASONS, REASONS
from store_omni.stockroom.charting import course_of
from store_omni.stockroom.expecting import ordered, trust_of
from store_omni.stockroom.listing import known_goods
from store_omni.stockroom.overseeing import Sought, shelf, shelves
from store_omni.stockroom.queries import ledger_of
from store_omni.stockroom.ruling import rules_of
from store_omni.stockroom.views import EntryView
from store_omni.stores.knowing import KnownStores
from store_omni.stores.queries import StoreView
from store_omni.web.office.stock_plot import LANES, plot
from store_omni.web.office.stock_words import cause_of, reason_words
from store_omni.web.plumbing.addresses import address
from store_omni.web.plumbing.guarding import by, own_stores, staff_guard, staff_view
from store_omni.web.plumbing.pages import page, wants_fragment

Req = Request[Any, Any, Any]
PERIODS = (7, 30, 365)
ENTRIES_SHOWN = 50
UNDO_MINUTES_MAX = 30


class Place(msgspec.Struct, frozen=True):
    store: StoreView
    sku_id: int
    sku_code: str

    @property
    def address(self) -> str:
        return address("/office/stock", self.store.code, self.sku_code)


async def place_of(session: ReadSession, known_stores: KnownStores, store_code: str, sku_code: str) -> Place:
    """Errors: `NotFound`."""
    found = await known_goods(session, [sku_code])
    if sku_code not in found:
        raise NotFound
    return Place(await known_stores.by_code(store_code), found[sku_code], sku_code)


def adjust_choices() -> tuple[str, ...]:
    """Direction and reason of a change by hand, as one choice: `more:found`, `fewer:lost` …"""
    ways = [
        (key, way)
        for key, reason in REASONS.items()
        for way in ("more", "fewer")
        if reason.sign in (0, 1 if way == "more" else -1)
    ]
    return tuple(f"{way}:{key}" for key, way in sorted(ways, key=lambda one: one[1], reverse=True))


def may_undo(newest: EntryView | None, by: Actor) -> bool:
    """The newest change by hand may be taken back by who made it, a while."""
    if newest is None or newest.kind not in ("adjust", "damage") or newest.paper not in ("adjustment", "damage"):
        return False
    recent = newest.at > datetime.now(UTC) - timedelta(minutes=UNDO_MINUTES_MAX)
    return recent and newest.reason != "typing_error" and newest.actor == by.label


async def _context(request: Req, session: ReadSession, here: Place, by: Actor, days: int) -> dict[str, Any]:
    level = await shelf(session, here.store.id, here.sku_id)
    now = datetime.now(UTC)
    course = await course_of(session, here.store.id, here.sku_id, since=now - timedelta(days=days), until=now)
    entries = await ledger_of(session, here.store.id, here.sku_id, limit=ENTRIES_SHOWN)
    elsewhere = await shelves(session, Sought(find=here.sku_code, among=own_stores(request)))
    return {
        "staff": staff_view(request),
        "nav": "stock",
        "here": here,
        "shelf": level,
        "days": days,
        "periods": PERIODS,
        "course": course,
        "plot": plot(course, here.store.timezone),
        "lanes": LANES,
        "others": [other for other in elsewhere.shelves if other.store_id != here.store.id],
        "rules": await rules_of(session, here.store.id, here.sku_id),
        "may_undo": may_undo(entries[0] if entries else None, by),
        "adjust_choices": [(choice, *choice.split(":")) for choice in adjust_choices()],
        "damage_reasons": DAMAGE_REASONS,
        "ordered": await ordered(session, here.store.id, here.sku_id),
        "trust": await trust_of(session, here.store.id, here.sku_id),
        "trusted": level.confidence >= CONFIDENCE_MIN,
    } | _ledger(entries, here)


def _ledger(entries: list[EntryView], here: Place) -> dict[str, Any]:
    return {
        "here": here,
        "entries": entries,
        "causes": [cause_of(entry, here.store.code) for entry in entries],
        "reason_words": reason_words(),
        "older": entries[-1].version if entries and entries[-1].version > 1 else None,
    }


@get("/{store_code:str}/{sku_code:str}")
async def show(
    request: Req,
    read: NamedDependency[ReadSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    sku_code: FromPath[str],
    days: FromQuery[int] = 30,
) -> Response[str]:
    here = await place_of(read, known_stores, store_code, sku_code)
    context = await _context(request, read, here, by, days if days in PERIODS else 30)
    return page(request, "office/stock/_plot.html" if wants_fragment(request) else "office/stock/level.html", context)


@get("/{store_code:str}/{sku_code:str}/ledger")
async def ledger(
    request: Req,
    read: NamedDependency[ReadSession],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    sku_code: FromPath[str],
    before: FromQuery[int] = 0,
) -> Response[str]:
    """Older entries, from version `before` down."""
    here = await place_of(read, known_stores, store_code, sku_code)
    entries = await ledger_of(read, here.store.id, here.sku_id, before=before or None, limit=ENTRIES_SHOWN)
    context = _ledger(entries, here) | {"staff": staff_view(request), "nav": "stock", "may_undo": False}
    template = "office/stock/_ledger.html" if wants_fragment(request) else "office/stock/ledger.html"
    return page(request, template, context)


LEVEL = Router(
    path="",
    guards=[staff_guard("office", "manager")],
    dependencies={"by": Provide(by)},
    route_handlers=[show, ledger],
)
