"""Tells the feed of an inspection on the day it is first to be seen, and brings it into the grades in force.

An inspection may be published for a later day. Until then the feed does not tell of it, nor of its corrections; on the
day itself it tells the whole, with the school's own event, by which others read the facts anew.
"""

import asyncio
from datetime import date
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.calendar import repository
from inspection.calendar.repository import Awaited
from inspection.publications import monitoring
from inspection.publications import repository as publications
from inspection.publications.content import content_of
from inspection.publications.service import PUBLISHED, events
from inspection.trust_inspections import repository as trust_inspections
from inspection.trust_inspections.service import events as trust_events
from shared.clock import today
from shared.db.session import Database
from shared.events.outbox import append_async

EVERY_SECONDS: Final = 30.0
BY: Final = "publication-calendar"
"""The subject of an audit's entries for what a day brings about by itself."""

_log = structlog.get_logger()


async def announce_next(database: Database, day: date) -> bool:
    """Tell of one inspection that is to be seen by this day, in one transaction; False where there is none left."""
    async with database.system_session() as session:
        due = await repository.next_due(session, day)
        if due is None:
            return False
        await (_announce(session, due, day) if due.urn is None else _announce_school(session, due, due.urn, day))
        return True


async def _announce_school(session: AsyncSession, due: Awaited, urn: int, day: date) -> None:
    await publications.hold_school(session, urn)
    row = await publications.hold(session, due.inspection_id)
    if not await repository.take(session, due.inspection_id, day) or row is None:
        return
    await monitoring.settle(session, urn, due.inspection_id, row["recorded_by"] or BY)
    told = events(PUBLISHED, due.inspection_id, content_of(row), version=row["version"])
    from_a_file = row["source_id"] is not None
    await append_async(session, told[1:] if from_a_file else told)


async def _announce(session: AsyncSession, due: Awaited, day: date) -> None:
    if not await repository.take(session, due.inspection_id, day):
        return
    versions = await trust_inspections.versions(await session.connection(), str(due.trust_uid), due.inspection_id)
    if versions:
        await append_async(session, trust_events("publish", versions[0]))


async def announce_daily(database: Database) -> None:
    """Look for publications whose day has come until cancelled; a database that is away is asked again."""
    while True:
        try:
            while await announce_next(database, today()):
                pass
        except DBAPIError as error:
            _log.warning("announcing_failed", error=type(error).__name__)
        await asyncio.sleep(EVERY_SECONDS)
