"""Rows out of statements, typed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Executable, RowMapping
from sqlalchemy.ext.asyncio import AsyncSession


async def all_rows(session: AsyncSession, statement: Executable) -> list[RowMapping]:
    """Return all rows of a statement."""
    result: Any = await session.execute(statement)
    return list(result.mappings())


async def one_row(session: AsyncSession, statement: Executable) -> RowMapping | None:
    """Return the only row of a statement, or None where there is none."""
    result: Any = await session.execute(statement)
    row: RowMapping | None = result.mappings().one_or_none()
    return row


async def made_row(session: AsyncSession, statement: Executable) -> RowMapping:
    """Return the row that a statement has made."""
    result: Any = await session.execute(statement)
    row: RowMapping = result.mappings().one()
    return row
