"""The routes of both versions, and what counts as stuck."""

from datetime import date
from typing import Any

import pytest
from services.triage.tests.factories import TODAY, card, inspection, judge, judge_with, school, ungraded_overall

from triage.domain.errors import NoVersionInForce
from triage.domain.facts import Attainment, Inspection
from triage.domain.tiering import Verdict, in_force
from triage.policies.documents import packaged_policies


def decide(*evidence: Inspection, version: int = 2) -> Verdict:
    rules = judge("rise-2025", version)
    return rules.decide(rules.case(school(*evidence), TODAY))


FORMER: dict[str, Any] = {"relates_to_current_urn": False}
POOR_BEFORE = inspection("2018-05-01", framework="pre-eif", overall=3)
LEADERSHIP = {"leadership_and_governance": "needs_attention"}

ROUTES = [
    ("special measures", inspection(overall=4, category="SM"), "structural", "structural"),
    ("special measures, former URN", inspection(overall=4, category="SM", **FORMER), "targeted", "targeted"),
    ("serious weaknesses", inspection(overall=4, category="SWK"), "structural", "targeted"),
    ("serious weaknesses, structure changed", inspection(overall=4, category="SWK", **FORMER), "targeted", "targeted"),
    ("significant improvement", card(category="RSI"), "structural", "targeted"),
    ("overall 4 without a category", inspection(overall=4), "targeted", "targeted"),
    ("overall 3 once", inspection(overall=3), "universal", "universal"),
    ("overall 2", inspection(overall=2), "universal", "universal"),
    ("nothing judged", ungraded_overall(grades={}), "universal", "universal"),
]


class TestRoutes:
    @pytest.mark.parametrize(
        ("evidence", "first", "second"), [row[1:] for row in ROUTES], ids=[row[0] for row in ROUTES]
    )
    def test_by_version(self, evidence: Inspection, first: str, second: str) -> None:
        assert decide(evidence, version=1).result == first
        assert decide(evidence, version=2).result == second

    def test_nothing_graded(self) -> None:
        assert decide().result == "undetermined"

    def test_the_first_that_holds_ends_it(self) -> None:
        verdict = decide(inspection(overall=4, category="SM", safeguarding="not_effective"))
        assert verdict.fired == ("special_measures_current_urn",)
        assert [rule.row.id for rule, _ in verdict.tried][-1] == "special_measures_current_urn"


class TestCategoryMissing:
    @pytest.mark.parametrize(
        "evidence",
        [
            inspection(overall=4),
            ungraded_overall(areas={"sixth_form": 4}),
            card(areas={"inclusion": "urgent_improvement"}),
            card(safeguarding="not_met"),
            inspection(overall=2, safeguarding="not_effective"),
        ],
    )
    def test_targeted_with_a_warning(self, evidence: Inspection) -> None:
        verdict = decide(evidence)
        assert (verdict.result, verdict.warnings) == ("targeted", ("category_missing",))

    @pytest.mark.parametrize(
        "evidence",
        [
            inspection(overall=3, areas={"early_years": 4}),
            card(areas=LEADERSHIP),
            inspection(overall=4, category="SWK"),
        ],
    )
    def test_not_otherwise(self, evidence: Inspection) -> None:
        assert decide(evidence).warnings == ()


STUCK_NOW = [
    ("overall 3", inspection(overall=3), True),
    ("overall 2", inspection(overall=2), False),
    ("overall 4", inspection(overall=4), False),
    ("overall 3 in a category", inspection(overall=3, category="SWK"), False),
    ("quality 3", ungraded_overall(areas={"quality_of_education": 3}), True),
    ("leadership 3", ungraded_overall(areas={"leadership_and_management": 3}), True),
    ("behaviour 3 only", ungraded_overall(areas={"behaviour_and_attitudes": 3}), False),
    (
        "quality 3 with personal development 4",
        ungraded_overall(areas={"quality_of_education": 3, "personal_development": 4}),
        False,
    ),
    ("quality 3 with early years 4", ungraded_overall(areas={"quality_of_education": 3, "early_years": 4}), True),
    ("leadership needs attention", card(areas=LEADERSHIP), True),
    ("achievement needs attention", card(areas={"achievement": "needs_attention"}), False),
]
STUCK_BEFORE = [
    ("overall 3", POOR_BEFORE, True),
    ("overall 4 in a category", inspection("2018-05-01", overall=4, category="SM"), True),
    ("overall 2", inspection("2018-05-01", overall=2), False),
    ("overall 2 with safeguarding", inspection("2018-05-01", overall=2, safeguarding="not_effective"), False),
    ("leadership 3", ungraded_overall("2018-05-01", areas={"leadership_and_management": 3}), True),
    ("an area of 4", ungraded_overall("2018-05-01", areas={"early_years": 4}), True),
    ("behaviour 3", ungraded_overall("2018-05-01", areas={"behaviour_and_attitudes": 3}), False),
    ("safeguarding", ungraded_overall("2018-05-01", safeguarding="not_effective"), True),
    ("category", ungraded_overall("2018-05-01", category="NTI"), True),
    ("card: leadership", card("2025-12-01", areas=LEADERSHIP), True),
    ("card: urgent", card("2025-12-01", areas={"inclusion": "urgent_improvement"}), True),
    ("card: safeguarding", card("2025-12-01", safeguarding="not_met"), True),
    ("card: category", card("2025-12-01", category="RSI"), True),
    ("card: achievement", card("2025-12-01", areas={"achievement": "needs_attention"}), False),
    ("former URN", inspection("2018-05-01", overall=3, **FORMER), True),
]


class TestStuck:
    @pytest.mark.parametrize(("latest", "stuck"), [row[1:] for row in STUCK_NOW], ids=[row[0] for row in STUCK_NOW])
    def test_now(self, latest: Inspection, stuck: bool) -> None:
        assert ("stuck" in decide(latest, POOR_BEFORE).flags) is stuck

    @pytest.mark.parametrize(
        ("previous", "stuck"), [row[1:] for row in STUCK_BEFORE], ids=[row[0] for row in STUCK_BEFORE]
    )
    def test_before(self, previous: Inspection, stuck: bool) -> None:
        assert ("stuck" in decide(card("2026-03-01", areas=LEADERSHIP), previous).flags) is stuck

    def test_needs_two_graded_inspections(self) -> None:
        assert decide(inspection(overall=3)).flags == ()

    def test_looks_at_the_one_before_only(self) -> None:
        good = inspection("2021-01-10", overall=2)
        assert decide(inspection(overall=3), good, POOR_BEFORE).flags == ()

    def test_leads_to_targeted_support(self) -> None:
        verdict = decide(inspection(overall=3), POOR_BEFORE)
        assert (verdict.result, verdict.decisive) == ("targeted", "stuck_current_urn")

    def test_but_not_under_a_former_urn(self) -> None:
        verdict = decide(inspection(overall=3, **FORMER), POOR_BEFORE)
        assert (verdict.result, verdict.flags) == ("universal", ("predecessor_evidence", "stuck"))


class TestLowAttainment:
    @staticmethod
    def route(attainment: Attainment | None, *, enabled: bool = True) -> str:
        rules = judge_with("rise-2025", 2, low_attainment={"enabled": enabled, "below": 30.0})
        return rules.decide(rules.case(school(inspection(), attainment=attainment), TODAY)).result

    @pytest.mark.parametrize(
        ("attainment", "route"),
        [
            (Attainment("value", 29.9), "targeted"),
            (Attainment("value", 30.0), "universal"),
            (Attainment("suppressed"), "undetermined"),
            (Attainment("missing"), "undetermined"),
            (None, "undetermined"),
        ],
    )
    def test_unknown_is_never_not_low(self, attainment: Attainment | None, route: str) -> None:
        assert self.route(attainment) == route

    def test_is_switched_off(self) -> None:
        assert self.route(Attainment("value", 1.0), enabled=False) == "universal"


class TestVersionByDate:
    @pytest.mark.parametrize(
        ("on", "version"),
        [(date(2026, 8, 31), 1), (date(2026, 9, 1), 2), (date(2025, 1, 1), 1), (date(2030, 1, 1), 2)],
    )
    def test_rise(self, on: date, version: int) -> None:
        assert in_force(packaged_policies(), "rise-2025", on).version == version

    def test_none_before_the_first(self) -> None:
        with pytest.raises(NoVersionInForce):
            in_force(packaged_policies(), "rise-2025", date(2024, 12, 31))
