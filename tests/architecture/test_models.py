"""The models say what the migrations made: tables, columns, types, defaults, indexes, keys."""

import warnings
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import SAWarning
from sqlalchemy.ext.asyncio import create_async_engine

from store_omni.kit.database import sqlalchemy_url
from store_omni.tables import SCHEMAS, metadata

pytestmark = [pytest.mark.anyio, pytest.mark.owner]


def _differences(connection: Connection) -> list[Any]:
    options = {
        "include_schemas": True, "compare_type": True, "compare_server_default": True,
        "include_name": lambda name, kind, _parents: kind != "schema" or name in SCHEMAS,
    }  # fmt: skip
    with warnings.catch_warnings():
        # SQLAlchemy knows no xid8, the type of a transaction's number.
        warnings.simplefilter("ignore", SAWarning)
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


async def test_models_and_database_do_not_differ(database_url: str) -> None:
    engine = create_async_engine(sqlalchemy_url(database_url))
    try:
        async with engine.begin() as connection:
            assert await connection.run_sync(_differences) == []
            await connection.execute(
                text("ALTER TABLE staff.account ADD COLUMN forgotten text, ALTER COLUMN name TYPE varchar(9)")
            )
            await connection.execute(text("DROP INDEX orders.ix_order_placed_at"))
            assert len(await connection.run_sync(_differences)) == 3
            await connection.rollback()
    finally:
        await engine.dispose()
