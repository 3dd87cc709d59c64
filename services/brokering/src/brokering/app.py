"""The inventory of this service: what it is made of."""

from importlib.metadata import version
from pathlib import Path
from typing import Final

from fastapi import FastAPI

from brokering.api import ROUTERS
from brokering.problems import CONSTRAINT_ERRORS
from brokering.scopes import NEEDS_READ
from brokering.settings import Settings
from shared.application import create_service_app

SERVICE_DIR: Final = Path(__file__).resolve().parents[2]


def create_app(settings: Settings) -> FastAPI:
    """Build the service; nothing connects before the first request."""
    return create_service_app(
        name="brokering",
        title="Brokering",
        description="The response: who needs support, who can give it, and the support that follows.",
        version=version("brokering"),
        service_dir=SERVICE_DIR,
        settings=settings,
        routers=ROUTERS,
        constraint_errors=CONSTRAINT_ERRORS,
        feed_scope=NEEDS_READ,
    )
