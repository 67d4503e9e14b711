"""Why a store could promise that many: the figure of an answer, rebuilt term by term."""

from datetime import datetime
from typing import Any, Literal

import asyncpg
import msgspec
from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from store_omni.catalog.knowing import KnownSkus
from store_omni.catalog.queries import parts_of
from store_omni.inventory.explaining import explain
from store_omni.kit.clock import refuse_unimaginable
from store_omni.kit.database import ReadSession
from store_omni.kit.errors import N_, InvalidInput, NotFound
from store_omni.stockroom.expecting import arrivals, trust_of
from store_omni.stockroom.queries import ledger_of
from store_omni.stockroom.views import EntryView
from store_omni.web.api.declaring import reading
from store_omni.web.api.entering import at_store, verb_guard

ENTRIES_SHOWN = 20
Channel = Literal["web", "mobile", "api", "counter", "phone", "chat"]


class ArrivalOut(msgspec.Struct, frozen=True):
    """`expected_at` null: nobody said when."""

    transfer: str
    units: int
    expected_at: datetime | None


class MovementOut(msgspec.Struct, frozen=True):
    """One entry of the ledger; the figures are changes. `actor`: a name, of staff only."""

    version: int
    kind: str
    reason: str
    on_hand: int
    allocated: int
    reserved: int
    short: int
    in_transit: int
    quarantine: int
    cause: str
    reference: str
    channel: str
    actor_kind: str
    actor: str
    at: datetime


class ExplanationOut(msgspec.Struct, frozen=True):
    """`atp` = 0 while `short` or `closed`, else max(0, on_hand − allocated − reserved − safety). `at` and `rule_at`: when this
    `version` of the level and this `rule_version` began; `newest_version`: where the level is today. `confidence`: of today,
    0 to 100; below 50 shoppers are told to ask the store. `movements`: the last ones up to this version, newest first."""

    store: str
    sku: str
    channel: str
    version: int
    at: datetime | None
    newest_version: int
    rule_version: int
    rule_at: datetime | None
    on_hand: int
    allocated: int
    reserved: int
    short: int
    safety: int
    closed: bool
    few_below: int
    atp: int
    in_transit: int
    arrivals: list[ArrivalOut]
    quarantine: int
    confidence: int
    movements: list[MovementOut]


def _movement(entry: EntryView) -> MovementOut:
    return MovementOut(
        entry.version, entry.kind, entry.reason, entry.d_on_hand, entry.d_allocated, entry.d_reserved, entry.d_short,
        entry.d_in_transit, entry.d_quarantine, entry.cause_type, entry.reference, entry.channel, entry.actor_kind, entry.actor,
        entry.at,
    )  # fmt: skip


@get("/", operation_id="explain_stock", responses=reading())
async def explanation(
    request: Request[Any, Any, Any],
    read: NamedDependency[ReadSession],
    pool: NamedDependency[asyncpg.Pool],
    known_skus: NamedDependency[KnownSkus],
    store: FromPath[str],
    sku: FromPath[str],
    channel: FromQuery[Channel] = "api",
    version: FromQuery[int | None] = None,
    rule_version: FromQuery[int | None] = None,
    at: FromQuery[datetime | None] = None,
) -> ExplanationOut:
    """By the `version` and `rule_version` that an answer carried it is exact; by a time `at` (RFC 3339) it is the last version
    of then; with neither it is now. A bundle is explained by its parts."""
    refuse_unimaginable(at, "at")
    place, _ = await at_store(request, store)
    sku_id = (await known_skus.ids([sku])).get(sku)
    if sku_id is None:
        raise NotFound
    found = await explain(read, place.id, sku_id, channel=channel, version=version, rule_version=rule_version, at=at)
    if not found.newest and await parts_of(pool, sku_id):
        raise InvalidInput({"sku": N_("This is a set. Ask about each item in it.")})
    then = None if found.version == found.newest else found.at
    coming = await arrivals(read, place.id, sku_id, at=then) if found.in_transit else []
    entries = await ledger_of(read, place.id, sku_id, before=found.version + 1, limit=ENTRIES_SHOWN)
    return ExplanationOut(
        store=store,
        sku=sku,
        channel=channel,
        version=found.version,
        at=found.at,
        newest_version=found.newest,
        rule_version=found.rule_version,
        rule_at=found.rule_at,
        on_hand=found.on_hand,
        allocated=found.allocated,
        reserved=found.reserved,
        short=found.short,
        safety=found.safety,
        closed=found.closed,
        few_below=found.few_below,
        atp=found.atp,
        in_transit=found.in_transit,
        arrivals=[ArrivalOut(one.number, one.units, one.expected_at) for one in coming],
        quarantine=found.quarantine,
        confidence=(await trust_of(read, place.id, sku_id)).confidence,
        movements=[_movement(entry) for entry in entries],
    )


EXPLANATIONS = Router(
    path="/stores/{store:str}/skus/{sku:str}/explanation",
    tags=["stock"],
    guards=[verb_guard("stock:read")],
    route_handlers=[explanation],
)
