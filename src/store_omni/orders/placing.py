"""Placing an order: prices are the shop's, stock is promised, the store gets its work, all at once or not at all."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from store_omni.inventory.errors import NotEnoughStock, NotSoldHere
from store_omni.inventory.holding import Wanted, summed
from store_omni.inventory.snapshot import forget
from store_omni.journal.actors import Actor
from store_omni.journal.operations import OperationReused
from store_omni.kit.batching import Answer, Batches, OutcomeUnknown
from store_omni.kit.clock import Clock
from store_omni.kit.errors import Refusal, SignInNeeded
from store_omni.kit.ids import new_id_text, spoken_code
from store_omni.orders.capping import (
    ORDER_ITEM_UNITS_MAX,
    ORDER_LINES_MAX,
    ORDER_UNITS_MAX,
    Standing,
    caps_of,
    is_capped,
    is_proved,
)
from store_omni.orders.errors import (
    BasketEmpty,
    OrderTooLarge,
    Price,
    PriceChanged,
    ProofNeeded,
    StoreCannotServe,
    TooManyOfOneItem,
    TooManyOpenOrders,
    TooManyOpenUnits,
)
from store_omni.orders.placing_sql import PLACE
from store_omni.passes.verifying import Names
from store_omni.stores.hours import promise
from store_omni.stores.queries import StoreView

VIEWER_DAYS = 30
NUMBER_TRIES_MAX = 5
NOBODY_KNOWN = Standing()
# By store: as known, the second, and what it promised then.
_PROMISES: dict[int, tuple[StoreView, int, datetime]] = {}


class Contact(msgspec.Struct, frozen=True):
    """Who is told. `phone` E.164, `email` lower case; at least one of them should be there."""

    name: str
    phone: str | None
    email: str | None
    locale: str


class Placed(msgspec.Struct, frozen=True):
    order_id: UUID
    number: str
    replayed: bool = False


def order_batches(pool: asyncpg.Pool) -> Batches:
    return Batches(pool, PLACE)


async def place(
    orders: Batches,
    *,
    store: StoreView,
    wanted: list[Wanted],
    contact: Contact,
    customer_id: UUID | None,
    by: Actor,
    clock: Clock,
    operation_key: str,
    hold_id: UUID | None = None,
    viewer_hash: bytes | None = None,
    basket_id: UUID | None = None,
    token_hash: bytes | None = None,
    standing: Standing = NOBODY_KNOWN,
    shown_minor: int | None = None,
) -> Placed:
    """Confirmed at once, to be paid in the store. `store`: as known, for the promise and the words; whether it takes
    orders is decided in the statement. `customer_id` None makes (or finds) a guest's record. `hold_id`: units
    held before; an ended hold is as none. `token_hash`: a service's token, which is checked once more in the statement.
    `standing`: against what a buyer's order counts; staff and services have no caps. `shown_minor`: the sum that the buyer agreed to,
    in the store's currency; None asks for none.

    Errors: `BasketEmpty`, `StoreCannotServe`, `NotSoldHere`, `NotEnoughStock`, `TooManyOfOneItem`, `OrderTooLarge`,
    `TooManyOpenOrders`, `TooManyOpenUnits`, `ProofNeeded`, `PriceChanged`, `OperationReused`, `SignInNeeded`, `OutcomeUnknown`.
    """
    lines = summed(wanted)
    if not lines:
        raise BasketEmpty
    body = msgspec.json.encode([store.id, lines, contact, customer_id], order="sorted")
    row = {
        "actor": by.key,
        "key": operation_key,
        "hash": hashlib.sha256(body).hexdigest(),
        "token": token_hash.hex() if token_hash else None,
        "store_id": store.id,
        "order_id": new_id_text(),
        "channel": by.channel,
        "locale": contact.locale,
        "currency": store.currency,
        "customer_id": customer_id,
        "fulfilment_id": new_id_text(),
        "ready_by": _ready_by(store, clock.now()),
        "charge_id": new_id_text(),
        "fact_id": new_id_text(),
        "entry_id": new_id_text(),
        "hold_id": hold_id,
        "lines": [
            {"line_no": number, "sku_id": line.sku_id, "qty": line.qty, "allocation_id": new_id_text()}
            for number, line in enumerate(lines, 1)
        ],
    }
    row |= {"name": contact.name, "phone": contact.phone, "email": contact.email}
    row |= {"by_kind": by.kind, "by_id": by.id, "by_label": by.label}
    if is_capped(by):
        row["shown_minor"] = shown_minor
        row |= _limits(standing, contact, customer_id, store.currency, lines)
    if customer_id is None:
        row |= {"guest_id": new_id_text(), "phone_identity_id": new_id_text(), "email_identity_id": new_id_text()}
    if viewer_hash is not None:
        row |= {"viewer_hash": viewer_hash.hex(), "viewer_days": VIEWER_DAYS}
    if basket_id is not None:
        row["basket_id"] = basket_id
    answer = await _send(orders, store, row)
    if "refused" in answer:
        if answer["refused"] == "price":
            raise PriceChanged(now=Price(answer["left"], store.currency), before=Price(shown_minor or 0, store.currency))
        raise _refusal(answer, store, proved=is_proved(standing, contact.phone, contact.email))
    forget(line.sku_id for line in lines)
    return Placed(UUID(answer["order_id"]), answer["number"], replayed=answer.get("replayed", False))


def _limits(standing: Standing, contact: Contact, customer_id: UUID | None, currency: str, lines: list[Wanted]) -> dict[str, Any]:
    """What the statement holds a buyer's order to. Errors: `OrderTooLarge`."""
    if len(lines) > ORDER_LINES_MAX or sum(line.qty for line in lines) > ORDER_UNITS_MAX:
        raise OrderTooLarge(units=ORDER_UNITS_MAX, lines=ORDER_LINES_MAX)
    caps = caps_of(standing, customer_id=customer_id, phone=contact.phone, email=contact.email)
    limits = {"caps": caps, "item_units_max": ORDER_ITEM_UNITS_MAX, "order_units_max": ORDER_UNITS_MAX}
    if not is_proved(standing, contact.phone, contact.email):
        small = standing.small_basket
        limits |= {"order_units_max": small.units_max, "order_minor_max": small.minor_max.get(currency, 0)}
    return limits


def _ready_by(store: StoreView, now: datetime) -> datetime:
    """The store's promise. It is made of whole seconds, so orders of one second share it."""
    second = int(now.timestamp())
    last = _PROMISES.get(store.id)
    if last is None or last[0] is not store or last[1] != second:
        last = _PROMISES[store.id] = (store, second, promise(store.hours, now, store.lead_minutes))
    return last[2]


def _refusal(answer: Answer, store: StoreView, *, proved: bool) -> Refusal:
    match answer["refused"]:
        case "not_enough":
            return NotEnoughStock(answer["lacking"])
        case "not_sold":
            return NotSoldHere(answer["skus"])
        case "item_units":
            return TooManyOfOneItem(max=answer["max"])
        case "order_units" | "order_minor" | "open_orders" | "open_units" if not proved:
            return ProofNeeded()
        case "order_units":
            return OrderTooLarge(units=ORDER_UNITS_MAX, lines=ORDER_LINES_MAX)
        case "open_orders":
            return TooManyOpenOrders(count=answer["max"])
        case "open_units":
            return TooManyOpenUnits(max=answer["max"], left=answer["left"])
        case "store":
            return StoreCannotServe(store=Names(ko=store.name_ko, en=store.name_en))
        case "token":
            return SignInNeeded()
        case "busy":
            return OutcomeUnknown()
    return OperationReused()


async def _send(orders: Batches, store: StoreView, row: dict[str, Any]) -> Answer:
    """Draws order numbers until one is free (they are short, so that they can be read aloud)."""
    for _ in range(NUMBER_TRIES_MAX):
        code = spoken_code(8)
        row["number"] = f"{code[:4]}-{code[4:]}"
        try:
            answer = await orders.submit(store.id, msgspec.json.encode(row))
        except asyncpg.UniqueViolationError as error:
            # A number that is taken is drawn anew; a key that a twin is just writing is found written.
            if error.as_dict().get("constraint_name") not in ("uq_order_number", "pk_operation"):
                raise
            continue
        return answer
    raise RuntimeError("no free order number in five draws; make the numbers longer")
