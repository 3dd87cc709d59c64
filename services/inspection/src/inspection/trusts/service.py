"""Reads of trusts."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.problems import TrustNotFound
from inspection.reference.service import codes
from inspection.rows import Row
from inspection.schools.service import source_document
from inspection.trusts import repository
from inspection.trusts.repository import TrustFilters
from inspection.trusts.schemas import TrustLookup
from shared.db.session import streaming_session
from shared.pagination import PageParameters, page_of
from shared.responses import csv_rows, json_response, ndjson, page_response, wants_csv, wants_ndjson

Document = dict[str, Any]

CSV_COLUMNS: Final = (
    "uid", "trn", "ukprn", "companies_house_number", "name", "kind", "status", "opened_on", "closed_on", "postcode",
    "schools", "report_cards", "source_name", "source_as_at",
)  # fmt: skip
LOOKUP_COLUMNS: Final = {
    "uids": "uid",
    "trns": "trn",
    "ukprns": "ukprn",
    "companies_house_numbers": "companies_house_number",
}


def trust_filters(
    *, q: str | None = None, kind: str | None = None, status: str | None = None, has_schools: bool | None = None
) -> TrustFilters:
    """Return the filters of a list, with the kinds of group that are trusts."""
    return TrustFilters(codes().trust_kinds, codes().open_statuses, q, kind, status, has_schools)


def trust_document(row: Row) -> Document:
    """Return the Trust document of a row."""
    return {
        "uid": row["uid"],
        "trn": row["trn"],
        "ukprn": row["ukprn"],
        "companies_house_number": row["companies_house_number"],
        "name": row["name"],
        "kind": row["kind"],
        "status": row["status"],
        "open_date": row["opened_on"],
        "close_date": row["closed_on"],
        "postcode": row["postcode"],
        "schools": row["schools"],
        "report_cards": row["report_cards"],
        "source": source_document(row),
    }


async def list_trusts(
    request: Request, reads: AsyncConnection, filters: TrustFilters, page: PageParameters
) -> Response:
    """Answer with one page of trusts by UID, or with all of them as a stream."""
    if filters.q is not None and not await repository.any_matches(reads, filters):
        filters = replace(filters, match="near")
    if wants_ndjson(request):
        return ndjson(_documents(request, filters))
    if wants_csv(request):
        return csv_rows(CSV_COLUMNS, _table(request, filters))
    rows = await repository.page(reads, filters, after=page.key(str), limit=page.limit + 1)
    total = await repository.count(reads, filters) if page.include_total else None
    body = page_of(request, page, [trust_document(row) for row in rows], lambda trust: (trust["uid"],), total=total)
    search = {"search": {"q": filters.q, "match": filters.match}} if filters.q is not None else {}
    return page_response(request, {**body, **search})


async def _documents(request: Request, filters: TrustFilters) -> AsyncIterator[Document]:
    async with streaming_session(request) as session:
        async for row in repository.stream(session, filters):
            yield trust_document(row)


async def _table(request: Request, filters: TrustFilters) -> AsyncIterator[Sequence[Any]]:
    async with streaming_session(request) as session:
        async for row in repository.stream(session, filters):
            yield [row[column] for column in CSV_COLUMNS]


async def find_trust(reads: AsyncConnection, uid: str) -> Row:
    """Return the row of a trust; raises TrustNotFound."""
    row = await repository.find(reads, trust_filters(), uid)
    if row is None:
        raise TrustNotFound(f"No trust in the register carries the UID {uid}.")
    return row


async def get_trust(request: Request, reads: AsyncConnection, uid: str) -> Response:
    """Answer with one trust."""
    return json_response(request, trust_document(await find_trust(reads, uid)))


async def lookup_trusts(request: Request, reads: AsyncConnection, wanted: TrustLookup) -> Response:
    """Answer with the trusts named by any identifier, and with the identifiers that none carries."""
    asked = wanted.model_dump()
    rows = await repository.lookup(reads, trust_filters(), asked)
    found = {column: {row[column] for row in rows} for column in LOOKUP_COLUMNS.values()}
    missing = [
        code
        for kind, column in LOOKUP_COLUMNS.items()
        for code in dict.fromkeys(asked[kind])
        if code not in found[column]
    ]
    return json_response(request, {"data": [trust_document(row) for row in rows], "missing": missing})
