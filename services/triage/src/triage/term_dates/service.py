"""Term dates as clients read and add them."""

from typing import Any

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.auth import Principal
from shared.errors import FieldProblem, Forbidden, Unprocessable, invalid
from shared.responses import dumps, json_response
from triage.assessments.redaction import is_party
from triage.domain.calendar import faults_of, read_terms
from triage.problems import LocalAuthorityNotFound
from triage.term_dates import repository
from triage.term_dates.schemas import NewTermDates


async def list_versions(request: Request, reads: AsyncConnection, la: str) -> Response:
    """Answer with every version of an authority, the newest first."""
    await _region(reads, la)
    rows = await repository.versions(reads, la)
    return json_response(request, {"data": [_document(row) for row in rows]}, public=True)


async def add(request: Request, session: AsyncSession, principal: Principal, la: str, wanted: NewTermDates) -> Response:
    """Add the next version of an authority's term dates: time that is given from now on is counted by it."""
    _refuse_others(principal, la, await _region(session, la))
    terms = wanted.model_dump(mode="json")["terms"]
    if faults := faults_of(read_terms(terms)):
        problems = [FieldProblem(f"/terms{where}", detail, code) for where, detail, code in faults]
        raise Unprocessable("The terms are not in order.", errors=problems)
    await repository.lock(session, la)
    before = await repository.newest(session, la)
    _refuse_repeated(before, terms, wanted)
    row = await repository.add(session, _values(la, before, wanted, principal) | {"terms": dumps(terms).decode()})
    return json_response(request, _document(row), status=201)


async def _region(reads: repository.Reads, la: str) -> str | None:
    found = await repository.region_of(reads, la)
    if found is None:
        raise LocalAuthorityNotFound("No school of an authority with this code is known.")
    region: str | None = found["region"]
    return region


def _refuse_others(principal: Principal, la: str, region: str | None) -> None:
    if is_party(principal):
        if str(principal.org) != f"la:{la}":
            raise Forbidden("An authority gives its own term dates.")
    elif not principal.sees_everything and region not in principal.regions:
        raise Forbidden("Term dates are recorded by the team of the authority's region.")


def _refuse_repeated(before: RowMapping | None, terms: list[dict[str, Any]], wanted: NewTermDates) -> None:
    if before is None:
        return
    if before["terms"] == terms:
        raise invalid("/terms", "These are the term dates in use already.", "no_change")
    if wanted.reason is None:
        raise invalid("/reason", "Say why the dates change.", "missing")


def _values(la: str, before: RowMapping | None, wanted: NewTermDates, principal: Principal) -> dict[str, Any]:
    return {
        "la_code": la,
        "version": before["version"] + 1 if before else 1,
        "source_name": wanted.source.name,
        "source_url": str(wanted.source.url) if wanted.source.url else None,
        "source_as_at": wanted.source.as_at,
        "reason": wanted.reason,
        "recorded_by": principal.subject,
        "recorded_role": principal.role,
    }


def _document(row: RowMapping) -> dict[str, Any]:
    return {
        "local_authority_code": row["la_code"],
        "version": row["version"],
        "terms": row["terms"],
        "source": {"name": row["source_name"], "url": row["source_url"], "as_at": row["source_as_at"]},
        "reason": row["reason"],
        "recorded_at": row["recorded_at"],
    }
