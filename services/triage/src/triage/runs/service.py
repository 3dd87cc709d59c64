"""Runs as clients ask for them."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.clock import today
from shared.errors import Forbidden, invalid
from shared.ids import new_id
from shared.pagination import PageParameters
from shared.responses import json_response
from triage.jobs import JOBS
from triage.listing import list_by_id
from triage.policies import repository as policies
from triage.problems import RunNotFound
from triage.reference.service import require_code, require_scheme
from triage.runs import repository
from triage.runs.job import KIND
from triage.runs.repository import RunOrder
from triage.runs.schemas import NewRun, RunScope
from triage.runs.standing_sql import CURRENT

COLUMNS: Final = (
    "id",
    "scheme",
    "policy_version",
    "as_of",
    "current",
    "state",
    "progress_done",
    "progress_total",
    "assessed",
    "changed",
    "unchanged",
    "created_at",
    "started_at",
    "finished_at",
)


def document_of(row: RowMapping) -> dict[str, Any]:
    """The run document: what was asked for, joined with the state of its job."""
    fields = dict(row)
    progress = {name: fields.pop(name) for name in ("done", "total", "step")}
    counts = fields["counts"] or {}
    totals = {name: counts.get(name) for name in ("assessed", "changed", "unchanged")}
    return {**fields, **totals, "results": counts.get("by_result"), "progress": progress}


def _check_scope(scope: RunScope, principal: Principal) -> None:
    require_code("regions", scope.region, "/scope/region")
    if principal.sees_everything:
        return
    if scope.region is None or scope.region not in principal.regions:
        raise Forbidden("The token covers some regions only: name one of them as the scope's region.")


async def _order(session: AsyncSession, wanted: NewRun, on: date) -> RunOrder:
    """Choose the version and the series: only today's run of the version in force may replace what is current."""
    as_of = wanted.as_of or on
    if as_of > on:
        raise invalid("/as_of", "A run looks at evidence up to today.", "in_the_future")
    if not await policies.exists(session, wanted.scheme):
        raise invalid("/scheme", "There is no such scheme.", "unknown_scheme")
    in_force = await policies.in_force(session, wanted.scheme, as_of)
    version = wanted.version or (in_force["version"] if in_force else None)
    if version is None:
        raise invalid("/as_of", "No version of the scheme is in force on this date.", "no_version_in_force")
    if await policies.version(session, wanted.scheme, version) is None:
        raise invalid("/version", "The scheme has no such version.", "unknown_version")
    regular = in_force is not None and version == in_force["version"]
    series = CURRENT if regular and as_of == on else f"as-of-{as_of}" + ("" if regular else f"-v{version}")
    scope = wanted.scope.model_dump(exclude_none=True)
    return RunOrder(new_id(), wanted.scheme, version, as_of, series, scope)


async def start(request: Request, session: AsyncSession, principal: Principal, wanted: NewRun) -> Response:
    """Queue a run; answers 202 with where to look."""
    _check_scope(wanted.scope, principal)
    order = await _order(session, wanted, today())
    await repository.create(session, order, principal)
    await JOBS.submit(session, KIND, {}, principal, job_id=order.id)
    document = await _document(session, order.id, principal)
    return json_response(request, document, status=202, headers={"Location": f"/v1/assessment-runs/{order.id}"})


async def _document(session: AsyncSession, run_id: UUID, principal: Principal) -> dict[str, Any]:
    row = await repository.get(session, run_id, principal)
    if row is None:
        raise RunNotFound("There is no such run.")
    return document_of(row)


async def get(request: Request, session: AsyncSession, principal: Principal, run_id: UUID) -> Response:
    """Answer with one run."""
    return json_response(request, await _document(session, run_id, principal))


async def cancel(request: Request, session: AsyncSession, principal: Principal, run_id: UUID) -> Response:
    """Cancel a run: it ends without effect."""
    await _document(session, run_id, principal)
    await JOBS.cancel(session, run_id, principal)
    return json_response(request, await _document(session, run_id, principal))


async def list_runs(
    request: Request, session: AsyncSession, principal: Principal, scheme: str | None, page: PageParameters
) -> Response:
    """Answer with a page of runs, newest first."""
    require_scheme(scheme, "scheme")

    async def fetch(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[RowMapping]:
        return await repository.page(session, principal, scheme, after, limit)

    return await list_by_id(
        request,
        session,
        page,
        fetch=fetch,
        count=lambda: repository.count(session, principal, scheme),
        document=document_of,
        columns=COLUMNS,
    )
