"""What is said of unmatched needs is true: apply the change, leave everyone else, and the need has a leader."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.brokering.tests.factories import WINDOW, default_policy, leader, need, treating
from services.brokering.tests.relaxed import Given, applied

from brokering.domain.matching import Designation, Interest, Leader, Need, OwnConcern
from brokering.domain.matching_policy import ConflictKind, MatchingPolicy, Treatment
from brokering.domain.places import Place
from brokering.solver.explanations import Explainer
from brokering.solver.pairs import build_problem
from brokering.solver.problem import Solution
from brokering.solver.relaxations import Relaxation
from brokering.solver.solve import solve

POLICY = default_policy()
FAR = Place(52.3, -0.1)


def solved(needs: list[Need], leaders: list[Leader], policy: MatchingPolicy = POLICY) -> tuple[Solution, Explainer]:
    problem = build_problem(policy, WINDOW, needs, leaders)
    solution = solve(problem)
    return solution, Explainer(
        policy=policy, window=WINDOW, needs=needs, leaders=leaders, problem=problem, solution=solution
    )


def assert_true(needs: list[Need], leaders: list[Leader], unmatched: int, rule: str) -> Relaxation:
    solution, explainer = solved(needs, leaders)
    assert solution.leader_of_need[unmatched] == -1
    relaxation = explainer.relaxations(unmatched)[0]
    assert relaxation.rule == rule
    changed = applied(Given(POLICY, WINDOW, needs, leaders), relaxation, unmatched)
    again, _ = solved(list(changed.needs), list(changed.leaders), changed.policy)
    assert again.matched == solution.matched + 1
    return relaxation


class TestRelaxations:
    def test_a_longer_reach(self) -> None:
        relaxation = assert_true([need(1)], [leader(1, place=FAR)], 0, "distance")
        assert relaxation.text == "CEO-00001 could, with a cap of 89 km instead of 80 km."

    def test_a_leader_who_is_far_and_full_takes_both_changes(self) -> None:
        needs = [need(1, place=FAR), need(2)]
        relaxation = assert_true(needs, [leader(1, place=FAR, max_concurrent=1)], 1, "several")
        assert set(relaxation.change) == {"distance_cap_km", "max_concurrent"}
        assert relaxation.cost == 9 + 20

    def test_one_more_school_at_a_time(self) -> None:
        assert_true([need(1), need(2)], [leader(1, max_concurrent=1)], 1, "max_concurrent")

    def test_more_days(self) -> None:
        assert_true([need(1), need(2)], [leader(1, half_days=20)], 1, "days")

    def test_more_days_of_a_leader_whose_entries_rule(self) -> None:
        relaxation = assert_true([need(1)], [leader(1, half_days=0, by_entries=True)], 0, "days")
        assert set(relaxation.change) == {"availability"}
        assert relaxation.text == "CEO-00001 could, with 10 days more entered as availability."

    def test_both_at_once(self) -> None:
        relaxation = assert_true([need(1), need(2)], [leader(1, half_days=20, max_concurrent=1)], 1, "capacity")
        assert set(relaxation.change) == {"max_concurrent", "days_available"}

    def test_more_than_a_leader_who_is_over_both_limits_already_holds(self) -> None:
        over = leader(1, half_days=10, committed_half_days=14, max_concurrent=1, open_deployments=2)
        relaxation = assert_true([need(1)], [over], 0, "capacity")
        assert relaxation.text == "CEO-00001 could, with 2 more schools at a time and 12 days more."

    def test_a_round_that_keeps_to_regions_wants_the_newcomer_there(self) -> None:
        _, explainer = solved([need(1)], [], replace(POLICY, cross_region=False))
        relaxation = explainer.relaxations(0)[0]
        assert relaxation.text == "One more leader with primary experience within 80 km in London, with 10 days."
        assert relaxation.change["new_leader"]["region"] == "London"

    def test_fewer_days_for_the_need(self) -> None:
        relaxation = assert_true([need(1)], [leader(1, half_days=13)], 0, "days")
        assert relaxation.change == {"need_days": {"from": 10.0, "to": 6.5}}

    def test_a_designation_that_holds(self) -> None:
        lapsed = leader(1, designations=(Designation("designated", date(2020, 1, 1), date(2026, 2, 1)),))
        _, explainer = solved([need(1)], [lapsed])
        assert [each.rule for each in explainer.relaxations(0)] == ["designation", "new_leader"]

    def test_a_policy_that_flags_instead_of_barring(self) -> None:
        barring = treating(ConflictKind.OWN_ORGANISATION, Treatment.BARRED)
        troubled = leader(1, own_concerns=(OwnConcern(1, "Own", "SM"),))
        _, explainer = solved([need(1)], [troubled], barring)
        assert [each.rule for each in explainer.relaxations(0)] == ["own_organisation", "new_leader"]

    def test_one_more_leader_for_a_phase_that_nobody_has(self) -> None:
        relaxation = assert_true([need(1, phase="nursery")], [leader(1)], 0, "new_leader")
        assert relaxation.text == "One more leader with nursery experience within 80 km, with 10 days."

    def test_a_conflict_never_gives(self) -> None:
        assert_true([need(1)], [leader(1, bodies=need().bodies)], 0, "new_leader")

    def test_the_cheapest_comes_first(self) -> None:
        lapsed = leader(1, designations=(Designation("designated", date(2020, 1, 1), date(2026, 2, 1)),))
        _, explainer = solved([need(1)], [lapsed, leader(2, place=FAR), leader(3, half_days=18)])
        assert [(each.rule, each.cost) for each in explainer.relaxations(0)] == [
            ("days", 4),
            ("distance", 9),
            ("designation", 40),
            ("new_leader", 150),
        ]


class TestReasons:
    def test_count_every_leader_once(self) -> None:
        leaders = [
            leader(1, phases=frozenset({"secondary"})),
            leader(2, place=FAR),
            leader(3, bodies=need().bodies),
            leader(4, half_days=10),
            leader(5, max_concurrent=1),
        ]
        solution, explainer = solved([need(1), need(2)], leaders)
        reasons = explainer.reasons(int((solution.leader_of_need == -1).argmax()))
        assert {reason.rule: reason.leaders for reason in reasons} == {
            "phase": 1,
            "distance": 1,
            "same_organisation": 1,
            "days": 1,
            "capacity": 1,
        }
        assert reasons[-1].leader_ids == ("leader-5",)

    def test_an_empty_directory_is_one(self) -> None:
        _, explainer = solved([need(1)], [])
        assert [(reason.rule, reason.leaders) for reason in explainer.reasons(0)] == [("new_leader", 0)]


class TestNextBest:
    def test_says_who_came_next_and_why_not(self) -> None:
        best, worse = leader(1), leader(2, place=Place(51.9, -0.1))
        _, explainer = solved([need(1)], [best, worse])
        assert [(who.leader_id, who.why_not) for who in explainer.next_best(0)] == [("leader-2", "less_suitable")]

    def test_tells_of_a_better_one_that_is_needed_elsewhere(self) -> None:
        shared, only_here = leader(1, max_concurrent=1), leader(2, phases=frozenset({"primary", "special"}))
        needs = [need(1), need(2, bodies=only_here.bodies)]
        solution, explainer = solved(needs, [shared, only_here])
        assert solution.leader_of_need.tolist() == [1, 0]
        assert [(who.leader_id, who.why_not) for who in explainer.next_best(0)] == [("leader-1", "full")]

    def test_tells_that_a_better_one_gave_way_to_a_pin(self) -> None:
        needs, leaders = [need(1)], [leader(1), leader(2, place=Place(51.9, -0.1))]
        problem = build_problem(POLICY, WINDOW, needs, leaders)
        explainer = Explainer(policy=POLICY, window=WINDOW, needs=needs, leaders=leaders, problem=problem,
                              solution=solve(problem, [(0, 1)]))  # fmt: skip
        assert [(who.leader_id, who.why_not) for who in explainer.next_best(0)] == [("leader-1", "kept")]


def test_each_leader_is_counted_under_what_is_true_of_it() -> None:
    bid, job = (Interest(kind, "school", "100001") for kind in ("sponsor_bid", "employment"))
    leaders = [leader(1, interests=(bid,)), leader(2, interests=(job,)), leader(3, interests=(job,))]
    asked = need(1)
    assert asked.subject_id == "100001"
    _, explainer = solved([asked], leaders)
    (reason,) = explainer.reasons(0)
    assert (reason.rule, reason.leaders) == ("declared_interest", 3)
    assert reason.text == (
        "2 leaders: The leader declared: employment (counted for 5 years)."
        " 1 leader: The leader declared: sponsor bid (counted whatever its date)."
    )


def test_what_is_rarer_is_counted_together() -> None:
    leaders = [leader(number, half_days=number) for number in range(1, 7)]
    _, explainer = solved([need(1)], leaders)
    (reason,) = explainer.reasons(0)
    assert (reason.rule, reason.leaders) == ("days", 6)
    assert reason.text.endswith(" 3 leaders: likewise.")
