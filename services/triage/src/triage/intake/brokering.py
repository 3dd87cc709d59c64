"""Follows brokering: a support episode of a school that was completed is evidence from then on."""

import logging
from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import Database
from shared.events.consumer import FeedClient, FeedConsumer
from shared.events.messages import CloudEvent
from triage.follow_up import repository
from triage.intake.messages import Code

CONSUMER: Final = "brokering"
EPISODE_CHANGED: Final = "brokering.episode.changed"

_log = logging.getLogger(__name__)


class _Subject(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: str
    id: str


class CompletedEpisode(BaseModel):
    """What is read of an episode that was completed; all else of it is brokering's."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: Code
    state: Literal["completed"]
    subject: _Subject
    completed_on: date


async def prepare(events: Sequence[CloudEvent]) -> list[CompletedEpisode]:
    """Pick out the episodes that were completed; one that cannot be read holds up no other, and is told of."""
    found = []
    for event in events:
        if event.type == EPISODE_CHANGED and event.data is not None and event.data.get("state") == "completed":
            try:
                found.append(CompletedEpisode.model_validate(event.data))
            except ValidationError as problem:
                _log.error("episode %s cannot be read: %s", event.subject, problem.errors(include_input=False))
    return found


async def apply(session: AsyncSession, episodes: list[CompletedEpisode]) -> None:
    """Record the support that schools had, in the transaction that moves the cursor; that of a trust is no evidence."""
    completed = {
        each.id: (int(each.subject.id), each.completed_on)
        for each in episodes
        if each.subject.kind == "school" and each.subject.id.isdecimal()
    }
    if completed:
        await repository.record_told(session, completed, CONSUMER)


def brokering_consumer(client: FeedClient, database: Database) -> FeedConsumer[list[CompletedEpisode]]:
    """The consumer of brokering's feed."""
    return FeedConsumer(CONSUMER, client, database, prepare, apply)
