"""What would have to give for an unmatched need to have a leader, cheapest first.

Every relaxation is true of the solution it is said of: with its change, and nobody else moved, the need has that
leader. What a change costs is the policy's to say. Other conflicts of interest, a phase and the level of a trust never
give: where nothing else helps, one more leader would.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import MatchingPolicy
from brokering.domain.matching_rules import barred_by, hard_rules
from brokering.domain.values import LeaderRole, SubjectKind, Window, in_days, say_days
from brokering.solver.reach import Reach, Reaches, Room

SEVERAL = "several"
NEW_LEADER = "new_leader"
BOTH_OR_NONE = "both_or_none"
NEWCOMERS = {None: "leader", "trust_ceo": "chief executive of a trust", "nle": "NLE"}
OF_ROOM = frozenset({"days", "max_concurrent"})
LIFTED: Mapping[str, tuple[dict[str, Any], str]] = {
    "designation": ({"designation": "valid for the whole window"}, "a designation that holds for the whole window"),
    "own_organisation": (
        {"own_organisation": {"from": "barred", "to": "flag"}},
        "leaders with schools of their own in difficulty flagged instead of barred",
    ),
    "broker_colleague": (
        {"broker_colleague": {"from": "barred", "to": "flag"}},
        "colleagues of the broker flagged instead of barred",
    ),
    "region": ({"cross_region": {"from": False, "to": True}}, "leaders of other regions allowed"),
    "excluded_pair": ({"excluded": "this pair no longer"}, "this pair no longer excluded"),
}


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A change that would give the need this leader; `leader_id` null: one who is not in the directory yet."""

    rule: str
    change: dict[str, Any]
    text: str
    leader_id: str | None
    cost: int


@dataclass(frozen=True, slots=True)
class _Change:
    """One part of a relaxation."""

    rule: str
    change: dict[str, Any]
    text: str
    cost: int


def both_asked(policy: MatchingPolicy, need: Need) -> bool:
    """Tell whether the need is a part that the round matches with the other part only."""
    alone = need.part is None or need.beside_support
    return not alone and policy.split is not None and policy.split.both_or_none


class Relaxer:
    """Finds the relaxations of one solved round."""

    def __init__(
        self,
        policy: MatchingPolicy,
        window: Window,
        needs: Sequence[Need],
        leaders: Sequence[Leader],
        *,
        reaches: Reaches,
        room: Room,
    ) -> None:
        self._policy, self._window, self._needs, self._leaders = policy, window, needs, leaders
        self._rules = hard_rules(policy, window)
        self._reaches, self._room = reaches, room

    def of(self, need: int, feasible: Mapping[int, int]) -> list[Relaxation]:
        """Return the cheapest relaxations; `feasible` are the leaders that no rule bars, and their suitability."""
        found = [(self._joined(need, leader, self._room_at(need, leader)), -worth, leader)
                 for leader, worth in feasible.items()]  # fmt: skip
        reach = self._reaches.of(need)
        near = np.setdiff1d(np.flatnonzero(reach.serves & reach.near), list(feasible))
        found += [(self._lifted(need, int(leader), reach), 0, int(leader)) for leader in near]
        told = [(each.cost, worth, leader, each) for each, worth, leader in found if each is not None]
        told += self._from_afar(need, reach, sorted(cost for cost, *_ in told))
        told.sort(key=lambda entry: entry[:3])
        best = [each for *_, each in told]
        newcomer = self._newcomer(self._needs[need])
        cheaper = [each for each in best if each.cost <= newcomer.cost]
        return [*cheaper, newcomer, *best[len(cheaper) :]][: self._policy.relaxations]

    def _from_afar(self, need: int, reach: Reach, costs: list[int]) -> list[tuple[int, int, int, Relaxation]]:
        """Look at leaders beyond the cap, nearest first, until the kilometres alone cost more than what is known."""
        found: list[tuple[int, int, int, Relaxation]] = []
        enough = self._policy.relaxations
        far = np.flatnonzero(reach.serves & ~reach.near)
        for number in far[np.argsort(reach.km[far], kind="stable")].tolist():
            worst = costs[enough - 1] if len(costs) >= enough else math.inf
            if self._farther(reach.km[number]).cost > min(worst, self._price(NEW_LEADER)):
                break
            if (each := self._lifted(need, number, reach)) is not None:
                found.append((each.cost, 0, number, each))
                costs = sorted([*costs, each.cost])
        return found

    def _lifted(self, need: int, leader: int, reach: Reach) -> Relaxation | None:
        """Lift every rule that bars the pair, and make room; None where one of the rules never gives."""
        subject, who = self._needs[need], self._leaders[leader]
        rules = {barred.rule for barred in barred_by(self._rules, subject, who)} - OF_ROOM
        if not rules <= {"distance", *LIFTED}:
            return None
        changes = [self._farther(reach.km[leader])] if "distance" in rules else []
        for rule in sorted(rules - {"distance"}):
            change, text = LIFTED[rule]
            changes.append(_Change(rule, change, text, self._price(rule)))
        return self._joined(need, leader, [*changes, *self._room_at(need, leader)])

    def _room_at(self, need: int, leader: int) -> list[_Change]:
        who, asked = self._leaders[leader], self._needs[need].half_days
        held = who.open_deployments + who.places_left - int(self._room.slots[leader])
        left, changes = int(self._room.half_days[leader]), list[_Change]()
        if held >= who.max_concurrent:
            changes.append(self._more_places(who, held + 1))
        if left < asked:
            changes.append(self._more_days(self._needs[need], who, left))
        return changes

    def _more_places(self, who: Leader, places: int) -> _Change:
        more = places - who.max_concurrent
        change = {"max_concurrent": {"from": who.max_concurrent, "to": places}}
        text = "one more school at a time" if more == 1 else f"{more} more schools at a time"
        return _Change("max_concurrent", change, text, more * self._price("max_concurrent"))

    def _more_days(self, need: Need, who: Leader, left: int) -> _Change:
        """Take what is missing from a whole need where some is left and that is cheaper; else all from the leader.

        A part's days are the round's to say, for every need alike. Where entries of availability rule, another one is
        asked for, as it is entered.
        """
        asked = need.half_days
        to = max(who.half_days, who.committed_half_days) - left + asked
        short = to - who.half_days
        cost, other = short * self._price("half_day"), (asked - left) * self._price("need_half_day")
        if left > 0 and other < cost and need.part is None:
            change = {"need_days": {"from": float(in_days(asked)), "to": float(in_days(left))}}
            return _Change("days", change, f"a need of {say_days(left)} instead of {say_days(asked)}", other)
        if who.by_entries:
            dates = {"starts_on": self._window.starts_on.isoformat(), "ends_on": self._window.ends_on.isoformat()}
            entry = {**dates, "days": float(in_days(short))}
            return _Change("days", {"availability": entry}, f"{say_days(short)} more entered as availability", cost)
        days = {"from": float(in_days(who.half_days)), "to": float(in_days(to))}
        return _Change("days", {"days_available": days}, f"{say_days(short)} more", cost)

    def _farther(self, km: float) -> _Change:
        cap, now = math.ceil(km), self._policy.distance_cap_km
        text = f"a cap of {cap} km instead of {now:g} km"
        cost = math.ceil((cap - now) * self._price("distance_km"))
        return _Change("distance", {"distance_cap_km": {"from": now, "to": cap}}, text, cost)

    def _one_alone(self, need: Need) -> list[_Change]:
        """Allow one part without the other, where the round does not."""
        if not both_asked(self._policy, need):
            return []
        change = {BOTH_OR_NONE: {"from": True, "to": False}}
        return [_Change(BOTH_OR_NONE, change, "one part allowed without the other", self._price(BOTH_OR_NONE))]

    def _joined(self, need: int, leader: int, changes: Sequence[_Change]) -> Relaxation | None:
        changes = [*changes, *self._one_alone(self._needs[need])]
        if not changes:
            return None
        who, rules = self._leaders[leader], [change.rule for change in changes]
        rule = rules[0] if len(rules) == 1 else "capacity" if set(rules) <= OF_ROOM else SEVERAL
        merged = {name: value for change in changes for name, value in change.change.items()}
        text = f"{who.reference} could, with {' and '.join(change.text for change in changes)}."
        return Relaxation(rule, merged, text, who.id, sum(change.cost for change in changes))

    def _newcomer(self, need: Need) -> Relaxation:
        role = LeaderRole.TRUST_CEO.value if need.subject_kind == SubjectKind.TRUST else need.part
        asked = {
            "role": role,
            "phases": [need.phase] if need.phase is not None else [],
            "days_available": float(in_days(need.half_days)),
            "within_km": self._policy.distance_cap_km,
            "region": None if self._policy.cross_region else need.region,
        }
        who = NEWCOMERS[role]
        alone = self._one_alone(need)
        able = f" with {need.phase.replace('_', ' ')} experience" if need.phase else ""
        where = f"within {self._policy.distance_cap_km:g} km" + (f" in {asked['region']}" if asked["region"] else "")
        text = (
            f"One more {who}{able} {where}, with {' and '.join([say_days(need.half_days), *(c.text for c in alone)])}."
        )
        changes = {"new_leader": asked, **{name: to for each in alone for name, to in each.change.items()}}
        return Relaxation(NEW_LEADER, changes, text, None, self._price(NEW_LEADER) + sum(each.cost for each in alone))

    def _price(self, what: str) -> int:
        return self._policy.relaxation_costs[what]
