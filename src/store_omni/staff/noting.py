"""What came of a try to sign in: a fact that stays and holds ids only, and a row with the source that is kept for a while."""

from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.ids import keyed_hash, new_id

Outcome = Literal["signed_in", "wrong_secret", "wrong_code", "slowed", "refused"]
Way = Literal["pin", "code", "provider"]
KEPT_DAYS = 90
SOURCE_CHARS_MAX = 64

_ROW = text(
    """INSERT INTO staff.sign_in_try (id, account_id, login_hash, outcome, way, face, source, known_device)
       VALUES (:id, :account, :login, :outcome, :way, :face, :source, :known)"""
)


class Try(msgspec.Struct, frozen=True):
    """A person at a staff door. `face`: counter, desk, office. `device`: the cookie that an earlier success left in this browser,
    or empty. `key`: what logins are hashed with, of this installation."""

    login: str
    face: str
    roles: tuple[str, ...]
    source: str
    device: str
    key: str
    way: Way = "pin"
    known_device: bool = False

    @property
    def login_hash(self) -> bytes:
        return keyed_hash(self.key, self.login)


async def note_try(session: WriteSession, attempt: Try, outcome: Outcome, *, account_id: UUID | None, by: Actor | None) -> None:
    """`by`: who is signed in now; None where nobody is."""
    row = {
        "id": new_id(), "account": account_id, "login": attempt.login_hash, "outcome": outcome, "way": attempt.way,
        "face": attempt.face, "source": attempt.source[:SOURCE_CHARS_MAX], "known": attempt.known_device,
    }  # fmt: skip
    await session.execute(_ROW, row)
    if outcome == "slowed":
        return  # one row for a whole series, and nothing that anybody decided
    stranger = Actor(kind="guest", id=None, label="", channel=attempt.face)
    kind = "staff.signed_in" if by else "staff.sign_in_failed"
    subject = Subject("staff", account_id or attempt.login_hash.hex(), store_id=by.store_id if by else None)
    data = {"way": attempt.way, "try": str(row["id"]), "known_device": attempt.known_device}
    await record(session, kind, subject, by=by or stranger, data=data if by else data | {"why": outcome})
