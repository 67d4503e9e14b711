"""Signed tokens of one exact length, in one exact spelling.

A lenient parser accepts many spellings of the same token (foreign characters dropped, trailing bits ignored), which
breaks "store the string as the key", dedupe and rate limits. So: 100 bytes, 160 base32 characters without spare bits,
and whatever does not re-encode to itself is refused.
"""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PAYLOAD_BYTES = 36
TOKEN_CHARS = 160


class BadToken(Exception):
    """Not a token of ours: wrong length, alphabet, spelling or signature."""


class Signer:
    """Ed25519. `keys`: key id (0–255) → 32-byte seed; `current` signs, all verify, so keys can be rotated."""

    def __init__(self, keys: dict[int, bytes], current: int) -> None:
        self._private = {key_id: Ed25519PrivateKey.from_private_bytes(seed) for key_id, seed in keys.items()}
        self._public = {key_id: private.public_key() for key_id, private in self._private.items()}
        self.current = current

    def sign(self, payload: bytes) -> str:
        """`payload`: 36 bytes, the fifth of which is the key id. The same payload always gives the same token."""
        if len(payload) != PAYLOAD_BYTES:
            raise ValueError("a payload has exactly 36 bytes")
        signature = self._private[payload[4]].sign(payload)
        return base64.b32encode(payload + signature).decode()

    def open(self, token: str) -> bytes:
        """The 36 bytes that were signed. Errors: `BadToken`."""
        if len(token) != TOKEN_CHARS or not token.isascii():
            raise BadToken("length")
        try:
            raw = base64.b32decode(token)
        except binascii.Error as error:
            raise BadToken("alphabet") from error
        if base64.b32encode(raw).decode() != token:
            raise BadToken("spelling")
        payload, signature = raw[:PAYLOAD_BYTES], raw[PAYLOAD_BYTES:]
        public = self._public.get(payload[4])
        if public is None:
            raise BadToken("key")
        try:
            public.verify(signature, payload)
        except InvalidSignature as error:
            raise BadToken("signature") from error
        return payload
