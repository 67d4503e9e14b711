"""`store-omni staff …`: what the office's page does, for those who have no manager yet or no page."""

import argparse
import asyncio
import sys
from getpass import getpass
from typing import cast
from uuid import UUID

from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession, open_engine, writing
from store_omni.kit.errors import InvalidInput, Refusal
from store_omni.settings import read_database_url
from store_omni.staff.accounts import (
    Post,
    Role,
    add_account,
    change_pin,
    close_account,
    end_sign_ins,
    move_account,
    reopen_account,
)  # fmt: skip
from store_omni.staff.people import Member, people
from store_omni.staff.second_factor import reset_second_factor
from store_omni.staff.signing_in import normal_login

TERMINAL = Actor(kind="system", id=None, label="store-omni", channel="system")
NEEDS_PIN = ("add", "pin", "reopen")


class Wrong(Exception):
    """The message is for the terminal."""


def read_pin() -> str:
    """A person types it twice, because she does not see it; a program writes it once."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    while (pin := getpass("PIN: ")) != getpass("The same PIN again: "):
        print("The two were not the same.", file=sys.stderr)
    return pin


def said(refusal: Refusal) -> str:
    if isinstance(refusal, InvalidInput):
        return " ".join(refusal.problems.values())
    return f"{refusal.title}. {refusal.reason % refusal.params} {refusal.next_step % refusal.params}"


def change_staff(arguments: argparse.Namespace) -> int:
    """Returns the exit code: 2 where nothing was changed."""
    url = read_database_url()
    pin = read_pin() if arguments.act in NEEDS_PIN else ""

    async def go() -> str:
        engine, sessions = open_engine(url, size=1)
        try:
            async with sessions.begin() as session:
                return await _act(writing(session), arguments, pin)
        finally:
            await engine.dispose()

    try:
        print(asyncio.run(go()))
    except Refusal as refusal:
        print(said(refusal), file=sys.stderr)
        return 2
    except Wrong as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


async def _act(session: WriteSession, arguments: argparse.Namespace, pin: str) -> str:
    act = arguments.act
    if act == "list":
        return "\n".join(_line(member) for member in await people(session, by=TERMINAL))
    login = normal_login(arguments.login)
    if act == "add":
        post = await _post(session, arguments)
        await add_account(session, login=login, name=arguments.name, post=post, secret=pin, by=TERMINAL)
        return f"{login} can sign in as {post.role}."
    account = await _account_id(session, login)
    if act == "pin":
        await change_pin(session, account, secret=pin, by=TERMINAL)
        return f"{login} has a new PIN, and all sign-ins have ended."
    if act == "move":
        await move_account(session, account, await _post(session, arguments), by=TERMINAL)
        return f"{login} has been moved, and all sign-ins have ended."
    if act == "close":
        await close_account(session, account, by=TERMINAL)
        return f"{login} is closed, and all sign-ins have ended."
    if act == "reopen":
        await reopen_account(session, account, secret=pin, by=TERMINAL)
        return f"{login} can sign in again."
    if act == "reset-code":
        await reset_second_factor(session, login, by=TERMINAL)
        return f"{login} sets up the second code anew with the next sign-in, and all sign-ins have ended."
    return f"{await end_sign_ins(session, account, by=TERMINAL)} sign-in(s) of {login} ended."


async def _account_id(session: WriteSession, login: str) -> UUID:
    found = await session.scalar(
        text("SELECT id FROM staff.account WHERE login = :login AND role <> 'service'"), {"login": login}
    )
    if found is None:
        raise Wrong(f"Nobody has the staff number {login}. store-omni staff list shows who there is.")
    return found


async def _post(session: WriteSession, arguments: argparse.Namespace) -> Post:
    codes = [*(arguments.stores or []), *([arguments.store] if arguments.store else [])]
    rows = await session.execute(text("SELECT code, id FROM stores.store WHERE code = ANY (:codes)"), {"codes": codes})
    known = {row.code: row.id for row in rows}
    if missing := [code for code in codes if code not in known]:
        raise Wrong(f"No store has the code {', '.join(missing)}.")
    if arguments.role == "clerk" and not arguments.store:
        raise Wrong("A clerk belongs to a store: add --store CODE.")
    stores = tuple(known[code] for code in arguments.stores) if arguments.stores else None
    return Post(cast(Role, arguments.role), known.get(arguments.store), stores)


def _line(member: Member) -> str:
    seen = f"{member.last_signed_in:%Y-%m-%d %H:%M}" if member.last_signed_in else "never signed in"
    state = "" if member.active else "  closed"
    where = " ".join(member.store_codes) or "all"
    return f"{member.login:<12}{member.role:<9}{where:<16}{seen:<18}{member.name}{state}"
