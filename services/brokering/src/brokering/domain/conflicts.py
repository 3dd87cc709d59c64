"""Conflicts of interest between a leader and a need: what was declared, and what the register shows by itself.

Whether one bars a pair, flags it or is left alone is the policy's to say, kind by kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from brokering.domain.matching import Interest, Leader, Need
from brokering.domain.matching_policy import ConflictKind, MatchingPolicy
from brokering.domain.values import SubjectKind, Window

FOR_EVER = frozenset({ConflictKind.SPONSOR_BID})
"""What counts whenever it ended: who bid once to run the school is not the one to advise it."""

NAMED_SCHOOLS = 3
"""An authority may hold dozens: a sentence names a few and counts all."""


def conflict_text(kind: ConflictKind, policy: MatchingPolicy, window: Window, need: Need, leader: Leader) -> str | None:
    """Return in words what the conflict is, or None where there is none of this kind."""
    return _FOUND[kind](policy, window, need, leader)


def own_concerns_text(leader: Leader) -> str:
    """Return how many schools of the leader's own organisation are in difficulty, and the first few by name."""
    count = len(leader.own_concerns)
    named = ", ".join(f"{concern.name} ({concern.what})" for concern in leader.own_concerns[:NAMED_SCHOOLS])
    schools = f"{count} school{'' if count == 1 else 's'} stuck or in a category of concern"
    return f"The leader's own organisation holds {schools}{', among them' if count > NAMED_SCHOOLS else ':'} {named}."


def years_before(day: date, years: int) -> date:
    """Return the same day some years earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def counts(policy: MatchingPolicy, interest: Interest, on: date) -> bool:
    """Tell whether a declaration counts on a day: a bid always, others while they go on and some years after."""
    if interest.kind in FOR_EVER or interest.ends_on is None:
        return True
    return interest.ends_on >= years_before(on, policy.interest_years)


def _declared(kind: ConflictKind) -> Callable[[MatchingPolicy, Window, Need, Leader], str | None]:
    def found(policy: MatchingPolicy, window: Window, need: Need, leader: Leader) -> str | None:
        if not leader.interests:
            return None
        subjects = need.subject_keys
        mine = [each for each in leader.interests if each.kind == kind and each.subject_key in subjects]
        if not any(counts(policy, interest, window.starts_on) for interest in mine):
            return None
        counted = "counted whatever its date" if kind in FOR_EVER else f"counted for {policy.interest_years} years"
        return f"The leader declared: {kind.replace('_', ' ')} ({counted})."

    return found


def _same_organisation(_: MatchingPolicy, __: Window, need: Need, leader: Leader) -> str | None:
    own_school = need.subject_kind == SubjectKind.SCHOOL and need.subject_id == str(leader.base_urn)
    if not own_school and not need.bodies & leader.bodies:
        return None
    employer = leader.organisation_name or "the leader's organisation"
    return f"{employer} is the employer of the leader and answers for the school or trust in need."


def _own_organisation(_: MatchingPolicy, __: Window, ___: Need, leader: Leader) -> str | None:
    return own_concerns_text(leader) if leader.own_concerns else None


def _broker_colleague(policy: MatchingPolicy, _: Window, __: Need, leader: Leader) -> str | None:
    if not policy.broker & leader.bodies:
        return None
    return "The leader works for the organisation that asks for the match."


_FOUND: Mapping[ConflictKind, Callable[[MatchingPolicy, Window, Need, Leader], str | None]] = {
    ConflictKind.SPONSOR_BID: _declared(ConflictKind.SPONSOR_BID),
    ConflictKind.EMPLOYMENT: _declared(ConflictKind.EMPLOYMENT),
    ConflictKind.INTEREST: _declared(ConflictKind.INTEREST),
    ConflictKind.SAME_ORGANISATION: _same_organisation,
    ConflictKind.OWN_ORGANISATION: _own_organisation,
    ConflictKind.BROKER_COLLEAGUE: _broker_colleague,
}
