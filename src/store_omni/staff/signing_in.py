"""Staff sign-in: staff number and PIN, tries that are slowed, a session that can be revoked and takes effect at once."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.limiting import count_failure, limit_key
from store_omni.kit.database import Sessions, WriteSession, writing
from store_omni.kit.errors import TooBusy, TooManyTries
from store_omni.kit.ids import secret_token, token_hash
from store_omni.kit.passwords import secret_matches
from store_omni.kit.tidying import tidy_line
from store_omni.staff.errors import PinRunOut, ProviderRefused, WrongSecret
from store_omni.staff.noting import Try, note_try
from store_omni.staff.slowing import WINDOW_MINUTES, Turn

LOGIN_CHARS_MAX = 100
DEVICE_DAYS = 90
IDLE_MINUTES_MAX = 30
SESSION_HOURS_MAX = 12
# The row is touched at most this often: one write per request would cost an fsync per click.
TOUCH_EVERY_SECONDS = 60

_OPEN = text(
    """INSERT INTO staff.sign_in (token_hash, account_id, expires_at, source)
       VALUES (:token, :account, now() + make_interval(hours => :hours), :source)"""
)
_REMEMBER = text(
    """INSERT INTO staff.device (token_hash, account_id) VALUES (:device, :account)
       ON CONFLICT (token_hash, account_id) DO UPDATE SET seen_at = now()"""
)


class SignedIn(msgspec.Struct, frozen=True):
    """Who sits at this screen. `store_*` None for agents and managers. `store_ids`: a manager's stores; None: all.
    `pin_is_temporary`: another person set the PIN."""

    account_id: UUID
    name: str
    role: str
    store_id: int | None
    store_name_ko: str | None
    store_name_en: str | None
    timezone: str | None
    store_ids: tuple[int, ...] | None = None
    pin_is_temporary: bool = False

    def actor(self, *, channel: str, source: str) -> Actor:
        return Actor(
            kind=self.role,  # type: ignore[arg-type]  # the CHECK on staff.account keeps it to the three roles
            id=self.account_id,
            label=self.name,
            channel=channel,
            store_id=self.store_id if self.role == "clerk" else None,
            source=source,
            store_ids=self.store_ids,
        )


def normal_login(typed: str) -> str:
    return tidy_line(typed).lower()[:LOGIN_CHARS_MAX]


_FIND = """SELECT a.id, a.secret_hash, a.pin_until < now() AS pin_run_out, a.name, a.role, a.store_id, d.account_id IS NOT NULL AS known,
    EXISTS (SELECT FROM staff.second_factor f WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL) AS has_code
  FROM staff.account a LEFT JOIN staff.device d ON d.account_id = a.id AND d.token_hash = $3
  WHERE a.login = $1 AND a.active AND a.role = ANY ($2)"""


class Entered(msgspec.Struct, frozen=True):
    """Tokens for the cookies: `token` of the session, `device` of this browser."""

    token: str
    device: str


class CodeNeeded(msgspec.Struct, frozen=True):
    """The PIN was right; a second code is still to be given."""

    account_id: UUID


async def sign_in(
    pool: asyncpg.Pool, sessions: Sessions, attempt: Try, secret: str, *, second_factor: tuple[str, ...] = ()
) -> Entered | CodeNeeded:
    """`second_factor`: the roles that give a second code; so does everybody who has set one up. Errors: `WrongSecret`,
    `PinRunOut`, `TooManyTries`, `TooBusy`. An account of another role gets the same answer as an unknown one."""
    attempt, row = await check_secret(pool, sessions, attempt, secret)
    if row["role"] in second_factor or row["has_code"]:
        return CodeNeeded(row["id"])
    person = SignedIn(row["id"], row["name"], row["role"], row["store_id"], None, None, None)
    async with sessions.begin() as session:
        return await enter(writing(session), attempt, person)


async def check_secret(pool: asyncpg.Pool, sessions: Sessions, attempt: Try, secret: str) -> tuple[Try, asyncpg.Record]:
    """The account (`_FIND`) whose secret this is, with every limit of the door, and the try as it was understood. Errors: those of
    `sign_in`."""
    attempt = msgspec.structs.replace(attempt, login=normal_login(attempt.login))
    row = await pool.fetchrow(_FIND, attempt.login, list(attempt.roles), token_hash(attempt.device))
    attempt = msgspec.structs.replace(attempt, known_device=bool(row and row["known"]))
    turn = await _take_turn(pool, sessions, attempt, row["id"] if row else None)
    try:
        matches = await secret_matches(secret, row["secret_hash"] if row else None, known=attempt.known_device)
    except TooBusy:
        await turn.give_back()
        raise
    if not matches or row is None:
        async with sessions.begin() as session:
            await note_try(writing(session), attempt, "wrong_secret", account_id=row["id"] if row else None, by=None)
        raise WrongSecret
    await turn.succeed()
    if row["pin_run_out"]:
        raise PinRunOut
    return attempt, row


async def sign_in_by_provider(
    pool: asyncpg.Pool, sessions: Sessions, attempt: Try, *, second_factor: tuple[str, ...], strong: bool
) -> Entered | CodeNeeded:
    """`attempt.login`: what the provider vouches for; `strong`: with a second factor of its own. Errors: `ProviderRefused` where no
    active account has it."""
    attempt = msgspec.structs.replace(attempt, login=normal_login(attempt.login), device="")
    row = await pool.fetchrow(_FIND, attempt.login, list(attempt.roles), token_hash(attempt.device))
    if row is not None and not strong and (row["role"] in second_factor or row["has_code"]):
        return CodeNeeded(row["id"])
    async with sessions.begin() as session:
        if row is not None:
            person = SignedIn(row["id"], row["name"], row["role"], row["store_id"], None, None, None)
            return await enter(writing(session), attempt, person)
        await note_try(writing(session), attempt, "refused", account_id=None, by=None)
    raise ProviderRefused


async def _take_turn(pool: asyncpg.Pool, sessions: Sessions, attempt: Try, account_id: UUID | None) -> Turn:
    device = token_hash(attempt.device).hex() if attempt.known_device else ""
    try:
        return await Turn(pool).wait_for(login=attempt.login, source=attempt.source, device=device)
    except TooManyTries:
        # A series of refused tries is one row: whoever sends thousands does not fill the table.
        series = limit_key("staff-slowed", attempt.source)
        if await count_failure(pool, series, window_minutes=WINDOW_MINUTES) == 1:
            async with sessions.begin() as session:
                await note_try(writing(session), attempt, "slowed", account_id=account_id, by=None)
        raise


async def enter(session: WriteSession, attempt: Try, person: SignedIn) -> Entered:
    """Opens the session, remembers the browser and writes down who came in: one transaction."""
    entered = Entered(secret_token(), attempt.device if attempt.known_device else secret_token())
    values = {
        "token": token_hash(entered.token), "account": person.account_id, "hours": SESSION_HOURS_MAX,
        "source": attempt.source, "device": token_hash(entered.device),
    }  # fmt: skip
    await session.execute(_OPEN, values)
    await session.execute(_REMEMBER, values)
    by = person.actor(channel=attempt.face, source=attempt.source)
    await note_try(session, attempt, "signed_in", account_id=person.account_id, by=by)
    return entered


async def signed_in(pool: asyncpg.Pool, token: str) -> SignedIn | None:
    """Who holds this token; None when it ended, was idle too long, was revoked, or the account was closed."""
    row = await pool.fetchrow(
        """SELECT a.id, a.name, a.role, a.store_id, s.name_ko, s.name_en, s.timezone, a.store_ids,
             a.pin_until IS NOT NULL AS temporary, i.seen_at, now() AS now
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
    store_ids = tuple(row["store_ids"]) if row["store_ids"] else None
    return SignedIn(
        row["id"], row["name"], row["role"], row["store_id"], row["name_ko"], row["name_en"], row["timezone"], store_ids,
        row["temporary"],
    )  # fmt: skip


async def is_signed_in(pool: asyncpg.Pool, token: str) -> bool:
    """For what goes on without requests, such as a live page: one look-up by key, which does not count as being there."""
    return await pool.fetchval(
        """SELECT EXISTS (SELECT 1 FROM staff.sign_in i JOIN staff.account a ON a.id = i.account_id AND a.active
             WHERE i.token_hash = $1 AND i.revoked_at IS NULL AND i.expires_at > now()
               AND i.seen_at > now() - make_interval(mins => $2))""",
        token_hash(token), IDLE_MINUTES_MAX,
    )  # fmt: skip


async def sign_out(pool: asyncpg.Pool, token: str) -> None:
    await pool.execute(
        "UPDATE staff.sign_in SET revoked_at = now() WHERE token_hash = $1 AND revoked_at IS NULL", token_hash(token)
    )
