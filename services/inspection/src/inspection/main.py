"""The process that serves requests: `uvicorn inspection.main:app`."""

from inspection.app import create_app
from inspection.settings import Settings
from shared.application import serving

app = serving(create_app(Settings()))
