"""Who sees what of an undecided judgement: nobody without a token, a trust its own schools only and no flags."""

from __future__ import annotations

import httpx
import pytest
from tests.e2e.conftest import Loaded
from tests.e2e.platform import Document

PATHS = {
    "triage": ("/v1/assessments", "/v1/assessment-runs"),
    "brokering": ("/v1/needs", "/v1/leaders", "/v1/episodes"),
    "inspection": ("/v1/imports", "/v1/facts"),
}


@pytest.fixture(scope="module")
def academies(sample: Loaded) -> dict[str, Document]:
    """One stuck school in a trust, and one school of another trust."""
    stuck = {urn for urn, one in sample.expected.items() if one.stuck}
    found: dict[str, Document] = {}
    for school in sample.platform.stream("inspection", "/v1/schools"):
        body = school["responsible_body"]
        if body["kind"] != "trust" or body["id"] is None:
            continue
        if school["urn"] in stuck and "own" not in found:
            found["own"] = school
    own = found["own"]["responsible_body"]["id"]
    found["other"] = next(
        school
        for school in sample.platform.stream("inspection", "/v1/schools")
        if school["responsible_body"]["kind"] == "trust" and school["responsible_body"]["id"] not in (None, own)
    )
    return found


def _asked(sample: Loaded, urn: int, *, role: str, org: str, scheme: str = "ippr-2023") -> httpx.Response:
    return sample.platform.client("triage", role, org).get(f"/v1/schools/{urn}/assessment", params={"scheme": scheme})


class TestWithoutAToken:
    @pytest.mark.parametrize(("service", "path"), [(name, path) for name, paths in PATHS.items() for path in paths])
    def test_confidential_lists_answer_401_as_a_problem(self, sample: Loaded, service: str, path: str) -> None:
        answer = sample.platform.client(service, None).get(path)
        assert answer.status_code == httpx.codes.UNAUTHORIZED
        assert answer.headers["content-type"].startswith("application/problem+json")

    def test_reference_data_is_public(self, sample: Loaded) -> None:
        for service in PATHS:
            assert sample.platform.client(service, None).get("/v1/reference-data").status_code == httpx.codes.OK


class TestATrust:
    def test_sees_its_own_proposal_without_the_flags(self, sample: Loaded, academies: dict[str, Document]) -> None:
        own = academies["own"]
        answer = _asked(sample, own["urn"], role="trust", org=f"trust:{own['responsible_body']['id']}")
        assert answer.status_code == httpx.codes.OK
        assert answer.json()["result"] == sample.expected[own["urn"]].ippr
        assert not {"stuck", "watch"} & set(answer.json()["flags"])
        assert "stuck" not in answer.text.lower()

    def test_does_not_see_the_route_before_a_decision(self, sample: Loaded, academies: dict[str, Document]) -> None:
        own = academies["own"]
        org = f"trust:{own['responsible_body']['id']}"
        assert _asked(sample, own["urn"], role="trust", org=org, scheme="rise-2025").status_code == 404

    def test_is_told_404_of_another_trusts_school(self, sample: Loaded, academies: dict[str, Document]) -> None:
        org = f"trust:{academies['own']['responsible_body']['id']}"
        answer = _asked(sample, academies["other"]["urn"], role="trust", org=org)
        assert answer.status_code == 404
        assert academies["other"]["name"] not in answer.text

    def test_lists_its_own_schools_only(self, sample: Loaded, academies: dict[str, Document]) -> None:
        uid = academies["own"]["responsible_body"]["id"]
        listed = {one["urn"] for one in sample.platform.stream(
            "triage", "/v1/assessments", role="trust", org=f"trust:{uid}", scheme="ippr-2023")}  # fmt: skip
        run = {one["urn"] for one in sample.platform.stream("inspection", "/v1/schools", trust=uid)}
        assert listed
        assert listed <= run

    def test_may_not_start_a_run(self, sample: Loaded) -> None:
        client = sample.platform.client("triage", "trust", "trust:90001")
        assert client.post("/v1/assessment-runs", json={"scheme": "ippr-2023"}).status_code == httpx.codes.FORBIDDEN


class TestASchool:
    def test_sees_no_undecided_judgement_of_itself(self, sample: Loaded, academies: dict[str, Document]) -> None:
        urn = academies["own"]["urn"]
        assert _asked(sample, urn, role="school", org=f"school:{urn}").status_code == 404

    def test_sees_no_provisional_need(self, sample: Loaded, academies: dict[str, Document]) -> None:
        urn = academies["own"]["urn"]
        answer = sample.platform.client("brokering", "school", f"school:{urn}").get("/v1/proposals")
        assert answer.status_code == httpx.codes.OK
        assert answer.json()["data"] == []


class TestARegion:
    def test_sees_its_own_caseload_only(self, sample: Loaded) -> None:
        client = sample.platform.client("triage", "improvement-team", "", "North East")
        answer = client.get("/v1/assessments", params={"scheme": "ippr-2023", "limit": 200})
        urns = [one["urn"] for one in answer.json()["data"]]
        looked_up = sample.platform.post("inspection", "/v1/schools/lookup", json={"urns": urns}).json()["data"]
        assert {school["region"] for school in looked_up} == {"North East"}
