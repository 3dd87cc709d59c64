"""Facts in bulk over HTTP."""

from datetime import date
from typing import Any

import httpx
import orjson
import psycopg
import pytest
from services.inspection.tests.integration.reads.rows import Register

from inspection.facts.schemas import Facts
from shared.db.session import driver_url
from shared.testing.plugin import DatabaseUrls

NDJSON = {"Accept": "application/x-ndjson"}


async def facts_of(client: httpx.AsyncClient, urn: int) -> dict[str, Any]:
    answer = await client.post("/v1/facts/lookup", json={"urns": [urn]})
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()["data"][0]
    return document


class TestAccess:
    async def test_without_a_token_it_is_401(self, anonymous: httpx.AsyncClient) -> None:
        assert (await anonymous.get("/v1/facts")).status_code == 401
        assert (await anonymous.post("/v1/facts/lookup", json={"urns": [100001]})).status_code == 401


class TestDocument:
    async def test_it_holds_the_school_and_its_evidence_newest_first(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.trust("5143")
        register.school(100001, trust="5143", religious_character="Roman Catholic")
        older = register.inspection(100001, starts_on=date(2020, 1, 1), relates_to_current_urn=False)
        card = register.card(100001, category_of_concern="SM", grades={"inclusion": "urgent_improvement"})
        ungraded = register.ungraded(100001, outcome_code="some_aspects_not_as_strong")

        document = await facts_of(reader, 100001)

        facts = Facts.model_validate(document, extra="forbid")
        assert set(document) == set(Facts.model_fields)
        assert [item.id for item in facts.inspections] == [card, ungraded, older]
        assert facts.inspections[0].category_of_concern == "SM"
        assert facts.inspections[0].areas[0].model_dump(mode="json") == {
            "area": "inclusion",
            "grade": "urgent_improvement",
            "grade_reason": None,
            "judged_on": "2026-01-06",
        }
        assert facts.inspections[1].outcome is not None
        assert facts.inspections[1].outcome.concern is True
        assert facts.inspections[2].relates_to_current_urn is False
        assert facts.trust is not None
        assert facts.trust.kind == "multi_academy_trust"

    async def test_free_meals_are_told_as_statistics_tell_them(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        for urn, percent, pupils in ((100001, 25.0, 203), (100002, 2.0, 203), (100003, 25.0, None), (100004, None, 9)):
            register.school(urn, pupils=pupils)
            register.measure(urn, percent, cohort=pupils)
        register.school(100005)
        found = [(await facts_of(reader, urn))["fsm_ever6"] for urn in range(100001, 100006)]

        assert found[0] == {
            "status": "value", "percent": 25.0, "estimate": 51, "census": "2022-23", "as_at": "2026-05-31",
        }  # fmt: skip
        assert found[1] == {**found[0], "status": "suppressed", "percent": None, "estimate": None}
        assert [each["status"] for each in found[2:]] == ["missing"] * 3
        assert {each["estimate"] for each in found[1:]} == {None}
        assert (found[4]["census"], found[4]["as_at"]) == (None, None)

    async def test_snapshots_and_what_stands_on_a_predecessor_are_no_evidence(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        register.school(100002)
        register.link(100001, 100002)
        register.inspection(100001)
        register.inspection(100002, number="snapshot", evidence=False)

        assert (await facts_of(reader, 100002))["inspections"] == []


class TestBodies:
    async def test_all_time_in_trusts_is_told_with_what_is_assumed(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        for uid in ("5143", "5144"):
            register.trust(uid)
        register.school(100001, trust="5144", open_date=date(2015, 9, 1))
        register.membership(100001, "5143", date(2015, 9, 1), left_on=date(2021, 1, 1), assumed=True)
        register.membership(100001, "5144", date(2021, 1, 1), assumed=False)

        document = await facts_of(reader, 100001)

        assert document["open_date"] == "2015-09-01"
        assert document["memberships"] == [
            {"trust_uid": "5144", "joined_on": "2021-01-01", "joined_assumed": False, "left_on": None},
            {"trust_uid": "5143", "joined_on": "2015-09-01", "joined_assumed": True, "left_on": "2021-01-01"},
        ]

    @pytest.mark.parametrize(
        ("school", "kind", "counted"),
        [
            ({"trust": "5143"}, "trust", "multi_academy_trust"),
            ({"rb_kind": "trust", "rb_id": None, "rb_reason": "not_in_source"}, "trust", "single_academy_trust"),
            ({}, "local_authority", "local_authority"),
            ({"rb_kind": "other", "rb_id": None, "rb_reason": "not_in_source"}, "other", "other"),
        ],
    )
    async def test_a_body_is_counted_by_kind_and_an_academy_without_trust_as_a_single_one(
        self, reader: httpx.AsyncClient, register: Register, school: dict[str, str], kind: str, counted: str
    ) -> None:
        register.trust("5143")
        register.school(100001, **school)

        body = (await facts_of(reader, 100001))["responsible_body"]

        assert isinstance(body, dict)
        assert (body["kind"], body["counted_as"]) == (kind, counted)


class TestVersion:
    async def test_it_stays_when_the_same_is_loaded_again_and_changes_with_the_content(
        self, reader: httpx.AsyncClient, register: Register, urls: DatabaseUrls
    ) -> None:
        register.school(100001)
        made = register.inspection(100001)
        first = await facts_of(reader, 100001)
        with psycopg.connect(driver_url(urls.owner), autocommit=True) as connection:
            connection.execute("UPDATE sources SET as_at = '2026-06-30', loaded_at = now()")
            again = await facts_of(reader, 100001)
            register.replaced_version(made, 1, "newer_file", overall=3)
        changed = await facts_of(reader, 100001)

        assert first["source"] != again["source"]
        assert first["facts_version"] == again["facts_version"]
        assert changed["facts_version"] != first["facts_version"]


class TestBulk:
    async def test_pages_hold_every_school_once_and_the_stream_the_same(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        for urn in range(100001, 100008):
            register.school(urn)
            register.inspection(urn)
        paged: list[dict[str, object]] = []
        url: str | None = "/v1/facts?limit=3"
        while url:
            page = (await reader.get(url)).json()
            paged += page["data"]
            url = page["paging"]["next_url"]
        stream = await reader.get("/v1/facts", headers=NDJSON)

        assert [facts["urn"] for facts in paged] == list(range(100001, 100008))
        assert [orjson.loads(line) for line in stream.content.splitlines()] == paged
        assert {len(facts["inspections"]) for facts in paged} == {1}  # type: ignore[arg-type]

    async def test_the_stream_goes_beyond_one_batch(self, reader: httpx.AsyncClient, register: Register) -> None:
        for urn in range(100001, 100602):
            register.school(urn)

        stream = await reader.get("/v1/facts", headers=NDJSON)

        assert [orjson.loads(line)["urn"] for line in stream.content.splitlines()] == list(range(100001, 100602))

    async def test_missing_schools_are_told(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.school(100002)

        answer = (await reader.post("/v1/facts/lookup", json={"urns": [100003, 100002, 100001, 100003]})).json()

        assert [facts["urn"] for facts in answer["data"]] == [100002]
        assert answer["missing"] == [100003, 100001]

    @pytest.mark.parametrize("urns", [[], list(range(100000, 101001)), ["x"], [0]])
    async def test_none_too_many_or_nonsense_is_422(self, reader: httpx.AsyncClient, urns: list[object]) -> None:
        assert (await reader.post("/v1/facts/lookup", json={"urns": urns})).status_code == 422

    @pytest.mark.parametrize(("limit", "status"), [("1000", 200), ("1001", 422), ("0", 422)])
    async def test_pages_take_up_to_a_thousand(self, reader: httpx.AsyncClient, limit: str, status: int) -> None:
        assert (await reader.get("/v1/facts", params={"limit": limit})).status_code == status
