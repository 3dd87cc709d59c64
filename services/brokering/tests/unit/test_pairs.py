"""The vectorised pairs say exactly what the scalar rules say: same pairs, same suitability, same flags."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from services.brokering.tests.factories import WINDOW, default_policy, leader, need

from brokering.domain.flags import flag_bits
from brokering.domain.matching import Designation, Interest, Leader, Need, OwnConcern
from brokering.domain.matching_policy import ConflictKind, MatchingPolicy, Treatment
from brokering.domain.matching_rules import barred_by, hard_rules
from brokering.domain.places import Place, distance_km
from brokering.domain.splitting import Split, parts_of
from brokering.domain.suitability import suitability
from brokering.domain.values import body_keys
from brokering.solver.pairs import build_problem
from brokering.solver.problem import ordered_leaders, ordered_needs

PHASES = ("primary", "secondary", "special", "all_through")
AREAS = ("achievement", "inclusion", "quality_of_education")
REGIONS = ("London", "South East", None)
BODIES = (
    body_keys("trust", "5001", None),
    body_keys("trust", "5002", None),
    body_keys("local_authority", "208", "Lambeth"),
    frozenset[str](),
)

places = st.none() | st.builds(Place, st.floats(50.0, 53.0), st.floats(-3.0, 1.0))
quintiles = st.none() | st.integers(1, 5)
pupils = st.none() | st.integers(0, 2000)
subsets = st.frozensets(st.sampled_from(AREAS))
phases = st.frozensets(st.sampled_from(PHASES), min_size=1)
interests = st.builds(
    Interest,
    st.sampled_from(["interest", "employment", "sponsor_bid"]),
    st.just("school"),
    st.sampled_from(["100001", "100002", "100003"]),
    st.none() | st.dates(date(2015, 1, 1), date(2026, 1, 1)),
)
designations = st.builds(
    Designation,
    st.sampled_from(["designated", "in_training"]),
    st.just(date(2020, 1, 1)),
    st.none() | st.just(date(2026, 3, 1)),
)


@st.composite
def some_need(draw: st.DrawFn, number: int) -> Need:
    trust = draw(st.booleans()) and number % 3 == 0
    drawn: dict[str, Any] = {
        "half_days": draw(st.integers(1, 20)),
        "areas": draw(subsets),
        "priority": draw(st.integers(1, 5)),
        "provisional": draw(st.booleans()),
        "region": draw(st.sampled_from(REGIONS)),
        "phase": draw(st.none() | st.sampled_from(PHASES)),
        "type_code": draw(st.sampled_from([None, "01", "07", "14", "99"])),
        "place": draw(places),
        "bodies": draw(st.sampled_from(BODIES)),
        "pupils": draw(pupils),
        "idaci_quintile": draw(quintiles),
    }
    return need(number, **drawn, **({"subject_kind": "trust"} if trust else {}))


splits = st.none() | st.builds(Split, st.integers(1, 6), st.integers(1, 6), st.booleans())


@st.composite
def some_leader(draw: st.DrawFn, number: int) -> Leader:
    return leader(
        number,
        role=draw(st.sampled_from(["trust_ceo", "nle"])),
        phases=draw(phases),
        half_days=draw(st.integers(0, 60)),
        committed_half_days=draw(st.integers(0, 10)),
        max_concurrent=draw(st.integers(0, 3)),
        remote=draw(st.none() | st.booleans()),
        region=draw(st.sampled_from(REGIONS)),
        place=draw(places),
        bodies=draw(st.sampled_from(BODIES)),
        base_urn=draw(st.none() | st.sampled_from([100001, 100002])),
        designations=tuple(draw(st.lists(designations, max_size=1))),
        interests=tuple(draw(st.lists(interests, max_size=2))),
        strengths=draw(subsets),
        school_types=draw(st.frozensets(st.sampled_from(["mainstream", "special", "alternative_provision"]))),
        max_distance_km=draw(st.none() | st.floats(1, 200)),
        in_doubt=draw(st.none() | st.just("in doubt")),
        own_concerns=tuple(draw(st.lists(st.just(OwnConcern(1, "A", "stuck")), max_size=1))),
        schools_turned_round=draw(st.none() | st.integers(0, 9)),
        pupils=draw(pupils),
        idaci_quintile=draw(quintiles),
        supported_before=draw(st.frozensets(st.sampled_from(["school:000100001", "school:000100002"]))),
    )


@st.composite
def policies(draw: st.DrawFn) -> MatchingPolicy:
    every = st.sampled_from(list(Treatment))
    pairs = st.tuples(
        st.sampled_from([f"need-{number}" for number in range(1, 6)]),
        st.sampled_from([f"leader-{number}" for number in range(1, 5)]),
    )
    policy = default_policy()
    return replace(
        policy,
        school_types=replace(policy.school_types, treatment=draw(every)),
        recheck=replace(policy.recheck, treatment=draw(every)),
        conflicts={kind: draw(every) for kind in ConflictKind},
        cross_region=draw(st.booleans()),
        excluded=draw(st.frozensets(pairs, max_size=3)),
        broker=draw(st.sampled_from(BODIES)),
        split=draw(splits),
    )


@st.composite
def rosters(draw: st.DrawFn) -> tuple[list[Need], list[Leader]]:
    needs = [draw(some_need(number)) for number in range(1, draw(st.integers(0, 5)) + 1)]
    return needs, [draw(some_leader(number)) for number in range(1, draw(st.integers(0, 4)) + 1)]


@settings(max_examples=250, deadline=None)
@given(rosters(), policies())
def test_bulk_and_scalar_readings_agree(roster: tuple[list[Need], list[Leader]], policy: MatchingPolicy) -> None:
    needs = ordered_needs([part for one in roster[0] for part in parts_of(one, policy.split)])
    leaders = ordered_leaders(roster[1])
    rules = hard_rules(policy, WINDOW)
    expected = {
        (n, k): (suitability(policy, one, other).total, flag_bits(policy, WINDOW, one, other))
        for n, one in enumerate(needs)
        for k, other in enumerate(leaders)
        if not barred_by(rules, one, other)
    }
    problem = build_problem(policy, WINDOW, needs, leaders)
    columns = (problem.need_of, problem.leader_of, problem.suitability, problem.flags)
    found = {(n, k): (score, flags) for n, k, score, flags in zip(*(c.tolist() for c in columns), strict=True)}
    assert found == expected
    assert all(0 <= score <= 1000 for score, _ in expected.values())


def test_a_pair_exactly_at_the_cap_is_in_and_the_next_float_is_out() -> None:
    one, other = need(place=Place(51.0, 0.0)), leader(place=Place(51.7, 0.0))
    assert one.place is not None
    assert other.place is not None
    km = distance_km(one.place, other.place)
    at_cap = build_problem(replace(default_policy(), distance_cap_km=km), WINDOW, [one], [other])
    below = build_problem(replace(default_policy(), distance_cap_km=km - 1e-9), WINDOW, [one], [other])
    assert (at_cap.pairs, below.pairs) == (1, 0)


def test_parts_add_up_to_the_suitability() -> None:
    scored = suitability(default_policy(), need(pupils=200), leader(pupils=400, strengths=frozenset({"achievement"})))
    assert scored.total == sum(p.value * p.weight for p in scored.parts) // sum(p.weight for p in scored.parts)
    assert all(part.text for part in scored.parts)
    assert {part.part for part in scored.parts} == set(default_policy().suitability.weights)
