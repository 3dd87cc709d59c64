"""The technical report card over HTTP."""

import random
from datetime import date

import httpx
import orjson
import psycopg
import pytest
from services.inspection.tests.integration.reads.rows import Register

from inspection.ready import ReadyAnswers
from inspection.reference.service import codes
from inspection.report_cards.repository import latest_card, latest_card_state
from inspection.report_cards.schemas import TechnicalReportCard
from inspection.report_cards.service import card_document
from shared.db.session import Database, driver_url
from shared.etags import etag_of
from shared.responses import dumps
from shared.testing.plugin import DatabaseUrls
from shared.testing.tokens import bearer


class TestAccess:
    async def test_it_is_public_and_says_so(self, anonymous: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)

        answer = await anonymous.get("/v1/schools/100001/report-card")

        assert answer.status_code == 200
        assert "public" in answer.headers["cache-control"]

    async def test_a_token_that_does_not_hold_is_401_all_the_same(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        expired = bearer(scope="", exp=1)

        assert (await anonymous.get("/v1/schools/100001/report-card", headers=expired)).status_code == 401


class TestCard:
    async def test_it_shows_grades_in_force_and_what_needs_action(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.trust("5143", name="United Learning Trust")
        register.school(100001, trust="5143", report_url="https://reports.example/100001")
        register.card(
            100001,
            grades={"inclusion": "needs_attention", "achievement": "urgent_improvement"},
            judged_on={"achievement": "2026-04-01", "safeguarding": "2026-04-02"},
            safeguarding="not_met",
            category_of_concern="RSI",
            warnings=["category_mismatch"],
        )

        document = (await anonymous.get("/v1/schools/100001/report-card", params={"audience": "technical"})).json()

        card = TechnicalReportCard.model_validate(document, extra="forbid")
        assert set(document) == set(TechnicalReportCard.model_fields)
        assert card.has_report_card
        assert card.inspection is not None
        assert card.inspection.framework_label == "Report card"
        assert card.action_needed == ["safeguarding", "inclusion", "achievement"]
        assert document["category_of_concern"] == {"code": "RSI", "label": "Requires significant improvement"}
        assert document["safeguarding"] == {
            "judgement": "not_met",
            "label": "Standards not met",
            "reason": None,
            "judged_on": "2026-04-02",
            "action_needed": True,
        }
        assert document["areas"][0] == {
            "area": "inclusion",
            "label": "Inclusion",
            "grade": "needs_attention",
            "grade_label": "Needs attention",
            "grade_reason": None,
            "judged_on": "2026-01-06",
            "action_needed": True,
            "narrative": None,
            "narrative_reason": "not_in_source",
        }
        assert document["areas"][2]["judged_on"] == "2026-04-01"
        assert document["warnings"][0]["code"] == "category_mismatch"
        assert document["report_url"] == "https://reports.example/100001"

    async def test_the_latest_graded_inspection_in_evidence_is_shown(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        register.inspection(100001, number="1", starts_on=date(2020, 1, 1))
        graded = register.inspection(100001, number="2", starts_on=date(2023, 1, 1))
        register.ungraded(100001, number="3", starts_on=date(2025, 1, 1))
        register.inspection(100001, number="4", starts_on=date(2024, 1, 1), evidence=False)

        document = (await anonymous.get("/v1/schools/100001/report-card")).json()

        assert document["inspection"]["id"] == str(graded)

    async def test_an_older_framework_keeps_its_numbers_and_says_there_is_no_card(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        register.inspection(
            100001, overall=3, grades={"quality_of_education": 3, "sixth_form": 9}, safeguarding="effective"
        )

        document = (await anonymous.get("/v1/schools/100001/report-card")).json()

        assert (document["has_report_card"], document["has_report_card_reason"]) == (False, "older_framework")
        assert document["inspection"]["framework"] == "eif-2019"
        assert document["inspection"]["overall_label"] == "Requires improvement"
        assert document["action_needed"] == ["quality_of_education"]
        assert document["areas"][1]["grade"] is None
        assert document["areas"][1]["grade_reason"] == "not_judged"

    async def test_a_school_never_inspected_says_so(self, anonymous: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)

        document = (await anonymous.get("/v1/schools/100001/report-card")).json()

        TechnicalReportCard.model_validate(document, extra="forbid")
        assert (document["inspection"], document["reason"]) == (None, "not_inspected")
        assert document["areas"] == document["action_needed"] == []
        assert document["source"]["name"] == "ofsted-latest-inspections"

    async def test_an_unknown_school_is_404_and_another_audience_422(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)

        assert (await anonymous.get("/v1/schools/100009/report-card")).status_code == 404
        answer = await anonymous.get("/v1/schools/100001/report-card", params={"audience": "pupil"})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "audience"
        assert "technical" in answer.json()["errors"][0]["detail"]

    @pytest.mark.parametrize("headers", [{}, bearer(scope="schools:read")])
    async def test_the_validator_changes_with_the_card(
        self, anonymous: httpx.AsyncClient, register: Register, headers: dict[str, str]
    ) -> None:
        register.school(100001)
        first = await anonymous.get("/v1/schools/100001/report-card", headers=headers)
        known = {**headers, "If-None-Match": first.headers["etag"]}
        same = await anonymous.get("/v1/schools/100001/report-card", headers=known)
        register.card(100001)
        changed = await anonymous.get("/v1/schools/100001/report-card", headers=known)

        assert (same.status_code, changed.status_code) == (304, 200)
        assert same.headers["etag"] == first.headers["etag"] != changed.headers["etag"]

    async def test_the_short_way_and_the_declared_one_answer_alike(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        register.card(100001)
        path = "/v1/schools/100001/report-card"
        plain = await anonymous.get(path)
        declared = await anonymous.get(path, params=[("audience", "technical")] * 2)

        assert declared.content == plain.content
        assert declared.headers["etag"] == plain.headers["etag"]

    @pytest.mark.parametrize("urn", ["abc", "0", "1000000000000", "%31%30%30%30%30%31x", "1e5"])
    async def test_what_is_no_urn_is_422(self, anonymous: httpx.AsyncClient, urn: str) -> None:
        assert (await anonymous.get(f"/v1/schools/{urn}/report-card")).status_code == 422


KEEP_VERSION = (
    "INSERT INTO inspection_versions (inspection_id, version, content, reason, source_id)"
    " SELECT id, version, to_jsonb(i), 'newer_file', source_id FROM inspections i; "
)
CHANGES = (
    "UPDATE schools SET name = name || '!' WHERE urn = 100001",
    "UPDATE schools SET trust_uid = '5144', rb_id = '5144' WHERE urn = 100001",
    "UPDATE school_groups SET name = 'Renamed ' || length(name) WHERE uid = '5144'",
    *(
        f"{KEEP_VERSION} UPDATE inspections SET {change}, version = version + 1"
        for change in (
            'grades = \'{"inclusion": "exceptional"}\'',
            'grades = \'{"inclusion": "urgent_improvement"}\'',
            "warnings = '{category_mismatch}'",
            "published_on = current_date + 1, published_reason = NULL",
            "published_on = current_date, published_reason = NULL",
        )
    ),
    "UPDATE sources SET loaded_at = loaded_at + interval '1 microsecond'",
    "UPDATE sources SET as_at = as_at + 1",
)


class TestKeptReady:
    async def test_after_any_change_the_card_is_the_one_that_would_be_made_afresh(
        self, anonymous: httpx.AsyncClient, register: Register, urls: DatabaseUrls
    ) -> None:
        register.trust("5143")
        register.trust("5144")
        register.school(100001, trust="5143")
        register.card(100001, number="1")
        changes = random.Random(17).choices(CHANGES, k=60)
        database = Database(urls.app)

        seen = set()
        with psycopg.connect(driver_url(urls.owner), autocommit=True) as connection:
            for change in (*CHANGES, *changes):
                connection.execute(change.encode())
                row = await latest_card(database, 100001)
                assert row is not None
                for _ in range(2):
                    answer = await anonymous.get("/v1/schools/100001/report-card")
                    assert answer.content == dumps(card_document(row, codes())), change
                    assert answer.headers["etag"] == etag_of(answer.content)
                seen.add(answer.content)

        await database.close()
        assert len(seen) > len(CHANGES) / 2

    async def test_two_schools_are_not_mixed_up_and_the_oldest_makes_room(
        self, register: Register, urls: DatabaseUrls
    ) -> None:
        database = Database(urls.app)
        answers = ReadyAnswers(size=2)
        for urn in (100001, 100002, 100003):
            register.school(urn)

        for urn in (100001, 100002, 100003, 100001, 100003):
            row = await latest_card(database, urn)
            assert row is not None
            assert row["state"] == await latest_card_state(database, urn)
            ready = answers.get(urn, row["state"]) or answers.keep(
                urn, row["state"], dumps(card_document(row, codes()))
            )
            assert orjson.loads(ready.content)["urn"] == urn

        assert answers.get(100003, await latest_card_state(database, 100003)) is ready
        assert answers.get(100003, await latest_card_state(database, 100001)) is None
        assert len(answers) == 2
        await database.close()
