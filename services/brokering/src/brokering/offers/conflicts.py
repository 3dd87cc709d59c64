"""What the school is shown of a leader before it agrees, and the declared interests that bar an offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain.conflicts import counts
from brokering.domain.matching import Interest
from brokering.domain.matching_policy import ConflictKind, MatchingPolicy, Treatment
from brokering.domain.values import flags_now
from brokering.offers import repository
from brokering.offers.errors import InterestDeclared
from brokering.policies.documents import current_policy
from shared.auth.principal import Principal
from shared.auth.tenancy import bind_claims, bind_system_claims

CARRIES_ON = frozenset({"accept", "agree", "approve"})
BODY_KINDS = {"school": "school", "trust": "trust", "la": "local_authority"}


def subjects_of(party_orgs: Sequence[str]) -> list[tuple[str, str]]:
    """Return (kind, id) of the school and its responsible body, as interests name them."""
    parts = (org.partition(":") for org in party_orgs)
    return [(BODY_KINDS[kind], key) for kind, _, key in parts if kind in BODY_KINDS]


async def interests_in(session: AsyncSession, leader_id: Any, party_orgs: Sequence[str]) -> Sequence[Row[Any]]:
    """Return the leader's declared interests in the parties to a need."""
    subjects = subjects_of(party_orgs)
    return await repository.interests(session, leader_id, subjects) if subjects else []


def refuse_standing(interests: Sequence[Row[Any]], today: date) -> None:
    """Raise InterestDeclared where one stands that the policy bars: a bid, one that goes on or ended too lately."""
    policy = current_policy()
    for interest in interests:
        barring = policy.conflicts[ConflictKind(interest.kind)] == Treatment.BARRED
        if barring and counts(policy, _declared(interest), today):
            kind = interest.kind.replace("_", " ")
            raise InterestDeclared(
                f"The leader has declared an interest ({kind}) in {interest.subject_kind} {interest.subject_id}."
            )


async def refuse_since(session: AsyncSession, offer: Row[Any], action: str, today: date) -> None:
    """Raise InterestDeclared where a step would carry a match on that a declaration bars by now.

    A school agrees to what it has been shown, so neither it nor the director goes on where something has been declared
    since. The offer and its need are locked.
    """
    if action not in CARRIES_ON:
        return
    need = await repository.need(session, offer.need_id)
    declared = await interests_in(session, offer.leader_id, need.party_orgs)
    refuse_standing(declared, today)
    unseen = not_shown(current_policy(), declared, offer.shown["interests"], today)
    if unseen and action != "accept":
        raise InterestDeclared(
            f"The leader has declared an interest ({unseen[0].kind.replace('_', ' ')}) in {unseen[0].subject_kind}"
            f" {unseen[0].subject_id} that the school has not been shown: withdraw the offer and make it anew."
        )


def not_shown(
    policy: MatchingPolicy, declared: Sequence[Row[Any]], shown: Sequence[Mapping[str, Any]], today: date
) -> list[Row[Any]]:
    """Return the declared interests that the policy does not leave alone and that are not among those shown."""
    seen = {_named(interest) for interest in shown}
    return [
        row
        for row in declared
        if policy.conflicts[ConflictKind(row.kind)] != Treatment.OFF
        and counts(policy, _declared(row), today)
        and _named(_interest(row)) not in seen
    ]


async def show_anew(session: AsyncSession, principal: Principal, leader_id: UUID) -> None:
    """Show what a leader has declared to the schools that have not answered an offer of the leader yet."""
    await bind_system_claims(session)
    for offer in await repository.not_agreed(session, leader_id):
        need = await repository.need(session, offer.need_id)
        declared = await interests_in(session, leader_id, need.party_orgs)
        shown = {**offer.shown, "interests": [_interest(interest) for interest in declared]}
        await repository.write_step(session, offer.id, {"shown": shown})
    await bind_claims(session, principal)


async def shown_to_school(
    session: AsyncSession, proposal: Any, need_state: str, interests: Sequence[Row[Any]], now: datetime
) -> dict[str, Any]:
    """Return the leader's record, the match's score and the conflicts, as they stand now (JSON values only)."""
    leader = await repository.leader(session, proposal.leader_id)
    in_category = await repository.schools_in_category(
        session, leader.organisation_kind, leader.organisation_id, leader.organisation_name
    )
    designations = await repository.designations(session, proposal.leader_id)
    return {
        "as_at": now.isoformat(),
        "record": _record(leader, designations),
        "suitability": proposal.suitability,
        "score_parts": proposal.score_parts,
        "distance_km": None if proposal.distance_km is None else float(proposal.distance_km),
        "flags": flags_now(proposal.flags, need_state),
        "interests": [_interest(interest) for interest in interests],
        "organisation_in_category": in_category,
    }


def _record(leader: Row[Any], designations: Sequence[Row[Any]]) -> dict[str, Any]:
    return {
        "reference": leader.reference,
        "role": leader.role,
        "organisation": {
            "kind": leader.organisation_kind,
            "id": leader.organisation_id,
            "name": leader.organisation_name,
        },
        "base_urn": leader.base_urn,
        "region": leader.region,
        "phases": list(leader.phases),
        "strengths": list(leader.strengths),
        "schools_in_organisation": leader.schools_in_organisation,
        "schools_turned_round": leader.schools_turned_round,
        "remote": leader.remote,
        "designations": [
            {
                "kind": row.kind,
                "status": row.status,
                "valid_from": row.valid_from.isoformat(),
                "valid_to": row.valid_to.isoformat() if row.valid_to else None,
            }
            for row in designations
        ],
    }


def _declared(row: Row[Any]) -> Interest:
    return Interest(row.kind, row.subject_kind, row.subject_id, row.ends_on)


def _named(interest: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells one declaration from another; its end may be told later."""
    return interest["kind"], interest["subject"]["kind"], interest["subject"]["id"], interest["declared_at"]


def _interest(row: Row[Any]) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "subject": {"kind": row.subject_kind, "id": row.subject_id},
        "from": row.starts_on.isoformat() if row.starts_on else None,
        "to": row.ends_on.isoformat() if row.ends_on else None,
        "declared_at": row.declared_at.isoformat(),
    }
