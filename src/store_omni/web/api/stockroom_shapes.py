"""What the API speaks about a stockroom. Units are whole; goods are named by SKU code or barcode, and answered by SKU code."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Request

from store_omni.journal.actors import Actor
from store_omni.journal.operations import once
from store_omni.kit.database import WriteSession
from store_omni.stockroom.purchasing import Discrepancy
from store_omni.stockroom.queries import codes_of
from store_omni.stockroom.views import CountView, LevelView, PurchaseView, TransferView
from store_omni.web.api.entering import key_of
from store_omni.web.plumbing.pages import named

LINES_MAX = 1000
Units = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Figure = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Short = Annotated[str, msgspec.Meta(max_length=100)]
Note = Annotated[str, msgspec.Meta(max_length=500)]
Out = TypeVar("Out", bound=msgspec.Struct)


class LineIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sku: Short
    qty: Units


class ArrivedIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`qty`: all units that came; `damaged` of them go to quarantine."""

    sku: Short
    qty: Units
    damaged: Figure = 0


Lines = Annotated[list[LineIn], msgspec.Meta(max_length=LINES_MAX)]
ArrivedLines = Annotated[list[ArrivedIn], msgspec.Meta(max_length=LINES_MAX)]


class DiscrepancyOut(msgspec.Struct, frozen=True):
    """`units` more (+) or fewer (−) than the papers say. `reason`: over_delivered, not_ordered, under_delivered, not_sent or
    lost_on_the_way."""

    sku: str
    units: int
    reason: str


class ReceiptOut(msgspec.Struct, frozen=True):
    """`state`: of the purchase or transfer after it; null without one."""

    id: UUID
    state: str | None
    discrepancies: list[DiscrepancyOut]


class ClosedOut(msgspec.Struct, frozen=True):
    discrepancies: list[DiscrepancyOut]


class PaperOut(msgspec.Struct, frozen=True):
    id: UUID
    number: str


class DocumentOut(msgspec.Struct, frozen=True):
    """The paper that the ledger's entries name."""

    id: UUID


class LevelOut(msgspec.Struct, frozen=True):
    """`free`: units that nobody was promised. `counted_at` null: never counted. `tasks`: kinds of open ones."""

    sku: str
    gtin: str | None
    name: str
    on_hand: int
    allocated: int
    reserved: int
    short: int
    in_transit: int
    quarantine: int
    free: int
    version: int
    changed_at: datetime
    counted_at: datetime | None
    tasks: list[str]


class LevelsOut(msgspec.Struct, frozen=True):
    total: int
    page: int
    pages: int
    levels: list[LevelOut]


class EntryOut(msgspec.Struct, frozen=True):
    """One movement: its changes and, under `after`, the balance it left. `document`: null where a hold or an allocation
    is the cause."""

    version: int
    kind: str
    reason: str
    changes: dict[str, int]
    after: dict[str, int]
    document: UUID | None
    document_kind: str
    reference: str
    note: str
    channel: str
    actor_kind: str
    actor: str
    at: datetime


class TransferLineOut(msgspec.Struct, frozen=True):
    """`open`: sent, neither received nor written off. `extra`: came without being sent."""

    sku: str
    sent: int
    received: int
    missing: int
    extra: int
    open: int


class TransferOut(msgspec.Struct, frozen=True):
    """`state`: sent, partly_received, received, or lost (closed with units missing)."""

    id: UUID
    number: str
    state: str
    from_store: str
    to_store: str
    expected_at: datetime | None
    sent_at: datetime
    closed_at: datetime | None
    note: str
    lines: list[TransferLineOut]


class PurchaseLineOut(msgspec.Struct, frozen=True):
    sku: str
    ordered: int
    received: int


class PurchaseOut(msgspec.Struct, frozen=True):
    """`state`: open, received (all of it) or closed."""

    id: UUID
    number: str
    supplier: str
    state: str
    expected_on: date | None
    made_at: datetime
    lines: list[PurchaseLineOut]


class CountLineOut(msgspec.Struct, frozen=True):
    """`on_hand`, `variance` and `corrected` are null for whoever only counts, and until it was counted or corrected.
    `aside`: units within `counted` that lay in bags of orders."""

    sku: str
    name: str
    counted: int | None
    aside: int
    on_hand: int | None
    variance: int | None
    corrected: int | None
    counted_at: datetime | None


class CountOut(msgspec.Struct, frozen=True):
    """`state`: open, to_approve, done or dropped. `left`: lines without a figure. `waiting`: lines that need a manager.
    `lines` is empty in a list."""

    id: UUID
    zone: str
    zone_text: str
    state: str
    started_at: datetime
    closed_at: datetime | None
    items: int
    left: int
    waiting: int
    lines: list[CountLineOut] = []


FIGURES = ("on_hand", "allocated", "reserved", "short", "in_transit", "quarantine")


def level_out(level: LevelView) -> LevelOut:
    return LevelOut(
        level.goods.code, level.goods.gtin, named(level.goods), level.on_hand, level.allocated, level.reserved, level.short,
        level.in_transit, level.quarantine, level.free, level.version, level.changed_at, level.counted_at, level.tasks,
    )  # fmt: skip


def transfer_out(transfer: TransferView) -> TransferOut:
    return TransferOut(
        transfer.id, transfer.number, transfer.state, transfer.store_code, transfer.to_code, transfer.expected_at,
        transfer.sent_at, transfer.closed_at, transfer.note,
        [
            TransferLineOut(line.goods.code, line.qty_sent, line.qty_received, line.qty_missing, line.qty_extra, line.open)
            for line in transfer.lines
        ],
    )  # fmt: skip


def purchase_out(purchase: PurchaseView) -> PurchaseOut:
    return PurchaseOut(
        purchase.id, purchase.number, purchase.supplier, purchase.state, purchase.expected_on, purchase.at,
        [PurchaseLineOut(line.goods.code, line.qty_ordered, line.qty_received) for line in purchase.lines],
    )  # fmt: skip


def count_out(count: CountView) -> CountOut:
    return CountOut(
        count.id, count.zone_kind, count.zone_text, count.state, count.started_at, count.closed_at, count.items, count.left,
        count.waiting,
        [
            CountLineOut(
                line.goods.code, named(line.goods), line.counted, line.aside, line.on_hand, line.variance, line.corrected,
                line.counted_at,
            )
            for line in count.lines
        ],
    )  # fmt: skip


async def discrepancies_out(session: WriteSession, found: list[Discrepancy]) -> list[DiscrepancyOut]:
    codes = await codes_of(session, [one.sku_id for one in found])
    return [DiscrepancyOut(codes[one.sku_id], one.units, one.reason) for one in found]


async def done_once(
    request: Request[Any, Any, Any],
    session: WriteSession,
    out: type[Out],
    body: list[object],
    by: Actor,
    work: Callable[[], Awaitable[Out]],
) -> Out:
    """A call that changes something, by its Idempotency-Key: the same again gets the first answer."""

    async def result() -> dict[str, Any]:
        return msgspec.to_builtins(await work())

    return msgspec.convert(await once(session, key_of(request), body, by, result), out)
