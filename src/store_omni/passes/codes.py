"""The text inside a QR: purpose, store, pass, expiry and a digest of the subject, signed. No URL, no personal data."""

import hashlib
import struct
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import msgspec

from store_omni.kit.signing import BadToken, Signer
from store_omni.passes.errors import PassInvalid

Purpose = Literal["pickup", "return", "receipt"]
TAGS: dict[Purpose, bytes] = {"pickup": b"PKUP", "return": b"RTRN", "receipt": b"RCPT"}
PURPOSES: dict[bytes, Purpose] = {tag: purpose for purpose, tag in TAGS.items()}
_LAYOUT = struct.Struct(">4sBBI16sI6s")
VERSION = 1


class PassCode(msgspec.Struct, frozen=True):
    """What a valid code says. Whether the pass still lives only the database knows."""

    purpose: Purpose
    store_id: int
    pass_id: UUID
    expires_at: datetime
    subject_digest: bytes


def subject_digest(subject_id: UUID) -> bytes:
    return hashlib.sha256(subject_id.bytes).digest()[:6]


def write_code(
    signer: Signer, *, purpose: Purpose, store_id: int, pass_id: UUID, expires_at: datetime, subject_id: UUID, key_id: int
) -> str:
    """160 characters A–Z2–7. Deterministic, so nothing secret is stored: the code is written anew when it is shown."""
    payload = _LAYOUT.pack(
        TAGS[purpose],
        key_id,
        VERSION,
        store_id,
        pass_id.bytes,
        int(expires_at.timestamp()),
        subject_digest(subject_id),
    )
    return signer.sign(payload)


def read_code(signer: Signer, text: str) -> PassCode:
    """Errors: `PassInvalid` for anything we did not sign in exactly this spelling."""
    try:
        tag, _key, version, store_id, pass_id, expires, digest = _LAYOUT.unpack(signer.open(text))
    except BadToken as error:
        raise PassInvalid from error
    purpose = PURPOSES.get(tag)
    if purpose is None or version != VERSION:
        raise PassInvalid
    return PassCode(
        purpose=purpose,
        store_id=store_id,
        pass_id=UUID(bytes=pass_id),
        expires_at=datetime.fromtimestamp(expires, UTC),
        subject_digest=digest,
    )
