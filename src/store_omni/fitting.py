"""Does this database fit this program? An older one is refused, a newer one only where it says that it no longer fits.

So a rolling upgrade is: `migrate` with the new release, then restart one process after the other. Programs of the release before
go on meanwhile, because the database names the oldest program that may run on it (`oldest_code`).
"""

import re
from functools import cache

import asyncpg
import msgspec

from store_omni.migrating import ROOT, function_files
from store_omni.versions import VERSION, parts

MIGRATE = "Run: store-omni migrate"


class UnfitSchema(Exception):
    """The message is one sentence or two, with what to do."""


class Fit(msgspec.Struct, frozen=True):
    """A database beside this program. `revision` None: it was never migrated. `version`, `oldest_code` None: it was last migrated
    by a release before 0.2.0. `changed`: functions whose text in the program is not the one in the database."""

    revision: str | None
    version: str | None
    oldest_code: str | None
    changed: list[str]

    @property
    def is_newer(self) -> bool:
        later = self.version is not None and parts(self.version) > parts(VERSION)
        return later or (self.revision is not None and self.revision not in known_revisions())

    def problem(self) -> str | None:
        """Why this program may not run on it."""
        if self.revision is None:
            return f"This database has no tables yet. {MIGRATE}"
        if self.oldest_code is not None and parts(self.oldest_code) > parts(VERSION):
            return (
                f"This database needs store-omni {self.oldest_code} or newer, and this is {VERSION}. Install the newer release."
            )
        if self.is_newer:
            return None
        if self.revision != head_revision():
            return f"The tables of this database are older ({self.revision}) than this program ({head_revision()}). {MIGRATE}"
        if self.changed:
            names = ", ".join(self.changed[:5]) + (f" and {len(self.changed) - 5} more" if len(self.changed) > 5 else "")
            return f"The database functions {names} are not those of this program. {MIGRATE}"
        return None


@cache
def _chain() -> dict[str, str | None]:
    """Revision → the one before it, read from the files: importing Alembic would cost each web process a quarter of a second."""
    chain: dict[str, str | None] = {}
    for path in (ROOT / "migrations/versions").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        found = dict(re.findall(r'^(revision|down_revision)\b[^=]*= *"([^"]+)"', text, re.MULTILINE))
        chain[found["revision"]] = found.get("down_revision")
    return chain


def known_revisions() -> set[str]:
    return set(_chain())


@cache
def head_revision() -> str:
    """The newest migration of this program."""
    before = set(_chain().values())
    (head,) = (revision for revision in _chain() if revision not in before)
    return head


async def read_fit(connection: asyncpg.Connection | asyncpg.Pool) -> Fit:
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    there = {row["tablename"] for row in rows}
    revision = await connection.fetchval("SELECT version_num FROM alembic_version") if "alembic_version" in there else None
    functions = {}
    if "database_function" in there:
        functions = dict(await connection.fetch("SELECT name, checksum FROM public.database_function"))
    changed = [file.name for file in function_files() if functions.get(file.name) != file.checksum]
    row = None
    if "code_version" in there:
        row = await connection.fetchrow("SELECT version, oldest_code FROM public.code_version")
    return Fit(revision, row["version"] if row else None, row["oldest_code"] if row else None, changed)


async def refuse_unfit_schema(connection: asyncpg.Connection | asyncpg.Pool) -> None:
    """Errors: `UnfitSchema`."""
    if problem := (await read_fit(connection)).problem():
        raise UnfitSchema(problem)
