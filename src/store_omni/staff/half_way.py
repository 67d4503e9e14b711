"""Between PIN and second code: a signed note that the PIN was right, good for minutes. It opens nothing by itself."""

import hashlib
import hmac
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from store_omni.staff.signing_in import SignedIn

HALF_SECONDS = 300


class HalfWay(msgspec.Struct, frozen=True):
    """Who gave the right PIN."""

    person: SignedIn
    login: str


def _mac(key: str, account_id: UUID, face: str, ends: int, secret_hash: str) -> str:
    """Bound to the PIN as it was: a changed PIN ends it."""
    said = f"{account_id}:{face}:{ends}:{secret_hash}".encode()
    return hmac.new(bytes.fromhex(key), said, hashlib.sha256).hexdigest()


async def half_token(pool: asyncpg.Pool, account_id: UUID, *, face: str, key: str, now: datetime) -> str:
    secret_hash = await pool.fetchval("SELECT secret_hash FROM staff.account WHERE id = $1", account_id)
    ends = int(now.timestamp()) + HALF_SECONDS
    return f"{account_id}.{ends}.{_mac(key, account_id, face, ends, secret_hash)}"


async def half_way(
    pool: asyncpg.Pool, token: str, *, face: str, roles: tuple[str, ...], key: str, now: datetime
) -> HalfWay | None:
    """None for a note that is forged or over, of another face, or of an account that was closed or changed meanwhile."""
    try:
        who, ends, mac = token.split(".")
        account_id, until = UUID(who), int(ends)
    except ValueError:
        return None
    if until < now.timestamp() or not mac.isascii():
        return None
    row = await pool.fetchrow(
        "SELECT login, name, role, store_id, secret_hash FROM staff.account WHERE id = $1 AND active AND role = ANY ($2)",
        account_id, list(roles),
    )  # fmt: skip
    if row is None or not hmac.compare_digest(mac, _mac(key, account_id, face, until, row["secret_hash"])):
        return None
    return HalfWay(SignedIn(account_id, row["name"], row["role"], row["store_id"], None, None, None), row["login"])
