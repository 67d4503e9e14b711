"""/office/stock/{store}/{sku}/explanation: why a store could promise that many, now, at a time or at a version."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from store_omni.inventory.explaining import Explanation, explain
from store_omni.inventory.offering import CONFIDENCE_MIN
from store_omni.kit.clock import EARLIEST, LATEST
from store_omni.kit.database import ReadSession
from store_omni.stockroom.expecting import arrivals, trust_of
from store_omni.stockroom.overseeing import goods_at
from store_omni.stockroom.queries import ledger_of
from store_omni.stockroom.ruling import CHANNELS
from store_omni.stores.knowing import KnownStores
from store_omni.web.office.stock_level import Place, place_of
from store_omni.web.office.stock_words import cause_of, reason_words
from store_omni.web.plumbing.guarding import staff_guard, staff_view
from store_omni.web.plumbing.pages import page

ENTRIES_SHOWN = 20
VERSION_MAX = 2**53
VERSION_DIGITS_MAX = 19


class Asked(msgspec.Struct, frozen=True):
    """What the form says. `at`: wall-clock time in the store, as a browser's date field writes it; empty is now."""

    channel: str
    version: int | None
    rule_version: int | None
    at: str

    def instant(self, zone: str) -> datetime | None:
        try:
            local = datetime.fromisoformat(self.at) if self.at else None
        except ValueError:
            return None
        at = local.replace(tzinfo=ZoneInfo(zone)) if local and local.tzinfo is None else local
        return at if at is not None and EARLIEST <= at <= LATEST else None


def read_asked(channel: str, version: str, rule_version: str, at: str) -> Asked:
    """What cannot be read asks for nothing."""

    def number(text: str) -> int | None:
        fine = text.isascii() and text.isdigit() and len(text) <= VERSION_DIGITS_MAX and int(text) <= VERSION_MAX
        return int(text) if fine else None

    return Asked(channel if channel in CHANNELS else CHANNELS[0], number(version), number(rule_version), at.strip()[:40])


@get("/{store_code:str}/{sku_code:str}/explanation")
async def explanation(
    request: Request[Any, Any, Any],
    read: NamedDependency[ReadSession],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    sku_code: FromPath[str],
    channel: FromQuery[str] = "",
    version: FromQuery[str] = "",
    rule_version: FromQuery[str] = "",
    at: FromQuery[str] = "",
) -> Response[str]:
    """Without a question: what the web shop may sell now."""
    here = await place_of(read, known_stores, store_code, sku_code)
    asked = read_asked(channel, version, rule_version, at)
    found = await explain(
        read,
        here.store.id,
        here.sku_id,
        channel=asked.channel,
        version=asked.version,
        rule_version=asked.rule_version,
        at=asked.instant(here.store.timezone),
    )
    context = await _context(read, here, found) | {
        "asked": asked,
        "channels": CHANNELS,
        "staff": staff_view(request),
        "nav": "stock",
    }
    return page(request, "office/stock/explanation.html", context)


async def _context(read: ReadSession, here: Place, found: Explanation) -> dict[str, Any]:
    present = found.version == found.newest
    entries = await ledger_of(read, here.store.id, here.sku_id, before=found.version + 1, limit=ENTRIES_SHOWN)
    coming = await arrivals(read, here.store.id, here.sku_id, at=None if present else found.at) if found.in_transit else []
    goods = (await goods_at(read, None, [here.sku_id]))[here.sku_id].goods
    trust = await trust_of(read, here.store.id, here.sku_id)
    return {
        "here": here,
        "goods": goods,
        "found": found,
        "present": present,
        "arrivals": coming,
        "trust": trust,
        "trusted": trust.confidence >= CONFIDENCE_MIN,
        "entries": entries,
        "causes": [cause_of(entry, here.store.code) for entry in entries],
        "reason_words": reason_words(),
        "older": entries[-1].version if entries and entries[-1].version > 1 else None,
        "may_undo": False,
    }


EXPLANATION = Router(path="", guards=[staff_guard("office", "manager")], route_handlers=[explanation])
