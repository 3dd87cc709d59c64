"""The catalogue has a text for every code that a document may hold, and none speaks of what parents are not told."""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from inspection.data import load, load_texts
from inspection.domain.next_steps import CardFacts, Condition, next_step
from inspection.report_cards.grades_in_words import scale_in_words
from inspection.wording import day, entry, listed

RULES = [(rule["code"], Condition.read(rule["when"])) for rule in load("next_steps")]
PRIVATE = re.compile(
    r"\b(stuck|watch|tier|academis\w+|enhanced support|immediate action|re-?broker\w*)\b", re.IGNORECASE
)


class TestCatalogue:
    @pytest.mark.parametrize(
        ("section", "codes"),
        [
            ("grades", [str(grade["code"]) for grade in load("grades")]),
            ("no_grade", [reason["code"] for reason in load("grade_reasons")]),
            ("categories", [category["code"] for category in load("categories")]),
            ("outcomes", [outcome["code"] for outcome in load("outcomes")]),
            ("safeguarding", [judgement["code"] for judgement in load("safeguarding")]),
            ("next_steps", [rule["code"] for rule in load("next_steps")]),
        ],
    )
    def test_every_code_has_a_text(self, section: str, codes: list[str]) -> None:
        assert [code for code in codes if code not in entry(section)] == []

    def test_labels_are_those_of_the_reference_data(self) -> None:
        for category in load("categories"):
            assert entry(f"categories.{category['code']}")["label"] == category["label"]

    def test_nothing_private_is_spoken_of(self) -> None:
        assert PRIVATE.findall(json.dumps(load_texts())) == []

    def test_scales_are_kept_apart(self) -> None:
        cards = [step["grade"] for step in scale_in_words(report_card=True)]
        earlier = [step["grade"] for step in scale_in_words(report_card=False)]

        assert cards == ["Exceptional", "Strong standard", "Expected standard", "Needs attention", "Urgent improvement"]
        assert earlier == ["Outstanding", "Good", "Requires improvement", "Inadequate"]


class TestNextStep:
    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"status": "closed", "category": "SM"}, "closed"),
            ({"status": "proposed_to_open", "inspected": False}, "not_open"),
            ({"inspected": False}, "not_inspected"),
            ({"category": "SM", "relates_to_current_urn": False}, "concern_before_change"),
            ({"category": "SWK"}, "category_of_concern"),
            ({"safeguarding": "not_effective", "grades": [1]}, "safeguarding"),
            ({"grades": [2, 4]}, "urgent"),
            ({"grades": ["strong_standard", "needs_attention"]}, "needs_work"),
            ({"grades": [2, 3]}, "needs_work"),
            ({"grades": []}, "no_grades"),
            ({"grades": [2, 2], "safeguarding": "effective"}, "all_fine"),
            ({"grades": [2, 2], "status": "open_proposed_to_close"}, "all_fine"),
        ],
    )
    def test_the_first_rule_that_holds(self, facts: dict[str, Any], code: str) -> None:
        assert next_step(CardFacts(**{"status": "open", "inspected": True, **facts}), RULES) == code

    def test_a_condition_that_does_not_exist_is_an_error(self) -> None:
        with pytest.raises(TypeError):
            Condition.read({"tier": ["enhanced_support"]})


class TestWords:
    def test_dates_are_written_as_people_write_them(self) -> None:
        assert day("2026-01-06") == day(date(2026, 1, 6)) == "6 January 2026"

    def test_lists_end_in_and(self) -> None:
        assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


def test_every_measure_has_plain_words_for_parents_but_estimates_which_are_told_beside_their_share() -> None:
    assert set(entry("dashboard.measures")) == {each["code"] for each in load("measures") if "estimate_of" not in each}


def test_figures_of_pupils_are_told_without_jargon() -> None:
    jargon = re.compile(r"key stage|ever 6|cohort|\bmean\b|\b(on|the) roll\b|\bsessions\b|IDACI|intake", re.IGNORECASE)
    assert jargon.findall(" ".join(_texts(entry("dashboard")))) == []


def _texts(section: Any) -> Iterator[str]:
    if isinstance(section, str):
        yield section
    else:
        for part in section.values():
            yield from _texts(part)
