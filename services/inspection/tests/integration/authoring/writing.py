"""Inspections as the inspectorate sends them; plain functions, every field with a sensible default."""

from typing import Any

import httpx
from services.inspection.tests.integration.reads.rows import CARD_AREAS


def areas(**grades: Any) -> list[dict[str, Any]]:
    """Return the six areas of a card at the expected standard, unless told."""
    return [
        {"area": area, "grade": grade}
        for area, grade in {**dict.fromkeys(CARD_AREAS, "expected_standard"), **grades}.items()
        if grade is not None
    ]


def card(**changes: Any) -> dict[str, Any]:
    """Return a report card of January 2026."""
    return {
        "urn": 100001,
        "number": "10432161",
        "starts_on": "2026-01-06",
        "published_on": "2026-02-10",
        "safeguarding": "met",
        "areas": areas(),
        **changes,
    }


async def draft(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """Begin a card and return its document."""
    answer = await client.post("/v1/inspections", json=card(**changes))
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def passed(client: httpx.AsyncClient, **changes: Any) -> Any:
    """Begin a card and pass it through quality assurance."""
    document = await draft(client, **changes)
    answer = await client.post(f"/v1/inspections/{document['id']}/quality-assurance", json={"passed": True})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def published(client: httpx.AsyncClient, **changes: Any) -> Any:
    """Publish a card."""
    document = await passed(client, **changes)
    answer = await client.post(f"/v1/inspections/{document['id']}/publication")
    assert answer.status_code == 200, answer.text
    return answer.json()


def pointers(answer: httpx.Response) -> list[tuple[str, str]]:
    """Return where a refusal points, with its codes."""
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
