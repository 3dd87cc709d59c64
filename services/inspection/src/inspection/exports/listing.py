"""A list of schools as a workbook: what the register says of all that match, however many."""

import asyncio
from datetime import datetime
from typing import Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.exports.tables import Cell, listed_columns, meanings, origins, source
from inspection.exports.workbook import MEDIA_TYPE, ListBook
from inspection.rows import STREAM_ROWS, Row
from inspection.schools import repository
from inspection.schools.listing_sql import SchoolFilters
from inspection.schools.service import settle
from shared.db.session import streaming_session
from shared.responses import file_response

SHEET: Final = "Schools"


async def list_workbook(request: Request, reads: AsyncConnection, filters: SchoolFilters) -> Response:
    """Answer with all schools of a list, in its order, as a workbook of one sheet and one that explains it."""
    filters = await settle(reads, filters)
    columns = listed_columns(near=filters.place is not None)
    book = ListBook(SHEET, columns)
    sources: set[tuple[Cell, ...]] = set()
    created: datetime | None = None
    async with streaming_session(request) as session:
        waiting: list[Row] = []
        async for row in repository.stream(session, filters):
            waiting.append(row)
            sources.add(source(row))
            created = max(created or row["source_loaded_at"], row["source_loaded_at"])
            if len(waiting) == STREAM_ROWS:
                await asyncio.to_thread(book.add, waiting)
                waiting = []
        await asyncio.to_thread(book.add, waiting)
    about = [(SHEET,), *origins(sources), *meanings(SHEET, columns)]
    content = await asyncio.to_thread(book.finish, about, SHEET, created)
    return file_response(request, content, MEDIA_TYPE, "schools.xlsx")
