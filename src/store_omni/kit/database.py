"""The two ways to the database: a SQLAlchemy session (the default), and a raw asyncpg pool for hot statements.

One request uses one of them, never both: two transactions in one request could commit apart.
"""

import asyncio
import logging
import ssl
from datetime import datetime
from time import monotonic
from typing import Annotated, NewType
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import BigInteger, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import UserDefinedType

log = logging.getLogger(__name__)
# A program that starts with the machine starts before its database has recovered.
PATIENCE_SECONDS = 60.0
ASK_AGAIN_SECONDS = 0.25

ReadSession = NewType("ReadSession", AsyncSession)
# A session that may write may read: a command hands its session to the queries it needs.
WriteSession = NewType("WriteSession", ReadSession)
Sessions = async_sessionmaker[AsyncSession]

# A constraint said no, on either way to the database.
CONSTRAINT_ERRORS = (IntegrityError, asyncpg.IntegrityConstraintViolationError)

# Text with a NUL character, a number or a date beyond the column's type, a text too long for an index: sent from outside, and not
# a fault of ours.
_UNREADABLE_STATES = ("22021", "22P05", "22003", "22008")


def is_unreadable(error: BaseException | None) -> bool:
    """Whether the database (or its driver, before sending) could not even take the values, on either way to it."""
    while error is not None:
        if isinstance(error, asyncpg.ProgramLimitExceededError):
            return True
        if isinstance(error, asyncpg.DataError) and getattr(error, "sqlstate", None) in (None, "22000", *_UNREADABLE_STATES):
            return True
        error = error.__cause__
    return False


# The connection broke or could not be made: what was sent on it may have been committed or not.
UNREACHABLE_ERRORS = (
    asyncpg.PostgresConnectionError, asyncpg.InternalClientError, asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError, asyncpg.TooManyConnectionsError, OSError, TimeoutError,
)  # fmt: skip
# All that a statement over asyncpg may end with: it says an internal error of its own where a connection breaks at a bad moment.
DATABASE_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)


def is_unreachable(error: BaseException | None) -> bool:
    """Whether the database could not be reached, on either way to it."""
    while error is not None:
        if isinstance(error, asyncpg.InterfaceError) and "connection" in str(error) and "closed" in str(error):
            return True
        # A file of ours that is missing has a name; a certificate that does not fit will not fit the next time either.
        ours = isinstance(error, ssl.SSLError) or bool(getattr(error, "filename", None))
        if isinstance(error, UNREACHABLE_ERRORS) and not ours:
            return True
        error = error.__cause__
    return False


Minor = Annotated[int, mapped_column(BigInteger)]
Long = Annotated[int, mapped_column(BigInteger)]


class Xid8(UserDefinedType[str]):
    """A transaction's number that never wraps around. Compared in SQL only."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        return "xid8"


class Base(DeclarativeBase):
    """All tables. Each room has a PostgreSQL schema of its name, so a foreign key shows which room it points at."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: TIMESTAMP(timezone=True),
        str: Text(),
        UUID: PG_UUID(as_uuid=True),
        dict: JSONB(),
    }


def writing(session: AsyncSession) -> WriteSession:
    """A session of one's own transaction, for programs that open one outside a request."""
    return WriteSession(ReadSession(session))


def sqlalchemy_url(url: str) -> str:
    """`postgresql://…` as SQLAlchemy wants it for asyncpg."""
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


def open_engine(url: str, *, size: int = 10) -> tuple[AsyncEngine, Sessions]:
    engine = create_async_engine(
        sqlalchemy_url(url),
        pool_size=size,
        max_overflow=5,
        hide_parameters=True,  # an error names its statement, never the people in it
        json_serializer=lambda value: msgspec.json.encode(value).decode(),
        json_deserializer=msgspec.json.decode,
    )
    return engine, async_sessionmaker(engine, expire_on_commit=False)


async def _speak_json(connection: asyncpg.Connection) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name,
            encoder=lambda value: msgspec.json.encode(value).decode(),
            decoder=msgspec.json.decode,
            schema="pg_catalog",
        )


async def _as_it_is(_connection: asyncpg.Connection) -> None:
    """Nobody leaves anything behind on a connection of the pool: settings are SET LOCAL, locks end with their transaction, and
    listeners have connections of their own. Resetting it all the same would double the round trips of a hot statement.
    A transaction left open is rolled back nevertheless."""


# Statements may write dates as text; a database may have another way of its own.
SETTINGS = {"datestyle": "ISO"}


async def open_pool(url: str, *, size: int = 10, patience_seconds: float = 0.0) -> asyncpg.Pool:
    """A pool whose connections read and write jsonb as Python values. `patience_seconds`: so long a program that starts together
    with its database waits for it. Errors: those of connecting."""
    begin = monotonic()
    while True:
        try:
            return await asyncpg.create_pool(
                url, min_size=1, max_size=size, init=_speak_json, reset=_as_it_is, server_settings=SETTINGS
            )
        except Exception as error:
            if not is_unreachable(error) or monotonic() - begin > patience_seconds:
                raise
            log.warning("the database is not there yet (%s); asking again", type(error).__name__)
            await asyncio.sleep(ASK_AGAIN_SECONDS)
