"""Migrations of the triage service."""

from shared.db.migrate import env_main
from triage.models import Base

env_main(Base.metadata)
