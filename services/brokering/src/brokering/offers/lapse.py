"""Lets offers lapse whose deadline has passed, by itself, and gives their days back."""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError

from brokering.ledger import repository as ledger
from brokering.offers import repository, steps
from shared.clock import utc_now
from shared.db.session import Database

EVERY_SECONDS = 5.0
AT_ONCE = 50

_log = structlog.get_logger()


async def lapse_overdue(database: Database, now: datetime) -> int:
    """Let up to fifty overdue offers lapse in one transaction; return how many did."""
    async with database.system_session() as session:
        overdue = await repository.overdue_offers(session, now, limit=AT_ONCE)
        held = await ledger.lock(
            session,
            leaders=[offer.leader_id for offer in overdue],
            needs=[offer.need_id for offer in overdue],
            proposals=steps.present(*(offer.proposal_id for offer in overdue)),
            offers=[offer.id for offer in overdue],
        )
        return sum([await steps.lapse(session, offer, now) for offer in held.offers.values()])


async def lapse_forever(database: Database) -> None:
    """Look for overdue offers every few seconds until cancelled; a database that is away is asked again."""
    while True:
        try:
            lapsed = await lapse_overdue(database, utc_now())
        except DBAPIError as error:
            _log.warning("lapse_failed", error=type(error).__name__)
            lapsed = 0
        if lapsed:
            _log.info("offers_lapsed", count=lapsed)
        if lapsed < AT_ONCE:
            await asyncio.sleep(EVERY_SECONDS)
