"""Sessions with a deadline: a database that is gone or frozen becomes one kind of error, soon."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated

import asyncpg
from fastapi import Depends, Request
from sqlalchemy import exc
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from app.database.address import DatabaseAddress

STEP_SECONDS = 2.0
# Closing a frozen connection politely takes SQLAlchemy up to 2 s more: 503 within 5 s in all.
UNIT_OF_WORK_SECONDS = 2.5
CLOSE_SECONDS = 1.0
# Classes of SQLSTATE: connection, authorisation, no such database, resources, shutdown.
UNAVAILABLE_STATES = ("08", "28", "3D", "53", "57P")


class DatabaseUnavailableError(Exception):
    """The database cannot be used now. Carries no text: the cause may quote the address."""


class Database:
    """The connection pool. Making one opens no connection."""

    def __init__(self, address: DatabaseAddress) -> None:
        self._engine = open_engine(address, command_seconds=STEP_SECONDS)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """Give a session, commit at the end. Raises DatabaseUnavailableError within 5 seconds."""
        try:
            async with asyncio.timeout(UNIT_OF_WORK_SECONDS), self._sessions() as session:
                yield session
                await session.commit()
        except Exception as error:
            if is_unavailable(error):
                raise DatabaseUnavailableError from error
            raise

    async def close(self) -> None:
        """Close every connection, without waiting for a database that does not answer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._engine.dispose()


def open_engine(address: DatabaseAddress, *, command_seconds: float | None) -> AsyncEngine:
    """Make an engine whose connections and statements are limited in time."""
    return create_async_engine(
        address.url,
        connect_args={
            "timeout": STEP_SECONDS,
            "command_timeout": command_seconds,
            **address.connect_args(),
        },
        hide_parameters=True,
        pool_pre_ping=True,
        pool_recycle=300,
        pool_timeout=STEP_SECONDS,
    )


def is_unavailable(error: BaseException) -> bool:
    """Tell a database that cannot be used now from a defect in what was asked of it."""
    if isinstance(error, OSError | TimeoutError | exc.TimeoutError | asyncpg.InterfaceError):
        return True
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return True
    return sqlstate(error).startswith(UNAVAILABLE_STATES)


def sqlstate(error: BaseException) -> str:
    """Return PostgreSQL's code for what went wrong, empty where it gave none."""
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    return str(getattr(cause, "sqlstate", None) or "")


def name_of_cause(error: BaseException) -> str:
    """Name what lies under the layers of wrapping. Never its text, which may hold the address."""
    while isinstance(error.__cause__, Exception):
        error = error.__cause__
    return type(error).__qualname__


async def _session_of_request(request: Request) -> AsyncIterator[AsyncSession]:
    database: Database = request.app.state.database
    async with database.session() as session:
        yield session


# "function": committed before the answer leaves, so that no 201 is sent for a task that was lost.
Session = Annotated[AsyncSession, Depends(_session_of_request, scope="function")]
