"""Follows triage: assessments and decisions, and the needs that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain.needs import (
    SCHEME,
    Decided,
    OpenNeed,
    Proposed,
    Wanted,
    Withdrawal,
    step,
    wanted,
)
from brokering.domain.values import NeedState, in_days
from brokering.intake import repository
from brokering.intake.messages import ASSESSMENT_CHANGED, DECISION_MADE, AssessmentChanged, DecisionMade
from brokering.needs.parties import parties_of_school, who_may_see
from brokering.needs.service import NEED_CHANGED
from brokering.policies.documents import current_policy
from shared.events.messages import CloudEvent
from shared.events.outbox import NewEvent, append_async
from shared.ids import new_id

NAME = "triage"
PROPOSAL_CHANGED = "brokering.proposal.changed"


@dataclass(frozen=True, slots=True)
class Judgements:
    """What a page of triage's feed says: the last assessment by school and scheme, and decisions in their order."""

    assessments: list[AssessmentChanged]
    decisions: list[DecisionMade]

    @property
    def urns_of_needs(self) -> list[int]:
        """The schools whose need may change."""
        assessed = {each.urn for each in self.assessments if each.scheme == SCHEME and each.urn is not None}
        return sorted(assessed | {each.urn for each in self.decisions})


@dataclass(slots=True)
class _Steps:
    """What is to be written, by kind, and the events that tell of it."""

    added: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    withdrawn: list[dict[str, Any]] = field(default_factory=list)
    events: list[NewEvent] = field(default_factory=list)


async def prepare(events: Sequence[CloudEvent]) -> Judgements:
    """Read a page of events; the documents come with them."""
    assessments: dict[tuple[int, str], AssessmentChanged] = {}
    decisions: list[DecisionMade] = []
    for event in events:
        if event.type == ASSESSMENT_CHANGED:
            changed = AssessmentChanged.model_validate(event.data)
            if changed.urn is not None:
                assessments[changed.urn, changed.scheme] = changed
        elif event.type == DECISION_MADE:
            decisions.append(DecisionMade.model_validate(event.data))
    return Judgements(list(assessments.values()), decisions)


async def apply(session: AsyncSession, judgements: Judgements) -> None:
    """Keep what triage said, and bring the needs of these schools in line with it."""
    if judgements.assessments:
        await repository.put_assessments(session, [each.model_dump(mode="json") for each in judgements.assessments])
    for decision in judgements.decisions:
        await repository.put_decision(session, decision.model_dump())
    if judgements.urns_of_needs:
        await align_needs(session, judgements.urns_of_needs)


async def align_needs(session: AsyncSession, urns: Sequence[int]) -> None:
    """Create, confirm or withdraw the needs of these schools."""
    steps = _Steps()
    for row in await repository.standings(session, urns, SCHEME):
        _plan(row, steps)
    await repository.add_needs(session, steps.added)
    await repository.change_needs(session, steps.changed)
    for gone in await repository.withdraw_needs(session, steps.withdrawn):
        told = {"id": str(gone["id"]), "state": "withdrawn", "need_id": str(gone["need_id"])}
        steps.events.append(NewEvent(PROPOSAL_CHANGED, str(gone["id"]), {**told, "leader_id": str(gone["leader_id"])}))
    await append_async(session, steps.events)


def _plan(row: RowMapping, steps: _Steps) -> None:
    todo = step(_open_need(row), wanted(_proposed(row), _decided(row)))
    if todo is None:
        return
    need_id = row["need_id"] or new_id()
    if isinstance(todo, Withdrawal):
        steps.withdrawn.append({"id": need_id, "reason": todo.reason})
    elif row["need_id"] is None:
        steps.added.append(_new_need(row, todo) | {"id": need_id})
    else:
        orgs = who_may_see(todo.state, row["party_orgs"])
        steps.changed.append({"id": need_id, "tenancy_orgs": orgs, **_written(todo)})
    state = NeedState.WITHDRAWN if isinstance(todo, Withdrawal) else todo.state
    data = {"id": str(need_id), "state": state.value, "subject": {"kind": "school", "id": str(row["urn"])}}
    steps.events.append(NewEvent(NEED_CHANGED, str(need_id), data))


def _written(todo: Wanted) -> dict[str, Any]:
    return {
        "areas": list(todo.areas),
        "state": todo.state.value,
        "origin_kind": todo.origin_kind,
        "origin_assessment_id": todo.assessment_id,
        "origin_decision_id": todo.decision_id,
    }


def _new_need(row: RowMapping, todo: Wanted) -> dict[str, Any]:
    parties = parties_of_school(row)
    return {
        "subject_id": str(row["urn"]),
        "subject_name": row["name"],
        "days": in_days(current_policy().default_half_days),
        "party_orgs": parties,
        "tenancy_orgs": who_may_see(todo.state, parties),
        "tenancy_region": row["region"],
        **_written(todo),
    }


def _proposed(row: RowMapping) -> Proposed | None:
    if row["assessment_id"] is None:
        return None
    return Proposed(row["assessment_id"], row["result"], tuple(sorted(row["action_areas"])))


def _decided(row: RowMapping) -> Decided | None:
    if row["decision_id"] is None:
        return None
    areas = tuple(sorted(row["decided_areas"]))
    return Decided(row["decision_id"], row["tier"], row["decided_assessment_id"], areas)


def _open_need(row: RowMapping) -> OpenNeed | None:
    if row["need_id"] is None:
        return None
    return OpenNeed(
        id=str(row["need_id"]),
        state=row["state"],
        origin_kind=row["origin_kind"],
        decision_id=row["origin_decision_id"],
        assessment_id=row["origin_assessment_id"],
        areas=tuple(row["areas"]),
        edited=row["edited_at"] is not None,
    )
