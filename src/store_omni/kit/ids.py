"""Identifiers. What is born under load sorts by time (UUIDv7, so that indexes grow at one end); what must not be
guessed is random; what a person reads aloud has no look-alike letters."""

import hashlib
import hmac
import secrets
import uuid
from datetime import datetime

import uuid_utils

SPOKEN_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0/O, 1/I/L


def new_id() -> uuid.UUID:
    """A UUIDv7 as a standard-library UUID."""
    return uuid.UUID(bytes=uuid_utils.uuid7().bytes)


def new_id_text() -> str:
    """The same as text, for a hot statement that takes its ids as JSON."""
    return str(uuid_utils.uuid7())


def spoken_code(length: int) -> str:
    """`length` random characters that survive being read over the phone (about 4.95 bits each)."""
    letters, drawn, code = len(SPOKEN_ALPHABET), secrets.randbelow(len(SPOKEN_ALPHABET) ** length), ""
    for _ in range(length):
        drawn, place = divmod(drawn, letters)
        code += SPOKEN_ALPHABET[place]
    return code


def secret_token() -> str:
    """128 random bits as 22 URL-safe characters."""
    return secrets.token_urlsafe(16)


def token_hash(token: str) -> bytes:
    """What the database keeps of a bearer secret: 32 bytes. The secrets hashed here are random and long, so a fast
    hash is right; PINs and passwords go through argon2 instead."""
    return hashlib.sha256(token.encode()).digest()


def keyed_hash(key: str, text: str) -> bytes:
    """16 bytes that tell whether two texts are the same, and nothing else to those who do not hold the key. For texts that are
    short enough to be guessed: logins, searched texts."""
    return hmac.new(key.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()[:16]


def first_id_at(instant: datetime) -> uuid.UUID:
    """The smallest UUIDv7 of that millisecond: where ids sort by time, times are found by the primary key."""
    return uuid.UUID(int=int(instant.timestamp() * 1000) << 80)
