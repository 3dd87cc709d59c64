"""Asking for what-ifs on days, and reading what they came to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.jobs import DAYS_WHAT_IF, JOBS
from brokering.policies.documents import current_policy
from brokering.problems import WhatIfNotFound
from brokering.rounds.asking import regions_of, window_of
from brokering.what_if.schemas import NewDaysWhatIf
from shared.auth.principal import Principal
from shared.clock import utc_now
from shared.errors import NotFound
from shared.jobs import JobView
from shared.responses import json_response


async def ask(request: Request, session: AsyncSession, principal: Principal, new: NewDaysWhatIf) -> Response:
    """Queue a what-if; `Location` is where it is read."""
    policy = current_policy()
    window = window_of(new.window, policy, utc_now().date())
    needs_from = new.scope.needs_from or policy.needs_from
    params = {
        "days": sorted(set(new.days)),
        "scope": {"regions": regions_of(principal, new.scope), "needs_from": needs_from.value},
        "window_from": window.starts_on.isoformat(),
        "window_to": window.ends_on.isoformat(),
        "cross_region": policy.cross_region if new.cross_region is None else new.cross_region,
        "distance_cap_km": new.distance_cap_km,
        "broker": str(principal.org),
        "policy_version": policy.version,
    }
    job = await JOBS.submit(session, DAYS_WHAT_IF, params, principal)
    return json_response(request, document(job), status=202, headers={"Location": f"/v1/what-ifs/days/{job.id}"})


def document(job: JobView) -> dict[str, Any]:
    """Return a what-if as the API shows it."""
    outcome = job.outcome or {}
    return {
        "id": str(job.id),
        "state": job.state.value,
        "progress": job.progress.model_dump(),
        "problem": None if job.problem is None else job.problem.model_dump(),
        "asked": outcome.get("asked"),
        "choices": outcome.get("choices"),
        "created_at": job.created_at,
        "finished_at": job.finished_at,
    }


async def read(session: AsyncSession, principal: Principal, job_id: UUID) -> dict[str, Any]:
    """Return a what-if; raises WhatIfNotFound."""
    return document(await _job(session, principal, job_id))


async def cancel(session: AsyncSession, principal: Principal, job_id: UUID) -> dict[str, Any]:
    """Cancel a what-if that has not ended; raises WhatIfNotFound."""
    await _job(session, principal, job_id)
    return document(await JOBS.cancel(session, job_id, principal))


async def _job(session: AsyncSession, principal: Principal, job_id: UUID) -> JobView:
    try:
        job = await JOBS.get(session, job_id, principal)
    except NotFound:
        job = None
    if job is None or job.kind != DAYS_WHAT_IF:
        raise WhatIfNotFound("There is no what-if of this id that you may see.")
    return job
