"""Which database is this demo's: only the one that it made itself, and marked while nothing was in it. The mark, the PIN and the
password are drawn at the first start and kept in a file of the data folder that its owner alone can read."""

import os
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from store_omni.demo.claiming import DataFolder
from store_omni.kit.postgres.cluster import Cluster
from store_omni.kit.postgres.initialising import RUNTIME

if TYPE_CHECKING:
    import asyncpg

NOTE = "access.json"
PIN_VARIABLE = "STORE_OMNI_DEMO_PIN"
PIN_DIGITS = 8
SCHEMA = "store_omni_demo"
_TABLES = """SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'"""
# To the programs.
READABLE = f"GRANT USAGE ON SCHEMA {SCHEMA} TO {RUNTIME}; GRANT SELECT ON {SCHEMA}.mark TO {RUNTIME};"
_READ = f"SELECT mark FROM {SCHEMA}.mark"


class NotOurs(Exception):
    """A database or a setting that the demo must not use. The message is for the terminal."""


class Access(msgspec.Struct, frozen=True):
    """`given`: the PIN was named by the person who started it, so it may be a weak one."""

    mark: str
    pin: str
    password: str
    given: bool = False


def read_access(folder: Path) -> Access | None:
    try:
        return msgspec.json.decode((folder / NOTE).read_bytes(), type=Access)
    except FileNotFoundError:
        return None


def draw_access(folder: DataFolder) -> Access:
    """What the first start drew. Errors: `NotOurs` where the environment names another PIN than the first start did."""
    wanted = os.environ.get(PIN_VARIABLE, "")
    if wanted and not re.fullmatch(r"[0-9]{8,12}", wanted):
        raise NotOurs(f"{PIN_VARIABLE} must be 8 to 12 digits.")
    known = read_access(folder.path)
    if known is not None:
        if wanted and wanted != known.pin:
            raise NotOurs(f"The demo of {folder.path} has another PIN than {PIN_VARIABLE}: unset it, or begin anew with --fresh.")
        return known
    pin = wanted or "".join(secrets.choice("0123456789") for _ in range(PIN_DIGITS))
    access = Access(secrets.token_hex(16), pin, f"moa-{secrets.token_hex(5)}", bool(wanted))
    with os.fdopen(os.open(folder.path / NOTE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(access))
    return access


def marking(mark: str) -> str:
    """`mark`: hex digits, so they need no quoting."""
    assert re.fullmatch(r"[0-9a-f]{32}", mark)
    return f"""CREATE SCHEMA {SCHEMA}; CREATE TABLE {SCHEMA}.mark (mark text NOT NULL);
INSERT INTO {SCHEMA}.mark VALUES ('{mark}');"""


def own_database(cluster: Cluster, folder: DataFolder, access: Access) -> None:
    """Marks a database with nothing in it. Errors: `NotOurs` for one with tables and without this demo's mark."""
    if cluster.ask(f"{_TABLES};") == "0":
        cluster.ask(f"BEGIN; {marking(access.mark)} COMMIT;")
    elif cluster.ask(f"SELECT to_regclass('{SCHEMA}.mark') IS NOT NULL;") != "t" or cluster.ask(f"{_READ};") != access.mark:
        raise NotOurs(
            f"The database in {folder.path} carries no mark of this demo (releases before 0.2 wrote none), so it is left alone. "
            "Begin anew with --fresh, or name another folder: --data-dir FOLDER"
        )
    cluster.ask(READABLE)


async def is_ours(connection: "asyncpg.Connection", access: Access | None) -> bool:
    if access is None or not await connection.fetchval(f"SELECT to_regclass('{SCHEMA}.mark') IS NOT NULL"):
        return False
    return await connection.fetchval(_READ) == access.mark
