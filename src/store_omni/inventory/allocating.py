"""Ending a promise of units: released back to sale, or consumed by a handover."""

from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.inventory.ledger import Move, post
from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession

FOUND = "found"


class Freed(msgspec.Struct, frozen=True):
    id: UUID
    store_id: int
    sku_id: int
    qty: int


async def _close(session: WriteSession, store_id: int, ids: list[UUID], state: str) -> list[Freed]:
    """Only active allocations close, so a second call finds nothing and moves nothing."""
    rows = await session.execute(
        text(
            """UPDATE inventory.allocation SET state = :state
               WHERE store_id = :store AND id = ANY(:ids) AND state = 'active'
               RETURNING id, store_id, sku_id, qty"""
        ),
        {"state": state, "store": store_id, "ids": ids},
    )
    return sorted((Freed(*row) for row in rows), key=lambda freed: (freed.sku_id, freed.id))


async def release(session: WriteSession, store_id: int, ids: list[UUID], *, cause: tuple[str, UUID], by: Actor) -> None:
    """The units may be sold again."""
    freed = await _close(session, store_id, ids, "released")
    if freed:
        moves = [Move(store=f.store_id, sku=f.sku_id, kind="release", allocated=-f.qty, allocation=f.id) for f in freed]
        await post(session, moves, cause=cause, by=by)


async def consume(session: WriteSession, store_id: int, ids: list[UUID], *, cause: tuple[str, UUID], by: Actor) -> None:
    """The units left the store in somebody's hands: on_hand and allocated fall together. Where the books had fewer (a till
    sold more than it could, a count forgot the bags), an entry first says that they were there: nobody takes a bag back."""
    freed = await _close(session, store_id, ids, "consumed")
    if not freed:
        return
    there = await _on_hand(session, store_id, [f.sku_id for f in freed])
    moves = []
    for f in freed:
        if f.qty > there[f.sku_id]:
            more = f.qty - there[f.sku_id]
            moves.append(Move(f.store_id, f.sku_id, "adjust", on_hand=more, reason=FOUND, truth=True, allocation=f.id))
            there[f.sku_id] = f.qty
        there[f.sku_id] -= f.qty
        moves.append(Move(f.store_id, f.sku_id, "hand_over", on_hand=-f.qty, allocated=-f.qty, allocation=f.id))
    await post(session, moves, cause=cause, by=by)


async def _on_hand(session: WriteSession, store_id: int, sku_ids: list[int]) -> dict[int, int]:
    """Under the levels' locks, taken in the order of all."""
    rows = await session.execute(
        text(
            "SELECT sku_id, on_hand FROM inventory.stock_level "
            "WHERE store_id = :store AND sku_id = ANY(:skus) ORDER BY sku_id FOR UPDATE"
        ),
        {"store": store_id, "skus": sku_ids},
    )
    return {row.sku_id: row.on_hand for row in rows}


async def release_some(
    session: WriteSession, store_id: int, allocation_id: UUID, qty: int, *, reason: str, cause: tuple[str, UUID], by: Actor
) -> None:
    """Part of a promise cannot be kept (short pick): `qty` units are released and, because they were not found on the
    shelf, taken off on_hand as an adjustment with its reason."""
    row = (
        await session.execute(
            text(
                """UPDATE inventory.allocation SET qty = qty - :qty
                   WHERE store_id = :store AND id = :id AND state = 'active' AND qty > :qty RETURNING sku_id"""
            ),
            {"store": store_id, "id": allocation_id, "qty": qty},
        )
    ).one_or_none()
    if row is None:
        freed = await _close(session, store_id, [allocation_id], "released")
        sku_id = freed[0].sku_id
    else:
        sku_id = row.sku_id
    moves = [Move(store=store_id, sku=sku_id, kind="release", allocated=-qty, allocation=allocation_id)]
    # What the books have lost already (a count came first) they cannot lose again.
    lost = min(qty, (await _on_hand(session, store_id, [sku_id]))[sku_id])
    if lost:
        moves.append(
            Move(store=store_id, sku=sku_id, kind="adjust", on_hand=-lost, reason=reason, truth=True, allocation=allocation_id)
        )
    await post(session, moves, cause=cause, by=by)
