"""Applies what a relaxation says to the round it is said of, and solves that again with every match kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from brokering.domain.matching import Designation, Leader, Need
from brokering.domain.matching_policy import ConflictKind, MatchingPolicy, Treatment
from brokering.domain.values import Window, half_days
from brokering.solver.pairs import build_problem
from brokering.solver.relaxations import Relaxation, both_asked
from brokering.solver.solve import solve

NEWCOMER = "newcomer"


@dataclass(frozen=True)
class Given:
    """What a round is solved from."""

    policy: MatchingPolicy
    window: Window
    needs: Sequence[Need]
    leaders: Sequence[Leader]


def applied(given: Given, relaxation: Relaxation, number: int) -> Given:
    """The round with the changes of a relaxation of this need, and no other, made."""
    change, need = relaxation.change, given.needs[number]
    if "new_leader" in change:
        leaders = [*given.leaders, newcomer(change["new_leader"], need)]
        return replace(given, policy=_allowing(given.policy, change, (need.id, NEWCOMER)), leaders=leaders)
    needs, leaders = list(given.needs), list(given.leaders)
    at = next(place for place, one in enumerate(leaders) if one.id == relaxation.leader_id)
    leaders[at] = _changed(leaders[at], change, given.window)
    if "need_days" in change:
        needs[number] = replace(need, half_days=half_days(change["need_days"]["to"]))
    policy = _allowing(given.policy, change, (need.id, leaders[at].id))
    return replace(given, policy=policy, needs=needs, leaders=leaders)


def newcomer(asked: dict[str, Any], need: Need) -> Leader:
    """A leader who is no more than what was asked for."""
    phases, days = frozenset(asked["phases"]), half_days(asked["days_available"])
    role, region = asked["role"] or "nle", asked["region"]
    return Leader(NEWCOMER, "ZZZ", role, phases, days, 1, place=need.place, region=region)


def matched_with_the_rest_kept(given: Given, leader_of_need: Sequence[int], number: int) -> int:
    """How many needs are matched where all that are matched keep their leader and only this need is added.

    Where the round matches both parts of a need or none, a part that is added alone is none.
    """
    if both_asked(given.policy, given.needs[number]):
        return sum(leader >= 0 for leader in leader_of_need)
    kept = [place for place, leader in enumerate(leader_of_need) if leader >= 0 or place == number]
    pins = [(at, leader_of_need[place]) for at, place in enumerate(kept) if place != number]
    needs = [given.needs[place] for place in kept]
    return solve(build_problem(given.policy, given.window, needs, given.leaders), pins).matched


def _changed(leader: Leader, change: dict[str, Any], window: Window) -> Leader:
    if "max_concurrent" in change:
        leader = replace(leader, max_concurrent=change["max_concurrent"]["to"])
    if "days_available" in change:
        leader = replace(leader, half_days=half_days(change["days_available"]["to"]))
    if "availability" in change:
        leader = replace(leader, half_days=leader.half_days + half_days(change["availability"]["days"]))
    if "designation" in change:
        leader = replace(leader, designations=(Designation("designated", window.starts_on, window.ends_on),))
    return leader


def _allowing(policy: MatchingPolicy, change: dict[str, Any], pair: tuple[str, str]) -> MatchingPolicy:
    flagged = {kind: Treatment.FLAG for kind in ConflictKind if kind.value in change}
    policy = replace(policy, conflicts={**policy.conflicts, **flagged})
    if "distance_cap_km" in change:
        policy = replace(policy, distance_cap_km=change["distance_cap_km"]["to"])
    if "cross_region" in change:
        policy = replace(policy, cross_region=change["cross_region"]["to"])
    if "both_or_none" in change and policy.split is not None:
        policy = replace(policy, split=replace(policy.split, both_or_none=change["both_or_none"]["to"]))
    if "excluded" in change:
        policy = replace(policy, excluded=policy.excluded - {pair})
    return policy
