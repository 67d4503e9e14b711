"""What a store can promise now: units, a label that claims no more than is known, a reason where it cannot, a time."""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from store_omni.stores.hours import promise
from store_omni.stores.queries import StoreView

# Above this a figure would be gone before anybody came: "in stock" says enough.
SAY_UNITS_UP_TO = 9
# Below this the figure is worth less than a call: see stockroom.confidences.
CONFIDENCE_MIN = 50
Label = Literal["here", "few", "ask", "none"]
Reason = Literal[
    "sold_out", "in_transit", "not_carried", "not_sold_online", "being_counted", "unsure", "no_pickup", "closed_for_long", "too_few"
]  # fmt: skip


class PartLevel(msgspec.Struct, frozen=True, gc=False):
    """A bundle's part in one store: `qty` of it go into one bundle; `version` 0: the store has no row."""

    sku: str
    qty: int
    free: int
    version: int
    rule_version: int


class Level(msgspec.Struct, frozen=True, gc=False):
    """What the stock row says, for one channel. `free`: units that may be promised; `carried`: the store has a row.

    `version` of the row and `rule_version` of the selling rule are what the figure was made of, 0 where there is none; of a
    bundle each part has its own. `expected`: when units on their way are due, None where none are or nobody said when.
    `confidence`: 0 to 100, how far the figure is trusted."""

    free: int
    few_below: int
    carried: bool
    closed: bool
    short: bool
    version: int = 0
    rule_version: int = 0
    expected: datetime | None = None
    confidence: int = 100
    parts: tuple[PartLevel, ...] = ()

    @property
    def only_store_knows(self) -> bool:
        """It is there for somebody who asks, or may be."""
        return self.carried and (self.closed or self.short or (self.free > 0 and self.confidence < CONFIDENCE_MIN))

    @property
    def sellable(self) -> int:
        """Units a shopper may count on; 0 where only the store knows."""
        return 0 if not self.carried or self.only_store_knows else max(0, self.free)


NOT_CARRIED = Level(free=0, few_below=0, carried=False, closed=False, short=False)


class Offer(msgspec.Struct, frozen=True):
    """One store's answer. `label` ask: it may have some, but only the store knows. `units`: shown only where so few are left
    that the figure helps. `ready_by` None: it cannot. `expected`: with reason in_transit, when more is due."""

    store: StoreView
    km: float | None
    label: Label
    free: int
    units: int | None
    reason: Reason | None
    ready_by: datetime | None
    open_now: bool | None
    closed_today: bool
    level: Level
    expected: datetime | None = None

    @property
    def can(self) -> bool:
        return self.reason is None


class Moment(msgspec.Struct, frozen=True):
    """What a store's hours say at one moment, whatever is asked for. `ready_by`: when an order placed now would be ready;
    `open_now` None: nobody knows its hours; `shut`: it does not open again within weeks."""

    at: datetime
    ready_by: datetime
    open_now: bool | None
    closed_today: bool
    shut: bool


def moment_of(store: StoreView, now: datetime) -> Moment:
    known = bool(store.hours.week)
    today = now.astimezone(ZoneInfo(store.timezone)).date()
    return Moment(
        at=now,
        ready_by=promise(store.hours, now, store.lead_minutes),
        open_now=store.hours.open_at(now) if known else None,
        closed_today=known and store.hours.on(today) is None,
        shut=known and store.hours.next_change(now) is None,
    )


def _reason(store: StoreView, level: Level, wanted: int, moment: Moment) -> Reason | None:
    if not level.carried:
        return "not_carried"
    if level.closed:
        return "not_sold_online"
    if level.short:
        return "being_counted"
    if level.free <= 0:
        # A level may have been read before what was due became overdue, and that promises nothing.
        return "in_transit" if level.expected and level.expected > moment.at else "sold_out"
    if level.confidence < CONFIDENCE_MIN:
        return "unsure"
    if not store.pickup:
        return "no_pickup"
    if level.free < wanted:
        return "too_few"
    return "closed_for_long" if moment.shut else None


def offer(store: StoreView, km: float | None, level: Level, moment: Moment, *, wanted: int = 1) -> Offer:
    """`wanted`: units that have to be there. A store that is closed now still serves: its promise says when."""
    reason = _reason(store, level, wanted, moment)
    free = level.sellable
    ask = reason in ("not_sold_online", "being_counted", "unsure")
    label: Label = "ask" if ask else "none" if free <= 0 else "few" if free < level.few_below else "here"
    return Offer(
        store=store,
        km=km,
        label=label,
        free=free,
        units=free if 0 < free <= SAY_UNITS_UP_TO else None,
        reason=reason,
        ready_by=moment.ready_by if reason is None else None,
        open_now=moment.open_now,
        closed_today=moment.closed_today,
        level=level,
        expected=level.expected if reason == "in_transit" else None,
    )


def best(offers: list[Offer], chosen_id: int | None = None) -> Offer | None:
    """The chosen store if it can; else the nearest that can, or without distances the one that is ready first."""
    able = [item for item in offers if item.can]
    if not able:
        return None
    chosen = next((item for item in able if item.store.id == chosen_id), None)
    return chosen or min(able, key=lambda item: (item.km is None, item.km or 0.0, item.ready_by))
