"""A shopper's sign-in: phone or e-mail and password, limited tries, a session that ends at once when it is revoked."""

import logging
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from store_omni.customers.errors import WrongPassword
from store_omni.customers.passwords import normal_password
from store_omni.journal.actors import Actor
from store_omni.journal.limiting import count_try, limit_key, take_back_try
from store_omni.kit.errors import TooBusy, TooManyTries
from store_omni.kit.ids import secret_token, token_hash
from store_omni.kit.passwords import secret_matches
from store_omni.kit.phones import normal_phone

log = logging.getLogger(__name__)
Kind = Literal["web", "app"]
SESSION_DAYS_MAX = 30
TRIES_MAX = 8
TRIES_WINDOW_MINUTES = 15
SOURCE_TRIES_MAX = 60
LOGIN_TRIES_MAX = 100


class Shopper(msgspec.Struct, frozen=True):
    """Who is signed in, with what the checkout fills in for her. `phone` E.164, `email` lower case, None where unknown.
    `proved`: she proved one of them to be hers."""

    customer_id: UUID
    name: str
    locale: str
    phone: str | None
    email: str | None
    proved: bool = False

    def actor(self, *, source: str, channel: str = "web") -> Actor:
        return Actor(kind="shopper", id=self.customer_id, label=self.name, channel=channel, source=source)


def login_value(typed: str) -> str:
    """One spelling for a login: E.164 for what is a phone number, else lower case."""
    return normal_phone(typed) or typed.strip().lower()


_FIND = """
SELECT c.id, c.password_hash FROM customers.identity i JOIN customers.customer c ON c.id = i.customer_id
WHERE i.kind = 'login' AND i.value = $1 AND c.status = 'active'"""

_OPEN = """
INSERT INTO customers.sign_in (token_hash, customer_id, expires_at, source)
VALUES ($1, $2, now() + make_interval(days => $3), $4)"""

# Who is signed in with a token now, as customer `c`: for statements that check it themselves. `{held}`: its hash.
HOLDER = """customers.sign_in s JOIN customers.customer c ON c.id = s.customer_id
WHERE s.token_hash = {held} AND s.revoked_at IS NULL AND s.expires_at > now() AND c.status = 'active'"""

_WHO = f"""
SELECT c.id, c.display_name, c.locale,
       (SELECT i.value FROM customers.identity i WHERE i.customer_id = c.id AND i.kind = 'phone' ORDER BY i.created_at LIMIT 1),
       (SELECT i.value FROM customers.identity i WHERE i.customer_id = c.id AND i.kind = 'email' ORDER BY i.created_at LIMIT 1),
       EXISTS (SELECT 1 FROM customers.identity i WHERE i.customer_id = c.id AND i.kind IN ('phone', 'email') AND i.verified_at IS NOT NULL)
FROM {HOLDER.format(held="$1")}"""


def is_for(token: str, kind: Kind) -> bool:
    """Whether a token may come this way: a browser's only as a cookie, an app's only as a bearer. The kind is part of what is
    hashed, so nobody turns one into the other. A token from before there were kinds may come both ways."""
    return not token.startswith("app_" if kind == "web" else "web_")


async def open_session(pool: asyncpg.Pool, customer_id: UUID, *, source: str, kind: Kind = "web") -> str:
    """Returns the token; only its hash is kept. See `is_for`."""
    token = f"{kind}_{secret_token()}"
    await pool.execute(_OPEN, token_hash(token), customer_id, SESSION_DAYS_MAX, source)
    return token


async def sign_in(pool: asyncpg.Pool, *, login: str, password: str, source: str, kind: Kind = "web") -> tuple[UUID, str]:
    """(customer, session token). Errors: `WrongPassword`, `TooManyTries`.

    Only failures stay counted. A stranger who fails with her login from elsewhere does not keep her out, until there are so
    many that they come from a whole network of addresses.
    """
    value = login_value(login)
    limits = [
        (limit_key("shopper-source", source), SOURCE_TRIES_MAX),
        (limit_key("shopper", source, value), TRIES_MAX),
        (limit_key("shopper-login", value), LOGIN_TRIES_MAX),
    ]
    for key, most in limits:
        try:
            await count_try(pool, key, tries_max=most, window_minutes=TRIES_WINDOW_MINUTES)
        except TooManyTries:
            log.warning("a shopper's sign-in was refused: too many tries")
            raise
    row = await pool.fetchrow(_FIND, value)
    try:
        matches = await secret_matches(normal_password(password), row["password_hash"] if row else None)
    except TooBusy:
        for key, _ in limits:
            await take_back_try(pool, key)
        raise
    if not matches or row is None:
        log.warning("a shopper's sign-in was refused: wrong password, customer %s", row["id"] if row else "unknown")
        raise WrongPassword
    for key, _ in limits:
        await take_back_try(pool, key)
    log.info("customer %s signed in", row["id"])
    return row["id"], await open_session(pool, row["id"], source=source, kind=kind)


async def signed_in(pool: asyncpg.Pool, token: str) -> Shopper | None:
    """Who holds this token; None when it ended, was revoked, or the customer was merged or erased."""
    row = await pool.fetchrow(_WHO, token_hash(token))
    return None if row is None else Shopper(*row)


async def sign_out(pool: asyncpg.Pool, token: str) -> None:
    await pool.execute(
        "UPDATE customers.sign_in SET revoked_at = now() WHERE token_hash = $1 AND revoked_at IS NULL", token_hash(token)
    )


async def shorten_session(pool: asyncpg.Pool, token: str, *, minutes: int) -> datetime:
    """For an app's token: it ends soon. Returns when."""
    return await pool.fetchval(
        "UPDATE customers.sign_in SET expires_at = now() + make_interval(mins => $2) WHERE token_hash = $1 RETURNING expires_at",
        token_hash(token), minutes,
    )  # fmt: skip
