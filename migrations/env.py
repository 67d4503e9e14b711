"""Runs migrations over asyncpg, on the database that `store_omni.migrating` names, or on STORE_OMNI_DATABASE_URL."""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from store_omni.kit.database import sqlalchemy_url
from store_omni.tables import SCHEMAS, metadata


def _include_name(name: str | None, type_: str, _parents: object) -> bool:
    return name in SCHEMAS if type_ == "schema" else True


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_schemas=True,
        include_name=_include_name,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _connect_and_run() -> None:
    engine = create_async_engine(
        sqlalchemy_url(context.config.attributes.get("url") or os.environ["STORE_OMNI_DATABASE_URL"]),
        poolclass=NullPool,
        # A migration that waits for a lock makes everybody queue behind it: give up soon and be run again.
        connect_args={"server_settings": {"lock_timeout": "2000"}},
    )
    async with engine.connect() as connection:
        await connection.run_sync(_run)
        await connection.commit()
    await engine.dispose()


asyncio.run(_connect_and_run())
