"""The consumers of the two feeds, as the worker runs them."""

from __future__ import annotations

from typing import Any

from brokering.clients.inspection import InspectionFacts, inspection_client
from brokering.clients.triage import triage_client
from brokering.intake import inspection, triage
from brokering.settings import Settings
from shared.db.session import Database
from shared.events.consumer import FeedConsumer

PAGE = 1000


def followers(settings: Settings, database: Database) -> list[FeedConsumer[Any]]:
    """Return the consumers of those services whose address is set."""
    found: list[FeedConsumer[Any]] = []
    schools = inspection_client(settings)
    if schools is not None:
        intake = inspection.SchoolIntake(InspectionFacts(schools))
        found.append(FeedConsumer(inspection.NAME, schools, database, intake.prepare, intake.apply, page=PAGE))
    judgements = triage_client(settings)
    if judgements is not None:
        found.append(FeedConsumer(triage.NAME, judgements, database, triage.prepare, triage.apply, page=PAGE))
    return found
