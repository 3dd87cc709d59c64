"""Routes of inspections of trusts."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response

from inspection.audit import service as audit
from inspection.audit.schemas import AuditPage
from inspection.drafts import service as drafts
from inspection.drafts.schemas import QualityAssurance
from inspection.publications.schemas import Publication
from inspection.scopes import INSPECTIONS_PUBLISH, INSPECTIONS_READ, INSPECTIONS_WRITE
from inspection.trust_inspections import reading, service
from inspection.trust_inspections.schemas import (
    NewTrustInspection,
    TrustCorrection,
    TrustInspection,
    TrustInspectionPage,
    TrustInspectionPatch,
    TrustInspectionVersions,
)
from inspection.trusts.endpoints import Uid
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.clock import request_day
from shared.db.session import Db, PublicReads
from shared.etags import IfMatch
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES, LINES_OR_TABLE

router = APIRouter(tags=["trust inspections"])

Reader = Annotated[Principal, Requires(INSPECTIONS_READ)]
Writer = Annotated[Principal, Requires(INSPECTIONS_WRITE)]
Publisher = Annotated[Principal, Requires(INSPECTIONS_PUBLISH)]
Day = Annotated[date, Depends(request_day)]
TrustInspectionId = Annotated[UUID, Path(description="the inspection's id")]
AsOf = Annotated[date | None, Query(description="what was published by this day, as it stood then")]

LIST = "/v1/trusts/{uid}/inspections"
ONE = "/v1/trusts/{uid}/inspections/{trust_inspection_id}"


@router.get(
    LIST,
    operation_id="list_trust_inspections",
    responses={200: {"model": TrustInspectionPage, "content": LINES}},
)
async def list_trust_inspections(
    *, _: Reader, request: Request, reads: PublicReads, uid: Uid, page: PageRequest, day: Day, as_of: AsOf = None
) -> Response:
    """List the published inspections of a trust, newest first. `Accept: application/x-ndjson` streams all of them."""
    return await reading.list_inspections(request, reads, uid, page, as_of=as_of, today=day)


@router.post(LIST, operation_id="create_trust_inspection", status_code=201, responses={201: {"model": TrustInspection}})
async def create_trust_inspection(  # noqa: PLR0917 - FastAPI passes by name
    principal: Writer,
    request: Request,
    session: Db,
    once: Idempotent,
    uid: Uid,
    new: Annotated[NewTrustInspection, Body()],
) -> Response:
    """Begin an inspection of a trust as a draft; they begin on 1 September 2027."""
    return await once(lambda: service.create(request, session, principal, uid, new))


@router.get(ONE, operation_id="get_trust_inspection", responses={200: {"model": TrustInspection}})
async def get_trust_inspection(
    *,
    principal: Reader,
    request: Request,
    reads: PublicReads,
    uid: Uid,
    trust_inspection_id: TrustInspectionId,
    day: Day,
    as_of: AsOf = None,
) -> Response:
    """Read one inspection of a trust. Before publication it is there for the inspectorate alone."""
    return await reading.get_inspection(
        request, reads, principal, uid=uid, inspection_id=trust_inspection_id, as_of=as_of, today=day
    )


@router.patch(ONE, operation_id="update_trust_inspection", responses={200: {"model": TrustInspection}})
async def update_trust_inspection(
    *,
    principal: Writer,
    request: Request,
    session: Db,
    uid: Uid,
    trust_inspection_id: TrustInspectionId,
    if_match: IfMatch,
    patch: Annotated[TrustInspectionPatch, Body()],
) -> Response:
    """Change a draft by JSON Merge Patch."""
    return await service.change(
        request, session, principal, uid=uid, draft_id=trust_inspection_id, if_match=if_match, patch=patch
    )


@router.delete(ONE, operation_id="discard_trust_inspection", status_code=204)
async def discard_trust_inspection(
    *, principal: Writer, session: Db, uid: Uid, trust_inspection_id: TrustInspectionId, if_match: IfMatch
) -> Response:
    """Discard a draft. What was published stays."""
    return await drafts.discard(session, principal, trust_inspection_id, if_match, trust_uid=uid)


@router.post(
    f"{ONE}/quality-assurance",
    operation_id="assure_trust_inspection_quality",
    responses={200: {"model": TrustInspection}},
)
async def assure_trust_inspection_quality(
    *,
    principal: Writer,
    request: Request,
    session: Db,
    once: Idempotent,
    uid: Uid,
    trust_inspection_id: TrustInspectionId,
    outcome: Annotated[QualityAssurance, Body()],
) -> Response:
    """Pass a draft through quality assurance, or return it to draft with a reason."""
    return await once(
        lambda: drafts.assure_quality(
            request, session, principal, draft_id=trust_inspection_id, outcome=outcome, trust_uid=uid
        )
    )


@router.post(f"{ONE}/publication", operation_id="publish_trust_inspection", responses={200: {"model": TrustInspection}})
async def publish_trust_inspection(
    *,
    principal: Publisher,
    request: Request,
    session: Db,
    once: Idempotent,
    uid: Uid,
    trust_inspection_id: TrustInspectionId,
    day: Day,
    wanted: Annotated[Publication | None, Body()] = None,
) -> Response:
    """Publish what has passed quality assurance."""
    return await once(
        lambda: service.publish(
            request, session, principal, uid=uid, inspection_id=trust_inspection_id, wanted=wanted, today=day
        )
    )


@router.post(
    f"{ONE}/corrections",
    operation_id="correct_trust_inspection",
    status_code=201,
    responses={201: {"model": TrustInspection}},
)
async def correct_trust_inspection(
    *,
    principal: Publisher,
    request: Request,
    session: Db,
    once: Idempotent,
    uid: Uid,
    trust_inspection_id: TrustInspectionId,
    wanted: Annotated[TrustCorrection, Body()],
    day: Day,
) -> Response:
    """Make a new version of what was published; the version before stays readable, with the reason."""
    return await once(
        lambda: service.correct(
            request, session, principal, uid=uid, inspection_id=trust_inspection_id, wanted=wanted, today=day
        )
    )


@router.get(
    f"{ONE}/versions",
    operation_id="list_trust_inspection_versions",
    responses={200: {"model": TrustInspectionVersions}},
)
async def list_trust_inspection_versions(
    *,
    principal: Reader,
    request: Request,
    reads: PublicReads,
    uid: Uid,
    trust_inspection_id: TrustInspectionId,
    day: Day,
) -> Response:
    """List all versions of an inspection of a trust, newest first."""
    return await reading.list_versions(request, reads, principal, uid=uid, inspection_id=trust_inspection_id, today=day)


@router.get(
    f"{ONE}/audit",
    operation_id="list_trust_inspection_audit",
    tags=["audit"],
    responses={200: {"model": AuditPage, "content": LINES_OR_TABLE}},
)
async def list_trust_inspection_audit(
    *,
    principal: Reader,
    request: Request,
    session: Db,
    uid: Uid,
    trust_inspection_id: TrustInspectionId,
    day: Day,
    page: PageRequest,
) -> Response:
    """List who changed what, when and from what, newest first. Steps before publication are the inspectorate's.

    `Accept: application/x-ndjson` or `text/csv` gives the whole trail; the table has a row for each field.
    """
    of = audit.TrustInspectionRef(uid, trust_inspection_id, day)
    return await audit.of_trust_inspection(request, session, principal, of, page)
