"""Why a need found no leader, what would have to give, and who came next where one was found.

Every sentence is true of the solution it is said of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import MatchingPolicy
from brokering.domain.matching_rules import Barred, Rule, barred_by, hard_rules
from brokering.domain.values import Window
from brokering.solver.problem import Ints, Problem, Solution
from brokering.solver.reach import Reach, Reaches, room_left
from brokering.solver.relaxations import NEW_LEADER, Relaxation, Relaxer, both_asked

NAMED_LEADERS = 5
NAMED_TEXTS = 3
LACKING = "no experience of the phase or of trust-level support"
LACKING_FOR_PART = "no experience of the phase, or another role than the part's"
OTHER_PART = "other_part"
ONE_ALONE = "Leaders have room for this part, and there is none for the other: the round matches both parts or none."


@dataclass(frozen=True, slots=True)
class Reason:
    """A hard rule, or the leaders' limits together, and how many leaders it took away."""

    rule: str
    leaders: int
    text: str
    leader_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NextBest:
    """A leader who could have been proposed, and why another was."""

    leader_id: str
    reference: str
    suitability: int
    why_not: str
    text: str


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
        self._room = room_left(problem, solution)
        self._reach = Reaches(policy, self._rules, needs, leaders)
        self._relaxer = Relaxer(policy, window, needs, leaders, reaches=self._reach, room=self._room)

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
        reach = self._reach.of(need)
        told = [
            _counted("phase", int((~reach.serves).sum()), LACKING_FOR_PART if self._needs[need].part else LACKING),
            _counted("distance", int((reach.serves & ~reach.near).sum()), "too far away"),
        ]
        by_rule: dict[str, list[Barred]] = {}
        for barred in self._barred_in_reach(need, reach).values():
            by_rule.setdefault(barred[0].rule, []).append(barred[0])
        told += [_barred(rule, found) for rule, found in sorted(by_rule.items())]
        found = [reason for reason in (*told, self._full(need)) if reason is not None]
        return found or [Reason(NEW_LEADER, 0, "There is no leader in the directory.")]

    def relaxations(self, need: int) -> list[Relaxation]:
        """Return changes that would give the need a leader, cheapest first; there is always one."""
        leaders, suitability = self.feasible(need)
        return self._relaxer.of(need, dict(zip(leaders.tolist(), suitability.tolist(), strict=True)))

    def _passed_over(self, need: int, leader: int, suitability: int, own: int) -> NextBest:
        who = self._leaders[leader]
        full = not self._room.at(leader, int(self._problem.half_days[need]))
        if full and suitability >= own:
            why, text = "full", "Its places go to other needs, where they add more over the whole round."
        elif suitability < own:
            why, text = "less_suitable", f"Suitability {suitability} against {own}" + (", and full." if full else ".")
        elif suitability > own:
            why, text = "kept", f"Suitability {suitability} against {own}, who was pinned or already proposed."
        else:
            why, text = "balance", "As suitable; the loads would be no more even."
        return NextBest(who.id, who.reference, suitability, why, text)

    def _barred_in_reach(self, need: int, reach: Reach) -> dict[int, tuple[Barred, ...]]:
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
        if both_asked(self._policy, self._needs[need]):
            asked = int(self._problem.half_days[need])
            with_room = np.array([number for number in order.tolist() if self._room.at(number, asked)], np.int64)
            if len(with_room):
                return Reason(OTHER_PART, len(with_room), ONE_ALONE, self._ids(with_room))
        return Reason("capacity", len(leaders), "Every leader who could is taken up by other needs.", self._ids(order))

    def _ids(self, leaders: Ints) -> tuple[str, ...]:
        return tuple(self._leaders[int(number)].id for number in leaders[:NAMED_LEADERS])


def _barred(rule: str, found: Sequence[Barred]) -> Reason:
    """Return what a rule took away, each leader under what is true of it; the commonest first."""
    texts = Counter(barred.text for barred in found)
    kept = texts.most_common(NAMED_TEXTS)
    said = [f"{_leaders(number)}: {text}" for text, number in kept]
    if others := len(found) - sum(number for _, number in kept):
        said.append(f"{_leaders(others)}: likewise.")
    return Reason(rule, len(found), " ".join(said))


def _leaders(number: int) -> str:
    return f"{number} {'leader' if number == 1 else 'leaders'}"


def _counted(rule: str, leaders: int, text: str) -> Reason | None:
    return Reason(rule, leaders, f"{_leaders(leaders)}: {text}") if leaders else None
