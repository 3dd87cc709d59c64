"""How well a leader suits a need: integer parts of 0-1000, each shown, and their weighted mean.

Integers throughout, so that a vectorised reading of the same steps agrees exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

from brokering.domain.experience import type_unfit
from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import MatchingPolicy, Part
from brokering.domain.places import METRES_IN_A_KM, distance_km, whole_metres
from brokering.domain.values import say_days

FULL = 1000


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of a suitability: its worth of 0-1000, its weight, and what it rests on in words."""

    part: str
    value: int
    weight: int
    text: str


@dataclass(frozen=True, slots=True)
class Suitability:
    """A pair's suitability (0-1000), its parts, and the distance in metres where both places are known."""

    total: int
    parts: tuple[ScorePart, ...]
    metres: int | None


def suitability(policy: MatchingPolicy, need: Need, leader: Leader) -> Suitability:
    """Score a pair."""
    metres = None
    if need.place is not None and leader.place is not None:
        metres = whole_metres(distance_km(need.place, leader.place))
    scored = {
        Part.DISTANCE: _distance(policy, leader, metres),
        Part.PHASE_FIT: _phase_fit(policy, need, leader),
        Part.TURNAROUND: _turnaround(policy, leader),
        Part.STRENGTHS: _strengths(policy, need, leader),
        Part.CONTEXT: _context(policy, need, leader),
        Part.REGION: _region(policy, need, leader),
        Part.LOAD: _load(leader),
        Part.CONTINUITY: _continuity(need, leader),
    }
    weights = policy.suitability.weights
    parts = tuple(ScorePart(part, value, weights[part], text) for part, (value, text) in scored.items())
    total = sum(part.value * part.weight for part in parts) // sum(part.weight for part in parts)
    return Suitability(total, parts, metres)


def _distance(policy: MatchingPolicy, leader: Leader, metres: int | None) -> tuple[int, str]:
    if leader.remote:
        return policy.suitability.remote_distance, "The leader works remotely: distance plays no part."
    if metres is None:
        return policy.suitability.unknown_place, "The distance is not known."
    cap = whole_metres(policy.distance_cap_km)
    value = FULL * max(0, cap - metres) // cap
    return value, f"{metres / METRES_IN_A_KM:.1f} km in a straight line, of at most {policy.distance_cap_km:g} km."


def _phase_fit(policy: MatchingPolicy, need: Need, leader: Leader) -> tuple[int, str]:
    breadth = policy.suitability.phase_breadth
    value = breadth[min(len(leader.phases), len(breadth)) - 1]
    works_in = f"Works in: {', '.join(sorted(leader.phases))}."
    unfit = type_unfit(policy, need, leader)
    return (value, works_in) if unfit is None else (min(value, policy.suitability.type_unfit), f"{works_in} {unfit}")


def _turnaround(policy: MatchingPolicy, leader: Leader) -> tuple[int, str]:
    turned = leader.schools_turned_round
    if turned is None:
        return policy.suitability.neutral, "The number of schools turned round is not known."
    value = min(FULL, FULL * turned // policy.suitability.turnaround_full_at)
    return value, f"{turned} school{'' if turned == 1 else 's'} turned round."


def _strengths(policy: MatchingPolicy, need: Need, leader: Leader) -> tuple[int, str]:
    if not need.areas or not leader.strengths:
        missing = "The need names no areas." if not need.areas else "The leader has declared no strengths."
        return policy.suitability.neutral, missing
    shared = sorted(need.areas & leader.strengths)
    value = FULL * len(shared) // len(need.areas)
    named = "; ".join(_shown(area, leader) for area in shared) or "none"
    return value, f"Strong in {len(shared)} of {len(need.areas)} areas that need action: {named}."


def _shown(area: str, leader: Leader) -> str:
    """Return an area with the newest evidence of the leader's strength in it."""
    found = [each for each in leader.evidence if each.area == area]
    if not found:
        return f"{area} (no evidence recorded)"
    newest = max(found, key=lambda each: (each.dated_on, each.what))
    return f"{area} ({newest.what}, {newest.dated_on}, {newest.source})"


def _context(policy: MatchingPolicy, need: Need, leader: Leader) -> tuple[int, str]:
    worth: list[int] = []
    said: list[str] = []
    if need.idaci_quintile is not None and leader.idaci_quintile is not None:
        apart = abs(need.idaci_quintile - leader.idaci_quintile)
        worth.append(max(0, FULL - policy.suitability.quintile_step * apart))
        said.append(f"deprivation quintiles {need.idaci_quintile} and {leader.idaci_quintile}")
    if need.pupils and leader.pupils:
        worth.append(FULL * min(need.pupils, leader.pupils) // max(need.pupils, leader.pupils))
        said.append(f"{need.pupils} and {leader.pupils} pupils")
    if not worth:
        return policy.suitability.neutral, "The context of one of the two is not known."
    return sum(worth) // len(worth), f"School and leader's own: {'; '.join(said)}."


def _region(policy: MatchingPolicy, need: Need, leader: Leader) -> tuple[int, str]:
    if need.region is None or leader.region is None:
        return policy.suitability.neutral, "The region of one of the two is not known."
    if need.region == leader.region:
        return FULL, f"Both in {need.region}."
    return 0, f"{need.region} and {leader.region}."


def _load(leader: Leader) -> tuple[int, str]:
    left = leader.half_days_left
    value = FULL * left // leader.half_days if leader.half_days else 0
    return value, f"{say_days(left)} of {say_days(leader.half_days)} not promised yet."


def _continuity(need: Need, leader: Leader) -> tuple[int, str]:
    if need.key in leader.supported_before:
        return FULL, "The leader has supported this school or trust before."
    return 0, "No earlier support by this leader."
