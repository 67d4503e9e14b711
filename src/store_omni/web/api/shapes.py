"""What the API speaks. Money in the currency's minor unit, times as RFC 3339 in UTC, SKUs and stores by their codes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from store_omni.inventory.offering import Offer
from store_omni.journal.actors import Actor
from store_omni.journal.looking import note_look
from store_omni.kit.database import WriteSession
from store_omni.orders.queries import OrderView
from store_omni.stores.queries import StoreView
from store_omni.web.plumbing.pages import named


class StoreOut(msgspec.Struct, frozen=True):
    """`latitude` and `longitude` in degrees (WGS 84) or null."""

    code: str
    name: str
    district: str
    address: str
    phone: str | None
    timezone: str
    latitude: float | None
    longitude: float | None
    currency: str
    takes_pickups: bool


class SkuOut(msgspec.Struct, frozen=True):
    sku: str
    gtin: str | None
    option: str
    price_minor: int
    currency: str


class ProductOut(msgspec.Struct, frozen=True):
    code: str
    name: str
    brand: str
    category: str
    description: str
    skus: list[SkuOut]


class CardOut(msgspec.Struct, frozen=True):
    """A search hit. `price_minor`: of its cheapest SKU. `stores_with_stock`: how many have any of it."""

    code: str
    name: str
    brand: str
    category: str
    price_minor: int
    stores_with_stock: int


class FoundOut(msgspec.Struct, frozen=True):
    """`guessed`: nothing matched; these only look like what was asked for. `as_of`: when the stock was read, null where nothing
    was found."""

    total: int
    guessed: bool
    products: list[CardOut]
    as_of: datetime | None


class PartOut(msgspec.Struct, frozen=True):
    """A bundle's part in one store: `qty` of it go into one bundle."""

    sku: str
    qty: int
    free: int
    version: int
    rule_version: int


class OfferOut(msgspec.Struct, frozen=True):
    """One store's answer for a SKU. `label`: here, few, ask or none; `free`: units that may be promised now, null where the
    figure is not trusted and the store should be asked; `reason`: why it cannot serve; `ready_by`: when an order placed now
    would be ready; `expected`: when more is due. `version` of the stock level and `rule_version` of the selling rule are what
    the figure was made of (0: there is none); of a bundle, each of its `parts` has its own."""

    store: str
    store_name: str
    distance_km: float | None
    label: str
    free: int | None
    reason: str | None
    ready_by: datetime | None
    expected: datetime | None
    version: int
    rule_version: int
    parts: list[PartOut]


class AvailabilityOut(msgspec.Struct, frozen=True):
    """`as_of`: when the stock was read. It may have been a moment ago; the header Age says how many seconds."""

    sku: str
    as_of: datetime
    offers: list[OfferOut]


LINES_MAX = 200
# How long texts may be, in characters. What goes into an index must fit into its row, whatever the letters are.
Code = Annotated[str, msgspec.Meta(max_length=100)]
Name = Annotated[str, msgspec.Meta(max_length=100)]
Reach = Annotated[str, msgspec.Meta(max_length=254)]  # a phone number or an e-mail address
Scanned = Annotated[str, msgspec.Meta(max_length=500)]


class LineIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sku: Code
    qty: int


Lines = Annotated[list[LineIn], msgspec.Meta(max_length=LINES_MAX)]


class ContactIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to tell. One of phone and e-mail at least."""

    name: Name
    phone: Reach | None = None
    email: Reach | None = None
    locale: Annotated[str, msgspec.Meta(max_length=20)] = "ko"


class OrderIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pickup order at one store, paid there. `contact` may be left out by a signed-in shopper's app. Prices are ours:
    there is no field for them. `hold_id`: units held before (`place_hold`) are used for it; a hold that ended is as none."""

    store: Code
    lines: Lines
    contact: ContactIn | None = None
    hold_id: UUID | None = None


class PlacedOut(msgspec.Struct, frozen=True):
    """`replayed`: this Idempotency-Key had placed it before."""

    id: UUID
    number: str
    replayed: bool


class LineOut(msgspec.Struct, frozen=True):
    line_no: int
    sku: str
    name: str
    qty: int
    qty_cancelled: int
    qty_picked: int
    qty_handed_over: int
    qty_returned: int
    unit_price_minor: int


class FulfilmentOut(msgspec.Struct, frozen=True):
    id: UUID
    state: str
    ready_by: datetime
    ready_at: datetime | None
    hold_until: datetime | None
    shelf: str | None
    handed_over_at: datetime | None


class OrderOut(msgspec.Struct, frozen=True):
    """`total_minor`: of what was not cancelled. `due_minor`: still to be paid in the store."""

    id: UUID
    number: str
    state: str
    channel: str
    currency: str
    total_minor: int
    due_minor: int
    captured_minor: int
    refunded_minor: int
    placed_at: datetime
    contact_name: str
    lines: list[LineOut]
    fulfilment: FulfilmentOut | None


def store_out(store: StoreView) -> StoreOut:
    return StoreOut(
        store.code, named(store), named(store, "district"), store.address, store.phone, store.timezone, store.latitude,
        store.longitude, store.currency, store.pickup,
    )  # fmt: skip


def offer_out(offer: Offer) -> OfferOut:
    level = offer.level
    return OfferOut(
        store=offer.store.code,
        store_name=named(offer.store),
        distance_km=offer.km,
        label=offer.label,
        free=None if offer.reason == "unsure" else offer.free,
        reason=offer.reason,
        ready_by=offer.ready_by,
        expected=offer.expected,
        version=level.version,
        rule_version=level.rule_version,
        parts=[PartOut(part.sku, part.qty, part.free, part.version, part.rule_version) for part in level.parts],
    )


async def order_shown(session: WriteSession, order: OrderView, *, by: Actor, task: str) -> OrderOut:
    """The answer of an act carries the buyer's name: a service leaves its access row, a shopper sees her own."""
    await note_look(session, by=by, task=task, customer_id=order.customer_id, order_id=order.id)
    return order_out(order)


def order_out(order: OrderView) -> OrderOut:
    part = order.fulfilment
    return OrderOut(
        id=order.id,
        number=order.number,
        state=order.state,
        channel=order.channel,
        currency=order.currency,
        total_minor=order.total_minor,
        due_minor=order.due_minor,
        captured_minor=order.captured_minor,
        refunded_minor=order.refunded_minor,
        placed_at=order.placed_at,
        contact_name=order.contact_name,
        lines=[
            LineOut(
                line.line_no, line.sku_code, named(line), line.qty, line.qty_cancelled, line.qty_picked,
                line.qty_handed_over, line.qty_returned, line.unit_price_minor,
            )
            for line in order.lines
        ],
        fulfilment=None
        if part is None
        else FulfilmentOut(
            part.id, part.state, part.ready_by, part.ready_at, part.hold_until, part.staging_code, part.handed_over_at
        ),
    )  # fmt: skip
