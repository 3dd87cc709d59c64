"""Trusts, areas and the code lists over HTTP."""

import httpx
import orjson
import pytest
from services.inspection.tests.integration.reads.rows import Register

from inspection.areas.schemas import LocalAuthorityPage, RegionPage
from inspection.reference.schemas import ReferenceData
from inspection.trusts.schemas import Trust, TrustPage, TrustsFound

NDJSON = {"Accept": "application/x-ndjson"}


async def uids(client: httpx.AsyncClient, **parameters: str) -> list[str]:
    answer = await client.get("/v1/trusts", params=parameters)
    assert answer.status_code == 200, answer.text
    streamed = await client.get("/v1/trusts", params=parameters, headers=NDJSON)
    found = [trust["uid"] for trust in answer.json()["data"]]
    assert [orjson.loads(line)["uid"] for line in streamed.content.splitlines()] == found
    return found


@pytest.mark.parametrize(
    "path", ["/v1/trusts", "/v1/trusts/5143", "/v1/trusts/5143/schools", "/v1/regions", "/v1/local-authorities"]
)
async def test_without_a_token_it_is_401(anonymous: httpx.AsyncClient, path: str) -> None:
    assert (await anonymous.get(path)).status_code == 401


class TestTrusts:
    async def test_it_counts_open_schools_and_report_cards(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.trust("5143", trn="TR00814", ukprn="10058", companies_house_number="04439859")
        for urn, status in ((100001, "open"), (100002, "open_proposed_to_close"), (100003, "closed")):
            register.school(urn, trust="5143", status=status)
            register.card(urn)

        document = (await reader.get("/v1/trusts/5143")).json()

        Trust.model_validate(document, extra="forbid")
        assert set(document) == set(Trust.model_fields)
        assert (document["schools"], document["report_cards"]) == (2, 2)
        assert document["trn"] == "TR00814"

    async def test_federations_are_no_trusts(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.trust("1", kind="federation")

        assert await uids(reader) == []
        assert (await reader.get("/v1/trusts/1")).status_code == 404

    async def test_filters_narrow_the_list(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.trust("5143", name="St Mary's Trust", trn="TR00814", companies_house_number="04439859")
        register.trust("77", kind="single_academy_trust", status="closed")
        register.school(100001, trust="5143")

        assert await uids(reader) == ["5143", "77"]
        assert await uids(reader, q="st marys") == ["5143"]
        assert await uids(reader, q="tr00814") == ["5143"]
        assert await uids(reader, q="04439859") == ["5143"]
        assert await uids(reader, kind="single_academy_trust") == ["77"]
        assert await uids(reader, status="closed") == ["77"]
        assert await uids(reader, has_schools="true") == ["5143"]
        assert await uids(reader, has_schools="false") == ["77"]
        assert (await reader.get("/v1/trusts", params={"kind": "guild"})).status_code == 422

    async def test_pages_hold_every_trust_once(self, reader: httpx.AsyncClient, register: Register) -> None:
        for uid in ("1", "10", "2", "20", "3"):
            register.trust(uid)
        seen: list[str] = []
        url: str | None = "/v1/trusts?limit=2&include_total=true"
        while url:
            page = (await reader.get(url)).json()
            assert page["paging"]["total"] == 5
            seen += [trust["uid"] for trust in page["data"]]
            url = page["paging"]["next_url"]

        assert sorted(seen) == ["1", "10", "2", "20", "3"]

    async def test_its_schools_are_listed_and_an_unknown_trust_is_404(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.trust("5143")
        register.school(100001, trust="5143")
        register.school(100002)

        answer = (await reader.get("/v1/trusts/5143/schools")).json()

        assert [school["urn"] for school in answer["data"]] == [100001]
        assert (await reader.get("/v1/trusts/99/schools")).status_code == 404
        assert (await reader.get("/v1/trusts/x")).status_code == 422


class TestTrustSearch:
    async def test_a_typing_error_still_finds_it_and_the_answer_says_so(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.trust("5143", name="United Learning Trust")
        register.trust("17", name="Harris Federation")

        assert await uids(reader, q="unted lerning") == ["5143"]
        near = (await reader.get("/v1/trusts", params={"q": "harriss"})).json()
        exact = (await reader.get("/v1/trusts", params={"q": "5143"})).json()
        TrustPage.model_validate(near, extra="forbid")
        assert [trust["uid"] for trust in near["data"]] == ["17"]
        assert (near["search"]["match"], exact["search"]["match"]) == ("near", "exact")


class TestTrustLookup:
    async def test_any_identifier_finds_a_trust_once(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.trust("5143", trn="TR00814", ukprn="10058464", companies_house_number="02318714")
        register.trust("17", trn="TR00001")
        register.trust("18", kind="federation")
        body = {
            "uids": ["5143", "18", "99"],
            "trns": ["TR00001", "TR9"],
            "ukprns": ["10058464"],
            "companies_house_numbers": ["02318714"],
        }

        answer = (await reader.post("/v1/trusts/lookup", json=body)).json()

        TrustsFound.model_validate(answer, extra="forbid")
        assert [trust["uid"] for trust in answer["data"]] == ["17", "5143"]
        assert answer["missing"] == ["18", "99", "TR9"]

    @pytest.mark.parametrize(
        "body", [{}, {"uids": [1]}, {"urns": ["1"]}, {"uids": ["1"] * 1001}, {"uids": ["1"] * 501, "trns": ["2"] * 500}]
    )
    async def test_none_too_many_or_other_fields_are_422(
        self, reader: httpx.AsyncClient, body: dict[str, object]
    ) -> None:
        assert (await reader.post("/v1/trusts/lookup", json=body)).status_code == 422


class TestAreas:
    async def test_all_nine_regions_count_their_open_schools(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        register.school(100002, status="closed")

        answer = (await reader.get("/v1/regions")).json()

        RegionPage.model_validate(answer, extra="forbid")
        counted = {region["code"]: region["open_schools"] for region in answer["data"]}
        assert len(counted) == 9
        assert (counted["London"], counted["South West"]) == (1, 0)

    async def test_lists_of_areas_come_in_pages_where_that_is_asked(self, reader: httpx.AsyncClient) -> None:
        first = (await reader.get("/v1/regions", params={"limit": 5, "include_total": "true"})).json()
        rest = (await reader.get(first["paging"]["next_url"])).json()
        assert [len(first["data"]), len(rest["data"])] == [5, 4]
        assert first["paging"]["total"] == 9
        assert rest["paging"]["next_cursor"] is None
        strange = first["paging"]["next_cursor"]
        assert (await reader.get("/v1/local-authorities", params={"after": strange})).status_code == 422

    async def test_all_local_authorities_count_theirs(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.school(100001, la_code="202")

        answer = (await reader.get("/v1/local-authorities")).json()
        london = (await reader.get("/v1/local-authorities", params={"region": "London"})).json()

        LocalAuthorityPage.model_validate(answer, extra="forbid")
        assert len(answer["data"]) == 153
        assert len(london["data"]) == 33
        assert answer["paging"]["next_cursor"] is None
        assert {area["code"]: area["open_schools"] for area in answer["data"]}["202"] == 1


class TestReferenceData:
    async def test_it_is_public_and_has_every_list_with_labels(self, anonymous: httpx.AsyncClient) -> None:
        answer = await anonymous.get("/v1/reference-data")

        document = answer.json()
        ReferenceData.model_validate(document, extra="forbid")
        assert set(document) == set(ReferenceData.model_fields)
        assert {code["code"] for code in document["categories"]} == {"SM", "RSI", "SWK", "NTI"}
        card = next(code for code in document["frameworks"] if code["code"] == "report-card-2025")
        assert (card["from"], card["to"]) == ("2025-11-10", None)
        states = [state["code"] for state in document["inspection_states"]]
        assert states == ["draft", "quality_assured", "published"]
        steps = {step["code"]: step for step in document["inspection_steps"]}
        assert (steps["publish"]["from"], steps["publish"]["to"]) == (["quality_assured"], "published")
        assert all({*step["from"], *step["blocked_by"]} == set(states) for step in steps.values())
        assert [area["code"] for area in document["areas"] if "report-card-2025" in area["frameworks"]] == [
            "inclusion",
            "curriculum_and_teaching",
            "achievement",
            "attendance_and_behaviour",
            "personal_development_and_wellbeing",
            "leadership_and_governance",
            "early_years",
            "post_16",
        ]

    async def test_names_of_the_consultation_stage_are_never_shown(self, anonymous: httpx.AsyncClient) -> None:
        text = (await anonymous.get("/v1/reference-data")).text.lower()

        assert "causing concern" not in text
        assert "exemplary" not in text

    async def test_it_is_not_sent_again_to_one_that_has_it(self, anonymous: httpx.AsyncClient) -> None:
        first = await anonymous.get("/v1/reference-data")
        same = await anonymous.get("/v1/reference-data", headers={"If-None-Match": first.headers["etag"]})

        assert same.status_code == 304
