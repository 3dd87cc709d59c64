"""`python -m triage.migrate`: schema to the newest revision, then new versions of policies and procedure."""

from pathlib import Path
from typing import Final

from sqlalchemy import create_engine

from shared.db.migrate import upgrade
from shared.db.session import sqlalchemy_url
from triage.policies.loading import load_packaged
from triage.procedure.loading import load_procedure
from triage.settings import Settings

SERVICE_DIR: Final = Path(__file__).parents[2]


def migrate(settings: Settings) -> None:
    """Bring the database of these settings up to date; safe to repeat."""
    owner_url = settings.migration_database_url or settings.database_url
    upgrade(SERVICE_DIR, owner_url, settings.database_url)
    engine = create_engine(sqlalchemy_url(owner_url))
    with engine.begin() as connection:
        load_packaged(connection)
        load_procedure(connection)
    engine.dispose()


if __name__ == "__main__":
    migrate(Settings())
