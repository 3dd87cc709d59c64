"""Follows inspection: our copy of schools, and designations that an inspection puts in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from brokering.clients.inspection import FactsSource
from brokering.domain.rechecks import Inspected
from brokering.intake import repository
from brokering.intake.messages import SCHOOL_CHANGED, Body, Coded, FactInspection, Facts
from brokering.rechecks import raising as rechecks
from shared.events.messages import CloudEvent

NAME = "inspection"
MOST_URNS = 1000


@dataclass(frozen=True, slots=True)
class Learned:
    """Our rows of the schools that events speak of, and the latest graded inspection of each that has one."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    inspected: list[Inspected] = field(default_factory=list)


class SchoolIntake:
    """Looks the facts of changed schools up, and keeps what matching reads of them."""

    def __init__(self, source: FactsSource) -> None:
        self._source = source

    async def prepare(self, events: Sequence[CloudEvent]) -> Learned:
        """Return what inspection knows of the schools that these events speak of."""
        urns = sorted({int(event.data["urn"]) for event in events if event.type == SCHOOL_CHANGED})
        learned = Learned()
        for start in range(0, len(urns), MOST_URNS):
            found = await self._source.facts(urns[start : start + MOST_URNS])
            for facts in map(Facts.model_validate, found):
                learned.rows.append(row_of(facts))
                if (latest := facts.latest_graded) is not None:
                    learned.inspected.append(inspected_of(facts, latest))
        return learned

    async def apply(self, session: AsyncSession, learned: Learned) -> None:
        """Keep the rows, and let needs follow their schools, designations their inspections."""
        if learned.rows:
            await repository.put_schools(session, learned.rows)
            await repository.follow_schools(session, [row["urn"] for row in learned.rows])
            trusts = {row["urn"]: row["trust_uid"] for row in learned.rows}
            await rechecks.follow(session, learned.inspected, trusts)


def inspected_of(facts: Facts, inspection: FactInspection) -> Inspected:
    """Return what a designation may hang on of an inspection."""
    return Inspected(
        urn=facts.urn,
        name=facts.name,
        starts_on=inspection.starts_on,
        category=inspection.category_of_concern,
        overall=inspection.overall,
        areas={each.area: each.grade for each in inspection.areas},
    )


def row_of(facts: Facts) -> dict[str, Any]:
    """Return our row of a school."""
    kind, authority = facts.type or Coded(), facts.local_authority or Coded()
    body, trust = facts.responsible_body or Body(), facts.trust or Body()
    return {
        "urn": facts.urn,
        "name": facts.name,
        "phase": facts.phase,
        "type_code": kind.code,
        "type_label": kind.label,
        "status": facts.status,
        "region": facts.region,
        "la_code": authority.code,
        "la_name": authority.name,
        "responsible_body_kind": body.kind,
        "responsible_body_id": body.id,
        "responsible_body_name": body.name,
        "trust_uid": trust.uid,
        "trust_name": trust.name,
        "pupils": facts.pupils,
        "idaci_quintile": facts.idaci_quintile,
        "lat": facts.location.lat if facts.location else None,
        "lng": facts.location.lng if facts.location else None,
        "religious_character": facts.religious_character,
        "category_of_concern": facts.category_of_concern,
        "facts_version": facts.facts_version,
        "source": facts.source,
    }
