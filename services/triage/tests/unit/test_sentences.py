"""Rules said with the values of a version: every parameter is spoken of, and what is empty is not passed over."""

from typing import Any

import pytest

from triage.domain.conditions import CONDITIONS
from triage.domain.differing import changed_order, changed_rules, changed_values, flat
from triage.domain.sentences import parameters_of, say
from triage.eligibility.programmes import versions as programme_versions
from triage.policies.catalogue import catalogue, readings_of, sentence_of
from triage.policies.documents import Document, packaged
from triage.policies.programmes import version as programme_version

LABELS = {
    "grades": {"1": "outstanding", "2": "good", "3": "requires improvement", "needs_attention": "needs attention"},
    "areas": {"a": "area A", "b": "area B"},
    "categories": {"SM": "special measures"},
}
PARTS = ("overall", "key_areas", "key_grades", "any_area_grades", "card_areas", "card_grades", "card_any_grades")
NO_TEST: dict[str, list[Any]] = {name: [] for name in PARTS}


class TestTheCatalogue:
    def test_has_a_sentence_for_every_condition(self) -> None:
        assert {*catalogue()["flags"], *catalogue()["rules"]} == set(CONDITIONS)

    @pytest.mark.parametrize("document", packaged(), ids=lambda each: f"{each['scheme']}-{each['version']}")
    def test_speaks_of_every_parameter(self, document: Document) -> None:
        told = [each["sentence"] for each in catalogue()["readings"]]
        told += [*catalogue()["flags"].values(), *catalogue()["rules"].values()]
        spoken = {path for each in told for path in parameters_of(each)}
        silent = [
            path
            for path in flat(document["parameters"])
            if not any(f"{path}.".startswith(f"{each}.") for each in spoken)
        ]
        assert silent == []

    @pytest.mark.parametrize("document", packaged(), ids=lambda each: f"{each['scheme']}-{each['version']}")
    def test_leaves_no_place_open(self, document: Document) -> None:
        said = [sentence_of(document, kind, row) for kind in ("flags", "rules") for row in document[kind]]
        assert [each for each in (*said, *(row["sentence"] for row in readings_of(document))) if "{" in each] == []

    def test_has_a_sentence_for_every_criterion_of_a_programme(self) -> None:
        for each in programme_versions():
            found = programme_version(each["programme"], each["version"])
            assert found is not None
            assert [rule["id"] for rule in found["rules"]] == list(each["rules"])
        found = programme_version("tsi-2022-23", 1)
        assert found is not None
        sentences = {rule["id"]: rule["sentence"] for rule in found["rules"]}
        assert sentences["established_schools"] == (
            "At least 2 schools that have been in the trust for 3 years or more."
        )
        assert "from 1 September 2022 to 31 August 2023" in sentences["requires_improvement_in_window"]


class TestValues:
    @pytest.mark.parametrize(
        ("template", "value", "said"),
        [
            ("{p:grades}", [3, "needs_attention"], "3 (requires improvement) or needs attention"),
            ("{p:grades}", [], "No grade"),
            ("{p:categories}", ["SM"], "Special measures (SM)"),
            ("{p:categories}", [], "None"),
            ("{p:all_areas}", ["a", "b"], "Area A and area B"),
            ("{p:percent}", 12.5, "12.5%"),
            ("{p:percent}", None, "A value that is not set"),
            ("{p:switch}", False, "Off"),
            ("{p:quoted}", [], "Never"),
            ("{p:overall}", {**NO_TEST, "overall": [3]}, "3 (requires improvement)"),
            ("{p:areas}", NO_TEST, "Never"),
            ("{p:card}", NO_TEST, "Never"),
            ("{p:areas}", {**NO_TEST, "key_areas": ["a"]}, "Never"),
            (
                "{p:areas}",
                {**NO_TEST, "key_areas": ["a", "b"], "key_grades": [3]},
                "3 (requires improvement) in area A or area B",
            ),
            ("{p:areas}", {**NO_TEST, "also_category": True}, "Any category of concern"),
            (
                "{p:areas}",
                {
                    **NO_TEST,
                    "any_area_grades": [3],
                    "barred_areas": ["a"],
                    "barred_grades": [2],
                    "also_safeguarding": True,
                },
                "3 (requires improvement) in any area (unless area A is 2 (good)), or failing safeguarding",
            ),
            (
                "{p:card}",
                {**NO_TEST, "card_any_grades": ["needs_attention"], "also_safeguarding": True},
                "Needs attention in any area, or failing safeguarding",
            ),
        ],
    )
    def test_are_said(self, template: str, value: object, said: str) -> None:
        assert say(template, {"p": value}, LABELS) == said

    def test_of_a_parameter_that_there_is_not(self) -> None:
        with pytest.raises(KeyError):
            say("{q:grades}", {"p": []}, LABELS)


class TestDifferences:
    def test_of_values_are_told_by_path(self) -> None:
        before = {"a": {"b": [1], "c": None}, "d": 1}
        after = {"a": {"b": [2], "c": None}, "e": 1}
        assert changed_values(before, after) == [
            {"path": "a.b", "before": [1], "after": [2]},
            {"path": "d", "before": 1, "after": None},
            {"path": "e", "before": None, "after": 1},
        ]

    def test_a_part_of_a_standard_left_out_is_the_part_as_it_is_read(self) -> None:
        whole = {**NO_TEST, "barred_areas": [], "barred_grades": [], "also_safeguarding": False, "also_category": False}
        assert changed_values({"weak": NO_TEST}, {"weak": whole}) == []
        assert [
            each["path"] for each in changed_values({"weak": NO_TEST}, {"weak": {**whole, "also_category": True}})
        ] == ["weak.also_category"]

    def test_of_rules(self) -> None:
        before = [{"id": "a", "step": "1"}, {"id": "b", "step": "2"}, {"id": "c", "step": "3"}]
        after = [{"id": "c", "step": "3"}, {"id": "d", "step": "1"}, {"id": "a", "step": "4"}]
        assert [(each["id"], each["change"], each["differs"]) for each in changed_rules(before, after)] == [
            ("d", "added", []),
            ("a", "changed", ["step"]),
            ("b", "removed", []),
        ]
        assert changed_order(before, after) == {"before": ["a", "c"], "after": ["c", "a"]}
        assert changed_order(before, before[1:]) is None
