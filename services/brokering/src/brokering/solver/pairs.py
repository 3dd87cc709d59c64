"""All feasible pairs of a round at once: the domain's hard rules and suitability, a leader's column at a time.

The scalar rules in `domain` are the definition; this is the same arithmetic over arrays, and a test compares both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from brokering.domain.flags import flag_bits
from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import MatchingPolicy, Part, Treatment
from brokering.domain.matching_rules import Rule, hard_rules
from brokering.domain.places import ASIN_3, ASIN_5, ASIN_7, EARTH_RADIUS_KM, METRES_IN_A_KM, Place, whole_metres
from brokering.domain.suitability import FULL
from brokering.domain.values import FLAG_BITS, Flag, LeaderRole, SubjectKind, Window
from brokering.solver.columns import UNKNOWN, Floats, Mask, NeedColumns, need_columns, numbers_by
from brokering.solver.problem import Ints, Problem

OF_LEADER = (Flag.NOT_DECLARED, Flag.OWN_ORGANISATION, Flag.BROKER_COLLEAGUE, Flag.DESIGNATION_RECHECK)
"""Flags that a leader's pairs have all or none of."""

Number = TypeVar("Number", bound=np.integer[Any])


@dataclass(frozen=True, slots=True, eq=False)
class _Terms:
    """What is the same for every leader; `excluded` are the needs, by leader, that whoever asked ruled out."""

    policy: MatchingPolicy
    window: Window
    rules: tuple[Rule, ...]
    columns: NeedColumns
    needs: Sequence[Need]
    excluded: dict[str, list[int]]


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The pairs of one leader, in numbers no wider than they need: all leaders' are held at once."""

    needs: npt.NDArray[np.int32]
    suitability: npt.NDArray[np.int16]
    flags: npt.NDArray[np.int16]


def build_problem(policy: MatchingPolicy, window: Window, needs: Sequence[Need], leaders: Sequence[Leader]) -> Problem:
    """Return the round's problem for needs and leaders that are already in their stable order."""
    terms = _Terms(policy, window, hard_rules(policy, window), need_columns(needs), needs, _excluded(policy, needs))
    found = [_pairs_of(terms, leader) for leader in leaders]
    provisional = np.array([FLAG_BITS[Flag.PROVISIONAL_NEED] if need.provisional else 0 for need in needs], np.int64)
    counts = [len(pairs.needs) for pairs in found]
    leader_of = np.repeat(np.arange(len(leaders), dtype=np.int32), counts)
    narrow = _joined(pairs.needs for pairs in found)
    order = np.argsort(narrow, kind="stable")
    need_of = narrow[order].astype(np.int64)
    return Problem(
        half_days=terms.columns.half_days,
        weights=_weights(policy, needs),
        slots=np.array([leader.places_left for leader in leaders], np.int64),
        capacity=np.array([leader.half_days_left for leader in leaders], np.int64),
        loads=np.array([leader.open_deployments for leader in leaders], np.int64),
        need_of=need_of,
        leader_of=leader_of[order].astype(np.int64),
        suitability=_joined(pairs.suitability for pairs in found)[order].astype(np.int64),
        flags=_joined(pairs.flags for pairs in found)[order] | provisional[need_of],
        twin_of=twins_of(needs) if policy.split is not None and policy.split.both_or_none else None,
    )


def twins_of(needs: Sequence[Need]) -> Ints:
    """Return for each need the number of the other part of the same, -1 where it is whole."""
    twins = np.full(len(needs), -1, np.int64)
    for numbers in numbers_by(need.id for need in needs).values():
        if len(numbers) > 1:
            twins[numbers] = numbers[::-1]
    return twins


def _weights(policy: MatchingPolicy, needs: Sequence[Need]) -> Ints:
    """Return what each need weighs by its priority; where some are split, a whole one weighs as much as two parts."""
    whole = 2 if any(_is_half(need) for need in needs) else 1
    return np.array([policy.priority_weights[n.priority] * (1 if _is_half(n) else whole) for n in needs], np.int64)


def _is_half(need: Need) -> bool:
    """A part that waits beside support is all that its school waits for."""
    return need.part is not None and not need.beside_support


def distances_km(vectors: Floats, place: Place) -> Floats:
    """Return the distance of every unit vector (a row each) from a place, step by step as `distance_km` takes them."""
    x, y, z = place.vector
    dx, dy, dz = vectors[:, 0] - x, vectors[:, 1] - y, vectors[:, 2] - z
    half_chord = 0.5 * np.sqrt(dx * dx + dy * dy + dz * dz)
    square = half_chord * half_chord
    series = 1.0 + square * (ASIN_3 + square * (ASIN_5 + square * ASIN_7))
    return np.asarray(2.0 * EARTH_RADIUS_KM * (half_chord * series))


def _pairs_of(terms: _Terms, leader: Leader) -> _Found:
    policy, columns, needs = terms.policy, terms.columns, terms.needs
    if not needs or any(rule.bars(needs[0], leader) for rule in terms.rules if rule.of_leader_alone):
        return _found(*[np.empty(0, np.int64)] * 3)
    km = distances_km(columns.vectors, leader.place) if leader.place is not None else None
    allowed = _allowed(policy, columns, leader, km)
    allowed[terms.excluded.get(leader.id, [])] = False
    suspects = _suspects(columns, leader)
    for number in suspects:
        allowed[number] &= not any(rule.bars(needs[number], leader) for rule in terms.rules)
    numbers = np.flatnonzero(allowed)
    bits = _bits(terms, leader, numbers)
    for number in suspects[allowed[suspects]]:
        all_bits = flag_bits(policy, terms.window, needs[number], leader)
        bits[np.searchsorted(numbers, number)] = all_bits & ~FLAG_BITS[Flag.PROVISIONAL_NEED]
    return _found(numbers, _suitability(policy, columns, leader, numbers, km), bits)


def _found(numbers: Ints, suitability: Ints, bits: Ints) -> _Found:
    return _Found(numbers.astype(np.int32), suitability.astype(np.int16), bits.astype(np.int16))


def _allowed(policy: MatchingPolicy, columns: NeedColumns, leader: Leader, km: Floats | None) -> Mask:
    served = [
        phase is None or bool(leader.phases & policy.phases_served_by(phase)) for phase in (*columns.phase_names, None)
    ]
    allowed: Mask = np.array(served, bool)[columns.phase] & (columns.half_days <= leader.half_days_left)
    if leader.role != LeaderRole.TRUST_CEO:
        allowed &= ~columns.trust_level
    allowed &= (columns.part == len(columns.part_codes)) | (columns.part == columns.part_codes.get(leader.role, -1))
    if not policy.cross_region and leader.region is not None:
        unknown = len(columns.region_codes)
        allowed &= (columns.region == unknown) | (columns.region == columns.region_codes.get(leader.region, -1))
    if policy.school_types.treatment == Treatment.BARRED:
        allowed &= ~_unfit(policy, columns, leader)
    if km is not None and not leader.remote:
        limit = policy.distance_cap_km if leader.max_distance_km is None else leader.max_distance_km
        allowed &= ~columns.placed | (km <= min(policy.distance_cap_km, limit))
    return allowed


def _unfit(policy: MatchingPolicy, columns: NeedColumns, leader: Leader) -> Mask:
    """Return the needs of schools whose type is not among those the leader has declared."""
    if policy.school_types.treatment == Treatment.OFF or not leader.school_types:
        return np.zeros(len(columns.school_type), bool)
    kinds = [policy.school_types.kinds.get(code or "") for code in (*columns.type_codes, None)]
    unfit = [kind is not None and kind not in leader.school_types for kind in kinds]
    return np.array(unfit, bool)[columns.school_type]


def _suspects(columns: NeedColumns, leader: Leader) -> Ints:
    """Return the needs that the leader's organisation, own school or interests may touch."""
    keys = set(leader.bodies) | {interest.subject_key for interest in leader.interests}
    if leader.base_urn is not None:
        keys.add(f"{SubjectKind.SCHOOL}:{leader.base_urn}")
    touched = [columns.by_subject[key] for key in sorted(keys) if key in columns.by_subject]
    return np.unique(np.concatenate(touched)) if touched else np.empty(0, np.int64)


def _excluded(policy: MatchingPolicy, needs: Sequence[Need]) -> dict[str, list[int]]:
    """Return by leader the needs that it may not have because whoever asked said so."""
    numbers = numbers_by(need.id for need in needs) if policy.excluded else {}
    found: dict[str, list[int]] = {}
    for need_id, leader_id in policy.excluded:
        found.setdefault(leader_id, []).extend(numbers.get(need_id, ()))
    return found


def _bits(terms: _Terms, leader: Leader, numbers: Ints) -> Ints:
    """Return the flags of a leader's pairs, but for those that only `_suspects` have."""
    if not len(numbers):
        return np.empty(0, np.int64)
    of_leader = sum(FLAG_BITS[flag] for flag in OF_LEADER)
    common = flag_bits(terms.policy, terms.window, terms.needs[int(numbers[0])], leader) & of_leader
    unplaced = ~terms.columns.placed[numbers] if leader.place is not None else np.ones(len(numbers), bool)
    of_place = np.where(unplaced & (not leader.remote), FLAG_BITS[Flag.UNKNOWN_PLACE], 0)
    unfit = _unfit(terms.policy, terms.columns, leader)[numbers]
    return np.asarray(common | of_place | np.where(unfit, FLAG_BITS[Flag.SCHOOL_TYPE], 0))


def _suitability(
    policy: MatchingPolicy, columns: NeedColumns, leader: Leader, numbers: Ints, km: Floats | None
) -> Ints:
    worth = policy.suitability
    turned = leader.schools_turned_round
    parts: dict[Part, Ints | int] = {
        Part.DISTANCE: _distance(policy, columns, leader, numbers, km),
        Part.PHASE_FIT: _phase_fit(policy, columns, leader, numbers),
        Part.TURNAROUND: worth.neutral if turned is None else min(FULL, FULL * turned // worth.turnaround_full_at),
        Part.STRENGTHS: _strengths(policy, columns, leader, numbers),
        Part.CONTEXT: _context(policy, columns, leader, numbers),
        Part.REGION: _region(policy, columns, leader, numbers),
        Part.LOAD: FULL * leader.half_days_left // leader.half_days if leader.half_days else 0,
        Part.CONTINUITY: _continuity(columns, leader, numbers),
    }
    total = np.zeros(len(numbers), np.int64)
    for part, value in parts.items():
        total += worth.weights[part] * value
    return total // sum(worth.weights.values())


def _phase_fit(policy: MatchingPolicy, columns: NeedColumns, leader: Leader, numbers: Ints) -> Ints:
    breadth = policy.suitability.phase_breadth
    value = breadth[min(len(leader.phases), len(breadth)) - 1]
    return np.where(_unfit(policy, columns, leader)[numbers], min(value, policy.suitability.type_unfit), value)


def _distance(
    policy: MatchingPolicy, columns: NeedColumns, leader: Leader, numbers: Ints, km: Floats | None
) -> Ints | int:
    if leader.remote:
        return policy.suitability.remote_distance
    if km is None:
        return policy.suitability.unknown_place
    cap = whole_metres(policy.distance_cap_km)
    metres = np.rint(km[numbers] * METRES_IN_A_KM).astype(np.int64)
    value = FULL * np.maximum(0, cap - metres) // cap
    return np.where(columns.placed[numbers], value, policy.suitability.unknown_place)


def _strengths(policy: MatchingPolicy, columns: NeedColumns, leader: Leader, numbers: Ints) -> Ints | int:
    if not leader.strengths:
        return policy.suitability.neutral
    mask = sum(1 << code for area, code in columns.area_codes.items() if area in leader.strengths)
    shared = np.bitwise_count(columns.areas[numbers] & mask).astype(np.int64)
    asked = columns.area_count[numbers]
    return np.where(asked == 0, policy.suitability.neutral, FULL * shared // np.maximum(asked, 1))


def _context(policy: MatchingPolicy, columns: NeedColumns, leader: Leader, numbers: Ints) -> Ints:
    total, count = np.zeros(len(numbers), np.int64), np.zeros(len(numbers), np.int64)
    if leader.idaci_quintile is not None:
        quintile = columns.quintile[numbers]
        known = quintile != UNKNOWN
        step = policy.suitability.quintile_step
        total += np.where(known, np.maximum(0, FULL - step * abs(quintile - leader.idaci_quintile)), 0)
        count += known
    if leader.pupils:
        pupils = columns.pupils[numbers]
        known = pupils > 0
        smaller, larger = np.minimum(pupils, leader.pupils), np.maximum(pupils, leader.pupils)
        total += np.where(known, FULL * smaller // larger, 0)
        count += known
    return np.where(count > 0, total // np.maximum(count, 1), policy.suitability.neutral)


def _region(policy: MatchingPolicy, columns: NeedColumns, leader: Leader, numbers: Ints) -> Ints | int:
    if leader.region is None:
        return policy.suitability.neutral
    region = columns.region[numbers]
    same = np.where(region == columns.region_codes.get(leader.region, len(columns.region_codes) + 1), FULL, 0)
    return np.where(region == len(columns.region_codes), policy.suitability.neutral, same)


def _continuity(columns: NeedColumns, leader: Leader, numbers: Ints) -> Ints | int:
    known = [number for key in leader.supported_before for number in columns.by_key.get(key, ())]
    return np.where(np.isin(numbers, known), FULL, 0) if known else 0


def _joined(arrays: Iterable[npt.NDArray[Number]]) -> npt.NDArray[Number]:
    found = list(arrays)
    return np.concatenate(found) if found else np.empty(0, np.int64)
