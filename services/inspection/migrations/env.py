"""Migrations of the inspection service."""

from inspection.models import Base
from shared.db.migrate import env_main

env_main(Base.metadata)
