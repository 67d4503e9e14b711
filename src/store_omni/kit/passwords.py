"""Secrets that people remember: argon2id, in a thread, because one check takes a tenth of a second of CPU."""

import asyncio
from functools import cache

from pwdlib import PasswordHash


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _decoy() -> str:
    return _hasher().hash("a password nobody has")


async def hash_secret(secret: str) -> str:
    return await asyncio.to_thread(_hasher().hash, secret)


async def secret_matches(secret: str, hashed: str | None) -> bool:
    """False for an unknown account too, after the same work: the time taken must not tell which accounts exist."""
    matches = await asyncio.to_thread(_hasher().verify, secret, hashed or _decoy())
    return matches and hashed is not None
