"""Hot public reads: prepared statements on kept connections, spoken to through libpq itself.

A read of one row costs 16 microseconds of this process so, 84 through the driver's cursor and pool (ADR 0015). No
transaction, no claims: such a read sees public rows only.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import count
from typing import Any, Final

import psycopg
import structlog
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult

from shared.errors import Unavailable

WAIT_SECONDS: Final = 10.0
_ANSWERED: Final = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}
_TEXT: Final = psycopg.adapters.types["text"].oid
_log = structlog.get_logger()


class HotRows:
    """The rows of one read: as the server sent them, and decoded where they are asked for."""

    def __init__(self, result: PGresult, connection: psycopg.AsyncConnection[Any]) -> None:
        self._result = result
        self._connection = connection

    def __len__(self) -> int:
        return self._result.ntuples

    @cached_property
    def sent(self) -> list[tuple[str | None, ...]]:
        """All rows, each value in the server's text form: equal ones, equal rows."""
        transformer = Transformer(self._connection)
        transformer.set_pgresult(self._result, set_loaders=False)
        transformer.set_loader_types([_TEXT] * self._result.nfields, Format.TEXT)
        return transformer.load_rows(0, len(self), tuple)

    @cached_property
    def decoded(self) -> list[Mapping[str, Any]]:
        """All rows, each value by its column's name."""
        names = [(self._result.fname(column) or b"").decode() for column in range(self._result.nfields)]
        transformer = Transformer(self._connection)
        transformer.set_pgresult(self._result)
        return transformer.load_rows(0, len(self), lambda values: dict(zip(names, values, strict=True)))

    def first(self) -> Mapping[str, Any] | None:
        """Return the first row decoded, None where there is none."""
        return next(iter(self.decoded), None)


class HotReads:
    """Up to `size` connections, opened as they are needed and kept; each serves one read at a time."""

    def __init__(self, url: str, *, size: int, connect_args: Mapping[str, Any]) -> None:
        self._url = url
        self._connect_args = {**connect_args, "autocommit": True}
        self._room = asyncio.Semaphore(size)
        self._kept: list[_Line] = []

    async def fetch(self, sql: str, parameters: Sequence[object] = ()) -> HotRows:
        """Run a statement whose parameters are `$1`, `$2` and so on; once more where its connection had died.

        Raises psycopg.Error, and Unavailable where no connection is to be had.
        """
        await self._enter()
        try:
            return await self._fetch(sql, parameters)
        except (psycopg.OperationalError, psycopg.NotSupportedError):  # the latter: a table has changed its form
            return await self._fetch_anew(sql, parameters)
        finally:
            self._room.release()

    async def _enter(self) -> None:
        if not self._room.locked():
            await self._room.acquire()
            return
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._room.acquire()
        except TimeoutError:
            raise Unavailable("No database connection was free in time.", headers={"Retry-After": "1"}) from None

    async def _fetch(self, sql: str, parameters: Sequence[object]) -> HotRows:
        line = self._kept.pop() if self._kept else await self._open()
        try:
            rows = await line.fetch(sql, parameters)
        except BaseException:  # a cancelled read too: its answer is still to come
            await line.close()
            raise
        self._kept.append(line)
        return rows

    async def _fetch_anew(self, sql: str, parameters: Sequence[object]) -> HotRows:
        await self.close()
        try:
            return await self._fetch(sql, parameters)
        except psycopg.OperationalError as error:
            _log.warning("database_unavailable", error=type(error).__name__)
            raise Unavailable("The database does not answer at the moment.", headers={"Retry-After": "2"}) from error

    async def _open(self) -> "_Line":
        connection = await psycopg.AsyncConnection.connect(self._url, **self._connect_args)
        return _Line(connection, self._lost)

    def _lost(self, line: "_Line") -> None:
        if line in self._kept:
            self._kept.remove(line)

    async def close(self) -> None:
        """Give back all connections that serve no read."""
        while self._kept:
            await self._kept.pop().close()


def _sent(value: object) -> bytes:
    """Return a parameter in the server's text form."""
    if isinstance(value, list):
        return bytes(Transformer().get_dumper(value, PyFormat.TEXT).dump(value) or b"")
    return str(value).encode()


class _Line:
    """One connection, with what is prepared on it; its answers are taken as its socket brings them."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], lost: Callable[["_Line"], None]) -> None:
        self._connection = connection
        self._driver = connection.pgconn
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._socket = self._driver.socket
        self._prepared: dict[str, bytes] = {}
        self._numbers = count()
        self._result: PGresult | None = None
        self._awaited: asyncio.Future[PGresult] | None = None
        self._loop.add_reader(self._socket, self._take)

    async def fetch(self, sql: str, parameters: Sequence[object]) -> HotRows:
        """Run a statement, which is prepared on its first use."""
        name = self._prepared.get(sql)
        if name is None:
            name = b"hot_%d" % next(self._numbers)
            self._driver.send_prepare(name, sql.encode())
            await self._answer()
            self._prepared[sql] = name
        values = [None if value is None else _sent(value) for value in parameters]
        self._driver.send_query_prepared(name, values)
        return HotRows(await self._answer(), self._connection)

    async def _answer(self) -> PGresult:
        self._awaited = self._loop.create_future()
        if self._driver.flush():  # one short statement, and nothing else under way: there is room for it
            raise psycopg.OperationalError("the connection takes nothing more")
        result = await self._awaited
        if result.status not in _ANSWERED:
            raise psycopg.errors.error_from_result(result)
        return result

    def _take(self) -> None:
        try:
            self._driver.consume_input()
            while not self._driver.is_busy():
                result = self._driver.get_result()
                if result is None:
                    self._end()
                    return
                self._result = result
        except psycopg.OperationalError as error:
            self._loop.remove_reader(self._socket)
            self._lost(self)
            if self._awaited is not None and not self._awaited.done():
                self._awaited.set_exception(error)

    def _end(self) -> None:
        awaited, result, self._awaited, self._result = self._awaited, self._result, None, None
        if awaited is not None and result is not None and not awaited.done():
            awaited.set_result(result)

    async def close(self) -> None:
        self._loop.remove_reader(self._socket)
        await self._connection.close()
