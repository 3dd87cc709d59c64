"""Puts what pages need round the application: their assets, and error pages."""

from typing import Final

from fastapi import Depends, FastAPI
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from inspection.pages.endpoints import router
from inspection.pages.errors import ErrorPages
from inspection.pages.rendering import STATIC, STATIC_URL
from shared.rate_limit import count_request

KEPT_FOR: Final = "public, max-age=86400"


class Assets(StaticFiles):
    """Static files that caches may keep: their addresses change with them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a file."""
        response = await super().get_response(path, scope)
        MutableHeaders(raw=response.raw_headers)["Cache-Control"] = KEPT_FOR
        return response


def install_pages(app: FastAPI) -> None:
    """Serve the pages, their assets, and errors as pages to those who asked for a page.

    A link to a page may carry parameters of whoever passed it on; they are no mistake of the reader's.
    """
    app.include_router(router, dependencies=[Depends(count_request)])
    app.mount(STATIC_URL, Assets(directory=STATIC), name="pages-assets")
    app.add_middleware(ErrorPages)
