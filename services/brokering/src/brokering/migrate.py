"""Brings the database to the newest schema: `python -m brokering.migrate`."""

import sys

from brokering.app import SERVICE_DIR
from brokering.settings import Settings
from shared.db.migrate import upgrade


def main() -> int:
    """Migrate as the owning role; returns the exit status."""
    settings = Settings()
    if settings.migration_database_url is None:
        sys.stderr.write("BROKERING_MIGRATION_DATABASE_URL is needed to migrate\n")
        return 2
    upgrade(SERVICE_DIR, settings.migration_database_url, settings.database_url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
