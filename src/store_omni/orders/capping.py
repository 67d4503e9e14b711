"""How much of a store one buyer may have promised at a time, and against whom an order counts.

Who has proved a phone number or an address answers for it: her orders count against that number, and nobody else's do. What
somebody typed proves nothing, so an unproved guest's orders count against the browser and the network they came from, and only
beside that against the number: with few, so that a stranger who types it cannot use up more than that, and never what its owner has.
"""

import hashlib
from typing import Any
from uuid import UUID

import msgspec

from store_omni.inventory.holding import BUYERS, UNITS_PER_PERSON_AND_SKU_MAX
from store_omni.journal.actors import Actor
from store_omni.kit.forwarding import neighbourhood
from store_omni.settings import SmallBasket

# In one order of a buyer. Of one item an order takes as many units as one person may hold.
ORDER_LINES_MAX = 50
ORDER_ITEM_UNITS_MAX = UNITS_PER_PERSON_AND_SKU_MAX
ORDER_UNITS_MAX = 100
# In all open orders under one key. Paid when collected, an order costs nothing to place.
OPEN_ORDERS_MAX = 20
OPEN_UNITS_MAX = 100
# Small ones, see `SmallBasket`.
UNPROVED_OPEN_ORDERS_MAX = 3
# A home, an office or a mobile network's exit: many people, none of whom has proved anything.
SOURCE_OPEN_ORDERS_MAX = 30


class Standing(msgspec.Struct, frozen=True):
    """What is known of a buyer. `device`: hash of her browser's secret; `source`: network address; `proved`: phone numbers (E.164)
    and e-mail addresses (lower case) that she has proved to be hers; `account_proved`: signed in to an account that has proved
    one; `small_basket`: what needs no proof."""

    device: bytes | None = None
    source: str = ""
    proved: frozenset[str] = frozenset()
    account_proved: bool = False
    small_basket: SmallBasket = SmallBasket()


class Cap(msgspec.Struct, frozen=True):
    """`key`: SHA-256 in hex of what an order counts against."""

    kind: str
    key: str
    orders_max: int
    units_max: int


def is_capped(by: Actor) -> bool:
    """A till, a clerk, an agent or a connected system has as many customers as it has."""
    return by.kind in BUYERS


def is_proved(standing: Standing, *addresses: str | None) -> bool:
    """`addresses`: whom the order tells."""
    return standing.account_proved or any(address in standing.proved for address in addresses)


def caps_of(standing: Standing, *, customer_id: UUID | None, phone: str | None, email: str | None) -> list[Cap]:
    told: tuple[tuple[str, Any], ...] = (("phone", phone), ("email", email))
    device = standing.device.hex() if standing.device else None
    if is_proved(standing, phone, email):
        answers_for: list[tuple[str, Any]] = [(kind, value) for kind, value in told if value in standing.proved]
        answers_for += [("customer", customer_id), ("device", device)]
        return [_cap(kind, kind, value, OPEN_ORDERS_MAX, OPEN_UNITS_MAX) for kind, value in answers_for if value]
    few, each = UNPROVED_OPEN_ORDERS_MAX, standing.small_basket.units_max
    told += (("customer", customer_id), ("device", device))
    caps = [_cap(kind, f"unproved {kind}", value, few, few * each) for kind, value in told if value]
    if standing.source:
        source = neighbourhood(standing.source)
        caps.append(_cap("source", "source", source, SOURCE_OPEN_ORDERS_MAX, SOURCE_OPEN_ORDERS_MAX * each))
    return caps


def _cap(kind: str, name: str, value: object, orders_max: int, units_max: int) -> Cap:
    return Cap(kind, hashlib.sha256(f"{name}:{value}".encode()).hexdigest(), orders_max, units_max)
