"""The process that serves requests: `uvicorn brokering.main:app`."""

from brokering.app import create_app
from brokering.settings import Settings
from shared.application import serving

app = serving(create_app(Settings()))
