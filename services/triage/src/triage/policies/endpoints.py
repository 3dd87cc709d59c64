"""Routes of policies."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from shared.auth import Principal, Requires
from shared.clock import request_day
from shared.db.session import Db, PublicReads
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE
from triage.policies import comparison, drafts, service
from triage.policies.document_schemas import ActivationOrder, NewPolicyVersion, PolicyStepOrder
from triage.policies.pages import PAGE
from triage.policies.schemas import PolicyComparison, PolicyVersion, ProgrammeVersion, Scheme, SchemePage
from triage.scopes import POLICIES_ACTIVATE, POLICIES_READ, POLICIES_WRITE

router = APIRouter(tags=["policies"])

Reader = Annotated[Principal, Requires(POLICIES_READ)]
Drafter = Annotated[Principal, Requires(POLICIES_WRITE)]
Official = Annotated[Principal, Requires(POLICIES_ACTIVATE, user=True)]
Today = Annotated[date, Depends(request_day)]
SchemeCode = Annotated[str, Path(max_length=100, examples=["ippr-2023"])]
Number = Annotated[int, Path(ge=1, le=10_000)]


@router.get(
    "/v1/policies", operation_id="list_policies", responses={200: {"model": SchemePage, "content": LINES_OR_TABLE}}
)
async def list_policies(
    request: Request, principal: Reader, reads: PublicReads, page: PageRequest, on: Today
) -> Response:
    """List schemes and programmes with their versions and when each is in force.

    Drafts are shown to the department alone.
    """
    return await service.list_schemes(request, reads, principal, page, on)


@router.get("/v1/policies/{scheme}", operation_id="get_policy", responses={200: {"model": Scheme}})
async def get_policy(
    request: Request, principal: Reader, reads: PublicReads, scheme: SchemeCode, on: Today
) -> Response:
    """Read one scheme with its versions."""
    return await service.get_scheme(request, reads, principal, scheme, on)


@router.get(
    "/v1/policies/{scheme}/versions/{version}",
    operation_id="get_policy_version",
    responses={200: {"model": PolicyVersion | ProgrammeVersion, "content": PAGE}},
)
async def get_policy_version(  # noqa: PLR0917 - FastAPI passes by name
    request: Request, principal: Reader, reads: PublicReads, scheme: SchemeCode, version: Number, on: Today
) -> Response:
    """Read a version: its parameters, and each rule in a sentence with its values. `Accept: text/html` gives a page."""
    return await service.get_version(request, reads, principal, scheme, version, on)


@router.get(
    "/v1/policies/{scheme}/versions/{version}/comparison/{other}",
    operation_id="compare_policy_versions",
    responses={200: {"model": PolicyComparison, "content": PAGE}},
)
async def compare_policy_versions(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Reader,
    reads: PublicReads,
    scheme: SchemeCode,
    version: Number,
    other: Number,
    on: Today,
) -> Response:
    """Read what differs between two versions: `version` is told as before, `other` as after."""
    versions = (version, other)
    return await comparison.compare(request, reads, principal, scheme=scheme, versions=versions, on=on)


@router.post(
    "/v1/policies/{scheme}/versions",
    operation_id="draft_policy_version",
    status_code=201,
    responses={201: {"model": PolicyVersion}},
)
async def draft_policy_version(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Drafter,
    session: Db,
    once: Idempotent,
    scheme: SchemeCode,
    on: Today,
    wanted: Annotated[NewPolicyVersion, Body()],
) -> Response:
    """Draft the next version of a scheme: of no effect until it is activated, and never edited.

    A draft can be tried by a simulation that names its number. What is wrong with it is put right in another draft.
    """
    return await once(lambda: drafts.create(request, session, principal, scheme=scheme, wanted=wanted, on=on))


@router.post(
    "/v1/policies/{scheme}/versions/{version}/activation",
    operation_id="activate_policy_version",
    responses={200: {"model": PolicyVersion}},
)
async def activate_policy_version(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Official,
    session: Db,
    once: Idempotent,
    scheme: SchemeCode,
    version: Number,
    on: Today,
    wanted: Annotated[ActivationOrder, Body()],
) -> Response:
    """Bring a draft into force from the day its document names, which has to be in the future.

    An earlier version that names no end of its own ends the day before. `replaces` withdraws one still to come.
    """
    step = drafts.Step(scheme, version, wanted.reason, on)
    return await once(lambda: drafts.activate(request, session, principal, step, replaces=wanted.replaces))


@router.post(
    "/v1/policies/{scheme}/versions/{version}/activation/withdrawal",
    operation_id="withdraw_policy_activation",
    responses={200: {"model": PolicyVersion}},
)
async def withdraw_policy_activation(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Official,
    session: Db,
    once: Idempotent,
    scheme: SchemeCode,
    version: Number,
    on: Today,
    wanted: Annotated[PolicyStepOrder, Body()],
) -> Response:
    """Withdraw a version that is active from a day still to come: it stays to be read, and will not come into force.

    The version before stays in force as if it had not been activated. From its first day on a version is not withdrawn.
    """
    step = drafts.Step(scheme, version, wanted.reason, on)
    return await once(lambda: drafts.withdraw_active(request, session, principal, step))


@router.post(
    "/v1/policies/{scheme}/versions/{version}/withdrawal",
    operation_id="withdraw_policy_version",
    responses={200: {"model": PolicyVersion}},
)
async def withdraw_policy_version(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Drafter,
    session: Db,
    once: Idempotent,
    scheme: SchemeCode,
    version: Number,
    on: Today,
    wanted: Annotated[PolicyStepOrder, Body()],
) -> Response:
    """Withdraw a draft: it stays to be read, under its number, and can no longer be brought into force."""
    step = drafts.Step(scheme, version, wanted.reason, on)
    return await once(lambda: drafts.withdraw(request, session, principal, step))
