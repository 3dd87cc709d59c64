"""When a school's need begins, is confirmed, and falls away, by what triage says of the school.

A proposal of enhanced support makes a provisional need; a decision of it makes the need a decided one; any standing
decision wins over proposals. Needs entered by hand are never withdrawn by a feed, and needs under offer or in support
are left to the support that runs.
"""

from __future__ import annotations

from dataclasses import dataclass

from brokering.domain.values import NeedState

SUPPORTED_TIER = "enhanced_support"
SCHEME = "ippr-2023"
FREE_STATES = frozenset({NeedState.PROVISIONAL, NeedState.DECIDED})
BY_HAND = "manual"


@dataclass(frozen=True, slots=True)
class Proposed:
    """Triage's current assessment of a school under the tier scheme."""

    assessment_id: str
    result: str
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """The regional director's decision that stands."""

    decision_id: str
    tier: str
    assessment_id: str | None
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenNeed:
    """The school's open need, as stored. `edited`: days and areas are a person's."""

    id: str
    state: str
    origin_kind: str
    decision_id: str | None
    assessment_id: str | None
    areas: tuple[str, ...]
    edited: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """The need that a school should have."""

    state: NeedState
    origin_kind: str
    decision_id: str | None
    assessment_id: str | None
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Why a need falls away."""

    reason: str


def wanted(proposed: Proposed | None, decided: Decided | None) -> Wanted | Withdrawal:
    """Return the need that follows from what triage says, or why there is none."""
    if decided is not None and decided.tier == SUPPORTED_TIER:
        areas = decided.areas or (proposed.areas if proposed else ())
        return Wanted(NeedState.DECIDED, "decision", decided.decision_id, decided.assessment_id, areas)
    if decided is not None:
        return Withdrawal(f"The regional director decided {decided.tier.replace('_', ' ')}.")
    if proposed is not None and proposed.result == SUPPORTED_TIER:
        return Wanted(NeedState.PROVISIONAL, "proposal", None, proposed.assessment_id, proposed.areas)
    return Withdrawal("The school is not proposed for enhanced support any more.")


def step(current: OpenNeed | None, target: Wanted | Withdrawal) -> Wanted | Withdrawal | None:
    """Return what is to be done to a school's open need: what to write, a withdrawal, or nothing."""
    if current is None:
        return target if isinstance(target, Wanted) else None
    if current.state not in FREE_STATES:
        return None
    if isinstance(target, Withdrawal):
        return _left_to_itself(current) if current.origin_kind == BY_HAND else target
    kept = current.areas if current.edited or current.origin_kind == BY_HAND else target.areas
    origin = BY_HAND if current.origin_kind == BY_HAND else target.origin_kind
    written = Wanted(target.state, origin, target.decision_id, target.assessment_id or current.assessment_id, kept)
    held = Wanted(
        NeedState(current.state), current.origin_kind, current.decision_id, current.assessment_id, current.areas
    )
    return None if written == held else written


def _left_to_itself(current: OpenNeed) -> Wanted | None:
    """A need entered by hand stays, but a decision that no longer stands does not carry it."""
    if current.state == NeedState.PROVISIONAL and current.decision_id is None:
        return None
    return Wanted(NeedState.PROVISIONAL, BY_HAND, None, current.assessment_id, current.areas)
