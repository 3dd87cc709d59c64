"""A small world for the tests of matching: schools, what triage says of them, leaders, and those who ask."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import psycopg
from services.brokering.tests.fakes import FakeFacts, FakeFeed
from sqlalchemy import text

from brokering.jobs import JOBS
from shared.db.session import Database, driver_url
from shared.events.consumer import FeedConsumer
from shared.jobs.runner import JobRunner
from shared.testing.tokens import bearer

REGION = "London"
ALL_SCOPES = "leaders:read leaders:write needs:read needs:write brokering:match proposals:read changes:read"
ENDED = {"succeeded", "failed", "cancelled"}

DFE = bearer(scope=ALL_SCOPES, org="dfe", role="dfe")
PARTNER = bearer(scope=ALL_SCOPES, org="partner:1", role="partner", regions=[REGION], user="a-person")
FAR_PARTNER = bearer(scope=ALL_SCOPES, org="partner:2", role="partner", regions=["North East"], user="b-person")
DIRECTOR = bearer(
    scope=f"{ALL_SCOPES} triage:decide", org="dfe", role="regional-director", regions=[REGION], user="c-person"
)


def as_trust(uid: str) -> dict[str, str]:
    return bearer(scope="needs:read proposals:read", org=f"trust:{uid}", role="trust")


def as_authority(code: str) -> dict[str, str]:
    return bearer(scope="needs:read proposals:read", org=f"la:{code}", role="la", user="d-person")


def as_school(urn: int) -> dict[str, str]:
    return bearer(scope="proposals:read", org=f"school:{urn}", role="school", user="e-person")


def as_leader(leader_id: str) -> dict[str, str]:
    return bearer(scope="leaders:read", org=f"leader:{leader_id}", role="leader", user="f-person")


def facts_of(urn: int, **changes: Any) -> dict[str, Any]:
    return {
        "urn": urn,
        "facts_version": "1" * 64,
        "name": f"School {urn}",
        "phase": "primary",
        "type": {"code": "community", "label": "Community school"},
        "status": "open",
        "region": REGION,
        "local_authority": {"code": "208", "name": "Lambeth"},
        "responsible_body": {"kind": "local_authority", "id": "208", "name": "Lambeth"},
        "trust": None,
        "pupils": 300,
        "idaci_quintile": 3,
        "location": {"lat": 51.5, "lng": -0.1},
        "religious_character": None,
        "report_url": None,
        "inspections": [],
        "warnings": [],
        "source": {"name": "ofsted-latest-inspections", "as_at": "2025-08-31"},
        **changes,
    }


def in_trust(uid: str) -> dict[str, Any]:
    body = {"kind": "trust", "id": uid, "name": f"Trust {uid}"}
    return {"responsible_body": body, "trust": {"uid": uid, "name": f"Trust {uid}", "kind": "multi_academy_trust"}}


def leader_document(reference: str, **changes: Any) -> dict[str, Any]:
    return {
        "reference": reference,
        "role": "trust_ceo",
        "organisation": {"kind": "trust", "id": f"9{reference[-3:]}", "name": f"Trust of {reference}"},
        "region": REGION,
        "location": {"lat": 51.52, "lng": -0.12},
        "phases": ["primary"],
        "schools_turned_round": 2,
        "days_available": 20,
        "max_concurrent": 2,
        **changes,
    }


@dataclass
class MatchingWorld:
    """The feeds of other services, and clients of this one."""

    client: httpx.AsyncClient
    database: Database
    facts: FakeFacts
    feeds: dict[str, FakeFeed]
    consumers: dict[str, FeedConsumer[Any]]
    owner_url: str
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    working: asyncio.Task[None] | None = None

    def work(self) -> None:
        """Start a worker's job runner, once."""
        if self.working is None:
            runner = JobRunner(JOBS, self.database, consumers=list(self.consumers.values()), patience=2)
            self.working = asyncio.create_task(runner.run(self.stop))

    async def stop_working(self) -> None:
        self.stop.set()
        if self.working is not None:
            await self.working

    def school(self, urn: int, **changes: Any) -> None:
        self.facts.schools[urn] = facts_of(urn, **changes)
        self.feeds["inspection"].tell("inspection.school.changed", str(urn), {"urn": urn})

    def assess(self, urn: int, result: str = "enhanced_support", **changes: Any) -> None:
        data = {"urn": urn, "scheme": "ippr-2023", "assessment_id": f"a-{urn}-{result}", "result": result}
        changed: dict[str, Any] = {
            "flags": [],
            "action_areas": ["quality_of_education"],
            "policy_version": 1,
            "as_of": "2026-06-01",
        }
        self.feeds["triage"].tell("triage.assessment.changed", str(urn), {**data, **changed, **changes})

    def decide(self, urn: int, tier: str = "enhanced_support", **changes: Any) -> str:
        decision_id = str(uuid.uuid4())
        data = {"urn": urn, "decision_id": decision_id, "tier": tier, "route": "support", "proposed": tier}
        changed: dict[str, Any] = {
            "assessment_id": f"a-{urn}",
            "effective_on": "2026-06-02",
            "action_areas": [],
            "supersedes": None,
        }
        self.feeds["triage"].tell("triage.decision.made", str(urn), {**data, **changed, **changes})
        return decision_id

    async def follow(self) -> None:
        for consumer in self.consumers.values():
            await consumer.catch_up()

    async def get(self, path: str, headers: dict[str, str] = DFE, status: int = 200, **params: Any) -> Any:
        answer = await self.client.get(
            path, headers=headers, params=params or None
        )  # no parameters: those of the path stay
        assert answer.status_code == status, answer.text
        return answer.json()

    async def post(self, path: str, body: Any, headers: dict[str, str] = DFE, status: int = 201) -> Any:
        answer = await self.client.post(path, headers=headers, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def needs(self, headers: dict[str, str] = DFE, **filters: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.get("/v1/needs", headers, **filters))["data"]
        return found

    async def leader(self, reference: str, **changes: Any) -> dict[str, Any]:
        made: dict[str, Any] = await self.post("/v1/leaders", leader_document(reference, **changes))
        return made

    async def round(self, body: Any = None, headers: dict[str, str] = DFE) -> dict[str, Any]:
        """Ask for a round and wait until it has ended."""
        answer = await self.client.post("/v1/matching-rounds", headers=headers, json=body or {})
        assert answer.status_code == 202, answer.text
        assert answer.headers["location"] == f"/v1/matching-rounds/{answer.json()['id']}"
        self.work()
        async with asyncio.timeout(120):
            return await self._until_ended(answer.headers["location"], headers)

    async def _until_ended(self, path: str, headers: dict[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = await self.get(path, headers)
        began = asyncio.get_running_loop().time()
        while found["state"] not in ENDED:
            await asyncio.sleep(0.05 + (asyncio.get_running_loop().time() - began) / 20)
            found = await self.get(path, headers)
        return found

    async def lines(self, path: str, headers: dict[str, str] = DFE) -> list[dict[str, Any]]:
        answer = await self.client.get(path, headers={**headers, "Accept": "application/x-ndjson"})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("application/x-ndjson")
        return [orjson.loads(line) for line in answer.content.splitlines()]

    def promise(self, leader_id: str, *, half_days: int, places: int) -> None:
        """Let the ledger's balance of a leader say that this much is reserved."""
        with psycopg.connect(driver_url(self.owner_url), options="-c app.visibility=all") as owner:
            owner.execute("ALTER TABLE leader_accounts DISABLE TRIGGER USER")
            owner.execute(
                "UPDATE leader_accounts SET reserved_half_days = %s, places_held = %s WHERE leader_id = %s",
                (half_days, places, leader_id),
            )
            owner.execute("ALTER TABLE leader_accounts ENABLE TRIGGER USER")

    async def sql(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        async with self.database.system_session() as session:
            result: Any = await session.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []
