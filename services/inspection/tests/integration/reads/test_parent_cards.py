"""The report card for parents over HTTP."""

import json
import re
from datetime import date
from typing import Any

import httpx
import pytest
from services.inspection.tests.integration.reads.rows import Register

from inspection.report_cards.parent_schemas import ParentReportCard
from inspection.wording import listed
from shared.clock import today
from shared.testing.tokens import bearer

PARENT = {"audience": "parent"}
EIF_2024 = {"framework": "eif-2024", "starts_on": date(2025, 3, 4), "overall": None, "overall_reason": "not_judged"}
NEVER_SAID = ("stuck", "watch", "must academise", "academis", "tier", "immediate_action", "needs_attention", "SWK")


async def parent_card(client: httpx.AsyncClient, urn: int = 100001) -> dict[str, Any]:
    answer = await client.get(f"/v1/schools/{urn}/report-card", params=PARENT)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    ParentReportCard.model_validate(document, extra="forbid")
    return document


class TestAccess:
    async def test_an_unknown_school_is_404_and_a_token_that_does_not_hold_401(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        path = "/v1/schools/100001/report-card"

        assert (await anonymous.get("/v1/schools/100009/report-card", params=PARENT)).status_code == 404
        assert (await anonymous.get(path, params=PARENT, headers=bearer(scope="", exp=1))).status_code == 401
        answer = await anonymous.get(path, params=PARENT)
        assert (answer.status_code, answer.headers["vary"]) == (200, "Accept")
        assert "public" in answer.headers["cache-control"]

    async def test_an_audience_that_does_not_exist_is_422(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)

        answer = await anonymous.get("/v1/schools/100001/report-card", params={"audience": "pupil"})

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "audience"


class TestReportCard:
    async def test_each_area_is_told_in_words_with_what_its_grade_means(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001, report_url="https://reports.example/100001")
        register.card(
            100001,
            grades={"inclusion": "needs_attention", "early_years": "not_applicable"},
            judged_on={"inclusion": "2026-04-01"},
        )

        card = await parent_card(anonymous)

        inclusion = card["areas"][0]
        assert (inclusion["label"], inclusion["grade"], inclusion["judged_on"]) == (
            "Inclusion",
            "Needs attention",
            "2026-04-01",
        )
        assert "work to do" in inclusion["meaning"]
        assert inclusion["position"] == {"place": 4, "of": 5}
        early_years = next(area for area in card["areas"] if area["label"] == "Early years")
        assert early_years["grade_text"] == "Not applicable"
        assert early_years["position"] is None
        assert card["inspection"]["overall"] is None
        assert "no overall grade" in card["inspection"]["overall_text"]
        assert card["report_url"] == "https://reports.example/100001"
        assert not [word for word in NEVER_SAID if word in json.dumps(card)]

    async def test_a_narrative_is_never_made_up(self, anonymous: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)
        register.card(100001)

        card = await parent_card(anonymous)

        assert (card["summary"], card["summary_reason"]) == (None, "not_in_source")
        assert card["summary_text"] == "The official record of this inspection has no written summary."
        assert {(area["narrative"], area["narrative_reason"]) for area in card["areas"]} == {(None, "not_in_source")}

    @pytest.mark.parametrize(
        ("report_url", "linked"), [("https://reports.example/1", True), ("javascript:alert(1)", False), (None, False)]
    )
    async def test_the_official_report_is_spoken_of_only_where_it_can_be_opened(
        self, anonymous: httpx.AsyncClient, register: Register, report_url: str | None, *, linked: bool
    ) -> None:
        register.school(100001, report_url=report_url)
        register.card(100001)
        register.school(100002, report_url=report_url)
        register.inspection(100002, overall=None, grades={})

        card = await parent_card(anonymous)

        assert card["report_url"] == (report_url if linked else None)
        assert ("official report" in card["summary_text"]) == linked
        assert "official report" not in json.dumps((await parent_card(anonymous, 100002))["what_happens_next"])

    async def test_words_that_are_published_are_shown(self, anonymous: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)
        register.card(100001, summary="Pupils are <kind>.", narratives={"inclusion": "All belong."})

        card = await parent_card(anonymous)
        page = (await anonymous.get("/schools/100001", headers={"Accept": "text/html"})).text

        assert (card["summary"], card["summary_reason"], card["summary_text"]) == ("Pupils are <kind>.", None, None)
        assert card["areas"][0]["narrative"] == "All belong."
        assert "Pupils are &lt;kind&gt;." in page
        assert "All belong." in page

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"category_of_concern": "SM"}, "come back to check"),
            ({"category_of_concern": "RSI", "relates_to_current_urn": False}, "present form"),
            ({"safeguarding": "not_met"}, "keeps children safe"),
            ({"grades": {"achievement": "urgent_improvement"}}, "lowest grade"),
            ({"grades": {"achievement": "needs_attention"}}, "look at them again"),
            ({}, "None of these judgements"),
        ],
    )
    async def test_what_happens_next_follows_the_findings(
        self, anonymous: httpx.AsyncClient, register: Register, changes: dict[str, Any], said: str
    ) -> None:
        register.school(100001)
        register.card(100001, **changes)

        card = await parent_card(anonymous)

        assert said in " ".join(card["what_happens_next"]["sentences"])

    async def test_the_easy_read_form_says_a_category_of_concern_before_all_else(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        register.card(100001, category_of_concern="SM")
        register.school(100002)
        register.card(100002)

        first = (await parent_card(anonymous))["easy_read"][0]

        assert first["sentences"][0] == "Inspectors said that this school is in special measures."
        assert (await parent_card(anonymous, 100002))["easy_read"][0]["heading"] == "The visit"


class TestOlderFrameworks:
    @pytest.mark.parametrize(
        ("school", "applying"),
        [
            ({"low_age": 3, "high_age": 11, "sixth_form": None}, ["Early years provision"]),
            ({"low_age": 11, "high_age": 16, "sixth_form": False}, []),
            ({"low_age": 11, "high_age": 18, "sixth_form": False}, []),
            ({"low_age": 11, "high_age": 18, "sixth_form": True}, ["Sixth form provision"]),
            ({}, ["Early years provision", "Sixth form provision"]),
        ],
    )
    async def test_areas_not_judged_are_named_in_one_sentence_but_for_those_the_ages_rule_out(
        self, anonymous: httpx.AsyncClient, register: Register, school: dict[str, Any], applying: list[str]
    ) -> None:
        grades = {"leadership_and_management": 2, "personal_development": 9, "early_years": 9, "sixth_form": 9}
        register.school(100001, **school)
        register.inspection(100001, framework="pre-eif", starts_on=date(2016, 3, 1), grades=grades)

        card = await parent_card(anonymous)
        page = (await anonymous.get("/schools/100001", headers={"Accept": "text/html"})).text

        named = listed(["Personal development", *applying])
        assert card["areas_not_judged"] == f"Not judged at this inspection: {named}."
        assert card["areas_not_judged"] in page
        assert re.findall(r"app-area__name\">([^<]+)", page) == ["Leadership and management"]
        assert "gave each of these areas a grade" in page

    async def test_an_overall_grade_is_told_in_words(self, anonymous: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)
        register.inspection(100001, overall=3, grades={"quality_of_education": 3, "early_years": 8})

        card = await parent_card(anonymous)

        assert card["inspection"]["overall"] == "Requires improvement"
        assert card["areas"][0]["position"] == {"place": 3, "of": 4}
        assert card["areas"][1]["grade"] is None
        assert card["areas"][1]["grade_reason"] == "does_not_apply"
        assert card["areas"][1]["grade_text"] == "Does not apply"

    async def test_eif_2024_has_no_overall_grade_and_says_between_which_days(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        register.inspection(100001, **EIF_2024)

        card = await parent_card(anonymous)

        assert card["inspection"]["overall"] is None
        assert card["inspection"]["overall_text"].startswith("Not judged")
        assert "2 September 2024 to 9 November 2025" in card["inspection"]["overall_text"]
        assert "For the whole school they said" not in json.dumps(card["easy_read"])


class TestNeverInspected:
    async def test_it_says_so(self, anonymous: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)

        card = await parent_card(anonymous)

        assert (card["inspection"], card["reason"], card["summary_reason"]) == (None, "not_inspected", "not_inspected")
        assert card["areas"] == card["history"] == []
        assert "Inspectors have not graded this school yet." in card["easy_read"][0]["sentences"]

    async def test_a_closed_school_is_not_promised_an_inspection(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001, status="closed")

        card = await parent_card(anonymous)

        assert card["status_text"] == "This school is closed."
        assert card["what_happens_next"]["sentences"] == ["The school is closed, so no more inspections will follow."]


class TestHistory:
    async def test_both_predecessors_are_shown_and_each_inspection_says_whose_it_was(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001, name="New School")
        register.school(100002, name="Infants", status="closed")
        register.school(100003, name="Juniors", status="closed")
        register.link(100002, 100001)
        register.link(100003, 100001)
        register.inspection(100002, number="1", starts_on=date(2018, 1, 1), framework="pre-eif")
        register.inspection(100003, number="2", starts_on=date(2019, 1, 1), framework="pre-eif", overall=4)
        register.card(100001)

        card = await parent_card(anonymous)

        assert [school["urn"] for school in card["predecessors"]["schools"]] == [100002, 100003]
        assert "2 schools: Infants and Juniors" in card["predecessors"]["text"]
        assert [past["result"] for past in card["history"]] == ["Graded by area", "Inadequate", "Good"]
        assert [past["former_school"] for past in card["history"]] == [
            None,
            {"urn": 100003, "name": "Juniors"},
            {"urn": 100002, "name": "Infants"},
        ]

    @pytest.mark.parametrize(("years", "said"), [(4, False), (5, True), (12, True)])
    async def test_grades_of_many_years_ago_are_said_to_be_so(
        self, anonymous: httpx.AsyncClient, register: Register, years: int, said: bool
    ) -> None:
        register.school(100001)
        register.inspection(100001, starts_on=date(today().year - years, 1, 1), framework="pre-eif")

        card = await parent_card(anonymous)
        page = (await anonymous.get("/schools/100001")).text
        easy = (await anonymous.get("/schools/100001/easy-read")).text

        assert card["inspection"]["years_ago"] == years
        assert (f"from an inspection {years} years ago" in page) is said
        assert (f"That was {years} years ago" in easy) is said

    async def test_grades_of_a_former_school_are_said_to_be_so(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        register.inspection(100001, urn_at_inspection=100002, relates_to_current_urn=False)

        held = (await parent_card(anonymous))["inspection"]

        assert held["former_school"] == {"urn": 100002, "name": None}
        assert "former URN 100002" in held["former_text"]

    async def test_inspections_before_and_after_joining_the_trust_are_told_apart(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.trust("5143", name="Hill Trust")
        register.school(100001, trust="5143")
        register.membership(100001, "5143", date(2022, 9, 1))
        register.inspection(100001, number="1", starts_on=date(2022, 8, 31))
        register.inspection(100001, number="2", starts_on=date(2022, 9, 1))

        card = await parent_card(anonymous)

        assert [past["before_joining"] for past in card["history"]] == [False, True]
        assert card["history"][1]["notes"] == ["Before the school joined Hill Trust"]
        assert card["joined_trust"]["joined_on"] == "2022-09-01"

    async def test_the_outcome_of_an_ungraded_inspection_is_in_words(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        register.ungraded(100001, outcome_code="remains_good_concerns")

        card = await parent_card(anonymous)

        assert card["inspection"] is None
        assert card["history"][0]["result"].startswith("The school stayed good, but")
        assert "S5" not in json.dumps(card)


class TestMonitoring:
    async def test_the_areas_that_were_judged_again_are_named(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        register.card(100001)
        for day, grades in ((1, {"early_years": "expected_standard", "post_16": "needs_attention"}), (2, {})):
            monitoring = {"framework": "monitoring", "kind": "monitoring", "outcome_code": None, "safeguarding": None}
            register.ungraded(100001, number=f"m{day}", starts_on=date(2026, 4, day), grades=grades, **monitoring)

        card = await parent_card(anonymous)

        assert [(past["kind"], past["result"]) for past in card["history"][:2]] == [
            ("Monitoring inspection", "The school was looked at again. No grade was changed"),
            (
                "Monitoring inspection",
                "Judged again: Post-16 provision (Needs attention) and Early years (Expected standard)",
            ),
        ]


class TestDashboard:
    async def test_it_is_the_dashboard_of_the_school(self, anonymous: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)
        register.figure(100001, "absence_percent", "2023-24", 5.1)
        register.figure(100001, "ks2_rwm_expected_percent", "2022-23", 50, cohort=4)

        card = await parent_card(anonymous)

        assert card["dashboard"] == (await anonymous.get("/v1/schools/100001/dashboard")).json()
        figures = {measure["code"]: measure["series"][0]["school"] for measure in card["dashboard"]["measures"]}
        assert figures["absence_percent"]["value"] == 5.1
        assert (figures["ks2_rwm_expected_percent"]["value"], figures["ks2_rwm_expected_percent"]["status"]) == (
            None,
            "suppressed",
        )

    async def test_without_figures_it_says_so(self, anonymous: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)

        assert (await parent_card(anonymous))["dashboard"]["reason"] == "no_data"
        page = (await anonymous.get("/schools/100001", headers={"Accept": "text/html"})).text
        assert "There are no official figures on this school" in page


class TestEasyRead:
    async def test_sentences_are_short(self, anonymous: httpx.AsyncClient, register: Register) -> None:
        register.school(100001, name="Elm School")
        register.card(100001, category_of_concern="SM", safeguarding="not_met")

        sections = (await parent_card(anonymous))["easy_read"]

        lines = [line for section in sections for line in section["sentences"]]
        assert "This page is about Elm School." in lines
        assert "Inclusion: Expected standard." in lines
        assert max(len(line.split()) for line in lines) <= 12
