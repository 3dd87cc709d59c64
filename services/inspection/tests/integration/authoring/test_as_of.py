"""What was published on a day is read back as it stood then: inspection, history and card."""

from datetime import date, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from services.inspection.tests.integration.authoring import writing
from services.inspection.tests.integration.reads.rows import Register

from shared.clock import today


async def achievement(client: httpx.AsyncClient, path: str, as_of: str | None) -> Any:
    """Return the grade of achievement that a document, or the newest one of a list, shows."""
    answer = await client.get(path, params={"as_of": as_of} if as_of else {})
    if answer.status_code == 404:
        return 404
    document = answer.json()
    document = document["data"][0] if document.get("data") else document
    return next((a["grade"] for a in document.get("areas", []) if a["area"] == "achievement"), None)


class TestCorrectedHere:
    async def test_each_day_shows_the_version_of_that_day(
        self, inspectorate: httpx.AsyncClient, owner: psycopg.Connection[dict[str, Any]]
    ) -> None:
        owner.execute("UPDATE schools SET known_since = '2026-01-01'")
        made = await writing.published(inspectorate)
        inspection = f"/v1/inspections/{made['id']}"
        for grade in ("needs_attention", "strong_standard"):
            body = {"changes": {"areas": writing.areas(achievement=grade)}, "reason": "r"}
            assert (await inspectorate.post(f"{inspection}/corrections", json=body)).status_code == 201
        # the second version was made a week ago, and the first a week before it
        with owner.transaction():
            owner.execute("ALTER TABLE inspection_versions DISABLE TRIGGER USER")
            owner.execute(
                "UPDATE inspection_versions SET content ="
                " content || jsonb_build_object('recorded_at', now() - interval '7 days' * (3 - version))"
            )
            owner.execute("ALTER TABLE inspection_versions ENABLE TRIGGER USER")
        yesterday = (today() - timedelta(days=1)).isoformat()
        eight_days_ago = (today() - timedelta(days=8)).isoformat()

        for path in (inspection, "/v1/schools/100001/inspections", "/v1/schools/100001/report-card"):
            assert await achievement(inspectorate, path, None) == "strong_standard", path
            assert await achievement(inspectorate, path, today().isoformat()) == "strong_standard", path
            assert await achievement(inspectorate, path, yesterday) == "needs_attention", path
            assert await achievement(inspectorate, path, eight_days_ago) == "expected_standard", path
            assert await achievement(inspectorate, path, "2026-02-09") in {None, 404}, path

    async def test_before_several_corrections_of_one_day_the_first_version_stood(
        self, inspectorate: httpx.AsyncClient
    ) -> None:
        made = await writing.published(inspectorate)
        inspection = f"/v1/inspections/{made['id']}"
        for grade in ("needs_attention", "strong_standard", "exceptional"):
            body = {"changes": {"areas": writing.areas(achievement=grade)}, "reason": "r"}
            assert (await inspectorate.post(f"{inspection}/corrections", json=body)).status_code == 201
        yesterday = (today() - timedelta(days=1)).isoformat()
        for path in (inspection, "/v1/schools/100001/report-card"):
            assert await achievement(inspectorate, path, yesterday) == "expected_standard", path

    async def test_a_day_to_come_is_refused(self, inspectorate: httpx.AsyncClient) -> None:
        made = await writing.published(inspectorate)
        for path in (
            f"/v1/inspections/{made['id']}",
            "/v1/schools/100001/inspections",
            "/v1/schools/100001/report-card",
        ):
            answer = await inspectorate.get(path, params={"as_of": "2999-01-01"})
            assert writing.pointers(answer) == [("as_of", "in_the_future")]

    async def test_the_parents_card_has_no_earlier_days(self, inspectorate: httpx.AsyncClient) -> None:
        card = "/v1/schools/100001/report-card"
        parent = await inspectorate.get(card, params={"as_of": "2026-06-01", "audience": "parent"})
        page = await inspectorate.get(card, params={"as_of": "2026-06-01"}, headers={"Accept": "text/html"})
        assert writing.pointers(parent) == [("as_of", "not_for_audience")]
        assert page.status_code == 422


class TestCorrectedByFile:
    @pytest.mark.parametrize(
        ("as_of", "overall"), [("2023-03-31", None), ("2023-04-01", 2), ("2026-05-30", 2), ("2026-05-31", 3)]
    )
    async def test_a_file_s_version_is_in_force_from_the_date_it_speaks_for(
        self,
        inspectorate: httpx.AsyncClient,
        register: Register,
        owner: psycopg.Connection[dict[str, Any]],
        as_of: str,
        overall: int | None,
    ) -> None:
        owner.execute("UPDATE schools SET known_since = '2023-01-01'")
        made = register.inspection(100001, published_on=date(2023, 4, 1))
        register.replaced_version(made, 1, "newer_file", overall=3)
        card = (await inspectorate.get("/v1/schools/100001/report-card", params={"as_of": as_of})).json()
        history = (await inspectorate.get("/v1/schools/100001/inspections", params={"as_of": as_of})).json()
        assert (card["inspection"] or {}).get("overall") == overall
        assert [each["overall"] for each in history["data"]] == [overall] * (overall is not None)
