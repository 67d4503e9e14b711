"""What a statement really touches, asked of the planner."""

from typing import Any

import asyncpg


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan] + [node for child in plan.get("Plans", []) for node in _nodes(child)]


async def tables_of(pool: asyncpg.Pool, statement: str, *values: object) -> tuple[set[str], set[str]]:
    """(tables it reads, tables it writes), as `room.table`."""
    explained = await pool.fetchval(f"EXPLAIN (VERBOSE, FORMAT JSON) {statement}", *values)
    read, written = set(), set()
    for node in _nodes(explained[0]["Plan"]):
        if "Relation Name" in node:
            (written if node["Node Type"] == "ModifyTable" else read).add(f"{node['Schema']}.{node['Relation Name']}")
    return read, written


async def planned_once(pool: asyncpg.Pool, statement: str, *values: object) -> bool:
    """Whether a connection that runs it again and again stops planning it. A plan costs more than these statements."""
    async with pool.acquire() as connection:
        prepared = await connection.prepare(statement)
        for _ in range(8):
            await prepared.fetch(*values)
        counts = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = $1"
        generic, custom = await connection.fetchrow(counts, statement)
    return generic == 3 and custom == 5
