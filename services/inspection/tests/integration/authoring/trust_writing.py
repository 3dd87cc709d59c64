"""Inspections of a trust as the inspectorate sends them, on a day when there are such inspections."""

from datetime import date
from typing import Any

import httpx

LIST = "/v1/trusts/5143/inspections"
AREAS = (
    "quality_of_education_activity",
    "governance_and_executive_leadership",
    "wellbeing",
    "securing_improvement",
    "management_of_resources",
)
DAY = date(2027, 12, 1)


def written(**changes: Any) -> dict[str, Any]:
    """Return an inspection of a trust of September 2027."""
    areas = [{"area": area, "finding": f"Found on {area}."} for area in AREAS]
    return {"number": "77", "starts_on": "2027-09-06", "published_on": "2027-10-11", "areas": areas, **changes}


async def published(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """Write an inspection, pass it through quality assurance, publish it, and return its document."""
    made = (await client.post(LIST, json=written(**changes))).json()
    await client.post(f"{LIST}/{made['id']}/quality-assurance", json={"passed": True})
    answer = await client.post(f"{LIST}/{made['id']}/publication")
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document
