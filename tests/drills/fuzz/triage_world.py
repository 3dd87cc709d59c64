"""Triage with schools assessed, decided on and tried out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from services.triage.tests import documents
from services.triage.tests.conftest import Service as TriageService
from services.triage.tests.conftest import director
from services.triage.tests.fakes import FakeInspection
from tests.drills.fuzz.running import Running, running
from tests.drills.fuzz.world import AUTHORITY, COMMON, FINAL, REGION, TRUST, World, tokens_of

import triage.app
from shared.db.session import Database
from shared.testing.plugin import DatabaseUrls
from shared.testing.tokens import bearer
from triage.settings import Settings as TriageSettings


@contextmanager
def triage_world(urls: DatabaseUrls) -> Iterator[World]:
    """Triage with a few schools assessed under both schemes, and a decision."""
    settings = TriageSettings(database_url=urls.app, **COMMON)
    with running(triage.app.create_app(settings)) as service:
        tokens = tokens_of(service.app.openapi(), f"trust:{TRUST}")
        yield World("triage", service, urls, service.call(_assess(service, urls)), tokens)


async def _assess(service: Running, urls: DatabaseUrls) -> dict[str, list[Any]]:
    database = Database(urls.app)
    held = TriageService(service.app, service.client, database, FakeInspection())
    schools = [documents.facts(100001 + n, documents.graded("2023-05-01", 1 + n % 4)) for n in range(8)]
    await held.load(*schools, documents.maintained(100020, documents.concern("2025-01-01")))
    runs = [(await held.run(scheme))["id"] for scheme in ("ippr-2023", "rise-2025")]
    made = await held.decide(100003)
    published = await held.post(f"/v1/decisions/{made['id']}/publication", {}, director())
    assert published.status_code == HTTPStatus.CREATED, published.text
    notices = (await held.get("/v1/notices")).json()["data"]
    tried = [await _simulate(held) for _ in range(2)]
    reviewed = await _review(held)
    case = {"programme": "tsi-2022-23", "reason": "The school was rebuilt after a fire."}
    admitted = await held.post("/v1/schools/100003/eligibility/exceptions", case, director())
    assert admitted.status_code == HTTPStatus.CREATED, admitted.text
    await database.close()
    return {
        "simulation_id": tried[:1],
        "other_id": tried[1:],
        "follow_up_id": [reviewed],
        "exception_id": [admitted.json()["id"]],
        "conclusion": ["insufficient_progress"],
        "by": ["region"],
        "urn": [100003, 100001, 100020],
        "scheme": ["ippr-2023", "rise-2025"],
        "version": [1],
        "run_id": runs,
        "run": runs,
        "assessment_id": [made["assessment_id"]],
        "decision_id": [made["id"]],
        "notice_id": [each["id"] for each in notices],
        "tier": [made["tier"]],
        "route": ["support_and_oversight"],
        "region": [REGION],
        "la": [AUTHORITY],
        "trust": [TRUST],
        "uid": [TRUST],
        "as_of": ["2026-11-01"],
    }


async def _simulate(held: TriageService) -> str:
    """A simulation that has come to its end."""
    token = bearer(scope=("simulations:read", "simulations:run"), org="dfe", role="dfe")
    body = {"scheme": "ippr-2023", "parameters": {"weak": {"overall": [4]}}}
    async with held.working(), asyncio.timeout(60):
        document = (await held.post("/v1/simulations", body, token)).json()
        while document["state"] not in FINAL:
            document = (await held.get(f"/v1/simulations/{document['id']}", token)).json()
    assert document["state"] == "succeeded", document
    return str(document["id"])


async def _review(held: TriageService) -> str:
    """A progress review that is recorded."""
    token = bearer(scope=("reviews:write",), org="dfe", role="dfe")
    body = {"review_id": "review-1", "concluded_on": "2026-05-01", "conclusion": "insufficient_progress"}
    made = await held.post("/v1/schools/100003/progress-reviews", body, token)
    assert made.status_code == HTTPStatus.CREATED, made.text
    return str(made.json()["id"])
