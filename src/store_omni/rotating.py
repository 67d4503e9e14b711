"""Keys that change while codes signed by those before them live on, and hosts that must hold the same ones.

The database keeps a print of each key, from which nobody learns the key. A host with other secrets says so when it starts, instead
of refusing its customers' forms and codes.
"""

import hashlib
import hmac
import secrets
from pathlib import Path

import asyncpg
import msgspec

from store_omni.keys import KEY_ID_MAX, Secrets, SettingsProblem, write_keys, write_secrets

Asked = asyncpg.Connection | asyncpg.Pool
FORMS = "forms"


class OtherSecrets(Exception):
    """The message is one sentence with what to do."""


def _print(seed: bytes) -> str:
    return hmac.new(seed, b"store_omni print of a key", hashlib.sha256).hexdigest()[:32]


def prints(held: Secrets) -> dict[str, str]:
    """Name of a key → its print."""
    return {FORMS: _print(bytes.fromhex(held.csrf_secret))} | {
        f"pass:{key_id}": _print(seed) for key_id, seed in held.pass_keys().items()
    }


async def refuse_other_secrets(connection: Asked, held: Secrets) -> None:
    """The first host that starts is the one whose secrets count. Errors: `OtherSecrets`."""
    own = prints(held)
    await connection.executemany(
        "INSERT INTO journal.key_print (name, print) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", list(own.items())
    )
    known = {row["name"]: row["print"] for row in await connection.fetch("SELECT name, print FROM journal.key_print")}
    wrong = sorted(name for name, value in known.items() if own.get(name) != value)
    if wrong:
        raise OtherSecrets(
            f"The secrets of this host are not those of its database ({', '.join(wrong)} differ or are missing). "
            "Copy the secrets file of a host that runs, or put it back from the backup."
        )


def with_new_key(held: Secrets) -> tuple[Secrets, int]:
    """A key that verifies and does not sign yet."""
    keys = held.pass_keys()
    new_id = max(keys) + 1
    if new_id > KEY_ID_MAX:
        raise SettingsProblem("All 255 key ids are used.")
    return msgspec.structs.replace(held, pass_signing_key=write_keys(keys | {new_id: secrets.token_bytes(32)})), new_id


def with_newest_first(held: Secrets) -> tuple[Secrets, int]:
    """The newest key signs from now on."""
    keys = held.pass_keys()
    newest = max(keys)
    return msgspec.structs.replace(held, pass_signing_key=write_keys({newest: keys[newest]} | keys)), newest


def without_key(held: Secrets, key_id: int) -> Secrets:
    """Errors: `SettingsProblem` for a key that signs, or is not there."""
    keys = held.pass_keys()
    if key_id not in keys or key_id == next(iter(keys)):
        raise SettingsProblem(f"Key {key_id} is not there, or is the one that signs.")
    del keys[key_id]
    return msgspec.structs.replace(held, pass_signing_key=write_keys(keys))


async def live_codes(connection: Asked, key_id: int) -> int:
    """How many codes that still open something would die with this key."""
    return (
        await connection.fetchval(
            """SELECT count(*) FROM passes.pass
               WHERE key_id = $1 AND spent_at IS NULL AND revoked_at IS NULL AND expires_at > now()""",
            key_id,
        )
        or 0
    )


async def rotate(connection: Asked, file: Path, held: Secrets, *, use: bool, drop: int | None) -> str:
    """Changes the secrets file of this host, and what the database knows of the keys. Returns what to do next.
    Errors: `SettingsProblem`."""
    if drop is not None:
        changed = without_key(held, drop)
        if living := await live_codes(connection, drop):
            raise SettingsProblem(
                f"{living} code(s) in customers' hands are signed with key {drop}. Drop it when they have run out."
            )
        says = f"Key {drop} is gone. Copy {file} to every host and restart them one after the other."
        await connection.execute("DELETE FROM journal.key_print WHERE name = $1", f"pass:{drop}")
    elif use:
        changed, newest = with_newest_first(held)
        says = f"Key {newest} signs from the next start on. Copy {file} to every host and restart them one after the other."
    else:
        changed, newest = with_new_key(held)
        says = (
            f"Key {newest} is there and does not sign yet. Copy {file} to every host and restart them one after the other; "
            "then run: store-omni rotate-keys --use"
        )
    write_secrets(file, msgspec.structs.asdict(changed), replace=True)
    return says
