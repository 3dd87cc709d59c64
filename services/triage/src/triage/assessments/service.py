"""Assessments as clients read them."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.clock import today
from shared.db.session import streaming_session
from shared.pagination import PageParameters, page_of
from shared.responses import json_response, page_response
from triage.assessments import repository
from triage.assessments.filters import AssessmentFilter
from triage.assessments.redaction import confidential_flags, is_party, redacted
from triage.assessments.schemas import AssessmentLookup
from triage.intake.handlers import CONSUMER
from triage.listing import list_by_id, streamed
from triage.policies import repository as policies
from triage.problems import AssessmentNotFound
from triage.reference.service import require_scheme

_COLUMNS: Final = (
    "urn",
    "school_name",
    "school_region",
    "school_local_authority_code",
    "school_trust_uid",
    "scheme",
    "policy_version",
    "as_of",
    "result",
    "flags",
    "action_areas",
    "category_of_concern",
    "warnings",
    "id",
)


def document_of(row: RowMapping | dict[str, Any], principal: Principal) -> dict[str, Any]:
    """The Assessment document for this client."""
    fields = redacted(dict(row)) if is_party(principal) else dict(row)
    fields["school"] = {
        "name": fields.pop("school_name"),
        "region": fields.pop("school_region"),
        "local_authority_code": fields.pop("school_la_code"),
        "trust_uid": fields.pop("school_trust_uid"),
    }
    for name in ("reasons", "counterfactuals"):
        fields[name] = orjson.Fragment(fields[name])
    return fields


def _asks_for_hidden(wanted: AssessmentFilter, principal: Principal) -> bool:
    """A party cannot find out by a filter what it is not shown."""
    return is_party(principal) and wanted.flag in confidential_flags()


async def list_assessments(
    request: Request, session: AsyncSession, principal: Principal, wanted: AssessmentFilter, page: PageParameters
) -> Response:
    """Answer with a page of assessments by URN and scheme, or with all of them as a stream."""
    hidden = _asks_for_hidden(wanted, principal)
    if whole := streamed(request, lambda: _all(request, wanted, principal, hidden=hidden), _COLUMNS):
        return whole
    after = page.key(int, str)
    rows = [] if hidden else await repository.page(session, wanted, principal, after, page.limit + 1)
    total = None
    if page.include_total:
        total = 0 if hidden else await repository.count(session, wanted, principal)
    documents = [document_of(row, principal) for row in rows]
    found = page_of(request, page, documents, lambda made: (made["urn"], made["scheme"]), total=total)
    return page_response(request, found)


async def _all(
    request: Request, wanted: AssessmentFilter, principal: Principal, *, hidden: bool
) -> AsyncIterator[dict[str, Any]]:
    if hidden:
        return
    async with streaming_session(request) as session:
        async for row in repository.stream(session, wanted, principal):
            yield document_of(row, principal)


async def get(request: Request, session: AsyncSession, principal: Principal, assessment_id: UUID) -> Response:
    """Answer with one assessment, current or not."""
    row = await repository.get(session, assessment_id, principal)
    if row is None:
        raise AssessmentNotFound("There is no such assessment.")
    return json_response(request, document_of(row, principal))


async def lookup(request: Request, session: AsyncSession, principal: Principal, wanted: AssessmentLookup) -> Response:
    """Answer with the current assessments of up to 1,000 schools."""
    require_scheme(wanted.scheme, "/scheme")
    rows = await repository.of_schools(session, wanted.urns, wanted.scheme, principal)
    found = {row["urn"] for row in rows}
    missing = [urn for urn in dict.fromkeys(wanted.urns) if urn not in found]
    return json_response(request, {"data": [document_of(row, principal) for row in rows], "missing": missing})


async def of_school(
    request: Request, session: AsyncSession, principal: Principal, *, urn: int, scheme: str, as_of: date | None
) -> Response:
    """Answer with the assessment of one school that stands now, or stood on a date."""
    require_scheme(scheme, "scheme")
    on = None if as_of is not None and as_of >= today() else as_of
    row = await repository.of_school(session, urn, scheme, on, principal)
    if row is None:
        when = "" if as_of is None else f" that stood on {as_of}"
        raise AssessmentNotFound(f"There is no assessment of this school under this scheme{when}.")
    fields = dict(row)
    source = {name: fields.pop(f"source_{name}") for name in ("name", "as_at", "loaded_at")}
    fresh = {name: fields.pop(name) for name in ("received_at", "complete_as_of", "facts_changed_since")}
    document = document_of(fields, principal)
    document["source"] = source if source["name"] else None
    document["upstream"] = {"service": CONSUMER, **fresh}
    document["scheme_in_force"] = await policies.is_in_force(session, scheme, on or today())
    return json_response(request, document)


async def history(
    request: Request, session: AsyncSession, principal: Principal, *, urn: int, scheme: str | None, page: PageParameters
) -> Response:
    """Answer with what has been the current assessment of a school, newest first."""
    require_scheme(scheme, "scheme")

    async def fetch(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[RowMapping]:
        return await repository.history(session, principal, urn=urn, scheme=scheme, after=after, limit=limit)

    return await list_by_id(
        request,
        session,
        page,
        fetch=fetch,
        count=lambda: repository.count_history(session, urn, scheme, principal),
        document=lambda row: document_of(row, principal),
        columns=_COLUMNS,
    )
