"""Proof that a phone number or an e-mail address is a person's own: a code is sent there and typed here.

The code is derived from the server's secret and the challenge's id, so that it is stored nowhere; the message that carries it is
made from the fact `customer.code_asked`, which names the challenge only.
"""

import hashlib
import hmac
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import text

from store_omni.customers.errors import ProofOver, ProofWrong
from store_omni.journal.actors import Actor
from store_omni.journal.limiting import limit_key
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import TooManyTries
from store_omni.kit.ids import new_id

Channel = Literal["email", "sms"]
# Which of the server's keys the codes are made with: `settings.secrets.key_for(PROOF_KEY)`.
PROOF_KEY = "proof codes"
CODE_DIGITS = 6
CODE_TRIES_MAX = 5
CODE_MINUTES = 10
# A browser in which a number was proved needs no new code for it.
DEVICE_DAYS = 30
HOUR_SECONDS = 3_600
CODES_PER_ADDRESS_AND_HOUR_MAX = 5
CODES_PER_ADDRESS_AND_DAY_MAX = 10
CODES_PER_SOURCE_AND_HOUR_MAX = 20
CODES_PER_SOURCE_AND_DAY_MAX = 100


class Proven(msgspec.Struct, frozen=True):
    """`address`: E.164 or an e-mail address in lower case."""

    channel: Channel
    address: str


class Challenge(msgspec.Struct, frozen=True):
    """A code that waits to be typed. `tries_left` of five."""

    id: UUID
    channel: Channel
    address: str
    tries_left: int


def proof_code(secret: str, challenge_id: UUID) -> str:
    """The six digits that go with a challenge, for the message and for the check. `secret`: hex."""
    digest = hmac.new(bytes.fromhex(secret), b"proof:" + challenge_id.bytes, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


# Two at once would both see room for one more.
_LOCK = text(
    """SELECT pg_advisory_xact_lock(q.lock)
       FROM (SELECT hashtextextended('code:' || k, 0) AS lock FROM unnest(CAST(:keys AS text[])) k ORDER BY 1) q"""
)
_ASKED = text(
    """SELECT count(*) FILTER (WHERE created_at > now() - interval '1 hour') AS hour, count(*) AS day
       FROM customers.challenge WHERE address = :value AND created_at > now() - interval '1 day'"""
)
_ASKED_FROM = text(
    """SELECT count(*) FILTER (WHERE created_at > now() - interval '1 hour') AS hour, count(*) AS day
       FROM customers.challenge WHERE source_key = :value AND created_at > now() - interval '1 day'"""
)
_INSERT = text(
    """INSERT INTO customers.challenge (id, purpose, channel, address, customer_id, locale, source_key, expires_at)
       VALUES (:id, :purpose, :channel, :address, :customer, :locale, :source, now() + make_interval(mins => :minutes))"""
)


async def ask_code(
    session: WriteSession,
    *,
    purpose: str,
    channel: Channel,
    address: str,
    locale: str,
    source: str,
    customer_id: UUID | None = None,
) -> UUID:
    """Sends a code to an address, as far as messages reach it. `source`: network address of who asks. Returns the challenge's id.

    Errors: `TooManyTries`, by address and by source, in an hour and in a day.
    """
    source_key = limit_key("code-source", source)
    await session.execute(_LOCK, {"keys": [address, source_key]})
    limits = (
        (_ASKED, address, CODES_PER_ADDRESS_AND_HOUR_MAX, CODES_PER_ADDRESS_AND_DAY_MAX),
        (_ASKED_FROM, source_key, CODES_PER_SOURCE_AND_HOUR_MAX, CODES_PER_SOURCE_AND_DAY_MAX),
    )
    for question, value, hour_max, day_max in limits:
        asked = (await session.execute(question, {"value": value})).one()
        if asked.hour >= hour_max or asked.day >= day_max:
            raise TooManyTries(seconds=HOUR_SECONDS)
    challenge_id = new_id()
    row = {
        "id": challenge_id, "purpose": purpose, "channel": channel, "address": address, "customer": customer_id, "locale": locale,
        "source": source_key, "minutes": CODE_MINUTES,
    }  # fmt: skip
    await session.execute(_INSERT, row)
    by = Actor(kind="guest", id=None, label="", channel="web", source=source)
    subject = Subject("challenge", challenge_id, customer_id=customer_id)
    await record(session, "customer.code_asked", subject, by=by, data={"challenge_id": str(challenge_id), "purpose": purpose})
    return challenge_id


_OPEN = """
SELECT id, channel, address, $3 - tries FROM customers.challenge
WHERE id = $1 AND purpose = $2 AND proved_at IS NULL AND expires_at > now() AND tries < $3"""
_TRY = """
UPDATE customers.challenge SET tries = tries + 1
WHERE id = $1 AND purpose = $2 AND proved_at IS NULL AND expires_at > now() AND tries < $3 RETURNING $3 - tries AS tries_left"""
_PROVE = """
WITH proven AS (
  UPDATE customers.challenge SET proved_at = now() WHERE id = $1 AND proved_at IS NULL RETURNING channel, address
), kept AS (
  INSERT INTO customers.device_proof (device_hash, address, expires_at)
  SELECT $2::bytea, address, now() + make_interval(days => $3) FROM proven WHERE $2::bytea IS NOT NULL
  ON CONFLICT (device_hash, address) DO UPDATE SET proved_at = now(), expires_at = excluded.expires_at
)
SELECT channel, address FROM proven"""


async def open_challenge(pool: asyncpg.Pool, challenge_id: UUID, *, purpose: str) -> Challenge:
    """Errors: `ProofOver` when it ran out, was used, or five tries are gone."""
    row = await pool.fetchrow(_OPEN, challenge_id, purpose, CODE_TRIES_MAX)
    if row is None:
        raise ProofOver
    return Challenge(*row)


async def prove(
    pool: asyncpg.Pool, challenge_id: UUID, code: str, *, purpose: str, secret: str, device: bytes | None = None
) -> Proven:
    """The try counts before the code is looked at, and stays counted whatever comes after. `secret`: the key of `PROOF_KEY`.
    `device`: hash of a browser's secret, which then has proved the address for 30 days.

    Errors: `ProofWrong` (with the tries left), `ProofOver`.
    """
    tried = await pool.fetchrow(_TRY, challenge_id, purpose, CODE_TRIES_MAX)
    if tried is None:
        raise ProofOver
    typed = "".join(character for character in code if character.isdecimal() and character.isascii())
    if not hmac.compare_digest(typed.encode(), proof_code(secret, challenge_id).encode()):
        if tried["tries_left"] == 0:
            raise ProofOver
        raise ProofWrong(left=tried["tries_left"])
    proven = await pool.fetchrow(_PROVE, challenge_id, device, DEVICE_DAYS)
    if proven is None:
        raise ProofOver
    return Proven(*proven)


async def proved_on(pool: asyncpg.Pool, device: bytes | None) -> frozenset[str]:
    """Phone numbers and addresses that were proved in this browser within 30 days."""
    if device is None:
        return frozenset()
    rows = await pool.fetch("SELECT address FROM customers.device_proof WHERE device_hash = $1 AND expires_at > now()", device)
    return frozenset(row["address"] for row in rows)


async def confirm_identity(pool: asyncpg.Pool, customer_id: UUID, address: str) -> None:
    """A signed-in customer proved this address: where it is hers, her account has proved it too."""
    await pool.execute(
        "UPDATE customers.identity SET verified_at = now() "
        "WHERE customer_id = $1 AND value = $2 AND kind IN ('phone', 'email') AND verified_at IS NULL",
        customer_id, address,
    )  # fmt: skip


async def forget_proofs(pool: asyncpg.Pool) -> None:
    """A challenge two days after it was made (limits look back one day), a browser's proof at its end."""
    await pool.execute("DELETE FROM customers.challenge WHERE created_at < now() - interval '2 days'")
    await pool.execute("DELETE FROM customers.device_proof WHERE expires_at < now()")
