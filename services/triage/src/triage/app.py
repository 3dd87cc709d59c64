"""The service, put together."""

from fastapi import FastAPI

from shared.application import create_service_app
from triage.api import ROUTERS
from triage.migrate import SERVICE_DIR
from triage.problems import CONSTRAINT_ERRORS
from triage.scopes import ASSESSMENTS_READ
from triage.settings import Settings

VERSION = "0.1.0"


def create_app(settings: Settings) -> FastAPI:
    """Make the application."""
    return create_service_app(
        name="triage",
        title="Triage",
        description="Which tier of response a school calls for: proposed with reasons, decided by people.",
        version=VERSION,
        service_dir=SERVICE_DIR,
        settings=settings,
        routers=ROUTERS,
        constraint_errors=CONSTRAINT_ERRORS,
        feed_scope=ASSESSMENTS_READ,
    )
