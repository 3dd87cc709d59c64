"""Alembic's entry: the shared environment with this service's metadata."""

from brokering.models import Base
from shared.db.migrate import env_main

env_main(Base.metadata)
