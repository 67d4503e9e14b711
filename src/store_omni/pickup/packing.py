"""Packing into labelled bags, staging them on a shelf, telling the shopper that they are ready."""

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession
from store_omni.kit.ids import spoken_code
from store_omni.kit.signing import Signer
from store_omni.orders.moving import FulfilmentRow, lock_fulfilment, move_fulfilment
from store_omni.passes.issuing import issue
from store_omni.pickup.errors import NotAllPicked, UnknownShelf

BAGS_MAX = 9
# A pass outlives the bag's waiting time, so that who comes late is told why instead of "unknown code".
PASS_GRACE = timedelta(days=30)


class Packed(msgspec.Struct, frozen=True):
    labels: list[str]


async def pack(session: WriteSession, fulfilment_id: UUID, *, bags: int, by: Actor) -> Packed:
    """Everything scanned goes into 1–9 bags, each with a label of its own. Errors: `NotAllPicked`, `WrongState`."""
    row = await lock_fulfilment(session, by.store_id, fulfilment_id)
    left = await session.scalar(
        text("SELECT sum(qty - qty_picked) FROM orders.fulfilment_line WHERE store_id = :store AND fulfilment_id = :id"),
        {"store": row.store_id, "id": row.id},
    )
    if row.state == "picking" and left != 0:
        raise NotAllPicked(left=left or 0)
    labels = [f"B{spoken_code(7)}" for _ in range(max(1, min(bags, BAGS_MAX)))]
    await move_fulfilment(
        session, row, "pack", by=by, kind="pickup.packed", sets=", packed_at = now()", data={"bags": len(labels)}
    )
    await session.execute(
        text("INSERT INTO pickup.bag (store_id, label, fulfilment_id) SELECT :store, unnest(CAST(:labels AS text[])), :id"),
        {"store": row.store_id, "labels": labels, "id": row.id},
    )
    return Packed(labels)


# In a refusal; a store with more of them has labels to scan.
SHELVES_SHOWN_MAX = 12


async def stage(session: WriteSession, signer: Signer, fulfilment_id: UUID, *, shelf: str, by: Actor) -> None:
    """The bag is on the shelf and the shopper is told, in one go: a bag that waits without its owner knowing helps
    nobody. Scanning another shelf later only moves the bag. Errors: `UnknownShelf`, `WrongState`."""
    row = await lock_fulfilment(session, by.store_id, fulfilment_id)
    code = shelf.strip().upper()
    query = text("SELECT code FROM stores.staging_location WHERE store_id = :store ORDER BY position, code")
    codes = list((await session.scalars(query, {"store": row.store_id})).all())
    known = next((one for one in codes if one.upper() == code), None)
    if known is None:
        raise UnknownShelf(code=shelf.strip(), shelves=", ".join(codes[:SHELVES_SHOWN_MAX]))
    await session.execute(
        text("UPDATE pickup.bag SET staging_code = :code WHERE store_id = :store AND fulfilment_id = :id"),
        {"code": known, "store": row.store_id, "id": row.id},
    )
    placed = {"sets": ", staging_code = :code, staged_at = now()", "values": {"code": known}, "data": {"shelf": known}}
    if row.state == "ready_for_pickup":
        await move_fulfilment(session, row, "move_shelf", by=by, kind="pickup.shelf_changed", **placed)
        return
    state, _ = await move_fulfilment(session, row, "stage", by=by, kind="pickup.staged", **placed)
    await _announce(session, signer, FulfilmentRow(row.store_id, row.id, state, row.order), by=by)


async def _announce(session: WriteSession, signer: Signer, row: FulfilmentRow, *, by: Actor) -> None:
    keeps_days, now = (
        await session.execute(text("SELECT keeps_days, now() FROM stores.store WHERE id = :store"), {"store": row.store_id})
    ).one()
    hold_until = now + timedelta(days=keeps_days)
    await move_fulfilment(
        session, row, "announce", by=by, kind="pickup.ready",
        sets=", ready_at = now(), hold_until = :until", values={"until": hold_until}, display={"hold_until": hold_until},
    )  # fmt: skip
    await issue(session, signer, purpose="pickup", store_id=row.store_id, subject_id=row.id, expires_at=hold_until + PASS_GRACE)
