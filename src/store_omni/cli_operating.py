"""Commands of `store-omni` for operators: backup, restore, forget-looks, rotate-keys, tokens."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

Add = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


def _backup(arguments: argparse.Namespace) -> int:
    from store_omni.backing_up import back_up
    from store_omni.settings import read_owner_url, secrets_file

    print(
        f"The backup is {back_up(read_owner_url(), secrets_file(), arguments.target)}. Keep it elsewhere, and as secret as it is."
    )
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    from store_omni.backing_up import restore
    from store_omni.granting import role_of
    from store_omni.settings import read_database_url, read_owner_url, secrets_file

    manifest = restore(read_owner_url(), secrets_file(), arguments.source, runtime=role_of(read_database_url()))
    print(f"The shop of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC is back. Its secrets are in {secrets_file()}.")
    print(f"Now run: store-omni audit{f' --since {manifest.heads}' if manifest.heads else ''}")
    return 0


def _forget_looks(arguments: argparse.Namespace) -> int:
    from datetime import timedelta

    from store_omni.journal.forgetting import DAYS_MIN, forget_looks
    from store_omni.kit.database import open_engine
    from store_omni.settings import SettingsProblem, read_retention_url

    url = read_retention_url()
    if url is None:
        raise SettingsProblem(
            "STORE_OMNI_RETENTION_URL is not set: only a role of its own may forget looks. See docs/operate.md."
        )
    if arguments.older_than < DAYS_MIN:
        raise SettingsProblem(f"Looks at people's records are kept for {DAYS_MIN} days at least.")

    async def forget() -> str:
        engine, sessions = open_engine(url, size=1)
        try:
            gone = await forget_looks(sessions, older_than=timedelta(days=arguments.older_than))
        finally:
            await engine.dispose()
        return f"{gone.looks} look(s) in {gone.spans} sealed span(s) are forgotten; their seals stay."

    print(asyncio.run(forget()))
    return 0


def _rotate(arguments: argparse.Namespace) -> int:
    from store_omni.kit.database import open_pool
    from store_omni.rotating import refuse_other_secrets, rotate
    from store_omni.settings import SettingsProblem, read_database_url, read_settings, secrets_file

    if os.environ.get("STORE_OMNI_PASS_SIGNING_KEY"):
        raise SettingsProblem(
            "The keys stand in STORE_OMNI_PASS_SIGNING_KEY: change them there (2:HEX,1:HEX; the first one signs)."
        )
    held = read_settings().secrets

    async def change() -> str:
        pool = await open_pool(read_database_url(), size=1)
        try:
            await refuse_other_secrets(pool, held)
            return await rotate(pool, secrets_file(), held, use=arguments.use, drop=arguments.drop)
        finally:
            await pool.close()

    print(asyncio.run(change()))
    return 0


def _tokens(arguments: argparse.Namespace) -> int:
    from store_omni.kit.database import open_pool
    from store_omni.settings import read_database_url
    from store_omni.staff.serving import revoke_token, tokens

    async def show() -> int:
        pool = await open_pool(read_database_url(), size=1)
        try:
            if arguments.revoke:
                if await revoke_token(pool, arguments.revoke):
                    print(f"Token {arguments.revoke} is revoked.")
                    return 0
                print(f"No one token that still works begins with {arguments.revoke}.", file=sys.stderr)
                return 2
            for token in await tokens(pool):
                used = f"{token.used_on:%Y-%m-%d}" if token.used_on else "never"
                until = f"{token.expires_at:%Y-%m-%d}" if token.expires_at else "no end"
                print(f"{token.id}  {token.name:<24}  made {token.created_at:%Y-%m-%d}  last used {used}  until {until}")
            return 0
        finally:
            await pool.close()

    return asyncio.run(show())


def add_operating(add: Add) -> None:
    backup = add("backup", _backup, "Write database and secrets into one file.")
    backup.add_argument("target", type=Path, metavar="FILE|FOLDER")
    restored = add("restore", _restore, "Bring a backup back into an empty database.")
    restored.add_argument("source", type=Path, metavar="FILE")
    forgotten = add("forget-looks", _forget_looks, "Forget old looks of staff at people's records, in whole sealed spans.")
    forgotten.add_argument("--older-than", type=int, metavar="DAYS", required=True, help="730 at least")
    rotated = add("rotate-keys", _rotate, "Add a key for QR codes; codes signed with the keys before it live on.")
    choice = rotated.add_mutually_exclusive_group()
    choice.add_argument("--use", action="store_true", help="the newest key signs from now on")
    choice.add_argument("--drop", type=int, metavar="ID", help="forget a key with which no living code is signed")
    listed = add("tokens", _tokens, "List the tokens of programs that still work, with their last use.")
    listed.add_argument("--revoke", metavar="ID", help="end this one; others of the same name go on")
