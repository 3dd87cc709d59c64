"""What is stored under an earlier rule of suppression is decided anew; until then reads do not show it."""

import asyncio
import logging
from typing import Final

from sqlalchemy import Engine

from inspection.dashboards import comparisons
from inspection.disadvantage.telling_sql import telling_of_meals
from inspection.progress import beside_sql, releases
from shared.db.session import Database

LOOK_EVERY_SECONDS: Final = 600.0

_log = logging.getLogger(__name__)


async def redecide(database: Database) -> None:
    """Look at the start and now and then, since a worker of the release before may still store its own decisions."""
    engine = database.system_engine(pool_size=1)
    try:
        while True:
            await asyncio.to_thread(redecide_once, engine)
            await asyncio.sleep(LOOK_EVERY_SECONDS)
    finally:
        engine.dispose()


def redecide_once(engine: Engine) -> None:
    """Decide anew, each in a transaction of its own: official figures year by year, then releases."""
    with engine.begin() as connection:
        years = comparisons.stale_periods(connection)
    for year in years:
        with engine.begin() as connection, telling_of_meals(connection):
            comparisons.refresh_year(connection, year)
            beside_sql.keep_year(connection, year)
    with engine.begin() as connection:
        beside_sql.keep_beside(connection)
        made = len(releases.remake(connection))
    if years or made:
        _log.warning("figures of %d years and %d releases were decided anew under the present rule", len(years), made)
