"""Bring the database to the newest schema: `python -m inspection.migrate`. Safe to repeat."""

import sys

from inspection.app import SERVICE_DIR
from inspection.settings import Settings
from shared.db.migrate import upgrade


def main() -> None:
    """Migrate as the owning role, then grant to the role that serves."""
    settings = Settings()
    if settings.migration_database_url is None:
        sys.exit("INSPECTION_MIGRATION_DATABASE_URL is not set")
    upgrade(SERVICE_DIR, settings.migration_database_url, settings.database_url)


if __name__ == "__main__":
    main()
