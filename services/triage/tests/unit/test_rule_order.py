"""Rules that never count, or stand in another's way: and what the catalogue says of them is true of every school."""

import copy
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from services.triage.tests.factories import TODAY
from services.triage.tests.unit.test_properties import schools

from triage.domain.conditions import CONDITIONS
from triage.domain.evidence import build_case
from triage.domain.facts import Attainment, SchoolFacts
from triage.domain.policy import read_policy
from triage.domain.rule_order import Relations, misplaced
from triage.policies.catalogue import catalogue, known_rules
from triage.policies.documents import packaged

RELATIONS = Relations(*(catalogue()[name] for name in ("covers", "closing", "apart")))
IPPR, RISE_1, RISE_2 = packaged()
Rows = list[dict[str, Any]]


def found(document: dict[str, Any], rows: Rows) -> list[tuple[str, str, tuple[str, ...]]]:
    policy = read_policy({**document, "rules": rows})
    return [(each.rule, each.code, each.by) for each in misplaced(policy, RELATIONS)]


def moved(document: dict[str, Any], rule: str, before: str, **changed: Any) -> Rows:
    """The rules of a version with one put before another, and changed."""
    rows = copy.deepcopy([row for row in document["rules"] if row["id"] != rule])
    own = next(row for row in document["rules"] if row["id"] == rule)
    rows.insert(next(place for place, row in enumerate(rows) if row["id"] == before), {**own, **changed})
    return rows


class TestAnOrder:
    @pytest.mark.parametrize("document", packaged(), ids=lambda each: f"{each['scheme']} {each['version']}")
    def test_of_the_package_makes_sense(self, document: dict[str, Any]) -> None:
        assert found(document, document["rules"]) == []

    def test_with_a_rule_after_the_one_that_always_holds(self) -> None:
        rows = moved(RISE_2, "nothing_else", "low_attainment")
        shadowed = [("low_attainment", "never_fires", ("nothing_else",))]
        assert found(RISE_2, rows) == [*shadowed, ("low_attainment_unknown", "never_fires", ("nothing_else",))]

    def test_with_the_exception_after_what_it_is_an_exception_from(self) -> None:
        rows = moved(RISE_1, "other_category", "other_category_structure_changed")
        assert found(RISE_1, rows) == [("other_category_structure_changed", "never_fires", ("other_category",))]

    def test_in_which_a_rule_fires_and_counts_for_nothing(self) -> None:
        rows = moved(RISE_1, "other_category", "other_category_structure_changed", stops=False)
        assert found(RISE_1, rows) == [("other_category_structure_changed", "never_decides", ("other_category",))]
        rows = moved(
            RISE_1, "other_category", "other_category_structure_changed", proposes=None, warns="category_missing"
        )
        assert found(RISE_1, [{**row, "stops": row["stops"] and bool(row["proposes"])} for row in rows]) == []

    def test_in_which_several_rules_together_leave_nothing(self) -> None:
        rows = moved(IPPR, "no_progress_after_support", "enough_known")
        assert [(rule, code) for rule, code, _ in found(IPPR, rows)] == [("no_progress_after_support", "never_decides")]
        rows = moved(IPPR, "progress_review", "enough_known")
        assert [(rule, code) for rule, code, _ in found(IPPR, rows)] == [("progress_review", "less_before_more")]

    def test_while_open_is_never_tried_once_something_is_proposed(self) -> None:
        rows = copy.deepcopy(IPPR["rules"])
        rows.append({**IPPR["rules"][5], "while_open": True})
        rows.pop(5)
        closing = ("enough_known", "not_enough_known")
        assert found(IPPR, rows) == [("safeguarding", "never_fires", closing)]

    def test_in_which_the_lesser_result_wins(self) -> None:
        rows = moved(IPPR, "safeguarding", "special_measures_current_urn")
        assert found(IPPR, rows) == [
            (rule, "less_before_more", ("safeguarding",))
            for rule in ("special_measures_current_urn", "no_progress_after_support", "progress_review")
        ]

    def test_of_rules_that_never_meet_does_not_matter(self) -> None:
        assert found(RISE_1, moved(RISE_1, "special_measures_former_urn", "special_measures_current_urn")) == []


attainment = st.none() | st.just(Attainment("suppressed")) | st.builds(Attainment, st.just("value"), st.floats(0, 100))
parameters = st.fixed_dictionaries(
    {},
    optional={
        "special_measures": st.sampled_from([[], ["SM"], ["SM", "SWK"]]),
        "categories": st.sampled_from([[], ["SM"], ["RSI", "SWK", "NTI"], ["SM", "RSI", "SWK", "NTI"]]),
        "low_attainment": st.just({"enabled": True, "below": 50}),
    },
)


class TestTheCatalogue:
    @given(schools, attainment, parameters, st.sampled_from(packaged()))
    @settings(max_examples=500)
    def test_is_true_of_every_school(
        self, facts: SchoolFacts, known: Attainment | None, changed: dict[str, Any], document: dict[str, Any]
    ) -> None:
        values = read_policy({**document, "parameters": {**document["parameters"], **changed}}).parameters
        case = build_case(replace(facts, attainment=known), values, TODAY)
        conditions = [(rule, CONDITIONS[rule]) for rule in known_rules()]
        holding = {rule for rule, each in conditions if each.applies(case, values) and each.holds(case, values)}
        for rule in holding - {"no_graded_inspection"}:
            opened = [] if "no_graded_inspection" in holding else RELATIONS.closing
            for cover in (*RELATIONS.covers.get(rule, ()), *opened):
                assert holding.intersection(cover), (rule, cover)
        for pair in combinations(sorted(holding), 2):
            assert RELATIONS.can_meet(*pair), pair

    def test_names_rules_that_there_are(self) -> None:
        named = {rule for each in (*RELATIONS.closing, *RELATIONS.apart) for rule in each}
        named |= {rule for covers in RELATIONS.covers.values() for each in covers for rule in each}
        assert named | set(RELATIONS.covers) <= set(known_rules())
