"""Monitoring inspections judge single areas again; ungraded ones end in an outcome."""

from typing import Any

import httpx
from services.inspection.tests.integration.authoring import writing


def monitoring(**changes: Any) -> dict[str, Any]:
    """Return a monitoring inspection of April that judged achievement again."""
    return {
        "kind": "monitoring",
        "number": "10439999",
        "starts_on": "2026-04-14",
        "published_on": "2026-05-01",
        "safeguarding": None,
        "areas": [
            {"area": "achievement", "grade": "expected_standard", "judged_on": "2026-04-15", "narrative": "Better."}
        ],
        **changes,
    }


async def in_force(client: httpx.AsyncClient, path: str = "/v1/schools/100001/report-card") -> dict[str, Any]:
    """Return grade and date of each area, by area."""
    document = (await client.get(path)).json()
    return {area["area"]: (area["grade"], area["judged_on"]) for area in document["areas"]}


class TestMonitoring:
    async def test_card_and_facts_show_the_grade_in_force_and_history_both(
        self, inspectorate: httpx.AsyncClient
    ) -> None:
        before = await writing.published(inspectorate, areas=writing.areas(achievement="needs_attention"))
        made = await writing.published(inspectorate, **monitoring())

        grades = await in_force(inspectorate)
        facts = (await inspectorate.post("/v1/facts/lookup", json={"urns": [100001]})).json()["data"][0]
        history = (await inspectorate.get("/v1/schools/100001/inspections")).json()["data"]
        versions = (await inspectorate.get(f"/v1/inspections/{before['id']}/versions")).json()["data"]

        assert grades["achievement"] == ("expected_standard", "2026-04-15")
        assert grades["inclusion"] == ("expected_standard", "2026-01-06")
        assert made["areas"] == [area for area in history[0]["areas"] if area["area"] == "achievement"]
        graded = next(each for each in facts["inspections"] if each["kind"] == "graded")
        assert ("achievement", "expected_standard", "2026-04-15") in {
            (area["area"], area["grade"], area["judged_on"]) for area in graded["areas"]
        }
        assert [each["id"] for each in history] == [made["id"], before["id"]]
        assert versions[0]["made_because"] == f"monitoring_inspection {made['id']}"
        assert versions[1]["inspection"]["areas"] == before["areas"]

    async def test_an_area_of_another_framework_than_the_one_followed_is_refused(
        self, inspectorate: httpx.AsyncClient
    ) -> None:
        await writing.published(inspectorate)
        body = writing.card(**monitoring(areas=[{"area": "quality_of_education", "grade": 2}]))
        assert writing.pointers(await inspectorate.post("/v1/inspections", json=body)) == [
            ("/areas/0/area", "not_in_framework")
        ]

    async def test_without_a_graded_inspection_there_is_nothing_to_judge_again(
        self, inspectorate: httpx.AsyncClient
    ) -> None:
        answer = await inspectorate.post("/v1/inspections", json=writing.card(**monitoring()))
        assert writing.pointers(answer) == [("/areas/0/area", "not_in_framework")]

    async def test_it_is_not_published_ahead(self, inspectorate: httpx.AsyncClient) -> None:
        await writing.published(inspectorate)
        made = await writing.passed(inspectorate, **monitoring(published_on="2999-01-01"))
        answer = await inspectorate.post(f"/v1/inspections/{made['id']}/publication")
        assert writing.pointers(answer) == [("/published_on", "in_the_future")]

    async def test_the_later_judgement_holds_whatever_is_published_last(self, inspectorate: httpx.AsyncClient) -> None:
        await writing.published(inspectorate)
        later = [{"area": "achievement", "grade": "strong_standard"}]
        await writing.published(
            inspectorate, **monitoring(number="2", starts_on="2026-06-02", published_on="2026-06-20", areas=later)
        )
        await writing.published(inspectorate, **monitoring())
        assert (await in_force(inspectorate))["achievement"] == ("strong_standard", "2026-06-02")

    async def test_its_correction_reaches_the_card_and_takes_nothing_back(
        self, inspectorate: httpx.AsyncClient
    ) -> None:
        await writing.published(inspectorate)
        made = await writing.published(inspectorate, **monitoring())
        path = f"/v1/inspections/{made['id']}/corrections"
        changed = [{"area": "achievement", "grade": "exceptional", "judged_on": "2026-04-15"}]

        gone = await inspectorate.post(path, json={"changes": {"areas": []}, "reason": "r"})
        done = await inspectorate.post(path, json={"changes": {"areas": changed}, "reason": "r"})

        assert writing.pointers(gone) == [("/changes/areas", "withdrawn")]
        assert done.status_code == 201
        assert (await in_force(inspectorate))["achievement"] == ("exceptional", "2026-04-15")

    async def test_safeguarding_is_judged_again_too(self, inspectorate: httpx.AsyncClient) -> None:
        await writing.published(inspectorate, safeguarding="not_met", category_of_concern="RSI")
        await writing.published(inspectorate, **monitoring(safeguarding="met", areas=[]))
        card = (await inspectorate.get("/v1/schools/100001/report-card")).json()
        assert (card["safeguarding"]["judgement"], card["safeguarding"]["judged_on"]) == ("met", "2026-04-14")
        assert card["category_of_concern"]["code"] == "RSI"
        assert [each["code"] for each in card["warnings"]] == ["category_mismatch"]


class TestUngraded:
    async def test_it_is_published_with_its_outcome(self, inspectorate: httpx.AsyncClient) -> None:
        changes = {"kind": "ungraded", "areas": [], "safeguarding": None}
        made = await writing.published(inspectorate, **changes, outcome={"code": "remains_good_concerns"})
        assert made["framework"] == "ungraded"
        assert made["outcome"]["code"] == "remains_good_concerns"
        assert made["outcome"]["concern"] is True
