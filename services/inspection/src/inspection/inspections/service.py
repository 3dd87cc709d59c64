"""Reads of inspections: single ones, lists, a school's history, and versions."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.domain.areas import read_grade
from inspection.domain.lineage import trace
from inspection.inspections import repository, table
from inspection.inspections.repository import InspectionFilters
from inspection.inspectorate import is_inspectorate
from inspection.problems import InspectionNotFound, SchoolNotFound
from inspection.reference.service import codes
from inspection.rows import Row
from inspection.schools import lineage_sql
from inspection.schools.lineage import fork_document
from shared.auth import Principal
from shared.clock import today
from shared.db.session import streaming_session
from shared.errors import invalid
from shared.pagination import CursorKey, PageParameters, page_of
from shared.responses import csv_rows, each, json_response, ndjson, page_response, wants_csv, wants_ndjson

Document = dict[str, Any]

NOT_IN_SOURCE = "not_in_source"
PUBLISHED_HERE = "inspection-publication"
OLDER_FILE = "older_file"
NEWER_FILE = "newer_file"


def inspection_core(row: Row) -> Document:
    """Return what every document says of an inspection, apart from its school, areas and source."""
    return {
        "id": row["id"],
        "number": row["number"],
        "framework": row["framework"],
        "kind": row["kind"],
        "starts_on": row["starts_on"],
        "published_on": row["published_on"],
        "published_on_reason": row["published_reason"],
        "urn_at_inspection": row["urn_at_inspection"],
        "relates_to_current_urn": row["relates_to_current_urn"],
        "relates_assumed": row["relates_assumed"],
        "overall": row["overall"],
        "overall_reason": row["overall_reason"],
        "category_of_concern": row["category_of_concern"],
        "safeguarding": row["safeguarding"],
        "safeguarding_reason": row["safeguarding_reason"],
        "outcome": outcome_document(row["outcome_code"]),
        "version": row["version"],
        "warnings": warning_documents(row["warnings"]),
    }


def outcome_document(code: str | None) -> Document | None:
    """Return the outcome of an ungraded inspection with its label, and whether it speaks of a concern."""
    if code is None:
        return None
    return {"code": code, "label": codes().label("outcomes", code), "concern": codes().concern(code)}


def warning_documents(stored: Sequence[str]) -> list[Document]:
    """Return the doubts about the data, each with its text."""
    return [{"code": code, "text": codes().label("warnings", code)} for code in stored]


def area_grades(row: Row) -> list[Document]:
    """Return the grade of each area in the order of the framework; a date of judgement only where there is a grade."""
    own_dates = row["judged_on"] or {}
    areas: list[Document] = []
    for area in codes().in_order(row["framework"], row["grades"]):
        grade, reason = read_grade(row["grades"][area])
        judged_on = None if grade is None else own_dates.get(area) or row["starts_on"]
        areas.append({"area": area, "grade": grade, "grade_reason": reason, "judged_on": judged_on})
    return areas


def safeguarding_judged_on(row: Row) -> date | str | None:
    """Return when safeguarding was judged: its own date, or the start; None where there is no judgement."""
    if row["safeguarding"] is None:
        return None
    own: str | None = (row["judged_on"] or {}).get("safeguarding")
    return own or row["starts_on"]


def area_document(area: Document, narratives: Mapping[str, str] | None) -> Document:
    """Return the judgement of one area. No file carries narratives: without one it is null, with the reason."""
    narrative = narratives.get(area["area"]) if narratives else None
    return {
        **area,
        "action_needed": codes().action_needed(area["grade"]),
        "narrative": narrative,
        "narrative_reason": NOT_IN_SOURCE if narrative is None else None,
    }


def told_in_words(row: Row) -> Document:
    """Return the summary for parents and the references to evidence, which no file carries."""
    return {
        "summary": row["summary"],
        "summary_reason": NOT_IN_SOURCE if row["summary"] is None else None,
        "evidence_references": row["evidence_references"] or [],
    }


def inspection_document(row: Row) -> Document:
    """Return the Inspection document of a row."""
    return {
        **inspection_core(row),
        "urn": row["urn"],
        "state": row["state"],
        "safeguarding_judged_on": safeguarding_judged_on(row),
        "areas": [area_document(area, row["narratives"]) for area in area_grades(row)],
        **told_in_words(row),
        "source": source_document(row),
    }


def source_document(row: Row) -> Document:
    """Return where an inspection came from: a file, or its publication here."""
    if row["source_name"] is None:
        return {"name": PUBLISHED_HERE, "as_at": row["published_on"], "loaded_at": row["recorded_at"]}
    return {"name": row["source_name"], "as_at": row["source_as_at"], "loaded_at": row["source_loaded_at"]}


def history_document(row: Row) -> Document:
    """Return an inspection of a school's history: on whose row it stands, and in which trust the school was then."""
    then = {"uid": row["then_uid"], "name": row["then_name"], "assumed": row["then_assumed"]}
    return {
        **inspection_document(row),
        "relates_to_current_urn": row["relates_to_school"],
        "from_predecessor": row["from_predecessor"],
        "evidence": row["evidence"],
        "trust_at_inspection": then if row["then_uid"] else None,
        "before_joining_current_trust": row["before_joining"],
    }


def newest_first(document: Document) -> CursorKey:
    """Return the sort key of a list of inspections."""
    return (document["starts_on"].isoformat(), str(document["id"]))


async def list_inspections(
    request: Request, reads: AsyncConnection, filters: InspectionFilters, page: PageParameters
) -> Response:
    """Answer with one page of published inspections, newest first, or with all of them as a stream."""
    await require_school(reads, filters.urn)
    if wants_ndjson(request):
        return ndjson(_documents(request, filters))
    if wants_csv(request):
        return csv_rows(table.columns(), _cells(request, filters))
    rows = await repository.page(reads, filters, after=_after(page), limit=page.limit + 1)
    total = await repository.count(reads, filters) if page.include_total else None
    return page_response(
        request, page_of(request, page, [inspection_document(row) for row in rows], newest_first, total=total)
    )


async def require_school(reads: AsyncConnection, urn: int | None) -> None:
    """Raise Unprocessable when a list is narrowed to a school that the register does not hold."""
    if urn is not None and not await repository.school_exists(reads, urn):
        raise invalid("urn", f"No school in the register carries the URN {urn}.", "unknown_code")


def _after(page: PageParameters) -> tuple[date, UUID] | None:
    key = page.key(str, str)
    if key is None:
        return None
    try:
        return date.fromisoformat(str(key[0])), UUID(str(key[1]))
    except ValueError:
        raise invalid("after", "This cursor was not made by this list.", "bad_cursor") from None


async def _cells(request: Request, filters: InspectionFilters) -> AsyncIterator[Sequence[Any]]:
    async with streaming_session(request) as session:
        async for row in repository.stream(session, filters):
            yield table.cells(row)


async def _documents(request: Request, filters: InspectionFilters) -> AsyncIterator[Document]:
    async with streaming_session(request) as session:
        async for row in repository.stream(session, filters):
            yield inspection_document(row)


def check_as_of(as_of: date | None) -> None:
    """Raise Unprocessable for a day that has not come."""
    if as_of is not None and as_of > today():
        raise invalid("as_of", "Nobody can tell what will be published by a day in the future.", "in_the_future")


async def list_history(
    request: Request, reads: AsyncConnection, urn: int, page: PageParameters, as_of: date | None
) -> Response:
    """Answer with the inspections of a school and of the schools it came from, newest first."""
    check_as_of(as_of)
    whole = wants_ndjson(request) or wants_csv(request)
    after, limit = (None, None) if whole else (_after(page), page.limit + 1)
    rows = await repository.history(reads, urn, after=after, limit=limit, as_of=as_of)
    if not rows and after is None and not await repository.school_exists(reads, urn):
        raise SchoolNotFound(f"No school in the register carries the URN {urn}.")
    if wants_ndjson(request):
        return ndjson(each(map(history_document, rows)))
    if wants_csv(request):
        return csv_rows(table.history_columns(), each(map(table.history_cells, rows)))
    total = await repository.count_history(reads, urn, as_of) if page.include_total else None
    body = page_of(request, page, [history_document(row) for row in rows], newest_first, total=total)
    forks = [
        fork
        for fork in trace(urn, await lineage_sql.links_around(reads, urn)).ambiguities
        if fork.relation == "predecessor"
    ]
    return page_response(
        request, {**body, "ambiguous": bool(forks), "ambiguities": [fork_document(fork) for fork in forks]}
    )


async def get_inspection(
    request: Request, reads: AsyncConnection, inspection_id: UUID, as_of: date | None = None
) -> Response:
    """Answer with one published inspection as it stands, or stood on a day."""
    check_as_of(as_of)
    if as_of is None:
        row = await repository.find(reads, inspection_id)
    else:
        row = await repository.find_on(reads, inspection_id, as_of)
    if row is None:
        raise InspectionNotFound(f"There is no published inspection {inspection_id}.")
    return json_response(request, inspection_document(row))


async def list_versions(
    request: Request, reads: AsyncConnection, principal: Principal, inspection_id: UUID
) -> Response:
    """Answer with all versions of an inspection, the one in force last first; what was replaced has date and reason.

    Those of an inspection that is to be seen on a later day are the inspectorate's.
    """
    current = await repository.find(reads, inspection_id)
    if current is None and is_inspectorate(principal):
        current = await repository.find_stored(reads, inspection_id)
    if current is None:
        raise InspectionNotFound(f"There is no published inspection {inspection_id}.")
    earlier = await repository.earlier_versions(reads, inspection_id)
    versions: list[Row] = [{**current, "reason": None, "replaced_at": None}, *earlier]
    return json_response(request, {"data": [_version(row, before) for row, before in succession(versions)]})


def succession(versions: Sequence[Row]) -> Iterator[tuple[Row, Row | None]]:
    """Yield each version with the one that was in force before it, of those that were recorded before it.

    They come with the one in force last first; an older file's version has a later number than those that follow it.
    """
    for place, row in enumerate(versions):
        yield row, next((each for each in versions[place + 1 :] if each["version"] < row["version"]), None)


def made_because(row: Row, before: Row | None) -> str | None:
    """Return why a version was made: of one that an older file brought its own reason says it."""
    if row.get("reason") == OLDER_FILE:
        return OLDER_FILE
    if before is None:
        return None
    return NEWER_FILE if before["reason"] == OLDER_FILE else str(before["reason"])


def _version(row: Row, before: Row | None) -> Document:
    return {
        "version": row["version"],
        "current": row["replaced_at"] is None,
        "made_at": row["recorded_at"] or row["source_loaded_at"],
        "made_by": row["recorded_by"],
        "made_because": made_because(row, before),
        "replaced_at": row["replaced_at"],
        "replaced_because": row["reason"],
        "inspection": inspection_document(row),
    }
