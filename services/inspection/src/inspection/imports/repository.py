"""Statements on imports: the resource that clients see, and what the job that runs one reads and writes."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date
from itertools import count as count_from
from itertools import islice
from typing import Any, BinaryIO
from uuid import UUID

import orjson
import psycopg
from sqlalchemy import Connection, RowMapping, column, func, insert, select, table, text
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.domain.register import DERIVED
from inspection.models import Import, ImportFile, ImportRejection
from shared.auth import Principal
from shared.auth.tenancy import visible

_IMPORTS = Import.__table__
_REJECTIONS = ImportRejection.__table__
_ROW = [column for column in _IMPORTS.columns if column.name not in {"row_digests", "created_at"}]
_JOBS = table(
    "jobs",
    *(column(name) for name in ("id", "state", "done", "total", "step", "problem")),
    *(column(name) for name in ("created_at", "started_at", "finished_at")),
)
_VIEWS = select(*_ROW, *(each for each in _JOBS.c if each.name != "id")).join_from(
    _IMPORTS, _JOBS, _JOBS.c.id == _IMPORTS.c.id
)
_REJECTIONS_AT_ONCE = 1000
RAW_SHOWN = 4000
"""Characters of a rejected row that are kept."""


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Add an import."""
    await session.execute(insert(Import).values(**values))


async def add_chunks(session: AsyncSession, chunks: Sequence[Mapping[str, Any]]) -> None:
    """Add pieces of an import's file: the next one is sent while the database stores the one before."""
    await session.execute(insert(ImportFile), list(chunks))


async def find(session: AsyncSession, import_id: UUID, principal: Principal) -> RowMapping | None:
    """Return an import that the client may see."""
    query = _VIEWS.where(_IMPORTS.c.id == import_id, visible(principal, _IMPORTS))
    return (await session.execute(query)).mappings().one_or_none()


async def page(
    session: AsyncSession, principal: Principal, kind: str | None, after: UUID | None, limit: int
) -> list[RowMapping]:
    """Return imports, newest first; identifiers sort by the time they were made."""
    query = _VIEWS.where(visible(principal, _IMPORTS)).order_by(_IMPORTS.c.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(_IMPORTS.c.kind == kind)
    if after is not None:
        query = query.where(_IMPORTS.c.id < after)
    return list((await session.execute(query)).mappings())


async def count(session: AsyncSession, principal: Principal, kind: str | None) -> int:
    """Count the imports of a list."""
    query = select(func.count()).select_from(_IMPORTS).where(visible(principal, _IMPORTS))
    if kind is not None:
        query = query.where(_IMPORTS.c.kind == kind)
    return await session.scalar(query) or 0


async def rejections(session: AsyncSession, import_id: UUID, after: int, limit: int) -> list[RowMapping]:
    """Return rejected rows in the order of the file, after a row number."""
    query = (
        select(_REJECTIONS)
        .where(_REJECTIONS.c.import_id == import_id, _REJECTIONS.c.row_number > after)
        .order_by(_REJECTIONS.c.row_number)
        .limit(limit)
    )
    return list((await session.execute(query)).mappings())


_CHANGES = """
SELECT c.id, c.urn, c.concerns, c.subject, c.field, c.before, c.after, c.as_at
FROM (
    SELECT id, urn, concerns, subject, field, before, after, as_at FROM import_changes WHERE import_id = :import_id
    UNION ALL
    SELECT h.id, h.urn, 'school', NULL, h.field, h.before, h.after, h.as_at
    FROM school_changes h JOIN imports i ON i.source_id = h.source_id
    WHERE i.id = :import_id AND h.field <> ALL (:derived)) c
WHERE c.id > :after
ORDER BY c.id"""


async def changes(session: AsyncSession, import_id: UUID, after: int, limit: int) -> list[RowMapping]:
    """Return what an import changed, or would, after the number of a change: fields of schools first."""
    values = {"import_id": import_id, "after": after, "derived": list(DERIVED), "limit": limit}
    return list((await session.execute(text(f"{_CHANGES} LIMIT :limit"), values)).mappings())


async def stream_changes(session: AsyncSession, import_id: UUID) -> AsyncIterator[RowMapping]:
    """Yield all that an import changed, or would."""
    result = await session.stream(text(_CHANGES), {"import_id": import_id, "after": 0, "derived": list(DERIVED)})
    async for row in result.mappings():
        yield row


async def titles(session: AsyncSession, import_id: UUID) -> list[str]:
    """Return the titles of the columns of an import's file."""
    query = select(_IMPORTS.c.header["titles"]).where(_IMPORTS.c.id == import_id)
    return list(await session.scalar(query) or [])


async def raw_rows(session: AsyncSession, import_id: UUID, rows: Sequence[int]) -> dict[int, str]:
    """Return rejected rows as they were, by their number; without those too long to be kept whole."""
    query = select(_REJECTIONS.c.row_number, _REJECTIONS.c.raw).where(
        _REJECTIONS.c.import_id == import_id,
        _REJECTIONS.c.row_number.in_(rows),
        func.length(_REJECTIONS.c.raw) < RAW_SHOWN,
    )
    return {row.row_number: row.raw for row in await session.execute(query)}


async def stream_rejections(session: AsyncSession, import_id: UUID) -> AsyncIterator[RowMapping]:
    """Yield all rejected rows in the order of the file."""
    query = select(_REJECTIONS).where(_REJECTIONS.c.import_id == import_id).order_by(_REJECTIONS.c.row_number)
    result = await session.stream(query)
    async for row in result.mappings():
        yield row


def import_of(connection: Connection, import_id: UUID) -> RowMapping:
    """Return the import that a job runs."""
    return connection.execute(select(*_ROW).where(_IMPORTS.c.id == import_id)).mappings().one()


def copy_file(connection: Connection, import_id: UUID, target: BinaryIO) -> None:
    """Write an import's file to `target`, piece by piece."""
    query = "SELECT content FROM import_files WHERE import_id = %s AND chunk = %s"
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]  # the only one
    with driver.cursor(binary=True) as cursor:  # as text, bytes are twice as many
        for number in count_from(0):
            row = cursor.execute(query, (import_id, number)).fetchone()
            if row is None:
                return
            target.write(row[0])


def schools_published_here(connection: Connection) -> set[int]:
    """Return the schools with an inspection that was published or corrected here."""
    return set(connection.scalars(text("SELECT DISTINCT urn FROM inspections WHERE source_id IS NULL")))


def known_digests(connection: Connection, kind: str, as_at: date) -> RowMapping | None:
    """Return the digests of the rows of the newest load that is not newer than `as_at`, its date, and what file it was.

    `anew` are the places of rows that are to be read again wherever they stand.
    """
    return (
        connection.execute(
            text(
                "SELECT row_digests, as_at, file_sha256, rows_read, header -> 'anew' AS anew"
                " FROM imports WHERE kind = :kind AND as_at <= :as_at AND row_digests IS NOT NULL"
                " ORDER BY as_at DESC, source_id DESC LIMIT 1"
            ),
            {"kind": kind, "as_at": as_at},
        )
        .mappings()
        .one_or_none()
    )


def add_source(connection: Connection, wanted: RowMapping) -> int:
    """Add the provenance of an import's load and return its number."""
    number: int | None = connection.scalar(
        text(
            "INSERT INTO sources (name, file_name, as_at, sent_by) VALUES (:kind, :file_name, :as_at, :sent_by)"
            " RETURNING id"
        ),
        {"sent_by": wanted["submitted_by"], **{name: wanted[name] for name in ("kind", "file_name", "as_at")}},
    )
    assert number is not None  # noqa: S101 - RETURNING gives the row
    return number


def finish(connection: Connection, import_id: UUID, values: Mapping[str, Any]) -> None:
    """Write the outcome of an import, and let go of its file."""
    documents = {name: orjson.dumps(values[name]).decode() for name in ("header", "warnings")}
    connection.execute(
        text(
            "UPDATE imports SET encoding = :encoding, rows_read = :read, rows_created = :created,"
            " rows_changed = :changed, rows_unchanged = :unchanged, rows_rejected = :rejected,"
            " header = CAST(:header AS jsonb), warnings = CAST(:warnings AS jsonb), source_id = :source_id,"
            " row_digests = :row_digests WHERE id = :id"
        ),
        {**values, **documents, "id": import_id},
    )
    connection.execute(text("DELETE FROM import_files WHERE import_id = :id"), {"id": import_id})


def add_rejections(connection: Connection, owner: RowMapping, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add rejected rows. (COPY does not pass row-level security.)"""
    whose = {"import_id": owner["id"], "tenancy_orgs": owner["tenancy_orgs"], "tenancy_region": owner["tenancy_region"]}
    waiting = iter(rows)
    while batch := [{**whose, **row} for row in islice(waiting, _REJECTIONS_AT_ONCE)]:
        connection.execute(insert(ImportRejection), batch)


def field_changes(connection: Connection, source_id: int) -> str:
    """Return what a load changed in the fields of schools, as JSON."""
    found: str | None = connection.scalar(
        text(
            "SELECT json_agg(c ORDER BY c.id)::text FROM ("
            "SELECT id, urn, as_at, 'school' AS concerns, field, before, after FROM school_changes"
            " WHERE source_id = :source AND field <> ALL (:derived)) c"
        ),
        {"source": source_id, "derived": list(DERIVED)},
    )
    return found or "[]"


def told(connection: Connection, as_at: date) -> str:
    """Return what a load changed beside the fields of schools, as JSON, numbered on from all changes of fields."""
    found: str | None = connection.scalar(
        text(
            "SELECT json_agg(c ORDER BY c.id)::text FROM ("
            "SELECT t.id + coalesce(last.id, 0) AS id, t.urn, CAST(:as_at AS date) AS as_at, t.concerns, t.subject,"
            " t.field, t.before, t.after"
            " FROM told t LEFT JOIN (SELECT max(id) AS id FROM school_changes) last ON true) c"
        ),
        {"as_at": as_at},
    )
    return found or "[]"


def add_changes(connection: Connection, owner: RowMapping, changes: str) -> None:
    """Keep changes with their import."""
    connection.execute(
        text(
            "INSERT INTO import_changes (import_id, id, urn, as_at, concerns, subject, field, before, after,"
            " tenancy_orgs, tenancy_region)"
            " SELECT :import_id, id, urn, as_at, concerns, subject, field, nullif(before, 'null'),"
            " nullif(after, 'null'), :tenancy_orgs, :tenancy_region"
            " FROM jsonb_to_recordset(CAST(:changes AS jsonb))"
            " AS c (id bigint, urn int, as_at date, concerns text, subject text, field text, before jsonb, after jsonb)"
        ),
        {
            "import_id": owner["id"],
            "changes": changes,
            "tenancy_orgs": owner["tenancy_orgs"],
            "tenancy_region": owner["tenancy_region"],
        },
    )


def drop_stale_files(connection: Connection) -> None:
    """Let go of files of imports that failed or were cancelled."""
    connection.execute(
        text("DELETE FROM import_files f USING jobs j WHERE j.id = f.import_id AND j.state IN ('failed', 'cancelled')")
    )
