"""From draft to corrected version over HTTP, and every step that the state bars."""

from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import psycopg
import pytest
from services.inspection.tests.integration.authoring import writing
from services.inspection.tests.integration.authoring.conftest import READS, Client
from services.inspection.tests.integration.reads.rows import Register

from inspection.drafts.schemas import InspectionDraft
from inspection.inspections.schemas import Inspection, InspectionVersions


class TestWhoMayWrite:
    async def test_a_reader_s_token_lacks_the_scope(self, client: Client) -> None:
        reader = await client(scope=READS, org="ofsted")
        assert (await reader.post("/v1/inspections", json=writing.card())).status_code == 403

    async def test_the_department_neither_writes_nor_sees_a_draft(
        self, inspectorate: httpx.AsyncClient, department: httpx.AsyncClient
    ) -> None:
        made = await writing.passed(inspectorate)
        path = f"/v1/inspections/{made['id']}"

        assert (await department.post("/v1/inspections", json=writing.card(number="2"))).status_code == 403
        for answer in (
            await department.get(path),
            await department.patch(path, json={"summary": "x"}, headers={"If-Match": "*"}),
            await department.delete(path, headers={"If-Match": "*"}),
            await department.post(f"{path}/quality-assurance", json={"passed": True}),
            await department.post(f"{path}/publication"),
            await department.post(f"{path}/corrections", json={"changes": {"summary": "x"}, "reason": "r"}),
            await department.get(f"{path}/versions"),
        ):
            assert answer.status_code == 404, answer.request
        assert (await department.get("/v1/inspection-drafts?include_total=true")).json()["paging"]["total"] == 0

    async def test_the_department_does_not_correct_what_is_published(
        self, inspectorate: httpx.AsyncClient, department: httpx.AsyncClient
    ) -> None:
        made = await writing.published(inspectorate)
        body = {"changes": {"summary": "x"}, "reason": "r"}
        assert (await department.post(f"/v1/inspections/{made['id']}/corrections", json=body)).status_code == 403

    async def test_the_database_shows_no_draft_without_the_inspectorate_s_claim(
        self, inspectorate: httpx.AsyncClient, owner: psycopg.Connection[dict[str, Any]]
    ) -> None:
        await writing.draft(inspectorate)
        with owner.transaction():
            owner.execute("SELECT set_config('app.visibility', 'all', true)")
            assert owner.execute("SELECT * FROM inspection_drafts").fetchall() == []
            assert owner.execute("SELECT * FROM inspection_audit").fetchall() == []
            owner.execute("SELECT set_config('app.organisation', 'ofsted', true)")
            assert len(owner.execute("SELECT * FROM inspection_drafts").fetchall()) == 1


class TestDraft:
    async def test_it_may_be_incomplete_and_says_what_it_lacks(self, inspectorate: httpx.AsyncClient) -> None:
        answer = await inspectorate.post("/v1/inspections", json={"urn": 100001, "starts_on": "2026-01-06"})

        document = answer.json()
        InspectionDraft.model_validate(document, extra="forbid")
        assert answer.status_code == 201
        assert answer.headers["location"] == f"/v1/inspections/{document['id']}"
        assert document["framework"] == "report-card-2025"
        assert [lack["code"] for lack in document["lacks"]] == ["missing_area"] * 6 + ["missing"]

    async def test_a_patch_changes_what_was_sent_and_wants_the_current_version(
        self, inspectorate: httpx.AsyncClient
    ) -> None:
        made = await writing.draft(inspectorate, summary="Kept")
        path = f"/v1/inspections/{made['id']}"
        etag = (await inspectorate.get(path)).headers["etag"]
        patch = {"safeguarding": None, "areas": writing.areas(inclusion="strong_standard")}

        assert (await inspectorate.patch(path, json=patch)).status_code == 428
        changed = await inspectorate.patch(path, json=patch, headers={"If-Match": etag})
        stale = await inspectorate.patch(path, json=patch, headers={"If-Match": etag})

        assert changed.status_code == 200
        assert changed.json()["summary"] == "Kept"
        assert changed.json()["safeguarding"] is None
        assert changed.json()["areas"][0]["grade"] == "strong_standard"
        assert stale.status_code == 412
        assert (await inspectorate.get(path)).headers["etag"] == changed.headers["etag"]

    async def test_a_draft_that_is_discarded_is_gone(self, inspectorate: httpx.AsyncClient) -> None:
        made = await writing.draft(inspectorate)
        path = f"/v1/inspections/{made['id']}"
        assert (await inspectorate.delete(path, headers={"If-Match": '"other"'})).status_code == 412
        assert (await inspectorate.delete(path, headers={"If-Match": "*"})).status_code == 204
        assert (await inspectorate.get(path)).status_code == 404

    async def test_drafts_are_listed_newest_first_in_pages(self, inspectorate: httpx.AsyncClient) -> None:
        first = await writing.passed(inspectorate, number="1")
        second = await writing.draft(inspectorate, number="2")

        page = (await inspectorate.get("/v1/inspection-drafts?limit=1&include_total=true")).json()
        rest = (await inspectorate.get(page["paging"]["next_url"])).json()
        only = (await inspectorate.get("/v1/inspection-drafts?state=quality_assured")).json()

        assert [each["id"] for each in page["data"]] == [second["id"]]
        assert page["paging"]["total"] == 2
        assert [each["id"] for each in rest["data"]] == [first["id"]]
        assert [each["id"] for each in only["data"]] == [first["id"]]

    async def test_the_same_key_sent_again_makes_one_draft(self, inspectorate: httpx.AsyncClient) -> None:
        sent = [
            await inspectorate.post("/v1/inspections", json=writing.card(), headers={"Idempotency-Key": "k"})
            for _ in range(2)
        ]
        assert sent[0].json()["id"] == sent[1].json()["id"]
        assert (await inspectorate.post("/v1/inspections", json=writing.card())).status_code == 409

    @pytest.mark.parametrize("number", ["10432161", None])
    async def test_one_that_is_published_already_is_named(
        self, inspectorate: httpx.AsyncClient, register: Register, number: str | None
    ) -> None:
        known = register.card(100001, number=number)
        answer = await inspectorate.post("/v1/inspections", json=writing.card())
        assert answer.status_code == 409
        (error,) = answer.json()["errors"]
        pointer, what = "/starts_on", "An inspection that began on 2026-01-06"
        if number is not None:
            pointer, what = "/number", "The inspection with this number"
        assert (error["pointer"], error["detail"]) == (pointer, f"{what} is published as /v1/inspections/{known}.")


class TestAnotherDraft:
    async def test_of_the_same_number_is_409_and_tells_where_it_is(self, inspectorate: httpx.AsyncClient) -> None:
        made = await writing.draft(inspectorate)
        other = await writing.draft(inspectorate, number="2", starts_on="2026-01-13")
        path = f"/v1/inspections/{other['id']}"

        created = await inspectorate.post("/v1/inspections", json=writing.card())
        edited = await inspectorate.patch(path, json={"number": made["number"]}, headers={"If-Match": "*"})

        for answer in (created, edited):
            assert (answer.status_code, answer.json()["type"]) == (409, "urn:problem:draft-exists")
            (error,) = answer.json()["errors"]
            detail = f"An inspection with this number is being written as /v1/inspections/{made['id']}."
            assert (error["pointer"], error["detail"]) == ("/number", detail)


class TestLife:
    async def test_draft_publish_correct_and_read_back_each_version(
        self, inspectorate: httpx.AsyncClient, client: Client
    ) -> None:
        made = await writing.published(
            inspectorate,
            areas=[{**area, "narrative": f"On {area['area']}."} for area in writing.areas()],
            summary="A good place to be.",
            evidence_references=[{"area": "inclusion", "reference": "EF-1", "text": "Lesson visits"}],
        )
        path = f"/v1/inspections/{made['id']}"
        body = {
            "changes": {"areas": writing.areas(achievement="needs_attention")},
            "reason": "The grade was entered for the wrong area.",
        }
        corrected = await inspectorate.post(f"{path}/corrections", json=body)

        anyone = await client(scope=READS, org="trust:1", role="trust")
        read = (await anyone.get(path)).json()
        versions = (await anyone.get(f"{path}/versions")).json()
        assert corrected.status_code == 201
        Inspection.model_validate(read, extra="forbid")
        InspectionVersions.model_validate(versions, extra="forbid")
        assert read == corrected.json()
        assert (read["version"], read["source"]["name"]) == (2, "inspection-publication")
        assert [each["version"] for each in versions["data"]] == [2, 1]
        now, before = versions["data"]
        assert (now["made_by"], now["made_because"], now["current"]) == ("ofsted", body["reason"], True)
        assert (before["made_by"], before["replaced_because"], before["made_because"]) == (
            "ofsted",
            body["reason"],
            None,
        )
        assert before["inspection"] == made
        assert made["areas"][0]["narrative"] == "On inclusion."
        assert made["evidence_references"] == [{"area": "inclusion", "reference": "EF-1", "text": "Lesson visits"}]

    async def test_published_on_is_the_day_named_at_publication(self, inspectorate: httpx.AsyncClient) -> None:
        made = await writing.passed(inspectorate)
        answer = await inspectorate.post(
            f"/v1/inspections/{made['id']}/publication", json={"published_on": "2026-03-01"}
        )
        assert answer.json()["published_on"] == "2026-03-01"

    async def test_a_later_day_keeps_it_back_from_all_but_the_inspectorate(
        self, inspectorate: httpx.AsyncClient, department: httpx.AsyncClient
    ) -> None:
        made = await writing.published(inspectorate, published_on="2999-01-01")
        path = f"/v1/inspections/{made['id']}"
        assert (await inspectorate.get(path)).json()["published_on"] == "2999-01-01"
        assert (await department.get(path)).status_code == 404
        card = (await department.get("/v1/schools/100001/report-card")).json()
        assert card["inspection"] is None

    async def test_until_the_day_others_find_it_nowhere_not_even_in_the_feed(
        self, inspectorate: httpx.AsyncClient, department: httpx.AsyncClient, client: Client
    ) -> None:
        made = await writing.published(inspectorate, published_on="2999-01-01")
        correction = {"changes": {"summary": "New."}, "reason": "Left out."}
        await inspectorate.post(f"/v1/inspections/{made['id']}/corrections", json=correction)
        service = await client(scope=READS, org="service", role="service", client_id="triage")

        async def facts(reader: httpx.AsyncClient) -> list[list[str]]:
            looked_up = (await reader.post("/v1/facts/lookup", json={"urns": [100001]})).json()["data"]
            listed = (await reader.get("/v1/facts")).json()["data"]
            lines = (await reader.get("/v1/facts", headers={"Accept": "application/x-ndjson"})).text.splitlines()
            answers = [looked_up, listed, [orjson.loads(line) for line in lines]]
            return [[each["id"] for each in documents[0]["inspections"]] for documents in answers]

        assert (await department.get("/v1/changes")).json()["data"] == []
        assert await facts(department) == await facts(inspectorate) == [[], [], []]
        assert await facts(service) == [[made["id"]]] * 3

    async def test_until_the_day_its_versions_are_the_inspectorates(
        self, inspectorate: httpx.AsyncClient, department: httpx.AsyncClient
    ) -> None:
        made = await writing.published(inspectorate, published_on="2999-01-01")
        path = f"/v1/inspections/{made['id']}"
        correction = {"changes": {"summary": "New."}, "reason": "Left out."}
        await inspectorate.post(f"{path}/corrections", json=correction)
        versions = (await inspectorate.get(f"{path}/versions")).json()["data"]
        assert [(each["version"], each["made_because"]) for each in versions] == [(2, "Left out."), (1, None)]
        assert (await department.get(f"{path}/versions")).status_code == 404

    async def test_there_is_no_report_card_before_its_day(
        self, inspectorate: httpx.AsyncClient, department: httpx.AsyncClient, register: Register
    ) -> None:
        register.trust("5143")
        register.change("schools", 100001, trust_uid="5143", rb_kind="trust", rb_id="5143")
        made = await writing.published(inspectorate, published_on="2999-01-01")

        async def told() -> list[object]:
            card = (await department.get("/v1/schools/100001/report-card")).json()["has_report_card"]
            one = (await department.get("/v1/schools/100001")).json()["has_report_card"]
            plain = (await department.get("/v1/schools")).json()["data"][0]["has_report_card"]
            some = (await department.get("/v1/schools?has_report_card=true")).json()["data"]
            trust = (await department.get("/v1/trusts/5143")).json()["report_cards"]
            return [card, one, plain, some, trust]

        assert not any(await told())
        correction = {"changes": {"published_on": datetime.now(UTC).date().isoformat()}, "reason": "It is today."}
        await inspectorate.post(f"/v1/inspections/{made['id']}/corrections", json=correction)
        assert all(await told())

    async def test_facts_card_and_events_follow(self, inspectorate: httpx.AsyncClient) -> None:
        made = await writing.published(inspectorate, summary="For parents.")
        facts = (await inspectorate.post("/v1/facts/lookup", json={"urns": [100001]})).json()["data"][0]
        card = (await inspectorate.get("/v1/schools/100001/report-card")).json()
        told = (await inspectorate.get("/v1/changes")).json()["data"]

        assert [each["id"] for each in facts["inspections"]] == [made["id"]]
        assert card["inspection"]["id"] == made["id"]
        assert card["summary"] == "For parents."
        assert [(event["type"], event["subject"]) for event in told] == [
            ("inspection.inspection.published", made["id"]),
            ("inspection.school.changed", "100001"),
        ]

    async def test_an_imported_inspection_can_be_corrected_too(
        self, inspectorate: httpx.AsyncClient, register: Register
    ) -> None:
        known = register.card(100001, grades={"early_years": None})
        body = {"changes": {"category_of_concern": "RSI", "safeguarding": "not_met"}, "reason": "Left out."}
        answer = await inspectorate.post(f"/v1/inspections/{known}/corrections", json=body)
        versions = (await inspectorate.get(f"/v1/inspections/{known}/versions")).json()["data"]

        assert answer.status_code == 201, answer.text
        assert answer.json()["published_on_reason"] == "not_in_source"
        assert [each["inspection"]["source"]["name"] for each in versions] == [
            "inspection-publication",
            "ofsted-latest-inspections",
        ]


STEPS = {
    "edit": ("PATCH", "", {"summary": "x"}),
    "discard": ("DELETE", "", None),
    "pass": ("POST", "/quality-assurance", {"passed": True}),
    "return": ("POST", "/quality-assurance", {"passed": False, "reason": "Unclear."}),
    "publish": ("POST", "/publication", None),
    "correct": ("POST", "/corrections", {"changes": {"summary": "x"}, "reason": "r"}),
}
ILLEGAL = [
    ("draft", "publish"),
    ("draft", "correct"),
    ("quality_assured", "edit"),
    ("quality_assured", "discard"),
    ("quality_assured", "pass"),
    ("quality_assured", "correct"),
    ("published", "edit"),
    ("published", "discard"),
    ("published", "pass"),
    ("published", "return"),
    ("published", "publish"),
]


class TestIllegalSteps:
    @pytest.mark.parametrize(("state", "step"), ILLEGAL)
    async def test_each_is_409_with_what_bars_it(self, inspectorate: httpx.AsyncClient, state: str, step: str) -> None:
        begin = {"draft": writing.draft, "quality_assured": writing.passed, "published": writing.published}[state]
        made = await begin(inspectorate)
        method, path, body = STEPS[step]
        answer = await inspectorate.request(
            method, f"/v1/inspections/{made['id']}{path}", json=body, headers={"If-Match": "*"}
        )

        assert answer.status_code == 409, answer.text
        assert answer.json()["type"] == "urn:problem:illegal-step"
        assert writing.pointers(answer) == [("/state", f"is_{state}")]

    async def test_a_return_needs_its_reason_and_opens_the_draft_again(self, inspectorate: httpx.AsyncClient) -> None:
        made = await writing.passed(inspectorate)
        path = f"/v1/inspections/{made['id']}"
        silent = await inspectorate.post(f"{path}/quality-assurance", json={"passed": False})
        back = await inspectorate.post(f"{path}/quality-assurance", json={"passed": False, "reason": "Unclear."})
        assert (silent.status_code, writing.pointers(silent)) == (422, [("/reason", "missing")])
        assert back.json()["state"] == "draft"
        assert (await inspectorate.patch(path, json={"summary": "x"}, headers={"If-Match": "*"})).status_code == 200

    async def test_no_such_inspection_is_404(self, inspectorate: httpx.AsyncClient) -> None:
        path = "/v1/inspections/018f0000-0000-7000-8000-000000000000"
        assert (await inspectorate.post(f"{path}/publication")).status_code == 404


class TestImmutable:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE inspections SET summary = 'other'",
            "UPDATE inspections SET summary = 'other', version = version + 1",
            "DELETE FROM inspections",
            "UPDATE inspection_versions SET content = '{}'",
            "DELETE FROM inspection_versions",
        ],
    )
    async def test_the_database_refuses_to_change_a_published_version(
        self, inspectorate: httpx.AsyncClient, owner: psycopg.Connection[dict[str, Any]], statement: str
    ) -> None:
        await writing.published(inspectorate)
        with pytest.raises(psycopg.errors.IntegrityError):
            owner.execute(statement)
