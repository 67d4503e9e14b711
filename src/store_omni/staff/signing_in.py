"""Staff sign-in: staff number and PIN, limited tries, a session that can be revoked and takes effect at once."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from store_omni.journal.actors import Actor
from store_omni.journal.limiting import count_try, forget_tries, limit_key
from store_omni.kit.ids import new_id, secret_token, token_hash
from store_omni.kit.passwords import hash_secret, secret_matches
from store_omni.staff.errors import WrongSecret

TRIES_MAX = 5
TRIES_WINDOW_MINUTES = 15
IDLE_MINUTES_MAX = 30
SESSION_HOURS_MAX = 12
# The row is touched at most this often: one write per request would cost an fsync per click.
TOUCH_EVERY_SECONDS = 60


class SignedIn(msgspec.Struct, frozen=True):
    """Who sits at this screen. `store_*` None for agents and managers."""

    account_id: UUID
    name: str
    role: str
    store_id: int | None
    store_name_ko: str | None
    store_name_en: str | None
    timezone: str | None

    def actor(self, *, channel: str, source: str) -> Actor:
        return Actor(
            kind=self.role,  # type: ignore[arg-type]  # the CHECK on staff.account keeps it to the three roles
            id=self.account_id,
            label=self.name,
            channel=channel,
            store_id=self.store_id if self.role == "clerk" else None,
            source=source,
        )


async def add_account(pool: asyncpg.Pool, *, login: str, name: str, role: str, store_id: int | None, secret: str) -> UUID:
    """Makes or renews an account (by login). Returns its id."""
    return await pool.fetchval(
        """INSERT INTO staff.account (id, login, name, role, store_id, secret_hash) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (login) DO UPDATE SET name = excluded.name, role = excluded.role, store_id = excluded.store_id,
             secret_hash = excluded.secret_hash, active = true RETURNING id""",
        new_id(), login, name, role, store_id, await hash_secret(secret),
    )  # fmt: skip


async def sign_in(pool: asyncpg.Pool, *, login: str, secret: str, roles: tuple[str, ...], source: str) -> str:
    """Returns the session token for the cookie. Errors: `WrongSecret`, `TooManyTries`. An account of another role gets
    the same answer as an unknown one."""
    key = limit_key("staff", login.strip().lower())
    await count_try(pool, key, tries_max=TRIES_MAX, window_minutes=TRIES_WINDOW_MINUTES)
    row = await pool.fetchrow(
        "SELECT id, secret_hash FROM staff.account WHERE login = $1 AND active AND role = ANY($2)",
        login.strip().lower(),
        list(roles),
    )
    if not await secret_matches(secret, row["secret_hash"] if row else None) or row is None:
        raise WrongSecret
    await forget_tries(pool, key)
    token = secret_token()
    await pool.execute(
        """INSERT INTO staff.sign_in (token_hash, account_id, expires_at, source)
           VALUES ($1, $2, now() + make_interval(hours => $3), $4)""",
        token_hash(token), row["id"], SESSION_HOURS_MAX, source,
    )  # fmt: skip
    return token


async def signed_in(pool: asyncpg.Pool, token: str) -> SignedIn | None:
    """Who holds this token; None when it ended, was idle too long, was revoked, or the account was closed."""
    row = await pool.fetchrow(
        """SELECT a.id, a.name, a.role, a.store_id, s.name_ko, s.name_en, s.timezone, i.seen_at, now() AS now
           FROM staff.sign_in i JOIN staff.account a ON a.id = i.account_id LEFT JOIN stores.store s ON s.id = a.store_id
           WHERE i.token_hash = $1 AND i.revoked_at IS NULL AND i.expires_at > now() AND a.active
             AND i.seen_at > now() - make_interval(mins => $2)""",
        token_hash(token), IDLE_MINUTES_MAX,
    )  # fmt: skip
    if row is None:
        return None
    seen: datetime = row["seen_at"]
    if (row["now"] - seen).total_seconds() > TOUCH_EVERY_SECONDS:
        await pool.execute("UPDATE staff.sign_in SET seen_at = now() WHERE token_hash = $1", token_hash(token))
    return SignedIn(row["id"], row["name"], row["role"], row["store_id"], row["name_ko"], row["name_en"], row["timezone"])


async def sign_out(pool: asyncpg.Pool, token: str) -> None:
    await pool.execute(
        "UPDATE staff.sign_in SET revoked_at = now() WHERE token_hash = $1 AND revoked_at IS NULL", token_hash(token)
    )
