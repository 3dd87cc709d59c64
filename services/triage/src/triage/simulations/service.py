"""Simulations as clients ask for them, and read what they came to."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.clock import today
from shared.db.session import streaming_session
from shared.errors import FieldProblem, Forbidden, Unprocessable, invalid
from shared.ids import new_id
from shared.jobs.model import JobState
from shared.pagination import PageParameters, page_of
from shared.responses import json_response, page_response
from triage.domain.errors import PolicyInvalid
from triage.domain.overrides import faults, merged
from triage.domain.policy import read_policy
from triage.jobs import JOBS
from triage.listing import STREAM_ROWS, list_by_id, streamed
from triage.policies import repository as policies
from triage.problems import SimulationNotFinished, SimulationNotFound
from triage.simulations import repository
from triage.simulations.counting import DISADVANTAGE_MEASURE
from triage.simulations.filters import MoveFilter
from triage.simulations.job import KIND
from triage.simulations.repository import Order
from triage.simulations.schemas import NewSimulation

COLUMNS: Final = ("id", "scheme", "baseline_version", "policy_version", "as_of", "state", "counts_moved", "created_at")
MOVE_COLUMNS: Final = (
    "urn",
    "school_name",
    "school_region",
    "school_phase",
    "school_local_authority_code",
    "school_trust_uid",
    "school_idaci_quintile",
    "before",
    "after",
    "flags_before",
    "flags_after",
    "moved_by_rule",
    "moved_by_change",
    "moved_by_text",
)
GROUP_COLUMNS: Final = ("key", "label", "schools", "moved", "flags_changed", "before", "after")
_SHOWN: Final = ("region", "phase", "disadvantage")


async def start(request: Request, session: AsyncSession, principal: Principal, wanted: NewSimulation) -> Response:
    """Queue a simulation; answers 202 with where to look."""
    order = await _order(session, principal, wanted)
    await repository.create(session, order, principal)
    await JOBS.submit(session, KIND, {}, principal, job_id=order.id)
    document = await _document(session, order.id, principal)
    return json_response(request, document, status=202, headers={"Location": f"/v1/simulations/{order.id}"})


async def _order(session: AsyncSession, principal: Principal, wanted: NewSimulation) -> Order:
    as_of = wanted.as_of or today()
    if as_of > today():
        raise invalid("/as_of", "A simulation looks at evidence up to today.", "in_the_future")
    if not principal.sees_everything and not principal.regions:
        raise Forbidden("The token covers no region: a simulation is for those who see all proposals of a region.")
    if not await policies.exists(session, wanted.scheme):
        raise invalid("/scheme", "There is no such scheme.", "unknown_scheme")
    in_force = await policies.in_force(session, wanted.scheme, as_of)
    if in_force is None:
        detail = "No version of the scheme is in force on this date: there is nothing to compare with."
        raise invalid("/as_of", detail, "no_version_in_force")
    version = wanted.version or in_force["version"]
    tried = await policies.version(session, wanted.scheme, version)
    if tried is None:
        raise invalid("/version", "The scheme has no such version.", "unknown_version")
    _check_parameters(tried["document"], wanted.parameters)
    regions = None if principal.sees_everything else sorted(principal.regions)
    return Order(new_id(), wanted.scheme, in_force["version"], version, wanted.parameters, as_of, regions)


def _check_parameters(document: Mapping[str, Any], overrides: Mapping[str, Any]) -> None:
    found = faults(read_policy(document), document["parameters"], overrides)
    if not found:
        try:
            read_policy({**document, "parameters": merged(document["parameters"], overrides)})
        except PolicyInvalid as error:
            raise invalid("/parameters", "The version cannot be run with these parameters.", "not_runnable") from error
        return
    problems = [FieldProblem(f"/parameters{each.pointer}", each.detail, each.code) for each in found]
    raise Unprocessable("The parameters do not fit the version; `errors` says where.", errors=problems)


def _reference(row: RowMapping) -> dict[str, Any]:
    fields = dict(row)
    progress = {name: fields.pop(name) for name in ("done", "total", "step")}
    del fields["evidence_hash"]
    return {**fields, "progress": progress}


async def _row(session: AsyncSession, simulation_id: UUID, principal: Principal) -> RowMapping:
    row = await repository.get(session, simulation_id, principal)
    if row is None:
        raise SimulationNotFound("There is no such simulation.")
    return row


async def finished(session: AsyncSession, simulation_id: UUID, principal: Principal) -> RowMapping:
    """Return a simulation that has come to its end; raises SimulationNotFound or SimulationNotFinished."""
    row = await _row(session, simulation_id, principal)
    if row["state"] != JobState.SUCCEEDED:
        raise SimulationNotFinished(f"Simulation {simulation_id} is {row['state']}: it has come to nothing yet.")
    return row


def _group(row: RowMapping) -> dict[str, Any]:
    return {"key": row["key"], "label": row["label"], **row["counts"]}


async def _document(session: AsyncSession, simulation_id: UUID, principal: Principal) -> dict[str, Any]:
    row = await _row(session, simulation_id, principal)
    document = {**_reference(row), "disadvantage_measure": DISADVANTAGE_MEASURE}
    rows = await repository.groups(session, simulation_id, _SHOWN) if row["counts"] else []
    for dimension in _SHOWN:
        found = [_group(each) for each in rows if each["dimension"] == dimension]
        document[f"by_{dimension}"] = found if row["counts"] else None
    return document


async def get(request: Request, session: AsyncSession, principal: Principal, simulation_id: UUID) -> Response:
    """Answer with one simulation."""
    return json_response(request, await _document(session, simulation_id, principal))


async def cancel(request: Request, session: AsyncSession, principal: Principal, simulation_id: UUID) -> Response:
    """Cancel a simulation: it ends without effect."""
    await _row(session, simulation_id, principal)
    await JOBS.cancel(session, simulation_id, principal)
    return json_response(request, await _document(session, simulation_id, principal))


async def list_simulations(
    request: Request, session: AsyncSession, principal: Principal, page: PageParameters
) -> Response:
    """Answer with a page of simulations, newest first."""

    async def fetch(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[RowMapping]:
        return await repository.page(session, principal, after, limit)

    return await list_by_id(
        request,
        session,
        page,
        fetch=fetch,
        count=lambda: repository.count(session, principal),
        document=_reference,
        columns=COLUMNS,
    )


async def groups(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    simulation_id: UUID,
    by: str,
    page: PageParameters,
) -> Response:
    """Answer with what a simulation came to by one dimension."""
    await finished(session, simulation_id, principal)

    async def every() -> AsyncIterator[dict[str, Any]]:
        after: str | None = None
        async with streaming_session(request) as stream:
            while rows := await repository.groups(stream, simulation_id, [by], after, STREAM_ROWS):
                for row in rows:
                    yield _group(row)
                after = rows[-1]["key"]

    if whole := streamed(request, every, GROUP_COLUMNS):
        return whole
    key = page.key(str)
    rows = await repository.groups(session, simulation_id, [by], str(key[0]) if key else None, page.limit + 1)
    total = await repository.count_groups(session, simulation_id, by) if page.include_total else None
    documents = [_group(row) for row in rows]
    return page_response(request, page_of(request, page, documents, lambda made: (made["key"],), total=total))


def _move(row: RowMapping) -> dict[str, Any]:
    shown = ("urn", "before", "after", "flags_before", "flags_after", "moved_by")
    school = {
        "name": row["name"],
        "region": row["region"],
        "phase": row["phase"],
        "local_authority_code": row["la_code"],
        "trust_uid": row["trust_uid"],
        "idaci_quintile": row["deprivation"],
    }
    return {**{name: row[name] for name in shown}, "school": school}


async def moves(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    simulation_id: UUID,
    wanted: MoveFilter,
    page: PageParameters,
) -> Response:
    """Answer with the schools that move, by URN, or with all of them as a stream."""
    await finished(session, simulation_id, principal)
    values = wanted.values()

    async def every() -> AsyncIterator[dict[str, Any]]:
        after = 0
        async with streaming_session(request) as stream:
            while rows := await repository.moves(stream, simulation_id, values, after, STREAM_ROWS):
                for row in rows:
                    yield _move(row)
                after = rows[-1]["urn"]

    if whole := streamed(request, every, MOVE_COLUMNS):
        return whole
    key = page.key(int)
    rows = await repository.moves(session, simulation_id, values, int(key[0] or 0) if key else 0, page.limit + 1)
    total = await repository.count_moves(session, simulation_id, values) if page.include_total else None
    documents = [_move(row) for row in rows]
    return page_response(request, page_of(request, page, documents, lambda made: (made["urn"],), total=total))
