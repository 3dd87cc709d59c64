"""Runs the statements of the repositories and gives plain rows: no ORM objects, each column by its name."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

Row = Mapping[str, Any]
Parameters = dict[str, Any]

STREAM_ROWS = 500


async def fetch_all(reads: AsyncConnection, sql: str, parameters: Parameters) -> list[Row]:
    """Return all rows of a statement."""
    result = await reads.execute(text(sql), parameters)
    columns = tuple(result.keys())
    return [dict(zip(columns, row, strict=True)) for row in result]


async def fetch_first(reads: AsyncConnection, sql: str, parameters: Parameters) -> Row | None:
    """Return the first row of a statement, or None."""
    rows = await fetch_all(reads, sql, parameters)
    return rows[0] if rows else None


async def fetch_count(reads: AsyncConnection, sql: str, parameters: Parameters) -> int:
    """Return the one number of a statement that counts."""
    return int(await reads.scalar(text(sql), parameters) or 0)


async def stream_all(session: AsyncSession, sql: str, parameters: Parameters) -> AsyncIterator[Row]:
    """Yield the rows of a statement through a cursor on the server, in constant memory."""
    result = await session.stream(text(sql), parameters, execution_options={"yield_per": STREAM_ROWS})
    columns = tuple(result.keys())
    async for rows in result.partitions():  # asked for one by one, each row costs a switch between two stacks
        for row in rows:
            yield dict(zip(columns, row, strict=True))
