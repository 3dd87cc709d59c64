"""`uvicorn triage.main:app`."""

from triage.app import create_app
from triage.settings import Settings

app = create_app(Settings())
