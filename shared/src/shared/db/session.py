"""Connections: one transaction a request, committed before the answer; public reads without any."""

import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Annotated, Any, Final

import psycopg
from fastapi import Depends, Request
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from shared.auth.authenticator import principal_of
from shared.auth.tenancy import SYSTEM_CLAIMS, bind_claims, bind_system_claims
from shared.db.hot_reads import HotReads
from shared.errors import Unavailable

CONNECT_TIMEOUT_SECONDS = 5
POOL_TIMEOUT_SECONDS = 10.0
POLL_CONNECTIONS = 2

DATABASE_LOST: Final = (SQLAlchemyError, psycopg.Error, Unavailable, OSError)
"""What comes of asking a database that is away."""


def sqlalchemy_url(url: str) -> str:
    """Return the URL with the psycopg driver named, as SQLAlchemy wants it."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def driver_url(url: str) -> str:
    """Return the URL as psycopg itself takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def refuse_ended(connection: Any, *_: Any) -> None:
    """Let the pool replace a connection that the server has ended, without asking the server (a round trip) each time.

    Nothing is owed on a kept connection: one that has something to read has been told of its end.
    """
    waiting = select.poll()
    waiting.register(connection.driver_connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        raise DisconnectionError


class Database:
    """One service's database. A request's transaction carries its client's claims; system work passes row security."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        read_pool_size: int = 10,
        application_name: str = "service",
    ) -> None:
        self.url = url
        self._pool_size = pool_size
        self._read_pool_size = read_pool_size
        self._connect_args: dict[str, Any] = {
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "application_name": application_name,
        }

    @cached_property
    def engine(self) -> AsyncEngine:
        """The engine of transactions."""
        return self._engine_of(self._pool_size)

    @cached_property
    def numbering(self) -> AsyncEngine:
        """The one connection on which events are numbered: requests that hold all others do not keep them waiting."""
        return self._engine_of(1)

    def _engine_of(self, pool_size: int) -> AsyncEngine:
        engine = create_async_engine(
            sqlalchemy_url(self.url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT_SECONDS,
            connect_args=self._connect_args,
        )
        event.listen(engine.sync_engine, "checkout", refuse_ended)
        return engine

    @cached_property
    def sessions(self) -> async_sessionmaker[AsyncSession]:
        """Makes sessions; one is used in one transaction."""
        return async_sessionmaker(self.engine, expire_on_commit=False, close_resets_only=False)

    @cached_property
    def reads(self) -> AsyncEngine:
        """The same pool without transactions, for public data: a read is one round trip."""
        return self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @cached_property
    def hot_reads(self) -> HotReads:
        """The reads that are asked for most, of public data, on connections of their own."""
        return self._hot_reads_of(self._read_pool_size)

    @cached_property
    def polls(self) -> HotReads:
        """The change feed and what is asked many times a second; apart from requests, that none waits for another."""
        return self._hot_reads_of(POLL_CONNECTIONS)

    def _hot_reads_of(self, size: int) -> HotReads:
        return HotReads(driver_url(self.url), size=size, connect_args=self._connect_args)

    @asynccontextmanager
    async def system_session(self) -> AsyncIterator[AsyncSession]:
        """One transaction of background work: it sees all rows, and commits at the end."""
        async with self.sessions() as session, session.begin():
            await bind_system_claims(session)
            yield session

    def system_engine(self, pool_size: int = 2) -> Engine:
        """Make a synchronous engine whose every connection sees all rows, for jobs that run in a thread."""
        return create_engine(
            sqlalchemy_url(self.url),
            pool_size=pool_size,
            pool_pre_ping=True,
            connect_args={**self._connect_args, "options": SYSTEM_CLAIMS},
        )

    async def close(self) -> None:
        """Give all connections back."""
        for name in ("hot_reads", "polls"):
            if name in self.__dict__:
                await getattr(self, name).close()
        for name in ("engine", "numbering"):
            if name in self.__dict__:
                await getattr(self, name).dispose()


def database_of(request: Request) -> Database:
    """Return the database of the service that serves this request."""
    database: Database = request.app.state.database
    return database


async def _request_transaction(request: Request) -> AsyncIterator[AsyncSession]:
    principal = await principal_of(request)
    async with database_of(request).sessions() as session, session.begin():
        await bind_claims(session, principal)
        yield session


async def _public_read(request: Request) -> AsyncIterator[AsyncConnection]:
    async with database_of(request).reads.connect() as connection:
        yield connection


Db = Annotated[AsyncSession, Depends(_request_transaction, scope="function")]
"""One transaction with the client's claims; it ends, and so commits or fails, before the answer is sent."""

PublicReads = Annotated[AsyncConnection, Depends(_public_read, scope="function")]
"""A connection without transaction or claims: sees public rows only."""


@asynccontextmanager
async def streaming_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A transaction of its own for a streamed body, which is sent after the request's transaction has ended."""
    principal = await principal_of(request)
    async with database_of(request).sessions() as session, session.begin():
        await bind_claims(session, principal)
        yield session
