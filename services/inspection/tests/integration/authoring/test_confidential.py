"""Drafts are in no list, count, statistic, stream, fact or event; and two who publish at once publish once."""

import asyncio

import httpx
import pytest
from services.inspection.tests.integration.authoring import writing

LINES = {"Accept": "application/x-ndjson"}


class TestNowhere:
    @pytest.mark.parametrize("begin", [writing.draft, writing.passed])
    async def test_a_draft_shows_nowhere_not_even_to_the_inspectorate(
        self, inspectorate: httpx.AsyncClient, begin: object
    ) -> None:
        before = await everything(inspectorate)
        assert callable(begin)
        await begin(inspectorate, category_of_concern="SM", summary="Not yet.")
        assert await everything(inspectorate) == before


async def everything(client: httpx.AsyncClient) -> dict[str, str]:
    """Return the answers of every read that a published inspection changes."""
    paths = (
        "/v1/inspections?include_total=true",
        "/v1/schools/100001/inspections?include_total=true",
        "/v1/schools/100001/report-card",
        "/v1/schools/100001/report-card?audience=parent",
        "/v1/schools?has_report_card=true&include_total=true",
        "/v1/schools/100001",
        "/v1/facts",
        "/v1/statistics/grades?by=region",
        "/v1/changes",
    )
    answers = {path: await client.get(path) for path in paths}
    for path in ("/v1/inspections", "/v1/facts"):
        answers[f"{path} lines"] = await client.get(path, headers=LINES)
    assert {answer.status_code for answer in answers.values()} == {200}
    leave_out = '"as_of"'  # the feed tells the time of asking
    return {path: answer.text.partition(leave_out)[0] for path, answer in answers.items()}


class TestAtOnce:
    async def test_two_publications_make_one(self, inspectorate: httpx.AsyncClient) -> None:
        made = await writing.passed(inspectorate)
        path = f"/v1/inspections/{made['id']}"
        answers = await asyncio.gather(*(inspectorate.post(f"{path}/publication") for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        assert len((await inspectorate.get(f"{path}/versions")).json()["data"]) == 1

    async def test_two_corrections_make_two_versions(self, inspectorate: httpx.AsyncClient) -> None:
        made = await writing.published(inspectorate)
        path = f"/v1/inspections/{made['id']}"
        bodies = [{"changes": {"summary": f"No. {number}"}, "reason": "r"} for number in range(3)]
        answers = await asyncio.gather(*(inspectorate.post(f"{path}/corrections", json=body) for body in bodies))
        assert sorted(answer.json()["version"] for answer in answers) == [2, 3, 4]
        versions = (await inspectorate.get(f"{path}/versions")).json()["data"]
        assert [each["version"] for each in versions] == [4, 3, 2, 1]
