"""Marks what a new day touches, and assesses what is marked: one transaction a scheme and batch."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, Engine

from triage.domain.policy import read_policy
from triage.domain.tiering import Judge
from triage.policies import repository as policies
from triage.reassessment import repository
from triage.runs import standing_sql
from triage.runs.results import Stored, read_evidence, store
from triage.runs.standing_sql import CURRENT, Fresh, HeldSchool, Place

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """A version ready to run, and who sees what it proposes."""

    judge: Judge
    audience: str


class Judges:
    """Versions by scheme and number, read from the document once: a version never changes."""

    def __init__(self) -> None:
        self._ready: dict[tuple[str, int], Ready] = {}

    def of(self, connection: Connection, scheme: str, version: int) -> Ready:
        """A version; raises PolicyInvalid for one that cannot be run."""
        key = (scheme, version)
        if key not in self._ready:
            document = policies.document(connection, scheme, version)
            self._ready[key] = Ready(Judge.of(read_policy(document)), document["audience"])
        return self._ready[key]


@dataclass(slots=True)
class Batch:
    """What a batch came to: the assessments that still stand, each with the evidence it now stands on."""

    confirmed: list[tuple[UUID, str]] = field(default_factory=list)

    def differs(self, school: HeldSchool, stored: Stored, cause: str) -> bool:
        """Whether a result takes the place of what stands."""
        live = school.live
        if live is not None and live.is_met_by(stored, only_version_changed=cause == "policy"):
            if live.facts_version != school.evidence_version:
                self.confirmed.append((live.id, school.evidence_version))
            return False
        return True


def turn_day(engine: Engine, on: date) -> int:
    """Mark what a new day or a version in force from now on touches, once a day and version; return how many marks."""
    marked = 0
    with engine.begin() as connection:
        schemes = repository.to_turn(connection, on)
    for scheme in schemes:
        with engine.begin() as connection:
            found = repository.turn_day(connection, scheme, on)
        if found is not None:
            _log.info("%s stands on %s: %d schools are to be assessed again", scheme, on, found)
            marked += found
    return marked


def assess_marked(engine: Engine, scheme: str, on: date, judges: Judges) -> int | None:
    """Assess up to a batch of marked schools as of `on`; return how many marks were taken, None while a run writes.

    The marks, the assessments and their events commit together. A scheme that no school was ever assessed under stays
    so: the first run assesses all.
    """
    with engine.begin() as connection:
        if not standing_sql.begin_if_free(connection, scheme, CURRENT):
            return None
        standing = repository.standing(connection, scheme, on)
        if standing is None:
            repository.drop(connection, scheme)
            return 0
        causes = repository.take(connection, scheme)
        found = repository.schools(connection, scheme, list(causes), national=standing.national)
        batch = Batch()
        ready = judges.of(connection, scheme, standing.version)
        if results := list(_differing(found, causes, ready.judge, on, batch)):
            written = standing_sql.write(standing_sql.driver_of(connection), results)
            standing_sql.merge(connection, Place(scheme, standing.version, on, CURRENT, ready.audience), written)
        standing_sql.confirm(connection, batch.confirmed)
        repository.follow_bodies(connection, list(causes))
        return len(causes)


def _differing(
    schools: list[HeldSchool], causes: Mapping[int, str], judge: Judge, on: date, batch: Batch
) -> Iterator[Fresh]:
    for school in schools:
        stored = store(judge.propose(read_evidence(school.urn, school.facts, school.follow_up), on))
        if batch.differs(school, stored, causes[school.urn]):
            yield Fresh(school, stored, causes[school.urn])
