"""The inventory of this service: what it is made of."""

from importlib.metadata import version
from pathlib import Path
from typing import Final

from fastapi import FastAPI

from inspection.api import ROUTERS, SHORT_WAYS
from inspection.pages.install import install_pages
from inspection.problems import CONSTRAINT_ERRORS
from inspection.settings import Settings
from shared.application import create_service_app

SERVICE_DIR: Final = Path(__file__).resolve().parents[2]


def create_app(settings: Settings) -> FastAPI:
    """Build the service; nothing connects before the first request."""
    app = create_service_app(
        name="inspection",
        title="Inspection",
        description="The evidence: the register of schools and trusts, their inspections and report cards.",
        version=version("inspection"),
        service_dir=SERVICE_DIR,
        settings=settings,
        routers=ROUTERS,
        constraint_errors=CONSTRAINT_ERRORS,
        short_ways=SHORT_WAYS,
    )
    install_pages(app)
    return app
