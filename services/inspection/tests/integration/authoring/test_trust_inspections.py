"""Inspections of trusts: findings in words, published and corrected by the same steps."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import psycopg
import pytest
from services.inspection.tests.integration.authoring import writing
from services.inspection.tests.integration.authoring.conftest import READS, WRITES
from services.inspection.tests.integration.authoring.trust_writing import AREAS, DAY, LIST, published, written
from services.inspection.tests.integration.reads.rows import Register

from inspection.app import create_app
from inspection.settings import Settings
from inspection.trust_inspections.schemas import TrustInspection, TrustInspectionPage, TrustInspectionVersions
from shared.clock import request_day
from shared.db.session import driver_url
from shared.testing.client import client_of
from shared.testing.plugin import DatabaseUrls
from shared.testing.tokens import ISSUER, bearer, jwks_url


@pytest.fixture
async def inspectorate(urls: DatabaseUrls, register: Register) -> AsyncIterator[httpx.AsyncClient]:
    """The inspectorate on a day when trusts are inspected."""
    register.trust("5143")
    app = create_app(Settings(database_url=urls.app, issuer=ISSUER, jwks_url=jwks_url()))
    app.dependency_overrides[request_day] = lambda: DAY
    async with client_of(app, **bearer(scope=WRITES, org="ofsted", role="ofsted", client_id="ofsted")) as client:
        yield client


def anyone() -> dict[str, str]:
    return bearer(scope=READS, org="trust:5143", role="trust")


class TestALaterDay:
    async def test_until_then_the_feed_tells_nothing(self, inspectorate: httpx.AsyncClient) -> None:
        made = await published(inspectorate, published_on="2028-01-10")
        correction = {"changes": {"summary": "In short."}, "reason": "Left out."}
        corrected = await inspectorate.post(f"{LIST}/{made['id']}/corrections", json=correction)
        assert corrected.status_code == 201, corrected.text
        assert (await inspectorate.get("/v1/changes")).json()["data"] == []


class TestRefusals:
    async def test_others_neither_write_nor_see_drafts(self, inspectorate: httpx.AsyncClient) -> None:
        made = (await inspectorate.post(LIST, json=written())).json()
        path = f"{LIST}/{made['id']}"
        department = bearer(scope=WRITES, org="dfe")
        assert (await inspectorate.post(LIST, json=written(), headers=anyone())).status_code == 403
        assert (await inspectorate.post(LIST, json=written(number="2"), headers=department)).status_code == 403
        assert (await inspectorate.get(path, headers=department)).status_code == 404
        assert (await inspectorate.post(f"{path}/publication", headers=department)).status_code == 404
        assert (await inspectorate.get(f"{path}/versions", headers=department)).status_code == 404
        assert (await inspectorate.get(LIST, headers=department)).json()["data"] == []
        assert (await inspectorate.get(f"/v1/inspections/{made['id']}")).status_code == 404
        assert (await inspectorate.get("/v1/inspection-drafts", headers=department)).json()["data"] == []

    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            ({"starts_on": "2027-08-31"}, "/starts_on", "not_at_that_time"),
            ({"published_on": "2027-09-05"}, "/published_on", "out_of_order"),
            ({"areas": [{"area": "inclusion"}]}, "/areas/0/area", "not_in_framework"),
            ({"areas": [{"area": "wellbeing"}, {"area": "wellbeing"}]}, "/areas/1/area", "repeated"),
            ({"areas": [{"area": "wellbeing", "judged_on": "2027-09-05"}]}, "/areas/0/judged_on", "out_of_order"),
            ({"framework": "report-card-2025"}, "/framework", "literal_error"),
        ],
    )
    async def test_what_is_wrong_is_named(
        self, inspectorate: httpx.AsyncClient, changes: dict[str, Any], pointer: str, code: str
    ) -> None:
        answer = await inspectorate.post(LIST, json=written(**changes))
        assert answer.status_code == 422
        assert (pointer, code) in writing.pointers(answer)

    async def test_to_pass_it_wants_a_finding_on_every_area(self, inspectorate: httpx.AsyncClient) -> None:
        made = (await inspectorate.post(LIST, json=written(areas=[{"area": "wellbeing"}]))).json()
        path = f"{LIST}/{made['id']}"
        early = await inspectorate.post(f"{path}/publication")
        answer = await inspectorate.post(f"{path}/quality-assurance", json={"passed": True})
        assert (early.status_code, writing.pointers(early)) == (409, [("/state", "is_draft")])
        assert answer.status_code == 422
        assert writing.pointers(answer) == [("/areas", "missing_area")] * 4 + [("/areas/0/finding", "missing")]
        assert len(made["lacks"]) == 5

    async def test_one_that_has_not_begun_is_not_published(self, inspectorate: httpx.AsyncClient) -> None:
        made = (await inspectorate.post(LIST, json=written(starts_on="2028-01-10", published_on="2028-02-01"))).json()
        await inspectorate.post(f"{LIST}/{made['id']}/quality-assurance", json={"passed": True})
        answer = await inspectorate.post(f"{LIST}/{made['id']}/publication")
        assert answer.status_code == 422
        assert writing.pointers(answer) == [("/starts_on", "in_the_future")]

    async def test_no_such_trust_is_404(self, inspectorate: httpx.AsyncClient) -> None:
        assert (await inspectorate.get("/v1/trusts/999/inspections")).status_code == 404
        assert (await inspectorate.post("/v1/trusts/999/inspections", json=written())).status_code == 404


class TestLife:
    async def test_written_published_corrected_and_each_version_read_back(
        self, inspectorate: httpx.AsyncClient
    ) -> None:
        made = await published(inspectorate)
        path = f"{LIST}/{made['id']}"
        body = {"changes": {"summary": "In short."}, "reason": "Left out."}
        corrected = await inspectorate.post(f"{path}/corrections", json=body)
        again = await inspectorate.post(f"{path}/publication")

        page = (await inspectorate.get(LIST, headers=anyone())).json()
        versions = (await inspectorate.get(f"{path}/versions", headers=anyone())).json()
        told = [event["type"] for event in (await inspectorate.get("/v1/changes")).json()["data"]]

        TrustInspection.model_validate(made, extra="forbid")
        TrustInspectionPage.model_validate(page, extra="forbid")
        TrustInspectionVersions.model_validate(versions, extra="forbid")
        assert corrected.status_code == 201
        assert (again.status_code, writing.pointers(again)) == (409, [("/state", "is_published")])
        assert page["data"] == [corrected.json()]
        assert [(each["version"], each["made_because"]) for each in versions["data"]] == [(2, "Left out."), (1, None)]
        assert versions["data"][1] == made
        assert made["areas"][2]["judgement_reason"] == "no_scale_yet"
        assert told == [
            "inspection.trust-inspection.published",
            "inspection.trust.changed",
            "inspection.trust-inspection.corrected",
            "inspection.trust.changed",
        ]

    async def test_areas_come_in_the_order_of_the_framework(self, inspectorate: httpx.AsyncClient) -> None:
        areas = [{"area": area, "finding": "Found."} for area in reversed(AREAS)]
        made = await published(inspectorate, areas=areas)
        assert [each["area"] for each in made["areas"]] == list(AREAS)

    async def test_it_is_to_be_seen_from_its_publication(self, inspectorate: httpx.AsyncClient) -> None:
        made = await published(inspectorate, published_on="2027-12-02")
        shown = await published(inspectorate, number="78")
        before = (await inspectorate.get(LIST, params={"as_of": "2027-10-10"})).json()
        now = (await inspectorate.get(LIST, params={"include_total": "true"})).json()
        assert before["data"] == []
        assert ([each["id"] for each in now["data"]], now["paging"]["total"]) == ([shown["id"]], 1)
        path = f"{LIST}/{made['id']}"
        assert (await inspectorate.get(path, headers=anyone())).status_code == 404
        assert (await inspectorate.get(path)).status_code == 200

    async def test_a_draft_changes_by_patch_and_can_be_discarded(self, inspectorate: httpx.AsyncClient) -> None:
        made = (await inspectorate.post(LIST, json=written())).json()
        path, current = f"{LIST}/{made['id']}", {"If-Match": "*"}
        changed = await inspectorate.patch(path, json={"summary": "In short."}, headers=current)
        assert changed.json()["summary"] == "In short."
        assert (await inspectorate.patch(path, json={"summary": "x"}, headers={"If-Match": '"old"'})).status_code == 412
        assert (await inspectorate.delete(path, headers=current)).status_code == 204
        assert (await inspectorate.get(path)).status_code == 404

    async def test_the_database_adds_versions_only(self, inspectorate: httpx.AsyncClient, urls: DatabaseUrls) -> None:
        await published(inspectorate)
        with psycopg.connect(driver_url(urls.app)) as serving, pytest.raises(psycopg.errors.InsufficientPrivilege):
            serving.execute("UPDATE trust_inspections SET content = '{}'")


class TestReading:
    async def test_the_trail_has_every_step_and_the_public_those_from_publication(
        self, inspectorate: httpx.AsyncClient
    ) -> None:
        made = await published(inspectorate)
        correction = {"changes": {"summary": "Put right."}, "reason": "A slip of the pen"}
        corrected = await inspectorate.post(f"{LIST}/{made['id']}/corrections", json=correction)
        assert corrected.status_code == 201, corrected.text

        trail = f"{LIST}/{made['id']}/audit"
        whole = (await inspectorate.get(trail)).json()["data"]
        seen = (await inspectorate.get(trail, headers=anyone())).json()["data"]

        assert [each["step"] for each in whole] == ["corrected", "published", "quality_assured", "created"]
        assert [each["step"] for each in seen] == ["corrected", "published"]
        assert seen[0]["reason"] == "A slip of the pen"
        assert {"field": "summary", "from": None, "to": "Put right."} in seen[0]["changes"]

    async def test_the_trail_of_a_draft_is_the_inspectorates(self, inspectorate: httpx.AsyncClient) -> None:
        draft = (await inspectorate.post(LIST, json=written())).json()
        trail = f"{LIST}/{draft['id']}/audit"
        assert [each["step"] for each in (await inspectorate.get(trail)).json()["data"]] == ["created"]
        assert (await inspectorate.get(trail, headers=anyone())).status_code == 404
        assert (await inspectorate.get(trail.replace("5143", "5144"))).status_code == 404

    async def test_the_list_comes_as_lines(self, inspectorate: httpx.AsyncClient) -> None:
        first = await published(inspectorate)
        second = await published(inspectorate, number="78", starts_on="2027-10-04", published_on="2027-11-01")
        answer = await inspectorate.get(LIST, headers={**anyone(), "Accept": "application/x-ndjson"})
        lines = [orjson.loads(line) for line in answer.content.splitlines()]
        assert [each["id"] for each in lines] == [second["id"], first["id"]]
        assert lines == (await inspectorate.get(LIST, headers=anyone())).json()["data"]

    async def test_the_trusts_page_tells_what_was_found(self, inspectorate: httpx.AsyncClient) -> None:
        await published(inspectorate, summary="A trust that <listens>.")
        page = (await inspectorate.get("/trusts/5143")).text
        assert "A trust that &lt;listens&gt;." in page
        assert "Found on wellbeing." in page
        assert "Inspection of 6 September 2027, published on 11 October 2027" in page
