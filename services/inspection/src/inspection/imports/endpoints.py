"""Routes of imports."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Query, Request, Response, UploadFile

from inspection.imports import service
from inspection.imports.schemas import ChangePage, Import, ImportPage, RejectionPage
from inspection.scopes import IMPORTS_READ, IMPORTS_WRITE
from shared.auth import Principal, Requires
from shared.clock import request_day
from shared.db.session import Db
from shared.errors import invalid
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["imports"])

Reader = Annotated[Principal, Requires(IMPORTS_READ)]
Writer = Annotated[Principal, Requires(IMPORTS_WRITE)]
_SUBMITTED: Final[dict[int | str, dict[str, Any]]] = {
    202: {
        "model": Import,
        "description": "Queued",
        "headers": {"Location": {"description": "the import, which is also its job", "schema": {"type": "string"}}},
    }
}
_CHANGES: Final[dict[int | str, dict[str, Any]]] = {200: {"model": ChangePage, "content": LINES_OR_TABLE}}
_CORRECTED: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["rows"],
                    "properties": {
                        "rows": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["row", "values"],
                                "properties": {
                                    "row": {"type": "integer", "minimum": 1},
                                    "values": {"type": "object", "additionalProperties": {"type": "string"}},
                                },
                            },
                        }
                    },
                },
                "example": {"rows": [{"row": 12, "values": {"Region": "London"}}]},
            },
        },
    }
}
_DOWNLOADS: Final[dict[int | str, dict[str, Any]]] = {200: {"model": RejectionPage, "content": LINES_OR_TABLE}}


_PARTS: Final = ("file", "kind", "as_at")


async def upload(
    request: Request,
    file: Annotated[UploadFile, File(description="the official CSV file as it was downloaded")],
    kind: Annotated[str, Form(max_length=100, description="what kind of file it is")],
    as_at: Annotated[
        date | None, Form(description="the date the file speaks for; else the one in its name is taken")
    ] = None,
    dry_run: Annotated[bool, Query(description="tell what would become of each row, and load nothing")] = False,
) -> service.Upload:
    """Read the parts of the form; raises Unprocessable for one that is there twice, of which only one would be read."""
    form = await request.form()
    for part in _PARTS:
        if len(form.getlist(part)) > 1:
            raise invalid(f"/{part}", "Sent more than once: one file a request, with one of each field.", "repeated")
    return service.Upload(file, kind, as_at, dry_run)


@router.post("/v1/imports", operation_id="create_import", status_code=202, responses=_SUBMITTED)
async def create_import(  # noqa: PLR0917 - FastAPI passes them by name
    principal: Writer,
    request: Request,
    session: Db,
    once: Idempotent,
    sent: Annotated[service.Upload, Depends(upload)],
    day: Annotated[date, Depends(request_day)],
) -> Response:
    """Send an official file. It is read by a job: ask for the import until its state is final."""
    return await service.submit(request, session, once, principal, upload=sent, today=day)


@router.get("/v1/imports", operation_id="list_imports", responses={200: {"model": ImportPage}})
async def list_imports(
    principal: Reader,
    request: Request,
    session: Db,
    page: PageRequest,
    kind: Annotated[str | None, Query(max_length=100, description="only imports of this kind")] = None,
) -> Response:
    """List the imports of the client's organisation, newest first."""
    return await service.list_imports(request, session, principal, kind, page)


@router.get("/v1/imports/{import_id}", operation_id="get_import", responses={200: {"model": Import}})
async def get_import(principal: Reader, request: Request, session: Db, import_id: UUID) -> Response:
    """Read one import: its state, its progress, and what became of the file's rows."""
    return await service.get_import(request, session, principal, import_id)


@router.get("/v1/imports/{import_id}/rejections", operation_id="list_rejections", responses=_DOWNLOADS)
async def list_rejections(
    principal: Reader, request: Request, session: Db, import_id: UUID, page: PageRequest
) -> Response:
    """List the rows that were not taken, and why. `Accept: text/csv` or `application/x-ndjson` streams all of them."""
    return await service.list_rejections(request, session, principal, import_id, page)


@router.post(
    "/v1/imports/{import_id}/rejections/resubmission",
    operation_id="resubmit_rejections",
    status_code=202,
    responses=_SUBMITTED,
    openapi_extra=_CORRECTED,
)
async def resubmit_rejections(  # noqa: PLR0917 - FastAPI passes them by name
    principal: Writer,
    request: Request,
    session: Db,
    once: Idempotent,
    import_id: UUID,
    dry_run: Annotated[bool, Query(description="tell what would become of each row, and load nothing")] = False,
) -> Response:
    """Send rejected rows again, put right: as CSV under the file's header, or as JSON with the cells that change.

    They make an import of their own, of the same kind and date, that says nothing of schools it does not list.
    """
    return await service.resubmit(request, session, once, principal, import_id=import_id, dry_run=dry_run)


@router.get("/v1/imports/{import_id}/changes", operation_id="list_import_changes", responses=_CHANGES)
async def list_import_changes(
    principal: Reader, request: Request, session: Db, import_id: UUID, page: PageRequest
) -> Response:
    """List what an import changed of schools, or, of a dry run, would change: from what, to what.

    Fields of the register first, then stays in trusts, inspections and figures of pupils. Schools and figures that it
    added are not among them. `Accept: text/csv` or `application/x-ndjson` streams all.
    """
    return await service.list_changes(request, session, principal, import_id, page)


@router.delete("/v1/imports/{import_id}", operation_id="cancel_import", responses={200: {"model": Import}})
async def cancel_import(principal: Writer, request: Request, session: Db, import_id: UUID) -> Response:
    """Cancel an import that has not ended; nothing of it is loaded."""
    return await service.cancel(request, session, principal, import_id)
