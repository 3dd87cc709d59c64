"""One need against all leaders in whole columns: who serves its phase, how far away everyone is, and who has room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import MatchingPolicy
from brokering.domain.matching_rules import Rule
from brokering.solver.columns import Floats, Mask
from brokering.solver.pairs import distances_km
from brokering.solver.problem import Ints, Problem, Solution

OF_SERVICE = frozenset({"trust_level", "part", "phase"})


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What keeps each leader apart from one need, as far as whole columns tell it."""

    serves: Mask
    km: Floats
    near: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """What a solution leaves of every leader's places and half days."""

    slots: Ints
    half_days: Ints

    def at(self, leader: int, half_days: int) -> bool:
        """Tell whether the leader could take one more need of so many half days."""
        return bool(self.slots[leader] > 0 and self.half_days[leader] >= half_days)


def room_left(problem: Problem, solution: Solution) -> Room:
    """Return what is left beside the solution."""
    assigned = np.flatnonzero(solution.leader_of_need >= 0)
    taken = solution.leader_of_need[assigned]
    used = np.bincount(taken, weights=problem.half_days[assigned], minlength=problem.leaders).astype(np.int64)
    return Room(problem.slots - np.bincount(taken, minlength=problem.leaders), problem.capacity - used)


class Reaches:
    """Reads needs one at a time; what depends on the phase alone is read once a phase."""

    def __init__(
        self, policy: MatchingPolicy, rules: Sequence[Rule], needs: Sequence[Need], leaders: Sequence[Leader]
    ) -> None:
        self._cap_km = policy.distance_cap_km
        self._rules = [rule for rule in rules if rule.code in OF_SERVICE]
        self._needs, self._leaders = needs, leaders
        vectors = [leader.place.vector if leader.place else (0.0, 0.0, 0.0) for leader in leaders]
        self._vectors = np.array(vectors, float).reshape(-1, 3)
        self._free = np.array([bool(leader.remote) or leader.place is None for leader in leaders], bool)
        self._serving: dict[tuple[str, str | None, str | None], Mask] = {}

    def of(self, need: int) -> Reach:
        """Return how the leaders stand to a need."""
        subject = self._needs[need]
        serves = self._serves(subject)
        if subject.place is None:
            return Reach(serves, np.zeros(len(self._leaders)), np.ones(len(self._leaders), bool))
        km = distances_km(self._vectors, subject.place)
        return Reach(serves, km, self._free | (km <= self._cap_km))

    def _serves(self, subject: Need) -> Mask:
        key = (subject.subject_kind, subject.phase, subject.part)
        if key not in self._serving:
            barred = [any(rule.bars(subject, leader) for rule in self._rules) for leader in self._leaders]
            self._serving[key] = ~np.array(barred, bool)
        return self._serving[key]
