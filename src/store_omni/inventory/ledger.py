"""Moving stock. Every change of a balance goes through here, and so leaves its entry in the ledger."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from store_omni.inventory.errors import NotEnoughStock
from store_omni.journal.actors import Actor
from store_omni.journal.operations import OPERATION
from store_omni.kit.database import WriteSession
from store_omni.kit.ids import new_id


class Move(msgspec.Struct, frozen=True, omit_defaults=True):
    """One movement of one SKU in one store; the figures are changes, not balances.

    `need`: refuse unless that many are free to sell (on_hand − allocated − reserved − safety, and no short). `truth`: a
    recorded truth (count, damage, late till sale), never refused: where it leaves fewer units than were promised, the
    level is `short` by the rest. No other move can raise `short`; whatever closes the gap lowers it.
    `allocation`, `hold`, `document`: the cause, at most one; with none, a document is written from the post's `cause`.
    """

    store: int
    sku: int
    kind: str
    on_hand: int = 0
    allocated: int = 0
    reserved: int = 0
    in_transit: int = 0
    quarantine: int = 0
    reason: str = ""
    need: int | None = None
    safety: int = 0
    truth: bool = False
    allocation: UUID | None = None
    hold: UUID | None = None
    document: UUID | None = None


_POST = text("SELECT inventory.post(CAST(:moves AS jsonb), :cause_type, :cause_id, :channel, :actor_kind, :actor_id, :operation)")


def lacking_of(error: DBAPIError) -> list[dict[str, Any]] | None:
    """[{sku, free}] when the database said that stock does not suffice (SO001), else None."""
    cause: BaseException | None = error.orig
    while cause is not None and not isinstance(cause, asyncpg.PostgresError):
        cause = cause.__cause__
    if cause is None:
        return None
    said = cause.as_dict()
    return msgspec.json.decode(said.get("detail") or "[]") if said.get("sqlstate") == "SO001" else None


async def post(
    session: WriteSession,
    moves: list[Move],
    *,
    cause: tuple[str, UUID],
    by: Actor,
    operation_id: UUID | None = None,
) -> None:
    """All moves or none. `cause`: (order | handover | return | import …, its id). Errors: `NotEnoughStock`."""
    try:
        await session.execute(
            _POST,
            {
                "moves": msgspec.json.encode(moves).decode(),
                "cause_type": cause[0],
                "cause_id": cause[1],
                "channel": by.channel,
                "actor_kind": by.kind,
                "actor_id": str(by.id) if by.id else None,
                "operation": operation_id or OPERATION.get() or new_id(),
            },
        )
    except DBAPIError as error:
        lacking = lacking_of(error)
        if lacking is None:
            raise
        raise NotEnoughStock(lacking) from error
