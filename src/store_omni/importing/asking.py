"""Asking for what is always there: a count, a row of counts."""

import asyncpg


async def figure(connection: asyncpg.Connection, sql: str, *values: object) -> int:
    """The one number of a statement; 0 for NULL or no row."""
    return await connection.fetchval(sql, *values) or 0


async def figures(connection: asyncpg.Connection, sql: str) -> tuple[int, ...]:
    """The numbers of a statement's one row."""
    row = await connection.fetchrow(sql)
    return tuple(row) if row else ()
