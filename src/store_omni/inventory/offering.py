"""What a store can promise now: units, a label that claims no more than is known, a reason where it cannot, a time."""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from store_omni.stores.hours import promise
from store_omni.stores.queries import StoreView

# Above this a figure would be gone before anybody came: "in stock" says enough.
SAY_UNITS_UP_TO = 9
Label = Literal["here", "few", "ask", "none"]
Reason = Literal["sold_out", "not_carried", "not_sold_online", "being_counted", "no_pickup", "closed_for_long", "too_few"]


class Level(msgspec.Struct, frozen=True):
    """What the stock row says, for one channel. `free`: units that may be promised; `carried`: the store has a row."""

    free: int
    few_below: int
    carried: bool
    closed: bool
    short: bool


class Offer(msgspec.Struct, frozen=True):
    """One store's answer. `label` ask: it may have some, but only the store knows. `units`: shown only where so few are left that the figure helps. `ready_by` None: it cannot."""

    store: StoreView
    km: float | None
    label: Label
    free: int
    units: int | None
    reason: Reason | None
    ready_by: datetime | None
    open_now: bool | None
    closed_today: bool

    @property
    def can(self) -> bool:
        return self.reason is None


def _reason(store: StoreView, level: Level, wanted: int, now: datetime) -> Reason | None:
    if not level.carried:
        return "not_carried"
    if level.closed:
        return "not_sold_online"
    if level.short:
        return "being_counted"
    if level.free <= 0:
        return "sold_out"
    if not store.pickup:
        return "no_pickup"
    if level.free < wanted:
        return "too_few"
    if store.hours.week and store.hours.next_change(now) is None:
        return "closed_for_long"
    return None


def offer(store: StoreView, km: float | None, level: Level, *, now: datetime, wanted: int = 1) -> Offer:
    """`wanted`: units that have to be there. A store that is closed now still serves: its promise says when."""
    reason = _reason(store, level, wanted, now)
    unsure = level.carried and (level.closed or level.short)
    free = level.free if level.carried and not unsure else 0
    label: Label = "ask" if unsure else "none" if free <= 0 else "few" if free < level.few_below else "here"
    known = bool(store.hours.week)
    today = now.astimezone(ZoneInfo(store.timezone)).date()
    return Offer(
        store=store,
        km=km,
        label=label,
        free=free,
        units=free if 0 < free <= SAY_UNITS_UP_TO else None,
        reason=reason,
        ready_by=promise(store.hours, now, store.lead_minutes) if reason is None else None,
        open_now=store.hours.open_at(now) if known else None,
        closed_today=known and store.hours.on(today) is None,
    )


def best(offers: list[Offer], chosen_id: int | None = None) -> Offer | None:
    """The chosen store if it can; else the nearest that can, or without distances the one that is ready first."""
    able = [item for item in offers if item.can]
    if not able:
        return None
    chosen = next((item for item in able if item.store.id == chosen_id), None)
    return chosen or min(able, key=lambda item: (item.km is None, item.km or 0.0, item.ready_by))
