"""Probes: the process, the database with a schema that this build can work on, and metrics."""

from typing import Annotated, Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.auth.access import Public
from shared.auth.principal import Principal
from shared.db.session import Database
from shared.errors import Unavailable
from shared.responses import dumps

_NO_STORE = {"Cache-Control": "no-store"}


class SchemaCheck:
    """Tells whether the database's schema is at the revision this build needs, or after it.

    A revision that this build does not know was made by a newer one, so it comes after.
    """

    def __init__(self, config: Config) -> None:
        scripts = ScriptDirectory.from_config(config)
        self._head = scripts.get_current_head()
        self._older = {script.revision for script in scripts.walk_revisions()} - {self._head}

    async def problem(self, database: Database) -> str | None:
        """Return why the service is not ready, or None when it is."""
        try:
            async with database.reads.connect() as connection:
                revision = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        except (SQLAlchemyError, OSError):
            return "The database does not answer, or has no schema yet."
        if revision is None or revision in self._older:
            return "The database's schema is older than this build needs."
        return None


router = APIRouter(include_in_schema=True, tags=["operations"])


def _ok(status: str) -> Response:
    return Response(dumps({"status": status}), media_type="application/json", headers=_NO_STORE)


@router.get("/livez", operation_id="livez", summary="The process runs")
async def livez(_principal: Annotated[Principal | None, Public()]) -> Response:
    """Answer whenever the process can."""
    return _ok("alive")


@router.get("/readyz", operation_id="readyz", summary="The service can do its work")
async def readyz(request: Request, _principal: Annotated[Principal | None, Public()]) -> Response:
    """Answer 200 when the database is there with a schema this build can work on, and the process is not stopping."""
    state: Any = request.app.state
    problem = "The process is stopping." if state.draining else await state.schema_check.problem(state.database)
    if problem:
        raise Unavailable(problem, headers={"Retry-After": "2"})
    return _ok("ready")


@router.get("/startupz", operation_id="startupz", summary="The service has started")
async def startupz(request: Request, principal: Annotated[Principal | None, Public()]) -> Response:
    """Answer as readiness does; kept apart so that a slow start is not taken for a hang."""
    return await readyz(request, principal)


@router.get("/metrics", operation_id="metrics", summary="Prometheus metrics", response_class=PlainTextResponse)
async def metrics(_principal: Annotated[Principal | None, Public()]) -> Response:
    """Answer with the process's metrics in Prometheus's text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST, headers=_NO_STORE)
