"""On small rounds of every kind: what is told as the cheapest change is true, and no other change is cheaper."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st
from services.brokering.tests.factories import WINDOW, leader, need, treating
from services.brokering.tests.relaxed import Given, applied, matched_with_the_rest_kept

from brokering.domain.matching import Designation, Leader, Need, OwnConcern
from brokering.domain.matching_policy import ConflictKind, Treatment
from brokering.domain.matching_rules import barred_by, hard_rules
from brokering.domain.places import Place, distance_km
from brokering.domain.splitting import Split, parts_of
from brokering.solver.explanations import Explainer
from brokering.solver.pairs import build_problem
from brokering.solver.problem import ordered_needs
from brokering.solver.relaxations import Relaxation, both_asked
from brokering.solver.solve import solve

PLACES = (Place(51.5, -0.1), Place(51.9, -0.1), Place(52.3, -0.1), Place(52.4, -0.3), None)
LAPSED = (Designation("designated", date(2020, 1, 1), date(2026, 2, 1)),)
REGIONS = ("London", "South East", None)
PHASES = ("primary", "special")


SPLITS = st.builds(Split, st.integers(1, 2), st.integers(1, 2), st.booleans())


@st.composite
def rounds(draw: st.DrawFn, splits: st.SearchStrategy[Split | None], most: int) -> Given:
    """Some needs and three leaders: near and far, lapsed, promised beyond their days, excluded, in trouble."""
    split = draw(splits)
    whole = [_need(draw, number) for number in range(draw(st.integers(1, most)))]
    needs = ordered_needs([part for one in whole for part in parts_of(one, split)])
    leaders = [_leader(draw, number) for number in range(draw(st.integers(0, 3)))]
    excluded = draw(st.frozensets(st.sampled_from([(n.id, k.id) for n in needs for k in leaders]))) if leaders else ()
    policy = treating(ConflictKind.OWN_ORGANISATION, draw(st.sampled_from([Treatment.BARRED, Treatment.FLAG])))
    crossing = draw(st.booleans())
    policy = replace(policy, cross_region=crossing, excluded=frozenset(excluded), split=split)
    return Given(policy, WINDOW, needs, leaders)


def _need(draw: st.DrawFn, number: int) -> Need:
    return need(
        number,
        half_days=draw(st.integers(1, 4)),
        place=draw(st.sampled_from(PLACES)),
        region=draw(st.sampled_from(REGIONS)),
        phase=draw(st.sampled_from([*PHASES, None])),
    )


def _leader(draw: st.DrawFn, number: int) -> Leader:
    own = (OwnConcern(1, "Own", "SM"),)
    return leader(
        number,
        role=draw(st.sampled_from(["trust_ceo", "nle"])),
        half_days=draw(st.integers(0, 8)),
        committed_half_days=draw(st.integers(0, 4)),
        max_concurrent=draw(st.integers(1, 3)),
        open_deployments=draw(st.integers(0, 4)),
        remote=draw(st.sampled_from([None, True])),
        place=draw(st.sampled_from(PLACES)),
        region=draw(st.sampled_from(REGIONS)),
        phases=frozenset(draw(st.sets(st.sampled_from(PHASES), min_size=1))),
        designations=draw(st.sampled_from([(), LAPSED])),
        own_concerns=draw(st.sampled_from([(), own])),
    )


@settings(max_examples=40, deadline=None)
@given(rounds(st.none(), 4))
def test_the_first_change_is_true_and_the_cheapest(given: Given) -> None:
    hold_to_it(given)


@settings(max_examples=40, deadline=None)
@given(rounds(SPLITS, 2))
def test_so_it_is_for_the_parts_of_split_support(given: Given) -> None:
    hold_to_it(given)


def hold_to_it(given: Given) -> None:
    """Whatever is told of an unmatched need matches it, and nothing cheaper than the first would."""
    problem = build_problem(given.policy, WINDOW, given.needs, given.leaders)
    solution = solve(problem)
    explainer = Explainer(policy=given.policy, window=WINDOW, needs=given.needs, leaders=given.leaders,
                          problem=problem, solution=solution)  # fmt: skip
    leader_of_need = solution.leader_of_need.tolist()
    for number in [place for place, one in enumerate(leader_of_need) if one < 0]:
        assert explainer.reasons(number)
        told = explainer.relaxations(number)
        event(f"{told[0].rule} for {given.needs[number].part}")
        assert [each.cost for each in told] == sorted(each.cost for each in told)
        for each in told:
            assert given.needs[number].part is None or "need_days" not in each.change
            assert matched_with_the_rest_kept(applied(given, each, number), leader_of_need, number) == (
                solution.matched + 1
            )
        assert cheaper(given, leader_of_need, number, told[0].cost) == []


def cheaper(given: Given, leader_of_need: list[int], number: int, than: int) -> list[dict[str, Any]]:
    """Every change of one leader that costs less than this and after which it may take the need beside what it has."""
    found = []
    for at, who in enumerate(given.leaders):
        for change in changes(given, given.needs[number], who, than):
            changed = Relaxation("", change, "", who.id, 0)
            if _holds(applied(given, changed, number), leader_of_need, number, at):
                found.append(change)
    return found


def changes(given: Given, subject: Need, who: Leader, than: int) -> Iterator[dict[str, Any]]:
    """Every way to change a leader and what its pair with the need is held to that costs less than this."""
    price, cap = given.policy.relaxation_costs, int(given.policy.distance_cap_km)
    lifted = [
        (price["both_or_none"], {"both_or_none": {"to": False}}),
        (price["designation"], {"designation": "valid for the whole window"}),
        (price["own_organisation"], {"own_organisation": {"from": "barred", "to": "flag"}}),
        (price["region"], {"cross_region": {"from": False, "to": True}}),
        (price["excluded_pair"], {"excluded": "this pair no longer"}),
    ]
    farther = [(price["distance_km"] * (to - cap), {"distance_cap_km": {"to": to}}) for to in _caps(cap, subject, who)]
    places = [
        (price["max_concurrent"] * more, {"max_concurrent": {"to": who.max_concurrent + more}}) for more in range(1, 7)
    ]
    days = [(price["half_day"] * more, {"days_available": {"to": (who.half_days + more) / 2}}) for more in range(1, 17)]
    days += [
        (price["need_half_day"] * less, {"need_days": {"to": (subject.half_days - less) / 2}})
        for less in range(1, subject.half_days)
        if subject.part is None
    ]
    nothing: tuple[int, dict[str, Any]] = (0, {})
    options = [[nothing, *farther], [nothing, *places], [nothing, *days], *([nothing, one] for one in lifted)]
    for chosen in itertools.product(*([one for one in each if one[0] < than] for each in options)):
        if sum(cost for cost, _ in chosen) < than:
            yield {name: to for _, part in chosen for name, to in part.items()}


def _caps(cap: int, subject: Need, who: Leader) -> list[int]:
    if subject.place is None or who.place is None:
        return []
    least = math.ceil(distance_km(subject.place, who.place))
    return [least - 1, least] if least - 1 > cap else [least] if least > cap else []


def _holds(changed: Given, leader_of_need: list[int], number: int, at: int) -> bool:
    who, mine = changed.leaders[at], [place for place, one in enumerate(leader_of_need) if one == at]
    used = sum(changed.needs[place].half_days for place in mine)
    return (
        not both_asked(changed.policy, changed.needs[number])
        and barred_by(hard_rules(changed.policy, changed.window), changed.needs[number], who) == ()
        and who.places_left > len(mine)
        and who.half_days_left >= used + changed.needs[number].half_days
    )
