"""The database understands every statement of every room: its tables, columns, types and functions are there."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator

import asyncpg
import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.dialects.postgresql import asyncpg as dialect

import store_omni

from .test_sources import FILES, SOURCE

pytestmark = pytest.mark.anyio
_BEGINS = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s")
# With places that are filled later: names of columns, other statements.
_PATTERN = re.compile(r"\{\w*\}|%\(|%s")
_NAMED = re.compile(r"(?<![:\w]):[a-z_]+")
# Imports read tables of their own transaction (tests/importing runs them all), the demo has its own.
ELSEWHERE = ("importing", "demo", "__main__")


# How those begin that are parts of statements, or read what only a demo's database has.
PARTS = (
    "SELECT k.id, k.code, k.gtin, p.name_ko", "SELECT o.number, f.state, f.staging_code", "SELECT p.store_id, p.id, p.purpose, p.subject_id, p.expires_at, p.revoked_at",
    "SELECT EXISTS (SELECT 1 FROM store_omni_demo.mark",
)  # fmt: skip
_PART_ENDS = re.compile(r"\bWHERE\s*$|^INSERT INTO [a-z.]+ \([a-z_, ]+\)\s*$")


def _is_whole(statement: str) -> bool:
    flat = " ".join(statement.split())
    return (
        bool(_BEGINS.match(statement))
        and not _PATTERN.search(statement)
        and not flat.startswith(PARTS)
        and not _PART_ENDS.search(flat)
    )


def _as_sent(statement: str | TextClause) -> str:
    if isinstance(statement, str) and _NAMED.search(statement):
        statement = text(statement)
    return statement if isinstance(statement, str) else str(statement.compile(dialect=dialect.dialect()))


def _in_sources() -> Iterator[str]:
    """Those written out whole, wherever they stand."""
    for file in FILES:
        if str(file.relative_to(SOURCE)).startswith(ELSEWHERE):
            continue
        tree = ast.parse(file.read_text())
        joined = {id(part) for one in ast.walk(tree) if isinstance(one, ast.JoinedStr) for part in ast.walk(one)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in joined:
                yield node.value


def _at_the_top_of_modules() -> Iterator[str | TextClause]:
    """Those that are put together once, when their module is imported."""
    for module in pkgutil.walk_packages(store_omni.__path__, "store_omni."):
        if not module.name.removeprefix("store_omni.").startswith(ELSEWHERE):
            yield from (one for one in vars(importlib.import_module(module.name)).values() if isinstance(one, str | TextClause))


def statements() -> set[str]:
    found = [*_in_sources(), *_at_the_top_of_modules()]
    return {_as_sent(one) for one in found if _is_whole(str(one))}


async def test_every_statement_is_understood(pool: asyncpg.Pool) -> None:
    wrong = []
    async with pool.acquire() as connection:
        for statement in sorted(statements()):
            try:
                await connection.prepare(statement)
            except asyncpg.PostgresError as error:
                wrong.append(f"{error} in: {' '.join(statement.split())[:120]}")
    assert not wrong, "\n".join(wrong)


def test_there_are_hundreds_of_them() -> None:
    assert len(statements()) > 400
