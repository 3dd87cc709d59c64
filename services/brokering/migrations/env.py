"""Alembic's entry: the shared environment with this service's metadata."""

from shared.db.migrate import env_main

from brokering.models import Base

env_main(Base.metadata)
