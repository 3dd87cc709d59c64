"""Why a need found no leader, what would have to give, and who came next where one was found.

Every relaxation is true of the solution it is said of: with that one change, and nobody else moved, the need would have
a leader.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import MatchingPolicy
from brokering.domain.matching_rules import Barred, Rule, barred_by, hard_rules
from brokering.domain.places import Place
from brokering.domain.values import Window, in_days, say_days
from brokering.solver.pairs import distances_km
from brokering.solver.problem import Ints, Problem, Solution

NAMED_LEADERS = 5


@dataclass(frozen=True, slots=True)
class Reason:
    """A hard rule, or the leaders' limits together, and how many leaders it took away."""

    rule: str
    leaders: int
    text: str
    leader_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One change that would give the need this leader."""

    rule: str
    change: dict[str, Any]
    text: str
    leader_id: str


@dataclass(frozen=True, slots=True)
class NextBest:
    """A leader who could have been proposed, and why another was."""

    leader_id: str
    reference: str
    suitability: int
    why_not: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class _Reach:
    """One need against all leaders: what keeps each apart, as far as whole columns tell it."""

    serves: npt.NDArray[np.bool_]
    km: npt.NDArray[np.float64]
    near: npt.NDArray[np.bool_]


class Explainer:
    """Explains one solved round. Needs and leaders are those of the problem, in its order."""

    def __init__(
        self,
        *,
        policy: MatchingPolicy,
        window: Window,
        needs: Sequence[Need],
        leaders: Sequence[Leader],
        problem: Problem,
        solution: Solution,
    ) -> None:
        self._policy = policy
        self._rules: tuple[Rule, ...] = hard_rules(policy, window)
        self._needs, self._leaders = needs, leaders
        self._problem, self._solution = problem, solution
        self._first = np.searchsorted(problem.need_of, np.arange(problem.needs + 1))
        assigned = np.flatnonzero(solution.leader_of_need >= 0)
        taken = solution.leader_of_need[assigned]
        self._slots_left = problem.slots - np.bincount(taken, minlength=problem.leaders)
        used = np.bincount(taken, weights=problem.half_days[assigned], minlength=problem.leaders).astype(np.int64)
        self._days_left = problem.capacity - used
        self._places = _leader_places(leaders)

    def feasible(self, need: int) -> tuple[Ints, Ints]:
        """Return the leaders of a need's feasible pairs and their suitability."""
        here = slice(int(self._first[need]), int(self._first[need + 1]))
        return self._problem.leader_of[here], self._problem.suitability[here]

    def next_best(self, need: int) -> list[NextBest]:
        """Return the best leaders that were not proposed, most suitable first."""
        leaders, suitability = self.feasible(need)
        chosen = int(self._solution.leader_of_need[need])
        own = int(suitability[leaders == chosen][0])
        order = np.lexsort((leaders, -suitability))
        others = [int(place) for place in order if leaders[place] != chosen][: self._policy.next_best]
        return [self._passed_over(need, int(leaders[place]), int(suitability[place]), own) for place in others]

    def reasons(self, need: int) -> list[Reason]:
        """Return why a need has no leader, rule by rule, each leader counted at the first rule that takes it away."""
        reach = self._reach(need)
        told = [
            _counted("phase", int((~reach.serves).sum()), "no experience of the phase or of trust-level support"),
            _counted("distance", int((reach.serves & ~reach.near).sum()), "too far away"),
        ]
        by_rule: dict[str, list[Barred]] = {}
        for barred in self._barred_in_reach(need, reach).values():
            by_rule.setdefault(barred[0].rule, []).append(barred[0])
        told += [_counted(rule, len(found), found[0].text) for rule, found in sorted(by_rule.items())]
        return [reason for reason in (*told, self._full(need)) if reason is not None]

    def relaxations(self, need: int) -> list[Relaxation]:
        """Return single changes that would give the need a leader, the most suitable or the smallest first."""
        reach = self._reach(need)
        found = [*self._more_room(need), *self._longer_reach(need, reach), *self._other_rules(need, reach)]
        return found[: self._policy.relaxations]

    def _passed_over(self, need: int, leader: int, suitability: int, own: int) -> NextBest:
        who = self._leaders[leader]
        full = not self._has_room(leader, int(self._problem.half_days[need]))
        if full and suitability >= own:
            why, text = "full", "Its places go to other needs, where they add more over the whole round."
        elif suitability < own:
            why, text = "less_suitable", f"Suitability {suitability} against {own}" + (", and full." if full else ".")
        else:
            why, text = "balance", "As suitable; the loads are more even this way."
        return NextBest(who.id, who.reference, suitability, why, text)

    def _has_room(self, leader: int, half_days: int) -> bool:
        return bool(self._slots_left[leader] > 0 and self._days_left[leader] >= half_days)

    def _reach(self, need: int) -> _Reach:
        subject = self._needs[need]
        first = [rule for rule in self._rules if rule.code in {"trust_level", "phase"}]
        serves = np.array([not any(rule.bars(subject, leader) for rule in first) for leader in self._leaders], bool)
        if subject.place is None:
            everywhere = np.ones(len(self._leaders), bool)
            return _Reach(serves, np.zeros(len(self._leaders)), everywhere)
        km = self._places.distances(subject.place)
        return _Reach(serves, km, self._places.free | (km <= self._policy.distance_cap_km))

    def _barred_in_reach(self, need: int, reach: _Reach) -> dict[int, tuple[Barred, ...]]:
        """Return what bars leaders that have the phase and are near enough, by leader."""
        feasible, _ = self.feasible(need)
        candidates = np.setdiff1d(np.flatnonzero(reach.serves & reach.near), feasible)
        barred = {int(n): barred_by(self._rules, self._needs[need], self._leaders[n]) for n in candidates}
        return {number: found for number, found in barred.items() if found}

    def _full(self, need: int) -> Reason | None:
        leaders, suitability = self.feasible(need)
        if not len(leaders):
            return None
        order = leaders[np.lexsort((leaders, -suitability))]
        ids = tuple(self._leaders[int(number)].id for number in order[:NAMED_LEADERS])
        return Reason("capacity", len(leaders), "Every leader who could is taken up by other needs.", ids)

    def _more_room(self, need: int) -> list[Relaxation]:
        leaders, suitability = self.feasible(need)
        order = leaders[np.lexsort((leaders, -suitability))]
        found = (self._room_at(need, int(number)) for number in order)
        return list(islice((relaxation for relaxation in found if relaxation is not None), 2))

    def _room_at(self, need: int, number: int) -> Relaxation | None:
        leader, asked = self._leaders[number], int(self._problem.half_days[need])
        change: dict[str, Any] = {}
        if self._slots_left[number] <= 0:
            change["max_concurrent"] = {"from": leader.max_concurrent, "to": leader.max_concurrent + 1}
        short = asked - int(self._days_left[number])
        if short > 0:
            days = {"from": float(in_days(leader.half_days)), "to": float(in_days(leader.half_days + short))}
            change["days_available"] = days
        if not change:
            return None
        said = {"max_concurrent": "one more school at a time", "days_available": f"{say_days(short)} more"}
        text = f"{leader.reference} could, with {' and '.join(said[name] for name in change)}."
        rule = {"max_concurrent": "max_concurrent", "days_available": "days"}[next(iter(change))]
        return Relaxation(rule if len(change) == 1 else "capacity", change, text, leader.id)

    def _longer_reach(self, need: int, reach: _Reach) -> list[Relaxation]:
        far = np.flatnonzero(reach.serves & ~reach.near)
        for number in far[np.argsort(reach.km[far], kind="stable")]:
            leader = self._leaders[int(number)]
            if not self._has_room(int(number), int(self._problem.half_days[need])):
                continue
            if {barred.rule for barred in barred_by(self._rules, self._needs[need], leader)} != {"distance"}:
                continue
            cap = math.ceil(reach.km[number])
            text = f"A cap of {cap} km instead of {self._policy.distance_cap_km:g} km would allow {leader.reference}"
            change = {"distance_cap_km": {"from": self._policy.distance_cap_km, "to": cap}}
            return [Relaxation("distance", change, f"{text}, who has a place free.", leader.id)]
        return []

    def _other_rules(self, need: int, reach: _Reach) -> list[Relaxation]:
        found: list[Relaxation] = []
        for number, barred in sorted(self._barred_in_reach(need, reach).items()):
            if len(barred) > 1 or (describe := _CHANGES.get(barred[0].rule)) is None:
                continue
            asked = int(self._problem.half_days[need])
            relaxation = describe(self._leaders[number], asked, int(self._days_left[number]))
            if relaxation is not None and self._slots_left[number] > 0:
                found.append(relaxation)
        return found[:2]


@dataclass(frozen=True, slots=True, eq=False)
class _LeaderPlaces:
    """Leaders' places as arrays; `free` = no distance counts (remote, or place unknown)."""

    vectors: npt.NDArray[np.float64]
    free: npt.NDArray[np.bool_]

    def distances(self, place: Place) -> npt.NDArray[np.float64]:
        return distances_km(self.vectors, place)


def _change_days(leader: Leader, asked: int, left: int) -> Relaxation | None:
    if not 0 < left < asked:
        return None
    change = {"need_days": {"from": float(in_days(asked)), "to": float(in_days(left))}}
    text = f"A need of {say_days(left)} instead of {say_days(asked)} would allow {leader.reference}."
    return Relaxation("days", change, text, leader.id)


def _change_designation(leader: Leader, asked: int, left: int) -> Relaxation | None:
    if left < asked:
        return None
    text = f"A designation that holds for the whole window would allow {leader.reference}, who has a place free."
    return Relaxation("designation", {"designation": "valid for the whole window"}, text, leader.id)


def _change_own_organisation(leader: Leader, asked: int, left: int) -> Relaxation | None:
    if left < asked:
        return None
    text = (
        f"Flagging instead of barring leaders with schools of their own in difficulty would allow {leader.reference}."
    )
    return Relaxation("own_organisation", {"own_organisation": {"from": "barred", "to": "flag"}}, text, leader.id)


_CHANGES: dict[str, Callable[[Leader, int, int], Relaxation | None]] = {
    "days": _change_days,
    "designation": _change_designation,
    "own_organisation": _change_own_organisation,
}


def _counted(rule: str, leaders: int, text: str) -> Reason | None:
    plural = "leader" if leaders == 1 else "leaders"
    return Reason(rule, leaders, f"{leaders} {plural}: {text}") if leaders else None


def _leader_places(leaders: Sequence[Leader]) -> _LeaderPlaces:
    vectors = [leader.place.vector if leader.place else (0.0, 0.0, 0.0) for leader in leaders]
    free = [bool(leader.remote) or leader.place is None for leader in leaders]
    return _LeaderPlaces(np.array(vectors, float).reshape(-1, 3), np.array(free, bool))
