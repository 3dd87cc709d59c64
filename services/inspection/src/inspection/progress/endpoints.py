"""Routes of progress data: one school's term, batches, and the clients a trust lets in."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Body, Header, Path, Query, Request, Response

from inspection.progress import batches, delegations, service
from inspection.progress.schemas import (
    DataClient,
    DataClientPage,
    ProgressBatchResult,
    ProgressData,
    ProgressDataInput,
    ProgressRowPage,
    ProgressTermPage,
)
from inspection.schools.endpoints import Urn
from inspection.scopes import PROGRESS_DELEGATE, PROGRESS_READ, PROGRESS_RELEASE, PROGRESS_WRITE
from shared.auth import Principal, Requires
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES

router = APIRouter(tags=["pupil progress"])

Reader = Annotated[Principal, Requires(PROGRESS_READ)]
Writer = Annotated[Principal, Requires(PROGRESS_WRITE)]
Releaser = Annotated[Principal, Requires(PROGRESS_RELEASE)]
Delegator = Annotated[Principal, Requires(PROGRESS_DELEGATE)]
Period = Annotated[str, Path(max_length=50, description="an academic year and term", examples=["2025-26-autumn"])]
Uid = Annotated[str, Path(max_length=20, description="UID of the trust", examples=["5143"])]
ClientId = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[\w.@:-]+$", description="the client's id")]
IfMatch = Annotated[str | None, Header(description="the ETag of the version that is replaced; none for the first")]

_STORED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": ProgressData, "description": "Another version of the term"},
    201: {"model": ProgressData, "description": "The first version of the term"},
}
_JSON_ROW: Final[dict[str, Any]] = {
    "urn": 700016,
    "period": "2025-26-autumn",
    "measures": [{"code": "pupils_on_roll", "value": 380}, {"code": "attendance", "value": 94.2, "cohort": 380}],
}
_ROWS: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {
                "schema": {"type": "string"},
                "example": "urn,period,pupils_on_roll,fsm_eligible,attendance\n700016,2025-26-autumn,380,95,94.2\n",
            },
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["rows"],
                    "properties": {"rows": {"type": "array", "items": {"type": "object"}}},
                },
                "example": {"rows": [_JSON_ROW]},
            },
        },
    }
}


@router.put("/v1/schools/{urn}/progress-data/{period}", operation_id="put_progress_data", responses=_STORED)
async def put_progress_data(  # noqa: PLR0917 - FastAPI passes them by name
    principal: Writer,
    request: Request,
    session: Db,
    urn: Urn,
    period: Period,
    sent: Annotated[ProgressDataInput, Body()],
    if_match: IfMatch = None,
) -> Response:
    """Supply the figures of a term. The trust, the local authority, or a client that the trust has let in may."""
    return await service.put(request, session, principal, urn=urn, period=period, sent=sent, if_match=if_match)


@router.get(
    "/v1/schools/{urn}/progress-data/{period}",
    operation_id="get_progress_data",
    responses={200: {"model": ProgressData}},
)
async def get_progress_data(  # noqa: PLR0917 - FastAPI passes them by name
    principal: Reader,
    request: Request,
    session: Db,
    urn: Urn,
    period: Period,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="an earlier version")] = None,
) -> Response:
    """Read the figures of a term, small cells hidden; those who may not see private figures read the released ones."""
    return await service.get(request, session, principal, urn=urn, period=period, version=version)


@router.get(
    "/v1/schools/{urn}/progress-data", operation_id="list_progress_data", responses={200: {"model": ProgressTermPage}}
)
async def list_progress_data(principal: Reader, request: Request, session: Db, urn: Urn, page: PageRequest) -> Response:
    """List the terms of which a school has figures that may be read, newest first."""
    return await service.list_terms(request, session, principal, urn, page)


@router.post(
    "/v1/schools/{urn}/progress-data/{period}/release",
    operation_id="release_progress_data",
    responses={200: {"model": ProgressData}},
)
async def release_progress_data(  # noqa: PLR0917 - FastAPI passes them by name
    principal: Releaser, request: Request, session: Db, once: Idempotent, urn: Urn, period: Period
) -> Response:
    """Make the newest version of a term public, as it is shown. The body that answers for the school may."""
    return await once(lambda: service.release(request, session, principal, urn, period))


@router.post(
    "/v1/progress-data/batches",
    operation_id="load_progress_data",
    responses={200: {"model": ProgressBatchResult}},
    openapi_extra=_ROWS,
)
async def load_progress_data(principal: Writer, request: Request, session: Db, once: Idempotent) -> Response:
    """Supply many schools and terms as JSON or CSV. Every row is answered; a bad one is rejected and loses no other."""
    return await once(lambda: batches.load(request, session, principal))


@router.get(
    "/v1/progress-data/batches/{batch_id}",
    operation_id="get_progress_batch",
    responses={200: {"model": ProgressBatchResult}},
)
async def get_progress_batch(principal: Reader, request: Request, session: Db, batch_id: UUID) -> Response:
    """Read again what became of a batch; the client that sent it may, while it acts for all schools in it."""
    return await batches.read(request, session, principal, batch_id)


@router.get(
    "/v1/progress-data/batches/{batch_id}/rejections",
    operation_id="list_progress_batch_rejections",
    responses={200: {"model": ProgressRowPage, "content": LINES}},
)
async def list_progress_batch_rejections(
    principal: Reader, request: Request, session: Db, batch_id: UUID, page: PageRequest
) -> Response:
    """List the rows of a batch that were rejected."""
    return await batches.rejections(request, session, principal, batch_id, page)


@router.put(
    "/v1/trusts/{uid}/data-clients/{client_id}",
    operation_id="put_data_client",
    responses={200: {"model": DataClient}, 201: {"model": DataClient}},
)
async def put_data_client(
    principal: Delegator, request: Request, session: Db, uid: Uid, client_id: ClientId
) -> Response:
    """Let a client read and write the progress data of the trust's schools."""
    return await delegations.grant(request, session, principal, uid, client_id)


@router.get(
    "/v1/trusts/{uid}/data-clients/{client_id}",
    operation_id="get_data_client",
    responses={200: {"model": DataClient}},
)
async def get_data_client(principal: Reader, request: Request, session: Db, uid: Uid, client_id: ClientId) -> Response:
    """Read whether a client is let in."""
    return await delegations.read(request, session, principal, uid, client_id)


@router.delete("/v1/trusts/{uid}/data-clients/{client_id}", operation_id="delete_data_client", status_code=204)
async def delete_data_client(principal: Delegator, session: Db, uid: Uid, client_id: ClientId) -> Response:
    """Shut a client out, from now on."""
    return await delegations.revoke(session, principal, uid, client_id)


@router.get(
    "/v1/trusts/{uid}/data-clients", operation_id="list_data_clients", responses={200: {"model": DataClientPage}}
)
async def list_data_clients(principal: Reader, request: Request, session: Db, uid: Uid, page: PageRequest) -> Response:
    """List the clients that the trust has let in."""
    return await delegations.list_clients(request, session, principal, uid, page)
