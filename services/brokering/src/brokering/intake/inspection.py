"""Follows inspection: our copy of schools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from brokering.clients.inspection import FactsSource
from brokering.intake import repository
from brokering.intake.messages import SCHOOL_CHANGED, Body, Coded, Facts
from shared.events.messages import CloudEvent

NAME = "inspection"
MOST_URNS = 1000


class SchoolIntake:
    """Looks the facts of changed schools up, and keeps what matching reads of them."""

    def __init__(self, source: FactsSource) -> None:
        self._source = source

    async def prepare(self, events: Sequence[CloudEvent]) -> list[dict[str, Any]]:
        """Return our rows of the schools that these events speak of."""
        urns = sorted({int(event.data["urn"]) for event in events if event.type == SCHOOL_CHANGED})
        rows: list[dict[str, Any]] = []
        for start in range(0, len(urns), MOST_URNS):
            found = await self._source.facts(urns[start : start + MOST_URNS])
            rows += [row_of(Facts.model_validate(facts)) for facts in found]
        return rows

    async def apply(self, session: AsyncSession, rows: list[dict[str, Any]]) -> None:
        """Keep the rows, and let needs follow their schools."""
        if rows:
            await repository.put_schools(session, rows)
            await repository.follow_schools(session, [row["urn"] for row in rows])


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
