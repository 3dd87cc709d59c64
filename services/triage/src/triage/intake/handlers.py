"""What happens on an event of the inspection feed: look the schools up, keep what changed."""

import logging
from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import Database
from shared.events.consumer import FeedConsumer
from shared.events.messages import CloudEvent
from triage.clients.inspection import LOOKUP_LIMIT, InspectionService
from triage.intake import repository
from triage.intake.messages import SCHOOL_CHANGED, KeptSchool, read_document

CONSUMER: Final = "inspection"

_log = logging.getLogger(__name__)


class Intake:
    """Turns a page of events into the schools to keep, and keeps them."""

    def __init__(self, inspection: InspectionService) -> None:
        self._inspection = inspection

    async def prepare(self, events: Sequence[CloudEvent]) -> list[KeptSchool]:
        """Look up the schools that changed, each once, outside any transaction."""
        urns = list(dict.fromkeys(int(each.subject) for each in events if each.type == SCHOOL_CHANGED))
        kept: list[KeptSchool] = []
        for start in range(0, len(urns), LOOKUP_LIMIT):
            answer = await self._inspection.lookup_facts(urns[start : start + LOOKUP_LIMIT])
            if answer.missing:
                _log.warning("%d schools of the feed are not in the register any more", len(answer.missing))
            kept += [school for document in answer.documents if (school := _read(document)) is not None]
        return kept

    async def apply(self, session: AsyncSession, schools: list[KeptSchool]) -> None:
        """Keep the schools, in the transaction that moves the cursor."""
        if schools:
            await repository.keep(session, schools)


def _read(document: object) -> KeptSchool | None:
    """Read one document; one that cannot be read must not hold up the others, and is told of."""
    if not isinstance(document, dict):
        return None
    try:
        return read_document(document)
    except ValidationError as problem:
        _log.error(
            "the facts of school %s cannot be read: %s", document.get("urn"), problem.errors(include_input=False)
        )
        return None


def inspection_consumer(inspection: InspectionService, database: Database) -> FeedConsumer[list[KeptSchool]]:
    """The consumer of the inspection feed."""
    intake = Intake(inspection)
    return FeedConsumer(CONSUMER, inspection, database, intake.prepare, intake.apply, page=LOOKUP_LIMIT)
