"""Holds: units kept for a shopper while she orders. They end by use, by being let go, or by the database's clock."""

import hashlib
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.inventory.errors import HoldEnded, NotEnoughStock, NothingToHold, NotSoldHere, StoreKeepsNothing, TooManyHolds
from store_omni.inventory.ledger import Move, post
from store_omni.inventory.snapshot import forget
from store_omni.journal.actors import SYSTEM, Actor
from store_omni.journal.operations import OperationReused
from store_omni.kit.batching import Answer, Batches, OutcomeUnknown
from store_omni.kit.database import WriteSession, writing
from store_omni.kit.errors import NotFound, Refusal, SignInNeeded

# Long enough to wait for a code and type it.
HOLD_MINUTES = 15
EXTENSION_MINUTES = 10
# One person: by customer, by phone and by device, whichever is known.
HOLDS_PER_PERSON_MAX = 3
UNITS_PER_PERSON_AND_SKU_MAX = 20
EXPIRY_BATCH = 100
BUYERS = ("shopper", "guest")

HOLD = "SELECT inventory.hold_batch($1::text::jsonb)"


class Wanted(msgspec.Struct, frozen=True):
    sku_id: int
    qty: int


class Holder(msgspec.Struct, frozen=True):
    """Whose hold it is, as far as it is known. `device`: a secret of this browser or app; only its digest is kept."""

    customer_id: UUID | None = None
    phone: str | None = None
    device: str | None = None


class Held(msgspec.Struct, frozen=True):
    """`hold_id` is random: whoever knows it may use the hold."""

    store_id: int
    hold_id: UUID
    expires_at: datetime


def hold_batches(pool: asyncpg.Pool) -> Batches:
    return Batches(pool, HOLD)


def summed(wanted: list[Wanted]) -> list[Wanted]:
    """Two lines of one SKU become one, in SKU order: the database then sees each stock row once and always in the
    same order."""
    quantities: dict[int, int] = {}
    for line in wanted:
        quantities[line.sku_id] = quantities.get(line.sku_id, 0) + line.qty
    return [Wanted(sku_id, qty) for sku_id, qty in sorted(quantities.items()) if qty > 0]


def _digest(text: str | None) -> str | None:
    return hashlib.sha256(text.encode()).hexdigest() if text else None


async def hold(
    holds: Batches,
    *,
    store_id: int,
    wanted: list[Wanted],
    holder: Holder,
    by: Actor,
    operation_key: str,
    token_hash: bytes | None = None,
) -> Held:
    """All units or none, for `HOLD_MINUTES`. Caps count for buyers, not for a till or an agent who serves many.

    Errors: `NothingToHold`, `NotEnoughStock`, `NotSoldHere`, `StoreKeepsNothing`,
     `TooManyHolds`, `OperationReused`, `SignInNeeded`, `OutcomeUnknown`.
    """
    lines = summed(wanted)
    if not lines:
        raise NothingToHold
    body = msgspec.json.encode([store_id, lines, holder], order="sorted")
    capped = by.kind in BUYERS
    row = {
        "actor": by.key,
        "key": operation_key,
        "hash": hashlib.sha256(body).hexdigest(),
        "token": token_hash.hex() if token_hash else None,
        "store_id": store_id,
        "id": uuid4(),
        "channel": by.channel,
        "customer_id": holder.customer_id,
        "phone_hash": _digest(holder.phone),
        "device_hash": _digest(holder.device),
        "minutes": HOLD_MINUTES,
        "holds_max": HOLDS_PER_PERSON_MAX if capped else None,
        "units_max": UNITS_PER_PERSON_AND_SKU_MAX if capped else None,
        "by_kind": by.kind,
        "by_id": by.id,
        "lines": lines,
    }
    answer = await holds.submit(store_id, msgspec.json.encode(row))
    if "refused" in answer:
        raise _refusal(answer)
    forget(line.sku_id for line in lines)
    return Held(store_id, UUID(answer["hold_id"]), datetime.fromisoformat(answer["expires_at"]))


def _refusal(answer: Answer) -> Refusal:
    match answer["refused"]:
        case "not_enough":
            return NotEnoughStock(answer["lacking"])
        case "not_sold":
            return NotSoldHere(answer["skus"])
        case "too_many_held":
            return TooManyHolds(holds=HOLDS_PER_PERSON_MAX, units=UNITS_PER_PERSON_AND_SKU_MAX)
        case "store":
            return StoreKeepsNothing()
        case "token":
            return SignInNeeded()
        case "busy":
            return OutcomeUnknown()
    return OperationReused()


async def extend_hold(session: WriteSession, store_id: int, hold_id: UUID) -> Held:
    """Once per hold, while it lasts. Errors: `HoldEnded`."""
    until = await session.scalar(
        text(
            """UPDATE inventory.hold SET expires_at = expires_at + make_interval(mins => :minutes), extensions = extensions + 1
               WHERE store_id = :store AND id = :id AND state = 'active' AND extensions = 0 AND expires_at > clock_timestamp()
               RETURNING expires_at"""
        ),
        {"store": store_id, "id": hold_id, "minutes": EXTENSION_MINUTES},
    )
    if until is None:
        raise HoldEnded
    return Held(store_id, hold_id, until)


async def release_hold(session: WriteSession, store_id: int, hold_id: UUID, *, by: Actor) -> None:
    """The units may be sold again. Letting go of what has ended changes nothing. Errors: `NotFound`."""
    state = await session.scalar(
        text("SELECT state FROM inventory.hold WHERE store_id = :store AND id = :id FOR UPDATE"),
        {"store": store_id, "id": hold_id},
    )
    if state is None:
        raise NotFound
    if state == "active":
        await _end(session, store_id, [hold_id], "released", by=by)


async def _end(session: WriteSession, store_id: int, ids: list[UUID], state: str, *, by: Actor) -> None:
    """Ends locked, active holds of one store."""
    await session.execute(
        text(
            "UPDATE inventory.hold SET state = :state, ended_at = clock_timestamp() "
            "WHERE store_id = :store AND id = ANY(:ids) AND state = 'active'"
        ),
        {"state": state, "store": store_id, "ids": ids},
    )
    lines = await session.execute(
        text(
            "SELECT hold_id, sku_id, qty FROM inventory.hold_line WHERE store_id = :store AND hold_id = ANY(:ids) ORDER BY sku_id"
        ),
        {"store": store_id, "ids": ids},
    )
    moves = [Move(store=store_id, sku=row.sku_id, kind="release", reserved=-row.qty, hold=row.hold_id) for row in lines]
    await post(session, moves, cause=("hold", ids[0]), by=by)


async def expire_holds(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Ends holds whose time is over, by the database's clock, a store at a time. Returns how many.

    Two sweepers at once share the work; a late one sells too little for a while, never too much.
    """
    ended = 0
    while True:
        async with sessions.begin() as session:
            due = (
                await session.execute(
                    text(
                        """SELECT h.store_id, h.id FROM inventory.hold h
                           WHERE h.state = 'active' AND h.expires_at < clock_timestamp() AND h.store_id = (
                             SELECT x.store_id FROM inventory.hold x WHERE x.state = 'active' AND x.expires_at < clock_timestamp()
                             ORDER BY random() LIMIT 1)
                           ORDER BY h.id LIMIT :batch FOR UPDATE SKIP LOCKED"""
                    ),
                    {"batch": EXPIRY_BATCH},
                )
            ).all()
            if not due:
                return ended
            await _end(writing(session), due[0].store_id, [row.id for row in due], "expired", by=SYSTEM)
            ended += len(due)


async def held_lines(pool: asyncpg.Pool, store_id: int, hold_id: UUID) -> tuple[Held, bool, dict[int, int]] | None:
    """(hold, whether it may still be extended, SKU id → units) of an active hold, else None."""
    rows = await pool.fetch(
        """SELECT h.expires_at, h.extensions, l.sku_id, l.qty FROM inventory.hold h
           JOIN inventory.hold_line l ON l.store_id = h.store_id AND l.hold_id = h.id
           WHERE h.store_id = $1 AND h.id = $2 AND h.state = 'active' AND h.expires_at > clock_timestamp()""",
        store_id, hold_id,
    )  # fmt: skip
    if not rows:
        return None
    held = Held(store_id, hold_id, rows[0]["expires_at"])
    return held, rows[0]["extensions"] == 0, {row["sku_id"]: row["qty"] for row in rows}
