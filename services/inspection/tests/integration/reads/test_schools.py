"""The register over HTTP."""

# ruff: noqa: RUF001 - names with curly apostrophes are what is tested

import csv
import io

import httpx
import orjson
import pytest
from services.inspection.tests.integration.reads.rows import Register

from inspection.schools.schemas import School
from shared.testing.tokens import bearer

NDJSON = {"Accept": "application/x-ndjson"}


class TestAccess:
    @pytest.mark.parametrize(
        "path",
        [
            "/v1/schools",
            "/v1/schools/100000",
            "/v1/schools/100000/lineage",
            "/v1/schools/100000/memberships",
            "/v1/schools/100000/inspections",
        ],
    )
    async def test_without_a_token_it_is_401_as_a_problem(self, anonymous: httpx.AsyncClient, path: str) -> None:
        answer = await anonymous.get(path)

        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")

    async def test_the_token_is_asked_for_before_the_parameters_are_judged(self, anonymous: httpx.AsyncClient) -> None:
        assert (await anonymous.get("/v1/schools", params={"region": "Atlantis"})).status_code == 401

    async def test_a_token_without_the_scope_is_403(self, anonymous: httpx.AsyncClient) -> None:
        answer = await anonymous.get("/v1/schools", headers=bearer(scope="facts:read"))

        assert answer.status_code == 403
        assert answer.json()["type"] == "urn:problem:forbidden"


class TestOneSchool:
    async def test_it_has_every_part_of_the_document(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.trust("5143", name="United Learning Trust")
        register.school(100000, trust="5143", name="O'Brien Academy", laestab="2013614", ukprn="10079319")
        register.location(100000, 51.5, -0.1)
        register.card(100000)

        document = (await reader.get("/v1/schools/100000")).json()

        school = School.model_validate(document, extra="forbid")
        assert set(document) == set(School.model_fields)
        assert school.trust is not None
        assert school.trust.model_dump() == {
            "uid": "5143",
            "name": "United Learning Trust",
            "kind": "multi_academy_trust",
        }
        assert document["responsible_body"] == {
            "kind": "trust",
            "id": "5143",
            "name": "United Learning Trust",
            "reason": None,
        }
        assert document["location"] == {"lat": 51.5, "lng": -0.1}
        assert document["has_report_card"] is True
        assert document["source"]["name"] == "ofsted-latest-inspections"
        assert document["source"]["as_at"] == "2026-05-31"
        assert document["type"] == {"code": "34", "label": "Academy Converter"}

    async def test_a_maintained_school_answers_to_its_authority(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)

        document = (await reader.get("/v1/schools/100001")).json()

        assert document["trust"] is None
        assert document["responsible_body"] == {
            "kind": "local_authority",
            "id": "201",
            "name": "City of London",
            "reason": None,
        }
        assert document["local_authority"] == {"code": "201", "name": "City of London"}

    async def test_what_nobody_said_is_null_with_reason(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.school(100001, pupils=None, rb_kind="trust", rb_id=None, rb_reason="not_in_source")

        document = (await reader.get("/v1/schools/100001")).json()

        assert document["pupils"] is None
        assert document["unknown"]["pupils"] == "not_in_source"
        assert document["unknown"]["location"] == "not_in_source"
        assert document["responsible_body"] == {"kind": "trust", "id": None, "name": None, "reason": "not_in_source"}

    async def test_an_unknown_urn_is_404_as_a_problem(self, reader: httpx.AsyncClient) -> None:
        answer = await reader.get("/v1/schools/999999")

        assert answer.status_code == 404
        assert answer.json()["type"] == "urn:problem:school-not-found"

    @pytest.mark.parametrize("urn", ["abc", "0", "99999999999999", "1.5"])
    async def test_what_is_no_urn_is_422(self, reader: httpx.AsyncClient, urn: str) -> None:
        assert (await reader.get(f"/v1/schools/{urn}")).status_code == 422

    async def test_the_validator_holds_until_something_changes(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        first = await reader.get("/v1/schools/100001")
        same = await reader.get("/v1/schools/100001", headers={"If-None-Match": first.headers["etag"]})
        register.location(100001, 51.0, 0.0)
        changed = await reader.get("/v1/schools/100001", headers={"If-None-Match": first.headers["etag"]})

        assert same.status_code == 304
        assert same.content == b""
        assert changed.status_code == 200

    async def test_as_of_reaches_back_to_the_file_and_no_further(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)

        assert (await reader.get("/v1/schools/100001", params={"as_of": "2026-05-31"})).status_code == 200
        for date in ("2026-05-30", "2999-01-01"):
            answer = await reader.get("/v1/schools/100001", params={"as_of": date})
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["pointer"] == "as_of"
        assert (await reader.get("/v1/schools", params={"as_of": "2026-05-30"})).status_code == 422
        assert (await reader.get("/v1/schools", params={"as_of": "2026-06-30"})).status_code == 200


class TestPages:
    @pytest.mark.parametrize("limit", ["0", "201", "-1", "many"])
    async def test_a_limit_out_of_range_is_422(self, reader: httpx.AsyncClient, limit: str) -> None:
        assert (await reader.get("/v1/schools", params={"limit": limit})).status_code == 422

    @pytest.mark.parametrize("after", ["x", "W10", "WyJhIl0", "WzFd", "é"])
    async def test_a_cursor_of_somebody_else_is_422(self, reader: httpx.AsyncClient, after: str) -> None:
        answer = await reader.get("/v1/schools", params={"after": after})

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "after"

    async def test_pages_hold_every_row_once_while_rows_are_inserted(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        for urn in range(100002, 100022, 2):
            register.school(urn)
        seen: list[int] = []
        url: str | None = "/v1/schools?limit=3&status=open"
        while url:
            answer = await reader.get(url)
            page = answer.json()
            seen += [school["urn"] for school in page["data"]]
            register.school(seen[-1] - 1)
            url = page["paging"]["next_url"]
            assert (f'<{url}>; rel="next"' == answer.headers.get("link")) is (url is not None)

        assert seen == list(range(100002, 100022, 2))

    async def test_the_total_is_true_and_only_on_request(self, reader: httpx.AsyncClient, register: Register) -> None:
        for urn in (100001, 100002, 100003):
            register.school(urn)

        counted = (await reader.get("/v1/schools", params={"limit": 2, "include_total": "true"})).json()

        assert counted["paging"]["total"] == 3
        assert "total" not in (await reader.get("/v1/schools")).json()["paging"]


class TestStreams:
    async def test_ndjson_gives_all_that_match_whatever_the_limit(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        for urn in range(100001, 101202):
            register.school(urn, phase="secondary" if urn > 101200 else "primary")

        answer = await reader.get("/v1/schools", params={"limit": 1}, headers=NDJSON)
        lines = [orjson.loads(line) for line in answer.content.splitlines()]
        one = await reader.get("/v1/schools", params={"phase": "secondary"}, headers=NDJSON)

        assert answer.headers["content-type"] == "application/x-ndjson"
        assert [school["urn"] for school in lines] == list(range(100001, 101202))
        assert lines[0] == (await reader.get("/v1/schools/100001")).json()
        assert len(one.content.splitlines()) == 1

    async def test_csv_has_a_header_and_every_row(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.school(100001, name='=HYPERLINK("x")')
        register.school(100002, name="Ysgol Tŷ’r Felin, Infants")

        answer = await reader.get("/v1/schools", headers={"Accept": "text/csv"})
        rows = list(csv.DictReader(io.StringIO(answer.text)))

        assert [row["urn"] for row in rows] == ["100001", "100002"]
        assert rows[0]["name"].startswith("'=")
        assert rows[1]["name"] == "Ysgol Tŷ’r Felin, Infants"


class TestLookup:
    async def test_it_finds_by_any_identifier_and_tells_what_is_missing(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001, laestab="2013614")
        register.school(100002, ukprn="10079319")

        body = {"urns": [100001, 100003], "laestabs": ["2013614", "9999999"], "ukprns": ["10079319"]}
        answer = (await reader.post("/v1/schools/lookup", json=body)).json()

        assert [school["urn"] for school in answer["data"]] == [100001, 100002]
        assert answer["missing"] == [100003, "9999999"]

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"urns": []},
            {"urns": list(range(100000, 101001))},
            {"urns": list(range(100000, 101000)), "ukprns": ["10079319"]},
            {"urns": ["x"]},
            {"urns": [2**31]},
            {"names": ["x"]},
        ],
    )
    async def test_too_many_none_or_nonsense_is_422(self, reader: httpx.AsyncClient, body: dict[str, object]) -> None:
        answer = await reader.post("/v1/schools/lookup", json=body)

        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_a_thousand_is_not_too_many(self, reader: httpx.AsyncClient) -> None:
        answer = await reader.post("/v1/schools/lookup", json={"urns": list(range(100000, 101000))})

        assert len(answer.json()["missing"]) == 1000
