"""What people who work here do with their own account: set their own PIN, see where they are signed in, end what they do not know."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.passwords import hash_secret, secret_matches
from store_omni.staff.errors import OldPinWrong, SamePin
from store_omni.staff.pins import refuse_weak_pin

SHOWN_MAX = 20
_END_OTHERS = text(
    """UPDATE staff.sign_in SET revoked_at = now()
       WHERE account_id = :account AND token_hash <> :held AND revoked_at IS NULL AND expires_at > now() RETURNING 1"""
)


class OwnSignIn(msgspec.Struct, frozen=True):
    """`source`: the network address. `here`: this browser's."""

    created_at: datetime
    seen_at: datetime
    source: str
    here: bool


async def own_sign_ins(session: ReadSession, account_id: UUID, *, held: bytes) -> list[OwnSignIn]:
    """Those that have not ended, newest first. `held`: hash of the token with which she looks."""
    rows = await session.execute(
        text(
            """SELECT created_at, seen_at, source, token_hash = :held FROM staff.sign_in
               WHERE account_id = :account AND revoked_at IS NULL AND expires_at > now() ORDER BY created_at DESC LIMIT :count"""
        ),
        {"account": account_id, "held": held, "count": SHOWN_MAX},
    )
    return [OwnSignIn(*row) for row in rows]


async def set_own_pin(session: WriteSession, *, old: str, new: str, held: bytes, by: Actor) -> None:
    """All her other sign-ins end. Errors: `OldPinWrong`, `SamePin`, `WeakPin`, `TooBusy`."""
    query = text("SELECT login, secret_hash FROM staff.account WHERE id = :account FOR UPDATE")
    account = (await session.execute(query, {"account": by.id})).one()
    if not await secret_matches(old, account.secret_hash, known=True):
        raise OldPinWrong
    if new == old:
        raise SamePin
    refuse_weak_pin(new, account.login)
    await session.execute(
        text("UPDATE staff.account SET secret_hash = :secret, pin_until = NULL WHERE id = :account"),
        {"account": by.id, "secret": await hash_secret(new)},
    )
    await session.execute(_END_OTHERS, {"account": by.id, "held": held})
    await record(session, "staff.own_pin_set", Subject("staff", by.id or "", store_id=by.store_id), by=by)


async def end_own_sign_ins(session: WriteSession, *, held: bytes, by: Actor) -> int:
    """All but the one with which she asks. Returns how many."""
    ended = len((await session.execute(_END_OTHERS, {"account": by.id, "held": held})).all())
    if ended:
        await record(session, "staff.signed_out_elsewhere", Subject("staff", by.id or "", store_id=by.store_id), by=by)
    return ended
