"""Reading assessments: who sees what, lists, streams, history."""

import csv
from typing import Any

import orjson
import pytest
from services.triage.tests.conftest import DFE, Prepared, Service, director, party
from services.triage.tests.documents import concern, facts, graded, maintained
from sqlalchemy import text

STUCK = (graded("2018-01-10", 3), graded("2023-05-01", 3), concern("2024-02-01"))


PREPARED = Prepared(
    documents=(
        facts(100001, *STUCK),
        facts(
            100002,
            graded(overall=2),
            region="North East",
            responsible_body={"kind": "trust", "id": "99", "name": "Other"},
            trust={"uid": "99", "name": "Other", "kind": "multi_academy_trust"},
        ),
        maintained(100003, graded("2024-03-01", 4, category_of_concern="SM")),
    ),
    runs=("ippr-2023", "rise-2025"),
)
"""A stuck school of trust 5143, one of trust 99 elsewhere, and one maintained by authority 201."""


@pytest.fixture
def judged(prepared: Service) -> Service:
    return prepared


async def urns(service: Service, token: dict[str, str], **params: Any) -> list[tuple[int, str]]:
    rows = (await service.get("/v1/assessments", token, **params)).json()["data"]
    return [(each["urn"], each["scheme"]) for each in rows]


IPPR, RISE = "ippr-2023", "rise-2025"


class TestWhoSeesWhat:
    @pytest.mark.parametrize(
        "path",
        ["/v1/assessments", "/v1/schools/100001/assessment", "/v1/schools/100001/assessments", "/v1/policies"],
    )
    async def test_nobody_without_a_token(self, service: Service, path: str) -> None:
        assert (await service.client.get(path)).status_code == 401

    async def test_the_department_sees_everything(self, judged: Service) -> None:
        every = [(urn, scheme) for urn in (100001, 100002, 100003) for scheme in (IPPR, RISE)]
        assert await urns(judged, DFE) == every

    async def test_a_region_sees_its_own(self, judged: Service) -> None:
        assert await urns(judged, director("North East")) == [(100002, IPPR), (100002, RISE)]

    async def test_a_trust_sees_what_is_proposed_for_its_own_schools(self, judged: Service) -> None:
        assert await urns(judged, party("trust:5143")) == [(100001, IPPR)]

    async def test_an_authority_sees_the_schools_it_maintains(self, judged: Service) -> None:
        assert await urns(judged, party("la:201")) == [(100003, IPPR)]

    @pytest.mark.parametrize("org", ["school:100001", "leader:7", "trust:1", "la:999", "partner:1"])
    async def test_nobody_else_sees_anything(self, judged: Service, org: str) -> None:
        assert await urns(judged, party(org)) == []
        assert (await judged.get("/v1/schools/100001/assessment", party(org))).status_code == 404

    @pytest.mark.parametrize("urn", [0, -(2**63) - 1, 2**31, 10**30])
    async def test_a_number_that_is_no_urn_is_422(self, judged: Service, urn: int) -> None:
        for path, body in (("assessments/lookup", {}), ("assessment-runs", {"scheme": "ippr-2023"})):
            asked = {**body, "urns": [urn]} if path.endswith("lookup") else {**body, "scope": {"urns": [urn]}}
            assert (await judged.post(f"/v1/{path}", asked)).status_code == 422, path

    async def test_another_trusts_school_is_not_found(self, judged: Service) -> None:
        own = await judged.assessment(100002)
        assert (await judged.get("/v1/schools/100002/assessment", party("trust:5143"))).status_code == 404
        assert (await judged.get(f"/v1/assessments/{own['id']}", party("trust:5143"))).status_code == 404
        found = (await judged.post("/v1/assessments/lookup", {"urns": [100001, 100002]}, party("trust:5143"))).json()
        assert ([each["urn"] for each in found["data"]], found["missing"]) == ([100001], [100002])

    async def test_a_school_that_moved_is_closed_to_its_old_trust(self, judged: Service) -> None:
        moved = {"kind": "trust", "id": "99", "name": "Other"}
        await judged.load(facts(100001, *STUCK, responsible_body=moved))
        assert await urns(judged, party("trust:5143")) == []
        assert await urns(judged, party("trust:99")) == [(100001, IPPR), (100002, IPPR)]


class TestWhatAPartyIsNotShown:
    async def test_stuck_and_watch_and_their_reasons(self, judged: Service) -> None:
        whole = (await judged.get("/v1/schools/100001/assessment")).json()
        shown = (await judged.get("/v1/schools/100001/assessment", party("trust:5143"))).json()
        assert whole["flags"] == ["stuck", "watch"]
        assert shown["flags"] == []
        hidden = {each["rule"] for each in whole["reasons"]} - {each["rule"] for each in shown["reasons"]}
        assert hidden == {"stuck", "watch"}
        assert shown["result"] == whole["result"]

    async def test_nor_can_it_find_out_by_a_filter(self, judged: Service) -> None:
        assert await urns(judged, DFE, flag="stuck", scheme=IPPR) == [(100001, IPPR)]
        answer = await judged.get("/v1/assessments", party("trust:5143"), flag="stuck", include_total=True)
        assert (answer.json()["data"], answer.json()["paging"]["total"]) == ([], 0)
        token = {**party("trust:5143"), "Accept": "application/x-ndjson"}
        assert (await judged.get("/v1/assessments", token, flag="stuck")).content == b""


class TestRowSecurity:
    """The second lock: even a statement without a filter gives nothing away."""

    @pytest.mark.parametrize("table", ["assessments", "decisions", "notices", "representations"])
    async def test_without_claims_there_is_no_row(self, judged: Service, table: str) -> None:
        await judged.decide(100001)
        assert (await judged.rows(f"SELECT count(*) FROM {table}"))[0][0] > 0
        async with judged.database.sessions() as session:
            assert (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0


class TestLists:
    async def test_pages_reach_every_row_once(self, judged: Service) -> None:
        seen: list[tuple[int, str]] = []
        params: dict[str, Any] = {"limit": 2, "include_total": True}
        while True:
            answer = (await judged.get("/v1/assessments", **params)).json()
            seen += [(each["urn"], each["scheme"]) for each in answer["data"]]
            assert answer["paging"]["total"] == 6
            if answer["paging"]["next_cursor"] is None:
                break
            params["after"] = answer["paging"]["next_cursor"]
        assert seen == [(urn, scheme) for urn in (100001, 100002, 100003) for scheme in (IPPR, RISE)]

    @pytest.mark.parametrize(
        ("params", "found"),
        [
            ({"result": "enhanced_support"}, [100001]),
            ({"region": "North East", "scheme": IPPR}, [100002]),
            ({"la": "201", "scheme": RISE}, [100001, 100002, 100003]),
            ({"trust": "99", "scheme": IPPR}, [100002]),
            ({"flag": "watch", "scheme": RISE}, [100001]),
        ],
    )
    async def test_filters(self, judged: Service, params: dict[str, Any], found: list[int]) -> None:
        assert [urn for urn, _ in await urns(judged, DFE, **params)] == found

    @pytest.mark.parametrize(
        ("path", "params", "pointer"),
        [
            ("/v1/assessments", {"scheme": "nope"}, "scheme"),
            ("/v1/assessments", {"result": "nope"}, "result"),
            ("/v1/assessments", {"scheme": IPPR, "result": "targeted"}, "result"),
            ("/v1/assessments", {"flag": "nope"}, "flag"),
            ("/v1/assessments", {"region": "Mars"}, "region"),
            ("/v1/schools/100001/assessment", {"scheme": "nope"}, "scheme"),
            ("/v1/schools/100001/assessments", {"scheme": "nope"}, "scheme"),
            ("/v1/assessment-runs", {"scheme": "nope"}, "scheme"),
        ],
    )
    async def test_a_code_that_does_not_exist(
        self, service: Service, path: str, params: dict[str, str], pointer: str
    ) -> None:
        answer = await service.get(path, **params)
        assert answer.status_code == 422
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, "unknown_code")]

    @pytest.mark.parametrize("code", ["targeted", "structural"])
    async def test_a_result_of_any_scheme_or_version_is_known(self, service: Service, code: str) -> None:
        assert (await service.get("/v1/assessments", result=code)).json()["data"] == []
        assert (await service.get("/v1/assessments", result=code, scheme=RISE)).json()["data"] == []

    async def test_a_lookup_under_no_scheme(self, service: Service) -> None:
        answer = await service.post("/v1/assessments/lookup", {"urns": [100001], "scheme": "nope"})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/scheme")

    async def test_a_cursor_of_another_list(self, judged: Service) -> None:
        cursor = (await judged.get("/v1/assessment-runs", limit=1)).json()["paging"]["next_cursor"]
        assert (await judged.get("/v1/assessments", after=cursor)).status_code == 422
        assert (await judged.get("/v1/schools/100001/assessments", after="bm9uc2Vuc2U")).status_code == 422

    async def test_all_of_it_as_lines(self, judged: Service) -> None:
        answer = await judged.get("/v1/assessments", {**DFE, "Accept": "application/x-ndjson"}, scheme=IPPR)
        lines = [orjson.loads(line) for line in answer.content.splitlines()]
        listed = (await judged.get("/v1/assessments", scheme=IPPR)).json()["data"]
        assert lines == listed

    async def test_all_of_it_as_a_table(self, judged: Service) -> None:
        answer = await judged.get("/v1/assessments", {**party("trust:5143"), "Accept": "text/csv"})
        rows = list(csv.DictReader(answer.text.splitlines()))
        assert [(row["urn"], row["result"], row["flags"]) for row in rows] == [("100001", "enhanced_support", "")]
        assert rows[0]["action_areas"].split()[0] == "behaviour_and_attitudes"

    async def test_the_lists_by_id_whole_in_either_form(self, judged: Service) -> None:
        await judged.decide(100001)
        for path in (
            "/v1/assessment-runs",
            "/v1/schools/100001/assessments",
            "/v1/schools/100001/decisions",
            "/v1/notices",
        ):
            listed = (await judged.get(path)).json()["data"]
            lines = await judged.get(path, {**DFE, "Accept": "application/x-ndjson"}, limit=1)
            assert [orjson.loads(line) for line in lines.content.splitlines()] == listed != []
            table = await judged.get(path, {**DFE, "Accept": "text/csv"}, limit=1)
            assert table.headers["content-type"].startswith("text/csv")
            rows = list(csv.DictReader(table.text.splitlines()))
            assert [row["id"] for row in rows] == [each["id"] for each in listed]
            assert [row["scheme"] for row in rows] == [each["scheme"] for each in listed]

    async def test_a_second_read_is_not_modified(self, judged: Service) -> None:
        first = await judged.get("/v1/schools/100001/assessment")
        again = await judged.client.get(
            "/v1/schools/100001/assessment", headers={**DFE, "If-None-Match": first.headers["etag"]}
        )
        assert again.status_code == 304
        assert "private" in first.headers["cache-control"]

    @pytest.mark.parametrize(
        "path",
        [
            "/v1/schools/999999/assessment",
            "/v1/assessments/00000000-0000-7000-8000-000000000000",
            "/v1/decisions/00000000-0000-7000-8000-000000000000",
        ],
    )
    async def test_what_is_not_there(self, judged: Service, path: str) -> None:
        answer = await judged.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


class TestPolicies:
    async def test_schemes_with_their_versions(self, service: Service) -> None:
        schemes = (await service.get("/v1/policies")).json()["data"]
        versions = {each["scheme"]: [(v["version"], v["state"]) for v in each["versions"]] for each in schemes}
        assert versions == {
            IPPR: [(1, "in_force")],
            RISE: [(1, "past"), (2, "in_force")],
            "sio-2019-20": [(1, "on_request")],
            "tsi-2022-23": [(1, "on_request")],
        }
        assert {each["kind"] for each in schemes if each["scheme"] in {IPPR, RISE}} == {"scheme"}

    async def test_a_programme_says_each_criterion_with_its_values(self, service: Service) -> None:
        scheme = (await service.get("/v1/policies/tsi-2022-23")).json()
        assert (scheme["kind"], [each["version"] for each in scheme["versions"]]) == ("programme", [1])
        found = (await service.get("/v1/policies/tsi-2022-23/versions/1")).json()
        assert (found["in_force_from"], found["in_force_reason"]) == (None, "not_in_source")
        rules = {each["id"]: each for each in found["rules"]}
        assert rules["established_schools"]["sentence"].startswith(
            "At least 2 schools that have been in the trust for 3"
        )
        assert rules["share_below_good"]["parameters"]["share_percent"] == 50
        page = await service.get("/v1/policies/sio-2019-20/versions/1", {**DFE, "Accept": "text/html"})
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "£24,000" in page.text
        assert (await service.get("/v1/policies/tsi-2022-23/versions/2")).status_code == 404

    async def test_schemes_a_page_at_a_time(self, service: Service) -> None:
        first = (await service.get("/v1/policies", limit=1, include_total=True)).json()
        assert [each["scheme"] for each in first["data"]] == [IPPR]
        assert (first["paging"]["limit"], first["paging"]["total"]) == (1, 4)
        second = (await service.client.get(first["paging"]["next_url"], headers=DFE)).json()
        assert [each["scheme"] for each in second["data"]] == [RISE]
        assert second["paging"]["next_cursor"] is not None
        table = await service.get("/v1/policies", {**DFE, "Accept": "text/csv"})
        listed = [row["scheme"] for row in csv.DictReader(table.text.splitlines())]
        assert listed == [IPPR, RISE, "sio-2019-20", "tsi-2022-23"]

    async def test_a_version_says_each_rule_with_its_values(self, service: Service) -> None:
        found = (await service.get("/v1/policies/ippr-2023/versions/1")).json()
        sentences = {each["id"]: each["sentence"] for each in found["rules"]}
        assert (
            sentences["overall_grade"] == "The overall grade exists and is 3 (requires improvement) or 4 (inadequate)."
        )
        assert found["parameters"]["weak"]["overall"] == [3, 4]
        assert found["decision"]["routes"] == {"enhanced_support": ["support_and_oversight", "change_governance"]}

    @pytest.mark.parametrize("path", ["/v1/policies/nothing", "/v1/policies/ippr-2023/versions/9"])
    async def test_none_of_that_name(self, service: Service, path: str) -> None:
        assert (await service.get(path)).status_code == 404

    async def test_a_version_cannot_be_changed_by_the_service(self, service: Service) -> None:
        with pytest.raises(Exception, match="permission denied"):
            await service.rows("UPDATE policy_versions SET title = 'other' RETURNING 1")

    async def test_the_codes_are_public(self, service: Service) -> None:
        answer = await service.client.get("/v1/reference-data")
        assert answer.status_code == 200
        ippr = next(each for each in answer.json()["schemes"] if each["scheme"] == IPPR)
        assert [each["code"] for each in ippr["results"]] == [
            "school_led_development",
            "undetermined",
            "enhanced_support",
            "immediate_action",
        ]
