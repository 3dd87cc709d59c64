"""Routes of simulations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response

from shared.auth import Principal, Requires
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE
from triage.scopes import SIMULATIONS_READ, SIMULATIONS_RUN
from triage.simulations import comparison, service
from triage.simulations.filters import MoveQuery
from triage.simulations.schemas import (
    Comparison,
    Dimension,
    GroupPage,
    MovePage,
    NewSimulation,
    Simulation,
    SimulationPage,
)

router = APIRouter(tags=["simulations"])

Reader = Annotated[Principal, Requires(SIMULATIONS_READ)]
Runner = Annotated[Principal, Requires(SIMULATIONS_RUN)]
ONE = "/v1/simulations/{simulation_id}"


@router.post(
    "/v1/simulations", operation_id="create_simulation", status_code=202, responses={202: {"model": Simulation}}
)
async def create_simulation(
    request: Request, principal: Runner, session: Db, once: Idempotent, wanted: Annotated[NewSimulation, Body()]
) -> Response:
    """Try a scheme with other parameters over all schools; a regional token over those of its regions."""
    return await once(lambda: service.start(request, session, principal, wanted))


@router.get(
    "/v1/simulations",
    operation_id="list_simulations",
    responses={200: {"model": SimulationPage, "content": LINES_OR_TABLE}},
)
async def list_simulations(request: Request, principal: Reader, session: Db, page: PageRequest) -> Response:
    """List simulations, newest first."""
    return await service.list_simulations(request, session, principal, page)


@router.get(ONE, operation_id="get_simulation", responses={200: {"model": Simulation}})
async def get_simulation(request: Request, principal: Reader, session: Db, simulation_id: UUID) -> Response:
    """Read a simulation, its progress and what it came to by region, phase and disadvantage."""
    return await service.get(request, session, principal, simulation_id)


@router.delete(ONE, operation_id="cancel_simulation", responses={200: {"model": Simulation}})
async def cancel_simulation(request: Request, principal: Runner, session: Db, simulation_id: UUID) -> Response:
    """Cancel a simulation that has not ended: it leaves nothing behind."""
    return await service.cancel(request, session, principal, simulation_id)


@router.get(
    f"{ONE}/counts",
    operation_id="list_simulation_counts",
    responses={200: {"model": GroupPage, "content": LINES_OR_TABLE}},
)
async def list_simulation_counts(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Reader,
    session: Db,
    page: PageRequest,
    simulation_id: UUID,
    by: Annotated[Dimension, Query(description="what the schools are counted by")],
) -> Response:
    """List the counts and the matrix of each region, phase, local authority, trust or band of disadvantage."""
    return await service.groups(request, session, principal, simulation_id=simulation_id, by=by, page=page)


@router.get(
    f"{ONE}/moves",
    operation_id="list_simulation_moves",
    responses={200: {"model": MovePage, "content": LINES_OR_TABLE}},
)
async def list_simulation_moves(  # noqa: PLR0917 - FastAPI passes by name
    request: Request, principal: Reader, session: Db, page: PageRequest, simulation_id: UUID, wanted: MoveQuery
) -> Response:
    """List every school that comes to another result or other flags, with the rule that moves it."""
    return await service.moves(request, session, principal, simulation_id=simulation_id, wanted=wanted, page=page)


@router.get(
    f"{ONE}/comparison/{{other_id}}",
    operation_id="compare_simulations",
    responses={200: {"model": Comparison, "content": LINES_OR_TABLE}},
)
async def compare_simulations(  # noqa: PLR0917 - FastAPI passes by name
    request: Request, principal: Reader, session: Db, page: PageRequest, simulation_id: UUID, other_id: UUID
) -> Response:
    """Compare two simulations of one scheme and date, and list the schools they come to different results for."""
    return await comparison.compare(request, session, principal, first=simulation_id, second=other_id, page=page)
