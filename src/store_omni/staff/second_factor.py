"""The second factor of staff: a code of six digits that changes every 30 seconds (TOTP, RFC 6238), or a recovery code.

The shared secret lies in the database encrypted with AES-GCM under a key derived from the secrets file, bound to its account, so
that a copy of the database alone makes no codes. It is shown once, while it is set up, and is never logged. Where the secrets file
is replaced, the secrets cannot be read any more: a manager or the command line resets them, and they are set up anew.

A code is accepted once: the step of time it stands for is kept, and neither it nor an earlier one is accepted again.
"""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyotp import random_base32
from pyotp.totp import TOTP
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.limiting import forget_tries, limit_key
from store_omni.journal.pacing import take_turn
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import NotFound
from store_omni.kit.ids import spoken_code
from store_omni.staff.accounts import may_manage
from store_omni.staff.errors import NotYourOwn, WrongCode
from store_omni.staff.signing_in import normal_login
from store_omni.staff.slowing import PAIR_WAITS, QUIET_MINUTES

STEP_SECONDS = 30
# Clocks of phones are off by a few seconds: the step before and the one after count too.
STEPS_AROUND = (0, -1, 1)
RECOVERY_CODES = 8
# 128 bits: nothing that is stolen with the database can be tried out.
RECOVERY_CHARS = 26
RECOVERY_GROUP = 6
NONCE_BYTES = 12


class Enrolment(msgspec.Struct, frozen=True):
    """What an app needs to make codes: `uri` for its camera, `secret` to be typed."""

    uri: str
    secret: str


def _seal(key: str, account_id: UUID, secret: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(bytes.fromhex(key)).encrypt(nonce, secret.encode(), account_id.bytes)


def _open(key: str, account_id: UUID, sealed: bytes) -> str | None:
    """None where it was sealed under another key."""
    try:
        return AESGCM(bytes.fromhex(key)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], account_id.bytes).decode()
    except InvalidTag:
        return None


def _hash(recovery_code: str) -> bytes:
    """They are random and long enough for a fast hash."""
    return hashlib.sha256("".join(recovery_code.split()).replace("-", "").upper().encode()).digest()


async def prepare(pool: asyncpg.Pool, account_id: UUID, *, key: str) -> None:
    """Where no second factor is set up, a secret lies ready to be shown until a code of it is typed."""
    await pool.execute(
        "INSERT INTO staff.second_factor (account_id, secret) VALUES ($1, $2) ON CONFLICT (account_id) DO NOTHING",
        account_id, _seal(key, account_id, random_base32()),
    )  # fmt: skip


async def enrolment(pool: asyncpg.Pool, account_id: UUID, *, key: str, issuer: str) -> Enrolment | None:
    """None once it is set up: the secret is never shown again."""
    row = await pool.fetchrow(
        """SELECT a.login, f.secret FROM staff.second_factor f JOIN staff.account a ON a.id = f.account_id
           WHERE f.account_id = $1 AND f.confirmed_at IS NULL""",
        account_id,
    )
    secret = _open(key, account_id, row["secret"]) if row else None
    if row is None or secret is None:
        return None
    return Enrolment(TOTP(secret).provisioning_uri(name=row["login"], issuer_name=issuer), secret)


async def check_code(pool: asyncpg.Pool, account_id: UUID, typed: str, *, key: str, now: datetime) -> None:
    """A code of the app, or a recovery code once it is set up; each is accepted once. Wrong ones wait longer each time.

    Errors: `WrongCode`, `TooManyTries`.
    """
    turn = limit_key("staff-code", account_id)
    await take_turn(pool, turn, waits=PAIR_WAITS, quiet_minutes=QUIET_MINUTES)
    if not (await _spend_code(pool, account_id, typed, key, now) or await _spend_recovery(pool, account_id, typed)):
        raise WrongCode
    await forget_tries(pool, turn)


async def _spend_code(pool: asyncpg.Pool, account_id: UUID, typed: str, key: str, now: datetime) -> bool:
    digits = "".join(typed.split())
    sealed = await pool.fetchval("SELECT secret FROM staff.second_factor WHERE account_id = $1", account_id)
    secret = _open(key, account_id, sealed) if sealed else None
    if secret is None or not digits.isascii() or not digits.isdigit():
        return False
    step = int(now.timestamp()) // STEP_SECONDS
    totp = TOTP(secret)
    meant = [step + around for around in STEPS_AROUND if secrets.compare_digest(totp.generate_otp(step + around), digits)]
    if not meant:
        return False
    spent = (
        """UPDATE staff.second_factor SET last_step = $2 WHERE account_id = $1 AND coalesce(last_step, 0) < $2 RETURNING true"""
    )
    return bool(await pool.fetchval(spent, account_id, meant[0]))


async def _spend_recovery(pool: asyncpg.Pool, account_id: UUID, typed: str) -> bool:
    spent = """UPDATE staff.second_factor SET recovery = array_remove(recovery, $2)
               WHERE account_id = $1 AND confirmed_at IS NOT NULL AND $2 = ANY (recovery) RETURNING true"""
    return bool(await pool.fetchval(spent, account_id, _hash(typed)))


async def confirm(session: WriteSession, account_id: UUID, *, by: Actor) -> list[str]:
    """After the first code was right: from now on it is asked for. Returns the recovery codes, which nobody can read again."""
    codes = [spoken_code(RECOVERY_CHARS) for _ in range(RECOVERY_CODES)]
    done = await session.scalar(
        text(
            """UPDATE staff.second_factor SET confirmed_at = now(), recovery = :recovery
               WHERE account_id = :account AND confirmed_at IS NULL RETURNING true"""
        ),
        {"account": account_id, "recovery": [_hash(code) for code in codes]},
    )
    if not done:
        raise NotFound
    await record(session, "staff.second_factor_set", Subject("staff", account_id), by=by)
    return ["-".join(code[at : at + RECOVERY_GROUP] for at in range(0, RECOVERY_CHARS, RECOVERY_GROUP)) for code in codes]


async def reset_second_factor(session: WriteSession, login: str, *, by: Actor) -> None:
    """The phone is lost: it is set up anew with the next sign-in, and every session ends. For another manager or the command line.

    Errors: `NotFound`, also for an account out of reach; `NotYourOwn`.
    """
    sought = text("SELECT id, role, store_id FROM staff.account WHERE login = :login")
    person = (await session.execute(sought, {"login": normal_login(login)})).one_or_none()
    if person is None or not may_manage(by, person.role, person.store_id):
        raise NotFound
    account = person.id
    if account == by.id:
        raise NotYourOwn
    gone = await session.scalar(
        text("DELETE FROM staff.second_factor WHERE account_id = :account RETURNING true"), {"account": account}
    )
    if not gone:
        raise NotFound
    await session.execute(
        text("UPDATE staff.sign_in SET revoked_at = now() WHERE account_id = :account AND revoked_at IS NULL"),
        {"account": account},
    )
    await record(session, "staff.second_factor_reset", Subject("staff", account), by=by)
