"""Placing an order: prices are the shop's, stock is promised, the store gets its work, all at once or not at all."""

import hashlib
from uuid import UUID

import asyncpg
import msgspec

from store_omni.inventory.errors import NotEnoughStock
from store_omni.journal.actors import Actor
from store_omni.journal.operations import OperationReused
from store_omni.kit.clock import Clock
from store_omni.kit.errors import NotFound, Refusal
from store_omni.kit.ids import new_id, spoken_code
from store_omni.orders.errors import BasketEmpty, NotSoldHere, StoreCannotServe
from store_omni.orders.placing_sql import place_row
from store_omni.passes.verifying import Names
from store_omni.stores.hours import promise
from store_omni.stores.queries import HOLIDAYS_SQL, HOURS_SQL, STORE_COLUMNS, StoreView, shape_stores

VIEWER_DAYS = 30
NUMBER_TRIES_MAX = 5


class Wanted(msgspec.Struct, frozen=True):
    sku_id: int
    qty: int


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


def summed(wanted: list[Wanted]) -> list[Wanted]:
    """Two lines of one SKU become one, in SKU order: the database then sees each stock row once and always in the
    same order."""
    quantities: dict[int, int] = {}
    for line in wanted:
        quantities[line.sku_id] = quantities.get(line.sku_id, 0) + line.qty
    return [Wanted(sku_id, qty) for sku_id, qty in sorted(quantities.items()) if qty > 0]


async def _store(pool: asyncpg.Pool, store_id: int) -> StoreView:
    row = await pool.fetchrow(f"SELECT {STORE_COLUMNS} FROM stores.store s WHERE s.id = $1 AND s.active", store_id)
    if row is None:
        raise NotFound
    hours = await pool.fetch(HOURS_SQL.format("$1"), [store_id])
    return shape_stores([row], hours, await pool.fetch(HOLIDAYS_SQL.format("$1"), [store_id]))[0]


async def place(
    pool: asyncpg.Pool,
    *,
    store_id: int,
    wanted: list[Wanted],
    contact: Contact,
    customer_id: UUID | None,
    by: Actor,
    clock: Clock,
    operation_key: str,
    viewer_hash: bytes | None = None,
    basket_id: UUID | None = None,
) -> Placed:
    """Confirmed at once, to be paid in the store. `customer_id` None makes (or finds) a guest's record.

    Errors: `BasketEmpty`, `StoreCannotServe`, `NotSoldHere`, `NotEnoughStock`, `OperationReused`.
    """
    lines = summed(wanted)
    if not lines:
        raise BasketEmpty
    store = await _store(pool, store_id)
    if not store.pickup:
        raise StoreCannotServe(store=Names(ko=store.name_ko, en=store.name_en))
    body = msgspec.json.encode([store_id, lines, contact, customer_id], order="sorted")
    request = {
        "operation": {"actor": by.key, "key": operation_key, "hash": hashlib.sha256(body).hexdigest()},
        "order": {
            "id": new_id(),
            "number": "",
            "channel": by.channel,
            "locale": contact.locale,
            "currency": store.currency,
            "name": contact.name,
            "phone": contact.phone,
            "email": contact.email,
            "customer_id": customer_id,
            "by_kind": by.kind,
            "by_id": str(by.id) if by.id else None,
            "by_label": by.label,
        },
        "store_id": store_id,
        "fulfilment_id": new_id(),
        "ready_by": promise(store.hours, clock.now(), store.lead_minutes),
        "charge_id": new_id(),
        "fact_id": new_id(),
        "entry_id": new_id(),
        "basket_id": basket_id,
        "lines": [
            {"line_no": number, "sku_id": line.sku_id, "qty": line.qty, "allocation_id": new_id()}
            for number, line in enumerate(lines, 1)
        ],
    }
    if customer_id is None:
        request["guest"] = {"id": new_id(), "identity_ids": [new_id(), new_id()]}
    if viewer_hash is not None:
        request["viewer"] = {"hash": viewer_hash.hex(), "days": VIEWER_DAYS}
    result = await _send(pool, request)
    return Placed(UUID(result["order_id"]), result["number"], replayed=result.get("replayed", False))


def _refusal(said: dict[str, str]) -> Refusal | None:
    """The SQLSTATEs of `orders.place` as refusals; None for what is no refusal."""
    match said.get("sqlstate"):
        case "SO001":
            return NotEnoughStock(msgspec.json.decode(said["detail"]))
        case "SO003":
            return NotSoldHere(msgspec.json.decode(said["detail"]))
        case "SO004":
            return OperationReused()
    return None


async def _send(pool: asyncpg.Pool, request: dict) -> dict:
    """Draws order numbers until one is free (they are short, so that they can be read aloud)."""
    for _ in range(NUMBER_TRIES_MAX):
        request["order"]["number"] = f"{spoken_code(4)}-{spoken_code(4)}"
        try:
            return await place_row(pool, request)
        except asyncpg.PostgresError as error:
            said = error.as_dict()
            if said.get("constraint_name") == "uq_order_number":
                continue
            raise _refusal(said) or error from error
    raise RuntimeError("no free order number in five draws; make the numbers longer")
