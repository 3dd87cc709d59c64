"""Why: every rule that was tried, in plain words, and what would have made the difference."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from services.triage.tests.factories import TODAY, card, inspection, judge, school, ungraded_overall, visit

from triage.domain.facts import Inspection

ENHANCED, SCHOOL_LED = "enhanced_support", "school_led_development"
EVIDENCE = [
    inspection(overall=4, category="SM"),
    inspection(overall=4, category="SM", relates_to_current_urn=False),
    inspection(overall=2, safeguarding="not_effective"),
    inspection(overall=3),
    inspection(number=None, relates_assumed=True),
    ungraded_overall(areas={"quality_of_education": 3, "early_years": 4}),
    ungraded_overall(areas={"quality_of_education": None}),
    card(category="RSI", safeguarding="not_met", areas={"inclusion": "urgent_improvement"}),
    card(areas={"achievement": "needs_attention", "leadership_and_governance": "needs_attention"}),
    card(areas={"inclusion": None}, safeguarding=None),
]


class TestReasons:
    def test_name_the_inspection_the_value_and_say_it_in_plain_words(self) -> None:
        proposal = judge().propose(school(inspection("2023-05-01", overall=3)), TODAY)
        reason = next(each for each in proposal.reasons if each["decisive"])
        assert reason == {
            "rule": "overall_grade",
            "step": "4a",
            "fired": True,
            "decisive": True,
            "effect": ENHANCED,
            "inputs": {
                "inspection": {"id": "i-2023-05-01", "number": "N2023-05-01", "starts_on": "2023-05-01"},
                "overall": 3,
            },
            "text": "The inspection that began on 1 May 2023 (number N2023-05-01) judged the school requires "
            "improvement overall.",
        }

    def test_list_the_rules_that_were_tried_and_did_not_fire(self) -> None:
        reasons = judge().propose(school(card()), TODAY).reasons
        assert [each["rule"] for each in reasons if not each["fired"]] == [
            "predecessor_evidence",
            "stuck",
            "watch",
            "no_graded_inspection",
            "special_measures_current_urn",
            "no_progress_after_support",
            "progress_review",
            "category_of_concern",
            "safeguarding",
            "report_card",
        ]
        assert all(each["effect"] is None for each in reasons if not each["fired"])

    @pytest.mark.parametrize("evidence", EVIDENCE)
    def test_are_whole_sentences_without_codes(self, evidence: Inspection) -> None:
        for reason in (
            judge().propose(school(evidence, visit("2026-02-01", "Some aspects not as strong")), TODAY).reasons
        ):
            assert reason["text"].endswith(".")
            assert "_" not in reason["text"]
            assert "{" not in reason["text"]


def changed_by(evidence: Inspection, changes: Sequence[Mapping[str, Any]]) -> Inspection:
    fields = {"category_of_concern": "category", "overall": "overall", "safeguarding": "safeguarding"}
    for change in changes:
        if change["fact"] in fields:
            evidence = replace(evidence, **{fields[change["fact"]]: change["to"]})
        else:
            evidence = replace(evidence, grades={**evidence.grades, change["fact"]: change["to"]})
    return evidence


class TestCounterfactuals:
    def test_a_single_grade_that_would_have_been_enough(self) -> None:
        proposal = judge().propose(school(card(areas={"achievement": "needs_attention"})), TODAY)
        assert proposal.counterfactuals == (
            {
                "changes": [{"fact": "achievement", "from": "needs_attention", "to": "expected_standard"}],
                "result": SCHOOL_LED,
                "text": "Had achievement been judged expected standard, "
                "school-led development would have been proposed.",
            },
        )

    def test_all_together_where_no_single_one_is_enough(self) -> None:
        weak = card(areas={"achievement": "needs_attention", "leadership_and_governance": "needs_attention"})
        found = judge().propose(school(weak), TODAY).counterfactuals
        assert [len(each["changes"]) for each in found] == [2]

    def test_grades_that_make_no_difference_are_not_named(self) -> None:
        grades = ("achievement", "attendance_and_behaviour", "inclusion", "leadership_and_governance")
        found = judge().propose(school(card(areas=dict.fromkeys(grades, "needs_attention"))), TODAY).counterfactuals
        assert [[change["fact"] for change in each["changes"]] for each in found] == [
            ["achievement", "leadership_and_governance"]
        ]

    @pytest.mark.parametrize("evidence", EVIDENCE)
    def test_no_change_that_is_named_could_be_left_out(self, evidence: Inspection) -> None:
        proposal = judge().propose(school(evidence), TODAY)
        for each in proposal.counterfactuals:
            for left_out in each["changes"]:
                fewer = [change for change in each["changes"] if change is not left_out]
                assert judge().propose(school(changed_by(evidence, fewer)), TODAY).result != each["result"]

    def test_none_where_the_least_is_proposed(self) -> None:
        assert judge().propose(school(card()), TODAY).counterfactuals == ()

    @pytest.mark.parametrize("evidence", EVIDENCE)
    def test_each_holds_when_the_rules_are_run_on_the_changed_facts(self, evidence: Inspection) -> None:
        for each in judge().propose(school(evidence), TODAY).counterfactuals:
            changed = changed_by(evidence, each["changes"])
            assert judge().propose(school(changed), TODAY).result == each["result"]
