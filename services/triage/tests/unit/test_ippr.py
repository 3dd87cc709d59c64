"""The three tiers, rule by rule."""

from dataclasses import replace
from datetime import date

import pytest
from services.triage.tests.factories import (
    TODAY,
    card,
    inspection,
    judge,
    judge_with,
    school,
    ungraded_overall,
    visit,
)

from triage.domain.facts import CompletedSupport, Inspection, ProgressReview, SchoolFacts
from triage.domain.tiering import Verdict

ENHANCED, IMMEDIATE, SCHOOL_LED, OPEN = "enhanced_support", "immediate_action", "school_led_development", "undetermined"


def decide(facts: SchoolFacts, as_of: date = TODAY, **parameters: str) -> Verdict:
    rules = judge_with("ippr-2023", 1, **parameters) if parameters else judge()
    return rules.decide(rules.case(facts, as_of))


SINGLE = [
    ("special measures", inspection(overall=4, category="SM"), IMMEDIATE, "special_measures_current_urn"),
    (
        "special measures of a former URN",
        inspection(overall=4, category="SM", relates_to_current_urn=False),
        ENHANCED,
        "category_of_concern",
    ),
    ("serious weaknesses", inspection(overall=4, category="SWK"), ENHANCED, "category_of_concern"),
    ("notice to improve", inspection(overall=2, category="NTI"), ENHANCED, "category_of_concern"),
    ("significant improvement", card(category="RSI"), ENHANCED, "category_of_concern"),
    ("safeguarding not effective", inspection(overall=2, safeguarding="not_effective"), ENHANCED, "safeguarding"),
    ("safeguarding not met", card(safeguarding="not_met"), ENHANCED, "safeguarding"),
    ("overall 1", inspection(overall=1), SCHOOL_LED, "enough_known"),
    ("overall 2", inspection(overall=2), SCHOOL_LED, "enough_known"),
    ("overall 3", inspection(overall=3), ENHANCED, "overall_grade"),
    ("overall 4", inspection(overall=4), ENHANCED, "overall_grade"),
    ("an area of 4 under overall 2", inspection(areas={"early_years": 4}), SCHOOL_LED, "enough_known"),
    (
        "quality of education 3",
        ungraded_overall(areas={"quality_of_education": 3}),
        ENHANCED,
        "areas_without_overall",
    ),
    ("leadership 3", ungraded_overall(areas={"leadership_and_management": 3}), ENHANCED, "areas_without_overall"),
    ("behaviour 3", ungraded_overall(areas={"behaviour_and_attitudes": 3}), SCHOOL_LED, "enough_known"),
    ("behaviour 4", ungraded_overall(areas={"behaviour_and_attitudes": 4}), ENHANCED, "areas_without_overall"),
    ("early years 4", ungraded_overall(areas={"early_years": 4}), ENHANCED, "areas_without_overall"),
    ("sixth form 4", ungraded_overall(areas={"sixth_form": 4}), ENHANCED, "areas_without_overall"),
    ("sixth form 3", ungraded_overall(areas={"sixth_form": 3}), SCHOOL_LED, "enough_known"),
    ("quality not judged", ungraded_overall(areas={"quality_of_education": None}), OPEN, "not_enough_known"),
    ("leadership not judged", ungraded_overall(areas={"leadership_and_management": None}), OPEN, "not_enough_known"),
    ("a reason code is no grade", ungraded_overall(areas={"quality_of_education": 9}), OPEN, "not_enough_known"),
    (
        "weak in what is known, quality not judged",
        ungraded_overall(areas={"quality_of_education": None, "leadership_and_management": 3}),
        ENHANCED,
        "areas_without_overall",
    ),
    ("a card as expected", card(), SCHOOL_LED, "enough_known"),
    ("urgent inclusion", card(areas={"inclusion": "urgent_improvement"}), ENHANCED, "report_card"),
    ("urgent post-16", card(areas={"post_16": "urgent_improvement"}), ENHANCED, "report_card"),
    ("achievement", card(areas={"achievement": "needs_attention"}), ENHANCED, "report_card"),
    ("curriculum", card(areas={"curriculum_and_teaching": "needs_attention"}), ENHANCED, "report_card"),
    ("leadership", card(areas={"leadership_and_governance": "needs_attention"}), ENHANCED, "report_card"),
    ("inclusion needs attention", card(areas={"inclusion": "needs_attention"}), SCHOOL_LED, "enough_known"),
    ("early years needs attention", card(areas={"early_years": "needs_attention"}), SCHOOL_LED, "enough_known"),
    ("an area of the card not graded", card(areas={"inclusion": None}), OPEN, "not_enough_known"),
    ("an area not applicable", card(areas={"inclusion": "not_applicable"}), OPEN, "not_enough_known"),
    ("a grade nobody knows", card(areas={"inclusion": "splendid"}), OPEN, "not_enough_known"),
]


class TestOneInspection:
    @pytest.mark.parametrize(
        ("evidence", "result", "rule"), [row[1:] for row in SINGLE], ids=[row[0] for row in SINGLE]
    )
    def test_the_rule_that_decides(self, evidence: Inspection, result: str, rule: str) -> None:
        verdict = decide(school(evidence))
        assert (verdict.result, verdict.decisive) == (result, rule)

    def test_every_ground_is_tried_and_the_first_decides(self) -> None:
        verdict = decide(school(inspection(overall=4, category="SM", safeguarding="not_effective")))
        assert verdict.fired == ("special_measures_current_urn", "safeguarding", "overall_grade")
        assert verdict.decisive == "special_measures_current_urn"


class TestNoGradedInspection:
    def test_nothing_at_all(self) -> None:
        verdict = decide(school())
        assert (verdict.result, verdict.decisive) == (OPEN, "no_graded_inspection")

    def test_an_ungraded_one_is_not_enough(self) -> None:
        assert decide(school(visit("2024-02-01", "School remains Good"))).result == OPEN

    def test_no_other_rule_is_tried(self) -> None:
        tried = [rule.row.id for rule, _ in decide(school()).tried]
        assert tried == ["no_graded_inspection"]


class TestVisibility:
    def test_an_inspection_counts_from_its_publication(self) -> None:
        facts = school(inspection("2026-01-10", overall=3, published_on=date(2026, 3, 1)))
        assert decide(facts, date(2026, 2, 28)).result == OPEN
        assert decide(facts, date(2026, 3, 1)).result == ENHANCED

    def test_or_from_its_start_where_publication_is_unknown(self) -> None:
        facts = school(inspection("2026-01-10", overall=3))
        assert decide(facts, date(2026, 1, 9)).result == OPEN
        assert decide(facts, date(2026, 1, 10)).result == ENHANCED

    def test_the_latest_is_the_last_to_start_not_to_be_published(self) -> None:
        slow = inspection("2024-01-10", overall=3, published_on=date(2024, 9, 1))
        later = inspection("2024-05-10", overall=2, published_on=date(2024, 6, 1))
        assert decide(school(slow, later)).result == SCHOOL_LED

    def test_an_old_category_is_passed_with_a_newer_inspection(self) -> None:
        facts = school(inspection("2019-11-01", overall=4, category="SM"), inspection("2023-01-10"))
        assert decide(facts).result == SCHOOL_LED


SUPPORT = (CompletedSupport("e1", date(2022, 7, 1)),)
BEFORE, AFTER = inspection("2021-05-01", overall=3), inspection("2023-05-01", overall=3)


class TestSupportThatDidNotHelp:
    def test_the_same_finding_again_after_support(self) -> None:
        verdict = decide(school(BEFORE, AFTER, completed_support=SUPPORT))
        assert (verdict.result, verdict.decisive) == (IMMEDIATE, "no_progress_after_support")

    @pytest.mark.parametrize(
        "facts",
        [
            school(BEFORE, completed_support=SUPPORT),
            school(BEFORE, inspection("2023-05-01", overall=2), completed_support=SUPPORT),
            school(inspection("2021-05-01", overall=2), AFTER, completed_support=SUPPORT),
            school(AFTER, completed_support=SUPPORT),
            school(BEFORE, AFTER, completed_support=(CompletedSupport("e1", date(2023, 5, 1)),)),
        ],
        ids=["nothing later", "better later", "good before", "nothing known before", "not completed before it began"],
    )
    def test_support_alone_is_no_ground(self, facts: SchoolFacts) -> None:
        assert decide(facts).result == decide(replace(facts, completed_support=())).result


def review(conclusion: str, on: date = date(2024, 1, 10)) -> tuple[ProgressReview, ...]:
    return (ProgressReview("r1", on, conclusion),)


class TestProgressReview:
    @pytest.mark.parametrize("conclusion", ["insufficient_progress", "governance_cannot_deliver"])
    def test_leads_to_immediate_action_without_a_new_inspection(self, conclusion: str) -> None:
        verdict = decide(school(AFTER, progress_reviews=review(conclusion)))
        assert (verdict.result, verdict.decisive) == (IMMEDIATE, "progress_review")

    def test_another_conclusion_does_not(self) -> None:
        assert decide(school(AFTER, progress_reviews=review("on_track"))).result == ENHANCED

    def test_until_a_later_graded_inspection(self) -> None:
        later = inspection("2024-02-01", overall=3)
        assert decide(school(AFTER, later, progress_reviews=review("insufficient_progress"))).result == ENHANCED

    def test_until_a_later_decision(self) -> None:
        facts = school(AFTER, progress_reviews=review("insufficient_progress"), decided_on=(date(2024, 2, 1),))
        assert decide(facts).result == ENHANCED

    def test_an_earlier_decision_does_not_answer_it(self) -> None:
        facts = school(AFTER, progress_reviews=review("insufficient_progress"), decided_on=(date(2023, 12, 1),))
        assert decide(facts).result == IMMEDIATE

    def test_not_before_it_concluded(self) -> None:
        facts = school(AFTER, progress_reviews=review("insufficient_progress"))
        assert decide(facts, date(2024, 1, 9)).result == ENHANCED


FORMER = inspection("2023-05-01", overall=3, relates_to_current_urn=False)


class TestFormerUrn:
    def test_counts_is_flagged_and_is_said_first(self) -> None:
        proposal = judge().propose(school(FORMER), TODAY)
        assert (proposal.result, proposal.flags) == (ENHANCED, ("predecessor_evidence",))
        assert proposal.reasons[0]["rule"] == "predecessor_evidence"
        assert "former URN" in proposal.reasons[0]["text"]

    def test_use_counts_it_without_a_flag(self) -> None:
        verdict = decide(school(FORMER), predecessor_grades="use")
        assert (verdict.result, verdict.flags) == (ENHANCED, ())

    def test_ignore_leaves_it_out(self) -> None:
        verdict = decide(school(FORMER), predecessor_grades="ignore")
        assert (verdict.result, verdict.flags) == (OPEN, ())


class TestWatch:
    @pytest.mark.parametrize(
        ("outcome", "flagged"),
        [
            ("Some aspects not as strong", True),
            ("School remains Good (Concerns) - S5 Next", True),
            ("School remains Outstanding (Concerns) - S5 Next", True),
            ("school  remains GOOD (concerns)", True),
            ("School remains Good", False),
            ("School remains Good (Improving) - S5 Next", False),
            ("Standards maintained", False),
            ("Improved significantly", False),
        ],
    )
    def test_by_the_outcome_and_never_the_tier(self, outcome: str, flagged: bool) -> None:
        verdict = decide(school(inspection("2023-05-01"), visit("2024-05-01", outcome)))
        assert verdict.flags == (("watch",) if flagged else ())
        assert verdict.result == SCHOOL_LED

    def test_only_if_it_is_later_than_the_latest_graded_one(self) -> None:
        concern = "Some aspects not as strong"
        assert decide(school(inspection("2023-05-01"), visit("2023-04-30", concern))).flags == ()
        assert decide(school(inspection("2023-05-01"), visit("2023-05-01", concern))).flags == ()
        assert decide(school(visit("2023-04-30", concern))).flags == ()


class TestActionAreas:
    @pytest.mark.parametrize(
        ("evidence", "areas"),
        [
            (
                inspection(areas={"behaviour_and_attitudes": 3, "early_years": 4}),
                ("behaviour_and_attitudes", "early_years"),
            ),
            (card(areas={"inclusion": "needs_attention"}, safeguarding="not_met"), ("inclusion", "safeguarding")),
            (inspection(overall=3), ()),
            (card(areas={"achievement": "strong_standard"}), ()),
        ],
    )
    def test_whatever_the_tier(self, evidence: Inspection, areas: tuple[str, ...]) -> None:
        assert judge().propose(school(evidence), TODAY).action_areas == areas

    def test_of_the_latest_graded_inspection_only(self) -> None:
        facts = school(inspection("2019-01-10", areas={"early_years": 4}), inspection("2023-01-10"))
        assert judge().propose(facts, TODAY).action_areas == ()
