"""Routes of policies."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from shared.auth import Principal, Requires
from shared.db.session import PublicReads
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE
from triage.policies import service
from triage.policies.schemas import PolicyVersion, Scheme, SchemePage
from triage.scopes import POLICIES_READ

router = APIRouter(tags=["policies"])

Reader = Annotated[Principal, Requires(POLICIES_READ)]
SchemeCode = Annotated[str, Path(max_length=100, examples=["ippr-2023"])]


@router.get(
    "/v1/policies", operation_id="list_policies", responses={200: {"model": SchemePage, "content": LINES_OR_TABLE}}
)
async def list_policies(request: Request, _: Reader, reads: PublicReads, page: PageRequest) -> Response:
    """List the schemes with their versions and when each is in force."""
    return await service.list_schemes(request, reads, page)


@router.get("/v1/policies/{scheme}", operation_id="get_policy", responses={200: {"model": Scheme}})
async def get_policy(request: Request, _: Reader, reads: PublicReads, scheme: SchemeCode) -> Response:
    """Read one scheme with its versions."""
    return await service.get_scheme(request, reads, scheme)


@router.get(
    "/v1/policies/{scheme}/versions/{version}",
    operation_id="get_policy_version",
    responses={200: {"model": PolicyVersion}},
)
async def get_policy_version(
    request: Request,
    _: Reader,
    reads: PublicReads,
    scheme: SchemeCode,
    version: Annotated[int, Path(ge=1, le=10_000)],
) -> Response:
    """Read a version: its parameters, and each rule in a sentence with its values."""
    return await service.get_version(request, reads, scheme, version)
