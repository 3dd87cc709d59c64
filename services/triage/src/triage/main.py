"""`uvicorn triage.main:app`."""

from triage.app import create_app
from triage.settings import Settings
from shared.application import serving

app = serving(create_app(Settings()))
