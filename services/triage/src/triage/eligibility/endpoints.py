"""Routes of eligibility."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response

from shared.auth import Principal, Requires
from shared.db.session import Db
from shared.errors import invalid
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE
from triage.eligibility import cases, service, withdrawing
from triage.eligibility.programmes import DEFAULT_PROGRAMME, require_programme, require_result
from triage.eligibility.schemas import (
    EligibilityCase,
    EligibilityCasePage,
    EligibilityException,
    EligibilityWithdrawal,
    NewException,
    NewWithdrawal,
    SchoolEligibility,
    SchoolEligibilityPage,
    TrustEligibility,
    TrustEligibilityPage,
)
from triage.eligibility.service import SCHOOL, TRUST, Wanted
from triage.reference.service import require_code
from triage.scopes import ASSESSMENTS_READ, DECIDE
from triage.urns import Urn

router = APIRouter(tags=["eligibility"])

Reader = Annotated[Principal, Requires(ASSESSMENTS_READ)]
Director = Annotated[Principal, Requires(DECIDE, user=True)]
Uid = Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,20}$", description="UID of the trust")]
ProgrammeCode = Annotated[str, Query(max_length=100, description="a code of `programmes` in the reference data")]
AsOf = Annotated[date | None, Query(description="by what could be seen on this date; default today")]
CREATED: dict[int | str, dict[str, Any]] = {201: {"model": EligibilityException}}


async def wanted_one(programme: ProgrammeCode = DEFAULT_PROGRAMME, as_of: AsOf = None) -> Wanted:
    """Read what is asked of one school or trust."""
    require_programme(programme)
    return Wanted(programme, as_of)


async def wanted_list(  # noqa: PLR0917 - FastAPI passes by name
    programme: ProgrammeCode = DEFAULT_PROGRAMME,
    as_of: AsOf = None,
    result: Annotated[str | None, Query(max_length=100, description="eligible, ineligible or undetermined")] = None,
    region: Annotated[str | None, Query(max_length=100, description="one of the nine regions")] = None,
    la: Annotated[str | None, Query(max_length=100, description="code of the local authority")] = None,
    trust: Annotated[str | None, Query(max_length=100, description="UID of the trust")] = None,
) -> Wanted:
    """Read the filters of a list; a code that does not exist is an error."""
    require_programme(programme)
    require_result(result, programme)
    require_code("regions", region, "region")
    return Wanted(programme, as_of, result, region, la, trust)


async def wanted_cases(
    programme: Annotated[
        str | None, Query(max_length=100, description="a code of `programmes` in the reference data")
    ] = None,
    urn: Annotated[int | None, Query(ge=1, le=9_999_999, description="of this school alone")] = None,
    trust: Annotated[str | None, Query(max_length=100, description="of the trust of this UID alone")] = None,
    state: Annotated[Literal["admitted", "withdrawn"] | None, Query(description="default both")] = None,
) -> dict[str, str | None]:
    """Read the filters of the list of cases."""
    if programme is not None:
        require_programme(programme)
    if urn is not None and trust is not None:
        raise invalid("trust", "A case is of a school or of a trust: name one of them.", "one_subject")
    kind = SCHOOL if urn is not None else TRUST if trust is not None else None
    subject = str(urn) if urn is not None else trust
    return {"programme": programme, "subject_kind": kind, "subject": subject, "state": state}


Cases = Annotated[dict[str, str | None], Depends(wanted_cases)]
One = Annotated[Wanted, Depends(wanted_one)]
Many = Annotated[Wanted, Depends(wanted_list)]


@router.get(
    "/v1/schools/{urn}/eligibility",
    operation_id="get_school_eligibility",
    responses={200: {"model": SchoolEligibility}},
)
async def get_school_eligibility(request: Request, principal: Reader, session: Db, urn: Urn, wanted: One) -> Response:
    """Say whether a school is eligible for a programme, with every rule that was tried."""
    return await service.of_school(request, session, principal, urn, wanted)


@router.get(
    "/v1/trusts/{uid}/eligibility", operation_id="get_trust_eligibility", responses={200: {"model": TrustEligibility}}
)
async def get_trust_eligibility(request: Request, principal: Reader, session: Db, uid: Uid, wanted: One) -> Response:
    """Say whether a trust is eligible for a programme, with every rule that was tried and each of its schools."""
    return await service.of_trust(request, session, principal, uid, wanted)


@router.get(
    "/v1/eligibility/schools",
    operation_id="list_school_eligibility",
    responses={200: {"model": SchoolEligibilityPage, "content": LINES_OR_TABLE}},
)
async def list_school_eligibility(
    request: Request, principal: Reader, session: Db, wanted: Many, page: PageRequest
) -> Response:
    """List the eligibility of schools, by URN."""
    return await service.list_schools(request, session, principal, wanted, page)


@router.get(
    "/v1/eligibility/trusts",
    operation_id="list_trust_eligibility",
    responses={200: {"model": TrustEligibilityPage, "content": LINES_OR_TABLE}},
)
async def list_trust_eligibility(
    request: Request, principal: Reader, session: Db, wanted: Many, page: PageRequest
) -> Response:
    """List the eligibility of trusts, by UID; a trust is of a region or an authority if one of its schools is."""
    return await service.list_trusts(request, session, principal, wanted, page)


@router.post(
    "/v1/schools/{urn}/eligibility/exceptions",
    operation_id="admit_school_exceptionally",
    status_code=201,
    responses=CREATED,
)
async def admit_school_exceptionally(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Director,
    session: Db,
    once: Idempotent,
    urn: Urn,
    wanted: Annotated[NewException, Body()],
) -> Response:
    """Admit a school outside the criteria, with a reason that its answer shows."""
    return await once(lambda: service.admit_school(request, session, principal, urn, wanted))


@router.post(
    "/v1/trusts/{uid}/eligibility/exceptions",
    operation_id="admit_trust_exceptionally",
    status_code=201,
    responses=CREATED,
)
async def admit_trust_exceptionally(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Director,
    session: Db,
    once: Idempotent,
    uid: Uid,
    wanted: Annotated[NewException, Body()],
) -> Response:
    """Admit a trust outside the criteria, with a reason that its answer shows."""
    return await once(lambda: service.admit_trust(request, session, principal, uid, wanted))


@router.get(
    "/v1/eligibility/exceptions",
    operation_id="list_eligibility_exceptions",
    responses={200: {"model": EligibilityCasePage, "content": LINES_OR_TABLE}},
)
async def list_eligibility_exceptions(
    request: Request, principal: Reader, session: Db, wanted: Cases, page: PageRequest
) -> Response:
    """List the cases admitted outside the criteria of the schools and trusts the client may see, withdrawn ones too."""
    return await cases.list_cases(request, session, principal, wanted, page)


@router.get(
    "/v1/eligibility/exceptions/{exception_id}",
    operation_id="get_eligibility_exception",
    responses={200: {"model": EligibilityCase}},
)
async def get_eligibility_exception(request: Request, principal: Reader, session: Db, exception_id: UUID) -> Response:
    """Read a case admitted outside the criteria, with its withdrawal if there was one."""
    return await cases.get(request, session, principal, exception_id)


@router.post(
    "/v1/eligibility/exceptions/{exception_id}/withdrawal",
    operation_id="withdraw_eligibility_exception",
    status_code=201,
    responses={201: {"model": EligibilityWithdrawal}},
)
async def withdraw_eligibility_exception(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Director,
    session: Db,
    once: Idempotent,
    exception_id: UUID,
    wanted: Annotated[NewWithdrawal, Body()],
) -> Response:
    """Withdraw a case admitted outside the criteria, from today and with a reason; a case is withdrawn once."""
    return await once(lambda: withdrawing.withdraw(request, session, principal, exception_id, wanted))
