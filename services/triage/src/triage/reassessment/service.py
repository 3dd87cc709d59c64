"""Marks what a new day touches, and assesses what is marked: one transaction a scheme and batch."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import Engine

from triage.domain.tiering import Judge
from triage.reassessment import repository
from triage.runs import standing_sql
from triage.runs.judges import Judges
from triage.runs.results import read_evidence, store
from triage.runs.standing import goes_on
from triage.runs.standing_sql import CURRENT, Fresh, HeldSchool, Live, Place

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """What a batch is assessed by: the day, why each school is, the version in force, and any other by its number."""

    on: date
    causes: Mapping[int, str]
    judge: Judge
    judge_of: Callable[[int], Judge]


@dataclass(slots=True)
class Batch:
    """What a batch came to: the assessments that still stand, each with the evidence it now stands on."""

    confirmed: list[tuple[UUID, str]] = field(default_factory=list)

    def keep(self, school: HeldSchool, live: Live) -> None:
        """Let what stands for a school stand on its evidence of today."""
        if live.facts_version != school.evidence_version:
            self.confirmed.append((live.id, school.evidence_version))


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
        order = Order(on, causes, ready.judge, lambda version: judges.of(connection, scheme, version).judge)
        if results := list(_differing(found, order, batch)):
            written = standing_sql.write(standing_sql.driver_of(connection), results)
            standing_sql.merge(connection, Place(scheme, standing.version, on, CURRENT, ready.audience), written)
        standing_sql.confirm(connection, batch.confirmed)
        repository.follow_bodies(connection, list(causes))
        return len(causes)


def _differing(schools: list[HeldSchool], order: Order, batch: Batch) -> Iterator[Fresh]:
    for school in schools:
        stored = store(order.judge.propose(read_evidence(school.urn, school.facts, school.follow_up), order.on))
        if school.live is not None and goes_on(school, stored, order.on, order.judge_of):
            batch.keep(school, school.live)
        else:
            yield Fresh(school, stored, order.causes[school.urn])
