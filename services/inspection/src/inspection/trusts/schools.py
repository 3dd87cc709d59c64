"""The schools of a trust: each with its latest graded inspection, told apart by whether it joined before or after."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.inspections.service import area_grades
from inspection.reference.service import codes
from inspection.rows import Row
from inspection.schools import service as register
from inspection.schools.listing_sql import SchoolFilters
from inspection.schools.service import CSV_COLUMNS, school_document
from inspection.trusts import repository
from inspection.trusts.service import find_trust
from shared.db.session import streaming_session
from shared.pagination import PageParameters, page_of
from shared.responses import csv_rows, ndjson, page_response, wants_csv, wants_ndjson

Document = dict[str, Any]

NOT_INSPECTED: Final = "not_inspected"
NOT_IN_SOURCE: Final = "not_in_source"
NOT_TOLD_AS_OF: Final = "not_told_as_of"
LATEST_COLUMNS: Final = (
    "joined_on", "joined_on_assumed", "latest_starts_on", "latest_framework", "latest_overall",
    "latest_before_joining",
)  # fmt: skip


async def list_trust_schools(request: Request, reads: AsyncConnection, uid: str, page: PageParameters) -> Response:
    """Answer with the schools that are in the trust now, by URN, or with all of them as a stream."""
    await find_trust(reads, uid)
    if wants_ndjson(request):
        return ndjson(_documents(request, uid))
    if wants_csv(request):
        return csv_rows([*CSV_COLUMNS, *LATEST_COLUMNS], _table(request, uid))
    return page_response(request, await schools_page(request, reads, uid, page))


async def list_schools_then(
    request: Request, reads: AsyncConnection, uid: str, page: PageParameters, as_of: date
) -> Response:
    """Answer with the schools that were in the trust on a date, by URN: a page of them, or all as a stream."""
    await find_trust(reads, uid)
    return await register.list_schools(request, reads, SchoolFilters(trust=uid, as_of=as_of), page, show=_then)


def _then(school: Document) -> Document:
    untold = dict.fromkeys(("joined_on", "joined_on_assumed", "latest_inspection"))
    reasons = {"joined_on": NOT_TOLD_AS_OF, "latest_inspection": NOT_TOLD_AS_OF}
    return {**school, **untold, "unknown": {**school["unknown"], **reasons}}


async def schools_page(request: Request, reads: AsyncConnection, uid: str, page: PageParameters) -> Document:
    """Return one page of the trust's schools."""
    key = page.key(int)
    after = int(key[0] or 0) if key else None
    rows = await repository.schools_page(reads, uid, after=after, limit=page.limit + 1)
    total = await repository.count_schools(reads, uid) if page.include_total else None
    documents = [trust_school_document(row) for row in rows]
    return page_of(request, page, documents, lambda school: (school["urn"],), total=total)


def trust_school_document(row: Row) -> Document:
    """Return a school of a trust: the School document, when it joined, and its latest graded inspection."""
    school = school_document(row)
    latest = _latest(row)
    reasons = {"latest_inspection": None if latest else NOT_INSPECTED, "joined_on": _not_known(row["joined_on"])}
    return {
        **school,
        "joined_on": row["joined_on"],
        "joined_on_assumed": row["joined_on_assumed"],
        "latest_inspection": latest,
        "unknown": {**school["unknown"], **{field: reason for field, reason in reasons.items() if reason}},
    }


def _not_known(value: object) -> str | None:
    return NOT_IN_SOURCE if value is None else None


def _latest(row: Row) -> Document | None:
    if row["inspection_id"] is None:
        return None
    return {
        "id": row["inspection_id"],
        "number": row["number"],
        "framework": row["framework"],
        "starts_on": row["starts_on"],
        "published_on": row["published_on"],
        "urn_at_inspection": row["urn_at_inspection"],
        "relates_to_current_urn": row["relates_to_current_urn"],
        "overall": row["overall"],
        "overall_label": codes().grade_label(row["overall"]),
        "overall_reason": row["overall_reason"],
        "category_of_concern": row["category_of_concern"],
        "areas": [{**area, "grade_label": codes().grade_label(area["grade"])} for area in area_grades(row)],
        "before_joining": row["latest_before_joining"],
        "joined_on": row["joined_on"],
        "joined_on_assumed": row["joined_on_assumed"],
    }


async def _documents(request: Request, uid: str) -> AsyncIterator[Document]:
    async with streaming_session(request) as session:
        async for row in repository.stream_schools(session, uid):
            yield trust_school_document(row)


async def _table(request: Request, uid: str) -> AsyncIterator[Sequence[Any]]:
    async with streaming_session(request) as session:
        async for row in repository.stream_schools(session, uid):
            latest = (row["joined_on"], row["joined_on_assumed"], row["starts_on"], row["framework"], row["overall"])
            inspected = row["starts_on"] is not None
            before = row["latest_before_joining"] if inspected else None
            yield [*(row[column] for column in CSV_COLUMNS), *latest, before]
