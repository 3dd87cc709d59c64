"""Runs the statements of the repositories and gives plain rows: no ORM objects, each column by its name."""

from collections.abc import AsyncIterator, Mapping
from functools import lru_cache
from typing import Any, Final

import orjson
import psycopg
from psycopg.types.json import set_json_loads
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.db.hot_reads import HotReads

Row = Mapping[str, Any]
Parameters = dict[str, Any]

Reads = AsyncConnection | HotReads
"""Where public rows are read: a connection, or statements kept prepared, for what is asked for often."""

STREAM_ROWS = 500
STATEMENTS_KNOWN: Final = 128
_NUMBERING: Final = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


async def fetch_all(reads: Reads, sql: str, parameters: Parameters) -> list[Row]:
    """Return all rows of a statement."""
    if isinstance(reads, HotReads):
        statement, names = _numbered(sql)
        return list((await reads.fetch(statement, [parameters[name] for name in names])).decoded)
    result = await reads.execute(text(sql), parameters)
    columns = tuple(result.keys())
    return [dict(zip(columns, row, strict=True)) for row in result]


@lru_cache(STATEMENTS_KNOWN)
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """Return a statement with its parameters as `$1`, `$2` and so on, and their names in that order."""
    compiled = text(sql).compile(dialect=_NUMBERING)
    return compiled.string, tuple(compiled.positiontup or ())


async def fetch_first(reads: Reads, sql: str, parameters: Parameters) -> Row | None:
    """Return the first row of a statement, or None."""
    rows = await fetch_all(reads, sql, parameters)
    return rows[0] if rows else None


async def fetch_count(reads: AsyncConnection, sql: str, parameters: Parameters) -> int:
    """Return the one number of a statement that counts."""
    return int(await reads.scalar(text(sql), parameters) or 0)


async def stream_all(session: AsyncSession, sql: str, parameters: Parameters) -> AsyncIterator[Row]:
    """Yield the rows of a statement in constant memory: the database goes on making them while these are dealt with.

    Until the last one no other statement can run in the transaction.
    """
    named = text(sql)
    used = {name: parameters[name] for name in named.compile().params}
    statement = named.bindparams(**used).compile(dialect=session.get_bind().dialect)
    connection = await (await session.connection()).get_raw_connection()
    driver: psycopg.AsyncConnection[Any] = connection.driver_connection  # type: ignore[assignment]  # the only one
    async with driver.cursor() as cursor:
        set_json_loads(orjson.loads, cursor)
        columns: tuple[str, ...] = ()
        async for row in cursor.stream(str(statement), statement.params, size=STREAM_ROWS):
            columns = columns or tuple(column.name for column in cursor.description or ())
            yield dict(zip(columns, row, strict=True))
