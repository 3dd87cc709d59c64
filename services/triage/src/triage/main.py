"""`uvicorn triage.main:app`."""

from shared.application import serving
from triage.app import create_app
from triage.settings import Settings

app = serving(create_app(Settings()))
