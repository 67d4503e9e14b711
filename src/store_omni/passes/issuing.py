"""Issuing and revoking passes. One live pass per purpose and subject: a new one revokes the old."""

from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import text

from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.signing import Signer
from store_omni.passes.codes import Purpose, write_code

WHY_REPLACED = "why_replaced"
WHY_CANCELLED = "why_cancelled"


class LivePass(msgspec.Struct, frozen=True):
    store_id: int
    id: UUID
    purpose: Purpose
    subject_id: UUID
    key_id: int
    expires_at: datetime

    def code(self, signer: Signer) -> str:
        return write_code(
            signer,
            purpose=self.purpose,
            store_id=self.store_id,
            pass_id=self.id,
            expires_at=self.expires_at,
            subject_id=self.subject_id,
            key_id=self.key_id,
        )


async def issue(
    session: WriteSession, signer: Signer, *, purpose: Purpose, store_id: int, subject_id: UUID, expires_at: datetime
) -> LivePass:
    """The pass's id is random, not time-ordered: nobody can guess a neighbour's. `expires_at` is cut to seconds."""
    await revoke(session, purpose=purpose, store_id=store_id, subject_id=subject_id, why=WHY_REPLACED)
    issued = LivePass(store_id, uuid4(), purpose, subject_id, signer.current, expires_at.replace(microsecond=0))
    await session.execute(
        text(
            """INSERT INTO passes.pass (store_id, id, purpose, subject_id, key_id, expires_at)
               VALUES (:store, :id, :purpose, :subject, :key, :expires)"""
        ),
        {
            "store": store_id,
            "id": issued.id,
            "purpose": purpose,
            "subject": subject_id,
            "key": issued.key_id,
            "expires": issued.expires_at,
        },
    )
    return issued


async def revoke(session: WriteSession, *, purpose: Purpose, store_id: int, subject_id: UUID, why: str) -> None:
    """Whatever live pass there is for this subject stops opening anything."""
    await session.execute(
        text(
            """UPDATE passes.pass SET revoked_at = now(), revoked_reason = :why
               WHERE store_id = :store AND purpose = :purpose AND subject_id = :subject
                 AND spent_at IS NULL AND revoked_at IS NULL"""
        ),
        {"store": store_id, "purpose": purpose, "subject": subject_id, "why": why},
    )


async def live_pass(session: ReadSession, *, purpose: Purpose, store_id: int, subject_id: UUID) -> LivePass | None:
    """The pass that would open this subject now, if there is one."""
    row = (
        await session.execute(
            text(
                """SELECT store_id, id, purpose, subject_id, key_id, expires_at FROM passes.pass
                   WHERE store_id = :store AND purpose = :purpose AND subject_id = :subject
                     AND spent_at IS NULL AND revoked_at IS NULL AND expires_at > now()"""
            ),
            {"store": store_id, "purpose": purpose, "subject": subject_id},
        )
    ).one_or_none()
    return None if row is None else LivePass(*row)
