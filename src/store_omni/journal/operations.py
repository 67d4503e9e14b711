"""A command done once: the same key again gets the first result, the same key for something else is refused."""

import hashlib
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import N_, Refusal


class OperationReused(Refusal):
    code = "operation_reused"
    title = N_("This form was already sent with other content")
    reason = N_("The same operation key came with a different body.")
    next_step = N_("Reload the page and enter it again.")


def body_hash(body: object) -> bytes:
    """32 bytes of the canonical JSON of `body` (keys sorted)."""
    return hashlib.sha256(msgspec.json.encode(body, order="sorted")).digest()


def operation_id(actor: str, key: str) -> UUID:
    """How ledgers name an operation: the digest of who sent it and its key, as the hot statements make it too."""
    return UUID(hashlib.md5(f"{actor}:{key}".encode(), usedforsecurity=False).hexdigest())


OPERATION: ContextVar[UUID | None] = ContextVar("OPERATION", default=None)
"""The operation that runs in this task; the ledger writes it down with each move."""


async def once(
    session: WriteSession, key: str, body: object, by: Actor, work: Callable[[], Awaitable[dict[str, Any]]]
) -> dict[str, Any]:
    """Runs `work` unless this actor's `key` already took effect; then returns what it returned.

    The row is written first and in the same transaction: a concurrent twin waits for our commit. A refusal raised by
    `work` rolls the row back too, so the same key may be tried again. Errors: `OperationReused`.
    """
    digest = body_hash(body)
    taken = await session.execute(
        text(
            "INSERT INTO journal.operation (actor, key, body_hash, result) VALUES (:actor, :key, :hash, '{}') "
            "ON CONFLICT DO NOTHING RETURNING 1"
        ),
        {"actor": by.key, "key": key, "hash": digest},
    )
    if taken.scalar() is None:
        row = (
            await session.execute(
                text("SELECT body_hash, result FROM journal.operation WHERE actor = :actor AND key = :key"),
                {"actor": by.key, "key": key},
            )
        ).one()
        if row.body_hash != digest:
            raise OperationReused
        return row.result | {"replayed": True}
    running = OPERATION.set(operation_id(by.key, key))
    try:
        result = await work()
    finally:
        OPERATION.reset(running)
    await session.execute(
        text("UPDATE journal.operation SET result = CAST(:result AS jsonb) WHERE actor = :actor AND key = :key"),
        {"actor": by.key, "key": key, "result": msgspec.json.encode(result).decode()},
    )
    return result
