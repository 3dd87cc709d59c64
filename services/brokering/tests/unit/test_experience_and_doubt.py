"""Types of school, a leader's own furthest distance, and designations in doubt: who is barred, flagged, left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from services.brokering.tests.factories import WINDOW, default_policy, leader, need

from brokering.domain.flags import flag_bits, flag_notes
from brokering.domain.matching import Evidence, Leader, Need
from brokering.domain.matching_policy import MatchingPolicy, Treatment
from brokering.domain.matching_rules import barred_by, hard_rules
from brokering.domain.places import Place
from brokering.domain.rechecks import Conditions, Inspected, broken
from brokering.domain.suitability import suitability
from brokering.domain.values import flags_of


def treating_types(treatment: Treatment) -> MatchingPolicy:
    policy = default_policy()
    return replace(policy, school_types=replace(policy.school_types, treatment=treatment))


def treating_doubt(treatment: Treatment) -> MatchingPolicy:
    policy = default_policy()
    return replace(policy, recheck=replace(policy.recheck, treatment=treatment))


def bars(policy: MatchingPolicy, one: Need, other: Leader) -> list[str]:
    return [barred.rule for barred in barred_by(hard_rules(policy, WINDOW), one, other)]


def flags(policy: MatchingPolicy, one: Need, other: Leader) -> list[str]:
    return flags_of(flag_bits(policy, WINDOW, one, other))


class TestSchoolTypes:
    SPECIAL = need(type_code="07")
    MAINSTREAM_ONLY = leader(school_types=frozenset({"mainstream"}))

    def test_bars_where_the_policy_says_so(self) -> None:
        assert bars(treating_types(Treatment.BARRED), self.SPECIAL, self.MAINSTREAM_ONLY) == ["school_type"]

    def test_flags_and_costs_where_the_policy_says_so(self) -> None:
        policy = treating_types(Treatment.FLAG)
        assert bars(policy, self.SPECIAL, self.MAINSTREAM_ONLY) == []
        assert "school_type" in flags(policy, self.SPECIAL, self.MAINSTREAM_ONLY)
        (part,) = [p for p in suitability(policy, self.SPECIAL, self.MAINSTREAM_ONLY).parts if p.part == "phase_fit"]
        assert part.value == policy.suitability.type_unfit
        assert part.text.endswith("type (special) is not among those the leader has declared (mainstream).")

    def test_is_left_alone_where_the_policy_says_so(self) -> None:
        policy = treating_types(Treatment.OFF)
        assert bars(policy, self.SPECIAL, self.MAINSTREAM_ONLY) == []
        assert "school_type" not in flags(policy, self.SPECIAL, self.MAINSTREAM_ONLY)

    @pytest.mark.parametrize("one", [need(type_code=None), need(type_code="99"), need(type_code="01")])
    def test_an_unknown_type_asks_for_nothing(self, one: Need) -> None:
        assert bars(treating_types(Treatment.BARRED), one, self.MAINSTREAM_ONLY) == []

    def test_a_leader_who_has_declared_none_is_let_through(self) -> None:
        assert bars(treating_types(Treatment.BARRED), self.SPECIAL, leader()) == []
        assert "school_type" not in flags(treating_types(Treatment.FLAG), self.SPECIAL, leader())


class TestOwnReach:
    AT = need(place=Place(51.5, -0.1))

    def test_counts_beside_the_cap_of_the_policy(self) -> None:
        near = leader(place=Place(51.68, -0.1), max_distance_km=20.0)
        assert bars(default_policy(), self.AT, near) == ["leader_distance"]
        assert bars(default_policy(), self.AT, replace(near, max_distance_km=20.1)) == []

    def test_does_not_widen_the_cap(self) -> None:
        far = leader(place=Place(53.5, -0.1), max_distance_km=1000.0)
        assert bars(default_policy(), self.AT, far) == ["distance"]

    @pytest.mark.parametrize("other", [leader(place=None, max_distance_km=1.0), leader(
        place=Place(53.5, -0.1), remote=True, max_distance_km=1.0)])  # fmt: skip
    def test_an_unknown_place_or_remote_work_does_not_bar(self, other: Leader) -> None:
        assert bars(default_policy(), self.AT, other) == []


class TestDesignationInDoubt:
    DOUBT = "The designation is being looked at again since an inspection: A, 2026-01-05 (category of concern SM)."
    OTHER = leader(in_doubt=DOUBT)

    def test_bars_or_warns_as_the_policy_says(self) -> None:
        assert bars(treating_doubt(Treatment.BARRED), need(), self.OTHER) == ["designation_recheck"]
        flagged = treating_doubt(Treatment.FLAG)
        assert bars(flagged, need(), self.OTHER) == []
        assert "designation_recheck" in flags(flagged, need(), self.OTHER)
        (note,) = flag_notes(["designation_recheck"], flagged, WINDOW, need(), self.OTHER)
        assert note.text == self.DOUBT
        assert "designation_recheck" not in flags(treating_doubt(Treatment.OFF), need(), self.OTHER)


class TestConditions:
    CONDITIONS = Conditions(
        frozenset({"SM"}),
        frozenset({3, 4}),
        {"any": frozenset({"urgent_improvement"}), "leadership_and_governance": frozenset({"needs_attention"})},
    )

    @pytest.mark.parametrize(
        ("told", "words"),
        [
            ({}, []),
            ({"category": "SM"}, ["category of concern SM"]),
            ({"category": "NTI"}, []),
            ({"overall": 2}, []),
            ({"overall": 3}, ["overall effectiveness 3"]),
            ({"areas": {"inclusion": "needs_attention"}}, []),
            ({"areas": {"inclusion": None}}, []),
            ({"areas": {"inclusion": "urgent_improvement"}}, ["inclusion: urgent improvement"]),
            (
                {"areas": {"leadership_and_governance": "needs_attention"}},
                ["leadership and governance: needs attention"],
            ),
        ],
    )
    def test_tells_what_an_inspection_breaks(self, told: dict[str, object], words: list[str]) -> None:
        assert broken(self.CONDITIONS, Inspected(1, "A", date(2026, 1, 5), **told)) == words  # type: ignore[arg-type]


class TestEvidence:
    def test_the_newest_is_told_beside_the_area(self) -> None:
        shown = leader(
            strengths=frozenset({"achievement", "inclusion"}),
            evidence=(
                Evidence("achievement", "Progress at A rose", date(2023, 7, 1), "Ofsted report"),
                Evidence("achievement", "Progress at B rose", date(2025, 7, 1), "Trust review"),
            ),
        )
        scored = suitability(default_policy(), need(areas=frozenset({"achievement", "inclusion"})), shown)
        (part,) = [each for each in scored.parts if each.part == "strengths"]
        assert part.text == (
            "Strong in 2 of 2 areas that need action: achievement (Progress at B rose, 2025-07-01, Trust review); "
            "inclusion (no evidence recorded)."
        )
