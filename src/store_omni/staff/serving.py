"""Service accounts: programs that act for the retailer, each with its verbs, its stores and revocable tokens."""

import re
from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec

from store_omni.journal.actors import Actor
from store_omni.kit.ids import new_id, secret_token, token_hash

VERBS = (
    "stock:read", "orders:place", "orders:read", "orders:cancel", "pickups:work", "returns:request", "returns:receive",
    "customers:read", "stock:write", "stock:count", "stock:approve", "till:report",
)  # fmt: skip
NO_SECRET = "!"  # noqa: S105 — matches no PIN: argon2 never makes it

# Who holds a token now, as account `a` with its scope `s`: for statements that check it themselves. {held}: a condition
# on the token's hash.
HOLDER = """staff.service_token t
  JOIN staff.account a ON a.id = t.account_id AND a.active JOIN staff.service_scope s ON s.account_id = a.id
  WHERE t.token_hash {held} AND t.revoked_at IS NULL AND coalesce(t.expires_at, 'infinity') > now()"""
_SERVICES = f"""SELECT t.token_hash, t.used_on IS DISTINCT FROM current_date, a.id, a.name, s.verbs, s.store_ids
  FROM {HOLDER.format(held="= ANY ($1)")}"""
# Enough to name one of the operator's tokens, and not to guess it: it is of the hash.
TOKEN_ID_CHARS = 8


class Service(msgspec.Struct, frozen=True):
    """Who holds a token. `store_ids` None: all stores."""

    account_id: UUID
    name: str
    verbs: list[str]
    store_ids: list[int] | None

    def may_at(self, store_id: int) -> bool:
        return self.store_ids is None or store_id in self.store_ids

    def actor(self, *, source: str, store_id: int | None = None) -> Actor:
        return Actor(kind="service", id=self.account_id, label=self.name, channel="api", store_id=store_id, source=source)


class Token(msgspec.Struct, frozen=True):
    """One that works. `id`: how the operator names it."""

    id: str
    name: str
    created_at: datetime
    expires_at: datetime | None
    used_on: date | None


async def add_service(
    pool: asyncpg.Pool, *, name: str, verbs: list[str], store_ids: list[int] | None, expires_days: int | None = None
) -> str:
    """Makes the account or changes its scope, and returns a new token, which nobody can read again later. Tokens it had before
    go on, so that a program can change over without a gap.

    Errors: `ValueError` for a verb we do not know.
    """
    unknown = sorted(set(verbs) - set(VERBS))
    if unknown:
        raise ValueError(f"unknown verbs: {', '.join(unknown)}; known: {', '.join(VERBS)}")
    token = secret_token()
    async with pool.acquire() as connection, connection.transaction():
        account = await connection.fetchval(
            """INSERT INTO staff.account (id, login, name, role, secret_hash) VALUES ($1, $2, $3, 'service', $4)
               ON CONFLICT (login) DO UPDATE SET active = true WHERE staff.account.role = 'service' RETURNING id""",
            new_id(), f"service:{name}", name, NO_SECRET,
        )  # fmt: skip
        await connection.execute(
            """INSERT INTO staff.service_scope (account_id, verbs, store_ids) VALUES ($1, $2, $3)
               ON CONFLICT (account_id) DO UPDATE SET verbs = excluded.verbs, store_ids = excluded.store_ids""",
            account, verbs, store_ids,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO staff.service_token (token_hash, account_id, expires_at) VALUES ($1, $2, now() + make_interval(days => $3))",
            token_hash(token), account, expires_days,
        )  # fmt: skip
    return token


async def revoke_service(pool: asyncpg.Pool, name: str) -> int:
    """Every token of this account stops working. Returns how many did."""
    answer = await pool.execute(
        """UPDATE staff.service_token t SET revoked_at = now() FROM staff.account a
           WHERE a.id = t.account_id AND a.login = $1 AND t.revoked_at IS NULL""",
        f"service:{name}",
    )
    return int(answer.rsplit(" ", 1)[-1])


async def tokens(pool: asyncpg.Pool) -> list[Token]:
    """All that work, by name, the oldest first."""
    rows = await pool.fetch(
        """SELECT left(encode(t.token_hash, 'hex'), $1), a.name, t.created_at, t.expires_at, t.used_on
           FROM staff.service_token t JOIN staff.account a ON a.id = t.account_id AND a.active
           WHERE t.revoked_at IS NULL AND coalesce(t.expires_at, 'infinity') > now() ORDER BY a.name, t.created_at""",
        TOKEN_ID_CHARS,
    )
    return [Token(*row) for row in rows]


async def revoke_token(pool: asyncpg.Pool, token_id: str) -> bool:
    """Ends one token, named as `tokens` does. False where none, or more than one, begins so."""
    if not re.fullmatch(f"[0-9a-f]{{{TOKEN_ID_CHARS},64}}", token_id):
        return False
    answer = await pool.execute(
        """UPDATE staff.service_token SET revoked_at = now() WHERE token_hash = (
             SELECT (array_agg(token_hash))[1] FROM staff.service_token
             WHERE encode(token_hash, 'hex') LIKE $1 || '%' AND revoked_at IS NULL HAVING count(*) = 1)""",
        token_id,
    )
    return answer.endswith(" 1")


async def services_of(pool: asyncpg.Pool, held: list[bytes]) -> dict[bytes, Service]:
    """Hash of a token → who holds it; those that are unknown, ran out, were revoked or whose account was closed are missing."""
    rows = await pool.fetch(_SERVICES, held)
    if first_today := [row[0] for row in rows if row[1]]:
        await pool.execute("UPDATE staff.service_token SET used_on = current_date WHERE token_hash = ANY ($1)", first_today)
    return {row[0]: Service(*row[2:]) for row in rows}


async def service_of(pool: asyncpg.Pool, token: str) -> Service | None:
    """Who holds this token; None when it is unknown, ran out, was revoked, or the account was closed."""
    held = token_hash(token)
    return (await services_of(pool, [held])).get(held)
