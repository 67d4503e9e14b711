"""What each role may do in the database.

The owner of the tables migrates them. `serve`, `worker` and nearly all other commands come with a role of their own, which changes no
table and no function, empties nothing, and can neither rewrite nor take out what is only appended to. A third role forgets old looks
at people, and can do nothing else.
"""

import getpass
from urllib.parse import unquote, urlsplit

import asyncpg

from store_omni.tables import APPEND_ONLY, SCHEMAS

PUBLIC_TABLES = ("public.alembic_version", "public.database_function", "public.code_version")
# From this release on, a role can be allowed to ANALYZE tables that it does not own.
MAINTAIN_VERSION_MIN = 170_000


class NoSuchRole(Exception):
    """The message is one sentence with what to do."""


def role_of(url: str) -> str:
    """The role a database URL signs in as."""
    return unquote(urlsplit(url).username or getpass.getuser())


async def owns_tables(connection: asyncpg.Connection | asyncpg.Pool) -> bool:
    """Whether this connection's role could change the tables, or rewrite what is only appended to."""
    query = "SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass($1)"
    return await connection.fetchval(query, APPEND_ONLY[0]) or False


async def _quoted(connection: asyncpg.Connection, role: str) -> str | None:
    """None for the owner itself, whose rights stay as they are. Errors: `NoSuchRole`."""
    row = await connection.fetchrow("SELECT quote_ident(rolname), rolname = current_user FROM pg_roles WHERE rolname = $1", role)
    if row is None:
        raise NoSuchRole(
            f"PostgreSQL has no role {role}. Create it as docs/operate.md says, or change the setting that names it."
        )
    return None if row[1] else row[0]


async def grant_runtime(connection: asyncpg.Connection, role: str) -> None:
    """Gives `role` what the programs need, and takes away all else that it had on our tables. Errors: `NoSuchRole`."""
    if (quoted := await _quoted(connection, role)) is None:
        return
    version = await connection.fetchval("SELECT current_setting('server_version_num')::int") or 0
    rights = "SELECT, INSERT, UPDATE, DELETE" + (", MAINTAIN" if version >= MAINTAIN_VERSION_MIN else "")
    async with connection.transaction():
        for schema in SCHEMAS:
            await connection.execute(
                f"""GRANT USAGE ON SCHEMA {schema} TO {quoted};
                    REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {quoted};
                    GRANT {rights} ON ALL TABLES IN SCHEMA {schema} TO {quoted};
                    GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {quoted}"""
            )
        await connection.execute(f"REVOKE UPDATE, DELETE ON {', '.join(APPEND_ONLY)} FROM {quoted}")
        await connection.execute(f"GRANT SELECT ON {', '.join(PUBLIC_TABLES)} TO {quoted}")


async def grant_retention(connection: asyncpg.Connection, role: str) -> None:
    """Gives `role` what `forget-looks` needs. Errors: `NoSuchRole`."""
    if (quoted := await _quoted(connection, role)) is None:
        return
    async with connection.transaction():
        await connection.execute(
            f"""GRANT USAGE ON SCHEMA journal TO {quoted};
                REVOKE ALL ON ALL TABLES IN SCHEMA journal FROM {quoted};
                GRANT SELECT ON journal.access, journal.seal, journal.fact TO {quoted};
                GRANT DELETE ON journal.access TO {quoted};
                GRANT INSERT ON journal.fact, journal.unsealed TO {quoted}"""
        )
