"""What readers of the stockroom are given: figures, entries, papers, tasks."""

from datetime import date, datetime
from uuid import UUID

import msgspec


class Goods(msgspec.Struct, frozen=True):
    """What a SKU is called. `gtin` None: it has no barcode. `price_minor` in `currency`'s minor unit."""

    sku_id: int
    code: str
    gtin: str | None
    name_ko: str
    name_en: str
    option_ko: str
    option_en: str
    category: str
    price_minor: int
    currency: str


class LevelView(msgspec.Struct, frozen=True):
    """One SKU in one store, in units. `free`: on_hand − allocated − reserved, none while short. `counted_at` None: never
    counted. `tasks`: kinds of its open tasks."""

    goods: Goods
    on_hand: int
    allocated: int
    reserved: int
    short: int
    in_transit: int
    quarantine: int
    version: int
    changed_at: datetime
    counted_at: datetime | None
    short_picks: int
    last_short_at: datetime | None
    tasks: list[str]

    @property
    def free(self) -> int:
        return 0 if self.short else max(0, self.on_hand - self.allocated - self.reserved)


class LevelPage(msgspec.Struct, frozen=True):
    levels: list[LevelView]
    total: int
    page: int
    pages: int


class EntryView(msgspec.Struct, frozen=True):
    """One movement: what it changed (`d_…`) and the balance after it. `paper`: the document's kind, or hold | allocation.
    `actor`: a name where one is known. `reference`, `note`: of its document."""

    version: int
    kind: str
    reason: str
    d_on_hand: int
    d_allocated: int
    d_reserved: int
    d_short: int
    d_in_transit: int
    d_quarantine: int
    on_hand: int
    allocated: int
    reserved: int
    short: int
    in_transit: int
    quarantine: int
    paper: str
    paper_id: UUID
    reference: str
    note: str
    cause_type: str
    cause_id: UUID | None
    channel: str
    actor_kind: str
    actor: str
    at: datetime


class TaskView(msgspec.Struct, frozen=True):
    """`units`: how many it is about. `reason`: a code, see `tasks.REASONS`; empty where the kind says it all."""

    id: UUID
    store_id: int
    store_name_ko: str
    store_name_en: str
    goods: Goods
    kind: str
    units: int
    reason: str
    opened_at: datetime
    closed_at: datetime | None
    closed_how: str | None


class CountLineView(msgspec.Struct, frozen=True):
    """`on_hand` and `version`: at the moment of counting; None for a blind reader and while it is not counted.
    `variance`: counted − on_hand, None likewise. `aside`: units in bags that were added to what was counted on the shelf.
    `corrected`: what went into the books, None while it waits."""

    goods: Goods
    counted: int | None
    aside: int
    on_hand: int | None
    version: int | None
    variance: int | None
    counted_at: datetime | None
    counted_by: str
    corrected: int | None


class CountView(msgspec.Struct, frozen=True):
    """`zone`: see `counting.Zone`, as text. `lines` is empty in a list of counts; `items` and `left` are always filled."""

    id: UUID
    store_id: int
    zone_kind: str
    zone_text: str
    state: str
    started_by: str
    started_at: datetime
    approved_by: str
    closed_at: datetime | None
    items: int
    left: int
    waiting: int
    lines: list[CountLineView] = []


class TransferLineView(msgspec.Struct, frozen=True):
    """`open`: sent, neither received nor written off."""

    goods: Goods
    qty_sent: int
    qty_received: int
    qty_missing: int
    qty_extra: int

    @property
    def open(self) -> int:
        return self.qty_sent - self.qty_received - self.qty_missing


class TransferView(msgspec.Struct, frozen=True):
    """`store_id` sends, `to_store_id` receives."""

    id: UUID
    number: str
    state: str
    store_id: int
    store_code: str
    store_name_ko: str
    store_name_en: str
    to_store_id: int
    to_code: str
    to_name_ko: str
    to_name_en: str
    expected_at: datetime | None
    sent_at: datetime
    closed_at: datetime | None
    note: str
    lines: list[TransferLineView]


class PurchaseLineView(msgspec.Struct, frozen=True):
    """`missing`: ordered and not yet come; `extra`: come beyond what was ordered."""

    goods: Goods
    qty_ordered: int
    qty_received: int

    @property
    def missing(self) -> int:
        return max(0, self.qty_ordered - self.qty_received)

    @property
    def extra(self) -> int:
        return max(0, self.qty_received - self.qty_ordered)


class PurchaseView(msgspec.Struct, frozen=True):
    id: UUID
    store_id: int
    number: str
    supplier: str
    state: str
    expected_on: date | None
    at: datetime
    lines: list[PurchaseLineView]

    @property
    def missing(self) -> int:
        return sum(line.missing for line in self.lines)


class DriftView(msgspec.Struct, frozen=True):
    """One figure of one level that does not agree with what stands behind it. `field`: on_hand, allocated, reserved,
    short, in_transit, quarantine or version. `against`: ledger (the sum of entries) or promises (active allocations,
    active holds, open transfers). `is_`: the balance; `should`: what the other side says."""

    store_id: int
    store_code: str
    goods: Goods
    field: str
    against: str
    is_: int
    should: int

    @property
    def drift(self) -> int:
        return self.is_ - self.should
