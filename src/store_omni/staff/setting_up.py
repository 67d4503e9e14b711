"""`store-omni setup`: the first store and the first manager of a new shop. Where there is one of them, it stays as it is."""

import argparse
import asyncio
import os
import re
import sys

from sqlalchemy import text

from store_omni.kit.database import WriteSession, open_engine, writing
from store_omni.kit.errors import Refusal
from store_omni.kit.tidying import tidy_line
from store_omni.settings import read_database_url
from store_omni.staff.accounts import Post, add_account
from store_omni.staff.at_terminal import TERMINAL, Wrong, read_pin, said
from store_omni.stores.shelves import GIVE_SHELVES, SHELVES_TO_BEGIN_WITH

CODE_CHARS_MAX = 20
NAME_CHARS_MAX = 100
_TAKE_TURNS = text("SELECT pg_advisory_xact_lock(hashtext('store_omni.setup'))")
_STORE = text("SELECT code FROM stores.store ORDER BY id LIMIT 1")
_MANAGER = text(
    "SELECT login FROM staff.account WHERE role = 'manager' AND active AND store_ids IS NULL ORDER BY created_at LIMIT 1"
)


def set_up(arguments: argparse.Namespace) -> int:
    """Returns the exit code: 2 where something is missing and nothing was changed."""
    url = read_database_url()

    async def go() -> list[str]:
        engine, sessions = open_engine(url, size=1)
        try:
            async with sessions.begin() as session:
                await session.execute(_TAKE_TURNS)
                return [await _store(writing(session), arguments), await _manager(writing(session), arguments)]
        finally:
            await engine.dispose()

    try:
        print("\n".join(asyncio.run(go())))
    except Refusal as refusal:
        print(said(refusal), file=sys.stderr)
        return 2
    except Wrong as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


async def _store(session: WriteSession, arguments: argparse.Namespace) -> str:
    if known := await session.scalar(_STORE):
        return f"There is a store already ({known}); nothing was changed."
    code = _asked(arguments, "store_code", "Code of the first store, such as S01: ")
    if not re.fullmatch(rf"[\w-]{{1,{CODE_CHARS_MAX}}}", code):
        raise Wrong(f"A store's code is 1 to {CODE_CHARS_MAX} letters, digits, - or _.")
    name = _asked(arguments, "store_name", "Name of the first store: ")[:NAME_CHARS_MAX]
    await session.execute(
        text("INSERT INTO stores.store (code, name_ko, name_en) VALUES (:code, :name, :name)"), {"code": code, "name": name}
    )
    await session.execute(text(GIVE_SHELVES))
    return f"The store {code} is there, with {SHELVES_TO_BEGIN_WITH} shelves for ready bags (A1 to A{SHELVES_TO_BEGIN_WITH}). Its address and hours come with store-omni import stores FILE."


async def _manager(session: WriteSession, arguments: argparse.Namespace) -> str:
    if known := await session.scalar(_MANAGER):
        return f"There is a manager already ({known}); nothing was changed."
    login = _asked(arguments, "login", "Staff number of the first manager: ")
    name = _asked(arguments, "name", "Name of the first manager: ")
    await add_account(session, login=login, name=name, post=Post("manager"), secret=read_pin(), by=TERMINAL, own_pin=True)
    return f"{login} can sign in at /office."


def _asked(arguments: argparse.Namespace, name: str, question: str) -> str:
    """From the option, the environment, or the person at the terminal. Errors: `Wrong`."""
    variable = f"STORE_OMNI_SETUP_{name.upper()}"
    given = getattr(arguments, name) or os.environ.get(variable) or ""
    if not given and sys.stdin.isatty():
        given = input(question)
    if not tidy_line(given):
        raise Wrong(f"Say it with --{name.replace('_', '-')} or {variable}.")
    return tidy_line(given)
