"""Accounts of people who work here: added, given another PIN, moved, closed, reopened. What changes an account ends all of its
sign-ins in the same transaction, so that the old PIN, role or store is out with the next request."""

from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import N_, InvalidInput, NotFound
from store_omni.kit.ids import new_id
from store_omni.kit.passwords import hash_secret
from store_omni.kit.tidying import tidy_line
from store_omni.staff.errors import LastManager, LoginTaken
from store_omni.staff.pins import refuse_weak_pin
from store_omni.staff.signing_in import normal_login

Role = Literal["clerk", "agent", "manager"]
ROLES: tuple[Role, ...] = ("clerk", "agent", "manager")
NAME_CHARS_MAX = 100
# For how long a PIN is good that another person set.
PIN_DAYS = 7


class Post(msgspec.Struct, frozen=True):
    """Where a person works. `store_id`: a clerk's store. `store_ids`: a manager's stores; None: all."""

    role: Role
    store_id: int | None = None
    store_ids: tuple[int, ...] | None = None

    def check(self) -> None:
        """Errors: `InvalidInput`."""
        problems = {}
        if (self.role == "clerk") != (self.store_id is not None):
            problems["store"] = N_("A clerk belongs to one store, and nobody else does.")
        if self.store_ids is not None and (self.role != "manager" or not self.store_ids):
            problems["stores"] = N_("Choose at least one store, or all.")
        if problems:
            raise InvalidInput(problems)


class Account(msgspec.Struct, frozen=True):
    id: UUID
    login: str
    role: Role
    store_id: int | None
    store_ids: tuple[int, ...] | None
    active: bool

    @property
    def manages_all(self) -> bool:
        return self.active and self.role == "manager" and self.store_ids is None

    @property
    def subject(self) -> Subject:
        return Subject("staff", self.id, store_id=self.store_id)


def may_manage(by: Actor, role: str, store_id: int | None) -> bool:
    """A manager of some stores manages their clerks; a manager of all stores and the command line manage everybody."""
    return by.store_ids is None or (role == "clerk" and store_id is not None and by.may_at(store_id))


async def add_account(
    session: WriteSession, *, login: str, name: str, post: Post, secret: str, by: Actor, demo: bool = False, own_pin: bool = False
) -> UUID:
    """`own_pin`: the person herself typed it; any other has to be changed within a week. Errors: `InvalidInput`, `WeakPin`, `LoginTaken` (an existing account is never replaced), `NotFound` (store out of reach)."""
    login, name = normal_login(login), tidy_line(name)[:NAME_CHARS_MAX]
    problems = {"login": N_("Enter a staff number.")} if not login or login.startswith("service:") else {}
    if not name:
        problems["name"] = N_("Enter a name.")
    if problems:
        raise InvalidInput(problems)
    post.check()
    if not may_manage(by, post.role, post.store_id):
        raise NotFound
    if not demo:
        refuse_weak_pin(secret, login)
    values = {
        "id": new_id(), "login": login, "name": name, "role": post.role, "store": post.store_id, "stores": _listed(post),
        "secret": await hash_secret(secret), "demo": demo, "days": None if demo or own_pin else PIN_DAYS,
    }  # fmt: skip
    made = await session.scalar(
        text(
            """INSERT INTO staff.account (id, login, name, role, store_id, store_ids, secret_hash, demo, pin_until)
               VALUES (:id, :login, :name, :role, :store, :stores, :secret, :demo, now() + make_interval(days => CAST(:days AS int))) ON CONFLICT (login) DO NOTHING RETURNING id"""
        ),
        values,
    )
    if made is None:
        raise LoginTaken(login=login)
    await record(session, "staff.account_added", Subject("staff", made, store_id=post.store_id), by=by, data=_told(post))
    return made


async def change_pin(session: WriteSession, account_id: UUID, *, secret: str, by: Actor) -> None:
    """For another person, who has to change it within a week. Errors: `NotFound`, `WeakPin`."""
    account = await _account(session, account_id, by)
    refuse_weak_pin(secret, account.login)
    await session.execute(
        text("UPDATE staff.account SET secret_hash = :secret, pin_until = now() + make_interval(days => :days) WHERE id = :id"),
        {"id": account.id, "secret": await hash_secret(secret), "days": PIN_DAYS},
    )
    await _ended(session, account, "staff.pin_changed", by=by)


async def move_account(session: WriteSession, account_id: UUID, post: Post, *, by: Actor) -> None:
    """Another role, another store, or other stores. Errors: `NotFound`, `InvalidInput`, `LastManager`."""
    account = await _account(session, account_id, by)
    post.check()
    if not may_manage(by, post.role, post.store_id):
        raise NotFound
    if (post.role, post.store_id, post.store_ids) == (account.role, account.store_id, account.store_ids):
        return
    if account.manages_all:
        await _keep_a_manager(session, account)
    await session.execute(
        text("UPDATE staff.account SET role = :role, store_id = :store, store_ids = :stores WHERE id = :id"),
        {"id": account.id, "role": post.role, "store": post.store_id, "stores": _listed(post)},
    )
    await _ended(session, account, "staff.account_moved", by=by, data=_told(post))


async def close_account(session: WriteSession, account_id: UUID, *, by: Actor) -> None:
    """Closed twice, it is closed once. Errors: `NotFound`, `LastManager`."""
    account = await _account(session, account_id, by)
    if not account.active:
        return
    if account.manages_all:
        await _keep_a_manager(session, account)
    await session.execute(text("UPDATE staff.account SET active = false WHERE id = :id"), {"id": account.id})
    await _ended(session, account, "staff.account_closed", by=by)


async def reopen_account(session: WriteSession, account_id: UUID, *, secret: str, by: Actor) -> None:
    """With a new PIN, because the old one has been known for as long as nobody used it. Errors: `NotFound`, `WeakPin`."""
    account = await _account(session, account_id, by)
    refuse_weak_pin(secret, account.login)
    await session.execute(
        text(
            """UPDATE staff.account SET active = true, secret_hash = :secret, pin_until = now() + make_interval(days => :days)
               WHERE id = :id"""
        ),
        {"id": account.id, "secret": await hash_secret(secret), "days": PIN_DAYS},
    )
    await _ended(session, account, "staff.account_reopened", by=by)


async def end_sign_ins(
    session: WriteSession, account_id: UUID, *, by: Actor, only: bytes | None = None, but: bytes | None = None
) -> int:
    """All sign-ins of an account, `only` one, or all `but` one, by the hashes of their tokens. Returns how many ended.
    Errors: `NotFound`."""
    account = await _account(session, account_id, by)
    ended = await session.scalar(
        text(
            """WITH ended AS (
                 UPDATE staff.sign_in SET revoked_at = now()
                 WHERE account_id = :id AND revoked_at IS NULL AND expires_at > now()
                   AND token_hash = coalesce(CAST(:only AS bytea), token_hash)
                   AND token_hash IS DISTINCT FROM CAST(:but AS bytea) RETURNING 1)
               SELECT count(*) FROM ended"""
        ),
        {"id": account.id, "only": only, "but": but},
    )
    if ended:
        await record(session, "staff.sign_ins_ended", account.subject, by=by, data={"sign_ins": ended})
    return ended or 0


async def _account(session: WriteSession, account_id: UUID, by: Actor) -> Account:
    """Locked, so that two who change it take turns. Errors: `NotFound`, also for a program's account and one out of reach."""
    row = (
        await session.execute(
            text(
                """SELECT id, login, role, store_id, store_ids, active FROM staff.account
                   WHERE id = :id AND role <> 'service' FOR NO KEY UPDATE"""
            ),
            {"id": account_id},
        )
    ).one_or_none()
    if row is None or not (may_manage(by, row.role, row.store_id) or row.id == by.id):
        raise NotFound
    stores = tuple(row.store_ids) if row.store_ids else None
    return Account(row.id, row.login, row.role, row.store_id, stores, row.active)


async def _keep_a_manager(session: WriteSession, account: Account) -> None:
    """All managers of all stores are locked: two who close each other at once take turns. Errors: `LastManager`."""
    rows = await session.execute(
        text(
            """SELECT id FROM staff.account WHERE role = 'manager' AND active AND store_ids IS NULL ORDER BY id
               FOR NO KEY UPDATE"""
        )
    )
    if {row.id for row in rows} <= {account.id}:
        raise LastManager


async def _ended(session: WriteSession, account: Account, kind: str, *, by: Actor, data: dict[str, object] | None = None) -> None:
    """Ends the sign-ins, forgets the browsers that were known, and writes down who did it."""
    for statement in (
        "UPDATE staff.sign_in SET revoked_at = now() WHERE account_id = :id AND revoked_at IS NULL",
        "DELETE FROM staff.device WHERE account_id = :id",
    ):
        await session.execute(text(statement), {"id": account.id})
    await record(session, kind, account.subject, by=by, data=data)


def _listed(post: Post) -> list[int] | None:
    return sorted(set(post.store_ids)) if post.store_ids is not None else None


def _told(post: Post) -> dict[str, object]:
    return {"role": post.role, "store_id": post.store_id, "store_ids": _listed(post)}
