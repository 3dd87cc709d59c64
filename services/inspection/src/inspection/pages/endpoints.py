"""The addresses of the pages. They are not part of the API: their documents have addresses of their own under /v1."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from inspection.pages import service
from shared.auth.access import Public
from shared.auth.principal import Principal

router = APIRouter(include_in_schema=False)

Anyone = Annotated[Principal | None, Public()]
Urn = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/schools/{urn}")
async def school_page(_: Anyone, request: Request, urn: Urn) -> Response:
    """Show a school's inspection results."""
    return await service.school_page(request, urn)


@router.get("/schools/{urn}/easy-read")
async def easy_read_page(_: Anyone, request: Request, urn: Urn) -> Response:
    """Show the same in short sentences."""
    return await service.easy_read_page(request, urn)
