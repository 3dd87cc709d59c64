"""A triage service on a real database, with an inspection service in memory and a worker for its jobs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from services.triage.tests.fakes import FakeInspection
from sqlalchemy import text

from shared.clock import request_day, today
from shared.db.session import Database
from shared.jobs.runner import JobRunner
from shared.testing.client import client_of
from shared.testing.one_database import OneDatabase
from shared.testing.plugin import DatabaseUrls
from shared.testing.postgres import TestServer
from shared.testing.tokens import AUDIENCE, ISSUER, bearer, jwks_url
from triage.app import create_app
from triage.intake.handlers import inspection_consumer
from triage.jobs import JOBS
from triage.migrate import SERVICE_DIR
from triage.reassessment.loop import Reassessment
from triage.settings import Settings

READS = ("policies:read", "assessments:read")
DFE = bearer(scope=(*READS, "assessments:run", "changes:read"), org="dfe", role="dfe")
OWNER = "triage_owner"
FINAL = {"succeeded", "failed", "cancelled"}


def director(*regions: str) -> dict[str, str]:
    """The token of a regional director, a person."""
    scope = (*READS, "triage:decide", "notices:issue", "watch-list:read", "watch-list:write")
    return bearer(scope=scope, org="dfe", role="regional-director", regions=regions or ("London",), user="rd-1")


def party(org: str) -> dict[str, str]:
    """The token of a trust, a local authority or a school."""
    return bearer(scope=(*READS, "representations:make"), org=org, role=org.partition(":")[0])


class Service:
    """The service under test, and what tests do with it."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient, database: Database, inspection: FakeInspection) -> None:
        self.app = app
        self.client = client
        self.database = database
        self.inspection = inspection
        self.consumer = inspection_consumer(inspection, database)

    async def load(self, *documents: dict[str, Any]) -> None:
        """Let the inspection service tell of these documents, and follow its feed to the head."""
        self.inspection.put(*documents)
        await self.consumer.catch_up()

    async def get(self, path: str, token: dict[str, str] = DFE, **params: Any) -> httpx.Response:
        return await self.client.get(path, params=params, headers=token)

    async def post(self, path: str, body: Any, token: dict[str, str] = DFE, **headers: str) -> httpx.Response:
        return await self.client.post(path, json=body, headers={**token, **headers})

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Run a worker meanwhile."""
        stop = asyncio.Event()
        runner = JobRunner(JOBS, self.database, name="triage-test", consumers=[self.consumer], patience=2)
        task = asyncio.create_task(runner.run(stop))
        try:
            yield
        finally:
            stop.set()
            await task

    async def ended(self, run_id: str) -> dict[str, Any]:
        """The run's document once it has ended."""
        async with asyncio.timeout(60):
            while True:
                document: dict[str, Any] = (await self.get(f"/v1/assessment-runs/{run_id}")).json()
                if document["state"] in FINAL:
                    return document
                await asyncio.sleep(0.02)

    async def run(self, scheme: str = "ippr-2023", **wanted: Any) -> dict[str, Any]:
        """Run a scheme to its end."""
        return (await self.run_all({"scheme": scheme, **wanted}))[0]

    async def run_all(self, *wanted: dict[str, Any]) -> list[dict[str, Any]]:
        """Run these one after the other, with one worker."""
        documents = []
        async with self.working():
            for body in wanted:
                answer = await self.post("/v1/assessment-runs", body)
                assert answer.status_code == 202, answer.text
                documents.append(await self.ended(answer.json()["id"]))
        assert [each["state"] for each in documents] == ["succeeded"] * len(documents), documents
        return documents

    async def reassess(self, on: date | None = None) -> int:
        """Turn to this day and assess what is marked, as the worker does; return how many marks there were."""
        reassessment = Reassessment(self.database, (lambda: on) if on else today)
        try:
            await reassessment.turn_day()
            return await reassessment.drain()
        finally:
            reassessment.close()

    async def assessment(self, urn: int, scheme: str = "ippr-2023") -> dict[str, Any]:
        """The current assessment of a school."""
        answer = await self.get(f"/v1/schools/{urn}/assessment", scheme=scheme)
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def decision(self, urn: int, **changes: Any) -> dict[str, Any]:
        """A decision that follows the proposal, for which those concerned have been heard."""
        current = await self.assessment(urn)
        await self.heard(current["id"])
        body = {
            "assessment_id": current["id"],
            "tier": current["result"],
            "route": "support_and_oversight" if current["result"] == "enhanced_support" else None,
            "actions": ["rebroker_to_trust"] if current["result"] == "immediate_action" else [],
            "consulted": ["school", "responsible_body"],
            "effective_on": today().isoformat(),
        }
        return {**body, **changes}

    async def decide(self, urn: int, token: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
        """Hear those concerned and decide as proposed; the decision."""
        body = await self.decision(urn, **changes)
        answer = await self.post(f"/v1/schools/{urn}/decisions", body, token or director())
        assert answer.status_code == 201, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def heard(self, assessment_id: str, token: dict[str, str] | None = None, **wanted: Any) -> dict[str, Any]:
        """The notice on an assessment to which all have spoken: the one there is, or a new one."""
        token = token or director()
        given = (await self.get("/v1/notices", token, assessment_id=assessment_id)).json()["data"]
        if given and not wanted:
            document: dict[str, Any] = given[0]
            return document
        return await self.hear(assessment_id, token, **wanted)

    async def hear(self, assessment_id: str, token: dict[str, str] | None = None, **wanted: Any) -> dict[str, Any]:
        """Give notice on an assessment, tell everybody, and let all who are to be heard accept; the notice."""
        token = token or director()
        notice = await self.notice(assessment_id, token, **wanted)
        for recipient in notice["recipients"]:
            if recipient["org"] is not None and not recipient["org"].startswith("diocese:"):
                await self.say(assessment_id, recipient["org"], position="accepts")
        document: dict[str, Any] = (await self.get(f"/v1/notices/{notice['id']}", token)).json()
        return document

    async def notice(self, assessment_id: str, token: dict[str, str] | None = None, **wanted: Any) -> dict[str, Any]:
        """Give notice on an assessment, and tell everybody; the notice."""
        token = token or director()
        answer = await self.post("/v1/notices", {"assessment_id": assessment_id, **wanted}, token)
        assert answer.status_code == 201, answer.text
        while answer.json()["state"] == "being_served":
            answer = await self.post(f"/v1/notices/{answer.json()['id']}/service", {}, token)
            assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def say(self, assessment_id: str, org: str, **said: Any) -> httpx.Response:
        """Make representations as an organisation."""
        return await self.post(f"/v1/assessments/{assessment_id}/representations", said, party(org))

    def on(self, day: date | None) -> None:
        """Let it be this day, as far as the procedure goes; None: the real one."""
        self.app.dependency_overrides.pop(request_day, None)
        if day is not None:
            self.app.dependency_overrides[request_day] = lambda: day

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        """What a statement gives to background work, which sees all rows."""
        async with self.database.system_session() as session:
            return list((await session.execute(text(sql), values)).all())


@dataclass(frozen=True)
class Prepared:
    """What a service has been told of and run before a test begins."""

    documents: tuple[Mapping[str, Any], ...]
    runs: tuple[str, ...]

    async def build(self, urls: DatabaseUrls) -> None:
        """Do all of it on a database."""
        async with serving(urls) as service:
            await service.load(*self.documents)
            await service.run_all(*({"scheme": scheme} for scheme in self.runs))


@asynccontextmanager
async def serving(urls: DatabaseUrls) -> AsyncIterator[Service]:
    """A service on this database."""
    app = create_app(Settings(database_url=urls.app, issuer=ISSUER, audience=AUDIENCE, jwks_url=jwks_url()))
    database = Database(urls.app)
    async with client_of(app) as client:
        yield Service(app, client, database, FakeInspection())
    await database.close()


@pytest.fixture(scope="session")
def one_database(database_server: TestServer, _templates: Callable[[str, Path], str]) -> Iterator[OneDatabase]:
    made = OneDatabase(database_server, "triage", _templates("triage", SERVICE_DIR))
    yield made
    made.close()


@pytest.fixture
def urls(one_database: OneDatabase) -> Iterator[DatabaseUrls]:
    yield one_database.urls
    one_database.empty()


@pytest.fixture
async def service(urls: DatabaseUrls) -> AsyncIterator[Service]:
    async with serving(urls) as made:
        yield made


@pytest.fixture(scope="session")
def prepared_template(
    database_server: TestServer, _templates: Callable[[str, Path], str]
) -> Iterator[Callable[[Prepared], str]]:
    """Name the database in which something was prepared, once a run of the tests."""
    made: dict[int, str] = {}

    def template(prepared: Prepared) -> str:
        if id(prepared) not in made:
            name = database_server.create(OWNER, _templates("triage", SERVICE_DIR))
            asyncio.run(prepared.build(urls_of(database_server, name)))
            made[id(prepared)] = name
        return made[id(prepared)]

    yield template
    for name in made.values():
        database_server.drop(name)


def urls_of(server: TestServer, name: str) -> DatabaseUrls:
    return DatabaseUrls(server.as_role(OWNER, name), server.as_role("triage_app", name))


@pytest.fixture
def prepared_urls(
    request: pytest.FixtureRequest, database_server: TestServer, prepared_template: Callable[[Prepared], str]
) -> Iterator[DatabaseUrls]:
    """A clone of what the module's `PREPARED` says."""
    name = database_server.create(OWNER, prepared_template(request.module.PREPARED))
    yield urls_of(database_server, name)
    database_server.drop(name)


@pytest.fixture
async def prepared(request: pytest.FixtureRequest, prepared_urls: DatabaseUrls) -> AsyncIterator[Service]:
    """A service on the clone, and an inspection service that has told of the same documents."""
    async with serving(prepared_urls) as made:
        made.inspection.put(*request.module.PREPARED.documents)
        yield made
