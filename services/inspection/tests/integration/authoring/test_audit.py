"""Who changed what, when and from what; the inspectorate's own steps before publication stay its own."""

from typing import Any

import httpx
import psycopg
import pytest
from services.inspection.tests.integration.authoring import writing
from services.inspection.tests.integration.reads.rows import Register

from inspection.audit.schemas import AuditPage
from shared.db.session import driver_url
from shared.testing.plugin import DatabaseUrls


async def trail(client: httpx.AsyncClient, inspection_id: object, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(f"/v1/inspections/{inspection_id}/audit{query}")
    assert answer.status_code == 200, answer.text
    AuditPage.model_validate(answer.json(), extra="forbid")
    entries: list[dict[str, Any]] = answer.json()["data"]
    return entries


class TestTrail:
    async def test_every_step_is_there_field_by_field(self, inspectorate: httpx.AsyncClient) -> None:
        made = await writing.draft(inspectorate)
        path = f"/v1/inspections/{made['id']}"
        patch = {"areas": writing.areas(inclusion="strong_standard")}
        await inspectorate.patch(path, json=patch, headers={"If-Match": "*"})
        await inspectorate.post(f"{path}/quality-assurance", json={"passed": True})
        await inspectorate.post(f"{path}/publication")
        await inspectorate.post(f"{path}/corrections", json={"changes": {"summary": "New."}, "reason": "Left out."})

        entries = await trail(inspectorate, made["id"])

        steps = ["corrected", "published", "quality_assured", "edited", "created"]
        assert [each["step"] for each in entries] == steps
        assert {each["by"] for each in entries} == {"ofsted"}
        assert entries[0]["reason"] == "Left out."
        assert entries[0]["changes"] == [{"field": "summary", "from": None, "to": "New."}]
        assert entries[3]["changes"] == [
            {"field": "areas/inclusion/grade", "from": "expected_standard", "to": "strong_standard"}
        ]

    async def test_a_draft_has_one_before_and_after_it_is_discarded(self, inspectorate: httpx.AsyncClient) -> None:
        made = await writing.draft(inspectorate)
        assert [each["step"] for each in await trail(inspectorate, made["id"])] == ["created"]
        discarded = await inspectorate.delete(f"/v1/inspections/{made['id']}", headers={"If-Match": "*"})
        assert discarded.status_code == 204
        assert [each["step"] for each in await trail(inspectorate, made["id"])] == ["discarded", "created"]

    async def test_others_see_it_from_publication_on(
        self, inspectorate: httpx.AsyncClient, department: httpx.AsyncClient
    ) -> None:
        made = await writing.passed(inspectorate)
        path = f"/v1/inspections/{made['id']}"
        assert (await department.get(f"{path}/audit")).status_code == 404
        await inspectorate.post(f"{path}/publication")
        assert [each["step"] for each in await trail(department, made["id"])] == ["published"]

    async def test_what_is_to_be_seen_later_has_no_trail_for_others_yet(
        self, inspectorate: httpx.AsyncClient, department: httpx.AsyncClient
    ) -> None:
        made = await writing.published(inspectorate, published_on="2999-01-01")
        assert (await department.get(f"/v1/inspections/{made['id']}/audit")).status_code == 404
        assert len(await trail(inspectorate, made["id"])) == 3

    async def test_what_files_brought_is_in_it_with_its_source(
        self, department: httpx.AsyncClient, register: Register
    ) -> None:
        known = register.card(100001)
        register.replaced_version(known, 1, "newer_file", safeguarding="not_met")
        entries = await trail(department, known)
        assert [each["step"] for each in entries] == ["loaded", "loaded"]
        assert entries[0]["source"]["name"] == "ofsted-latest-inspections"
        assert entries[0]["changes"] == [{"field": "safeguarding", "from": "met", "to": "not_met"}]
        assert entries[0]["by"] is None

    async def test_it_is_paged(self, inspectorate: httpx.AsyncClient) -> None:
        made = await writing.published(inspectorate)
        path = f"/v1/inspections/{made['id']}/audit?limit=1&include_total=true"
        steps: list[str] = []
        while path:
            page = (await inspectorate.get(path)).json()
            assert page["paging"]["total"] == 3
            steps += [each["step"] for each in page["data"]]
            path = page["paging"]["next_url"]
        assert steps == ["published", "quality_assured", "created"]

    async def test_it_can_be_added_to_only(self, inspectorate: httpx.AsyncClient, urls: DatabaseUrls) -> None:
        await writing.published(inspectorate)
        with psycopg.connect(driver_url(urls.app)) as serving, pytest.raises(psycopg.errors.InsufficientPrivilege):
            serving.execute("UPDATE inspection_audit SET by = 'someone'")
