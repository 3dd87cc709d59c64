"""Rejected rows, corrected and sent again on their own: an import of the same kind and date, linked to the first."""

import csv
import io
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import orjson
from fastapi import Request
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.imports import repository
from inspection.imports.problems import NothingToResubmit
from inspection.imports.reading.header import Header, fold
from inspection.imports.reading.problems import UnreadableFile
from inspection.imports.reading.table import Table
from inspection.imports.schemas import CorrectedRow, CorrectedRows, Import
from shared.errors import WHOLE_BODY, FieldProblem, Unprocessable, UnsupportedMediaType, invalid
from shared.problems import pointer_to, sentence_of

ENCODING: Final = "utf-8"
_CSV, _JSON = "text/csv", "application/json"


async def corrected_file(request: Request, session: AsyncSession, first: Import) -> bytes:
    """Return the corrected rows of the request's body as a file of the first import's kind.

    Raises NothingToResubmit, UnsupportedMediaType, or Unprocessable that names the rows at fault.
    """
    if first.state != "succeeded" or first.dry_run or not first.rows.rejected:
        raise NothingToResubmit(
            "Only rows that a finished import rejected can be sent again, and a dry run keeps none."
        )
    titles = await repository.titles(session, first.id)
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    content = await request.body()
    if media_type == _CSV:
        return _checked_table(content, first.kind, titles)
    if media_type == _JSON:
        return await _written(session, first.id, _rows(content), Header(titles))
    raise UnsupportedMediaType("Send the corrected rows as text/csv with the file's header, or as application/json.")


def _checked_table(content: bytes, kind: str, titles: Sequence[str]) -> bytes:
    try:
        sent = Table(io.BytesIO(content), kind).header.titles
    except UnreadableFile as error:
        raise invalid(WHOLE_BODY, error.text, error.code) from error
    if [fold(title) for title in sent] != [fold(title) for title in titles]:
        raise invalid(WHOLE_BODY, "The header is not that of the file whose rows were rejected.", "other_header")
    return content


def _rows(content: bytes) -> Sequence[CorrectedRow]:
    try:
        return CorrectedRows.model_validate(orjson.loads(content)).rows
    except orjson.JSONDecodeError as error:
        raise invalid(WHOLE_BODY, "The body is not JSON.", "invalid_json") from error
    except ValidationError as error:
        raise Unprocessable(
            "The rows are not of the form expected.",
            errors=[
                FieldProblem(pointer_to(each["loc"]), sentence_of(each["msg"]), "invalid") for each in error.errors()
            ],
        ) from error


async def _written(session: AsyncSession, import_id: UUID, rows: Sequence[CorrectedRow], header: Header) -> bytes:
    raw = await repository.raw_rows(session, import_id, [each.row for each in rows])
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header.titles)
    problems: list[FieldProblem] = []
    for at, each in enumerate(rows):
        cells = _cells(raw.get(each.row), header)
        wrong = _wrong(at, each, cells, header)
        problems += wrong
        if cells is not None and not wrong:
            for title, value in each.values.items():
                cells[header.place(title) or 0] = value
            writer.writerow(cells)
    if problems:
        raise Unprocessable("Some rows cannot be put together.", errors=problems)
    return out.getvalue().encode(ENCODING)


def _cells(raw: str | None, header: Header) -> list[str] | None:
    """Return the cells of a rejected row; None where it was not kept whole."""
    cells = next(csv.reader([raw or ""]), [])
    return cells if len(cells) == header.width else None


def _wrong(at: int, each: CorrectedRow, cells: Sequence[str] | None, header: Header) -> list[FieldProblem]:
    if cells is None:
        text = f"Row {each.row} was not rejected by this import, or not kept whole: send it as CSV."
        return [FieldProblem(f"/rows/{at}/row", text, "no_such_row")]
    return [
        FieldProblem(f"/rows/{at}/values/{title}", f"The file has no column {title}.", "no_such_column")
        for title in each.values
        if title not in header
    ]
