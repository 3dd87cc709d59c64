"""The process that serves requests: `uvicorn inspection.main:app`."""

from inspection.app import create_app
from inspection.settings import Settings

app = create_app(Settings())
