"""Split support: which needs fall into parts, whom each takes, what is matched, and what is said of half a match."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from services.brokering.tests.factories import WINDOW, default_policy, leader, need

from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import MatchingPolicy
from brokering.domain.matching_rules import barred_by, hard_rules
from brokering.domain.splitting import Split, parts_of
from brokering.solver.explanations import Explainer
from brokering.solver.pairs import build_problem
from brokering.solver.problem import Problem, Solution, ordered_leaders, ordered_needs
from brokering.solver.solve import solve

SIX_AND_FOUR = Split(ceo_half_days=12, nle_half_days=8, both_or_none=False)
BOTH = replace(SIX_AND_FOUR, both_or_none=True)


def parted(needs: list[Need], split: Split | None) -> list[Need]:
    return ordered_needs([part for one in needs for part in parts_of(one, split)])


def solved(needs: list[Need], leaders: list[Leader], split: Split) -> tuple[list[Need], Problem, Solution, Explainer]:
    policy, parts = replace(default_policy(), split=split), parted(needs, split)
    problem = build_problem(policy, WINDOW, parts, leaders)
    solution = solve(problem)
    explainer = Explainer(
        policy=policy, window=WINDOW, needs=parts, leaders=leaders, problem=problem, solution=solution
    )
    return parts, problem, solution, explainer


class TestParts:
    def test_a_schools_need_is_one_part_for_a_chief_executive_and_one_for_an_nle(self) -> None:
        whole = need(half_days=20)
        parts = parts_of(whole, SIX_AND_FOUR)
        assert [(part.part, part.half_days) for part in parts] == [("trust_ceo", 12), ("nle", 8)]
        assert {replace(part, part=None, half_days=20) for part in parts} == {whole}

    @pytest.mark.parametrize(("half_days", "parts"), [(19, 1), (20, 2), (21, 2)])
    def test_a_need_of_fewer_days_than_both_parts_stays_whole(self, half_days: int, parts: int) -> None:
        assert len(parts_of(need(half_days=half_days), SIX_AND_FOUR)) == parts

    def test_a_trusts_need_stays_whole(self) -> None:
        assert parts_of(need(subject_kind="trust"), SIX_AND_FOUR) == (need(subject_kind="trust"),)

    def test_without_a_split_nothing_is_split(self) -> None:
        assert parts_of(need(), None) == (need(),)

    @pytest.mark.parametrize(
        ("role", "part", "barred"),
        [
            ("trust_ceo", "trust_ceo", False),
            ("nle", "nle", False),
            ("nle", "trust_ceo", True),
            ("trust_ceo", "nle", True),
            ("nle", None, False),
        ],
    )
    def test_a_part_takes_its_role_alone(self, role: str, part: str | None, barred: bool) -> None:
        found = barred_by(hard_rules(default_policy(), WINDOW), need(part=part), leader(role=role))
        assert [each.rule for each in found] == (["part"] if barred else [])


class TestWeights:
    def test_a_whole_need_weighs_as_much_as_both_parts_together(self) -> None:
        needs = parted([need(1, priority=2), need(2, subject_kind="trust", priority=2)], SIX_AND_FOUR)
        problem = build_problem(default_policy(), WINDOW, needs, [])
        assert dict(zip([one.part for one in needs], problem.weights.tolist(), strict=True)) == {
            "nle": 2,
            "trust_ceo": 2,
            None: 4,
        }

    def test_a_trust_is_not_passed_over_for_half_a_school(self) -> None:
        needs = [need(1, half_days=20), need(2, subject_kind="trust", half_days=20)]
        parts, _, solution, _ = solved(needs, [leader(half_days=20, max_concurrent=1)], SIX_AND_FOUR)
        assert [parts[n].subject_kind for n, k in enumerate(solution.leader_of_need) if k >= 0] == ["trust"]


@st.composite
def rounds(draw: st.DrawFn) -> tuple[list[Need], list[Leader], Split]:
    needs = [
        need(n, half_days=draw(st.sampled_from([4, 6])), subject_kind=draw(st.sampled_from(["school", "trust"])))
        for n in range(draw(st.integers(1, 3)))
    ]
    leaders = [
        leader(
            k,
            role=draw(st.sampled_from(["trust_ceo", "nle"])),
            half_days=draw(st.integers(0, 10)),
            max_concurrent=draw(st.integers(0, 2)),
            schools_turned_round=draw(st.integers(0, 4)),
        )
        for k in range(draw(st.integers(1, 4)))
    ]
    return needs, leaders, Split(draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.booleans()))


def best_by_enumeration(problem: Problem, parts: list[Need], split: Split) -> tuple[int, int]:
    pairs = zip(problem.need_of.tolist(), problem.leader_of.tolist(), strict=True)
    score = dict(zip(pairs, problem.suitability.tolist(), strict=True))
    choices = [[None, *(k for k in range(problem.leaders) if (n, k) in score)] for n in range(problem.needs)]
    best = (0, 0)
    for chosen in itertools.product(*choices):
        taken = [(n, k) for n, k in enumerate(chosen) if k is not None]
        matched = {(parts[n].id, parts[n].part) for n, _ in taken}
        alone = [one for one in matched if one[1] and len([two for two in matched if two[0] == one[0]]) == 1]
        held = [[n for n, k in taken if k == leader] for leader in range(problem.leaders)]
        fits = all(
            len(mine) <= problem.slots[k] and sum(parts[n].half_days for n in mine) <= problem.capacity[k]
            for k, mine in enumerate(held)
        )
        if fits and not (split.both_or_none and alone):
            best = max(best, (sum(int(problem.weights[n]) for n, _ in taken), sum(score[pair] for pair in taken)))
    return best


@settings(max_examples=120, deadline=None)
@given(rounds(), st.randoms())
def test_small_rounds_equal_enumeration_in_any_order_of_rows(
    asked: tuple[list[Need], list[Leader], Split], dice: random.Random
) -> None:
    needs, leaders, split = asked
    parts, problem, solution, _ = solved(needs, leaders, split)
    assert (solution.weighted_matched, solution.total_suitability) == best_by_enumeration(problem, parts, split)
    assert solution.optimal
    dice.shuffle(needs)
    dice.shuffle(leaders)
    again, _, other, _ = solved(needs, ordered_leaders(leaders), split)
    assert again == parts
    assert other.leader_of_need.tolist() == solution.leader_of_need.tolist()


class TestHalfMatched:
    CEO, NLE = leader(1), leader(2, role="nle")

    def test_a_part_alone_is_matched_where_the_round_allows_it(self) -> None:
        parts, _, solution, explainer = solved([need()], [self.CEO], SIX_AND_FOUR)
        assert [(one.part, k) for one, k in zip(parts, solution.leader_of_need.tolist(), strict=True)] == [
            ("nle", -1),
            ("trust_ceo", 0),
        ]
        assert [reason.rule for reason in explainer.reasons(0)] == ["phase"]
        assert "another role" in explainer.reasons(0)[0].text
        newcomer = explainer.relaxations(0)[0]
        assert newcomer.change["new_leader"]["role"] == "nle"
        assert newcomer.text == "One more NLE with primary experience within 80 km, with 4 days."

    def test_neither_is_where_it_asks_for_both_and_each_part_is_told_why(self) -> None:
        _, _, solution, explainer = solved([need()], [self.CEO], BOTH)
        assert solution.leader_of_need.tolist() == [-1, -1]
        assert [reason.rule for reason in explainer.reasons(1)] == ["other_part"]
        told = explainer.relaxations(1)[0]
        assert (told.rule, told.change, told.leader_id) == (
            "both_or_none",
            {"both_or_none": {"from": True, "to": False}},
            self.CEO.id,
        )
        newcomer = explainer.relaxations(0)[0]
        assert newcomer.rule == "new_leader"
        assert newcomer.change["both_or_none"] == {"from": True, "to": False}

    def test_both_are_where_there_are_both(self) -> None:
        _, _, solution, _ = solved([need()], [self.CEO, self.NLE], BOTH)
        assert solution.leader_of_need.tolist() == [1, 0]

    def test_a_round_of_both_or_none_serves_one_school_rather_than_half_of_two(self) -> None:
        near, far = need(1), need(2, place=None)
        scarce = [leader(1, max_concurrent=1), leader(2, role="nle", max_concurrent=1)]
        for split in (SIX_AND_FOUR, BOTH):
            policy: MatchingPolicy = replace(
                default_policy(), split=split, excluded=frozenset({("need-1", "leader-2")})
            )
            parts = parted([near, far], split)
            solution = solve(build_problem(policy, WINDOW, parts, scarce))
            served = {parts[n].id for n, k in enumerate(solution.leader_of_need.tolist()) if k >= 0}
            assert served == ({"need-2"} if split.both_or_none else {"need-1", "need-2"})

    def test_a_part_is_never_told_to_ask_for_fewer_days(self) -> None:
        short = leader(1, half_days=11)
        whole, part = ([need(half_days=12)], None), ([need()], SIX_AND_FOUR)
        told = {}
        for needs, split in (whole, part):
            policy = replace(default_policy(), split=split)
            parts = parted(needs, split)
            problem = build_problem(policy, WINDOW, parts, [short])
            explainer = Explainer(
                policy=policy, window=WINDOW, needs=parts, leaders=[short], problem=problem, solution=solve(problem)
            )
            told[split] = explainer.relaxations(len(parts) - 1)[0].change
        assert told == {
            None: {"need_days": {"from": 6.0, "to": 5.5}},
            SIX_AND_FOUR: {"days_available": {"from": 5.5, "to": 6.0}},
        }
