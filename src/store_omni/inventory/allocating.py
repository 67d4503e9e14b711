"""Ending a promise of units: released back to sale, or consumed by a handover."""

from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.inventory.ledger import Move, post
from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession


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
    """The units left the store in somebody's hands: on_hand and allocated fall together."""
    freed = await _close(session, store_id, ids, "consumed")
    if freed:
        moves = [
            Move(store=f.store_id, sku=f.sku_id, kind="hand_over", on_hand=-f.qty, allocated=-f.qty, allocation=f.id)
            for f in freed
        ]
        await post(session, moves, cause=cause, by=by)


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
    moves = [
        Move(store=store_id, sku=sku_id, kind="release", allocated=-qty, allocation=allocation_id),
        Move(store=store_id, sku=sku_id, kind="adjust", on_hand=-qty, reason=reason, truth=True, allocation=allocation_id),
    ]
    await post(session, moves, cause=cause, by=by)
