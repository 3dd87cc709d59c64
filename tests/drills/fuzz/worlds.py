"""One service with something in it: a running application over a real database, what is known in it, and tokens."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import psycopg
from services.brokering.tests.fakes import FakeFacts, FakeFeed
from services.brokering.tests.matching_world import MatchingWorld
from services.brokering.tests.support_world import Match, Steps
from services.brokering.tests.support_world import World as SupportWorld
from services.triage.tests import documents
from services.triage.tests.conftest import Service as TriageService
from services.triage.tests.fakes import FakeInspection
from tests.drills.fuzz.operations import Operation, multipart, operations_of
from tests.drills.fuzz.running import Running, running

import brokering.app
import inspection.app
import triage.app
from brokering.intake import inspection as school_intake
from brokering.intake import triage as triage_intake
from brokering.settings import Settings as BrokeringSettings
from inspection.imports.service import JOBS as IMPORTS
from inspection.settings import Settings as InspectionSettings
from shared.clock import today
from shared.db.session import Database, driver_url
from shared.events.consumer import FeedConsumer
from shared.jobs.resource import Jobs
from shared.jobs.runner import JobRunner
from shared.testing.plugin import DatabaseUrls
from shared.testing.tokens import AUDIENCE, ISSUER, bearer, jwks_url
from triage.settings import Settings as TriageSettings

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "deploy/sample"
FINAL = {"succeeded", "failed", "cancelled"}
TRUST, AUTHORITY, REGION = "5143", "201", "London"
TRUST_AREAS = (
    "quality_of_education_activity",
    "governance_and_executive_leadership",
    "wellbeing",
    "securing_improvement",
    "management_of_resources",
)
Headers = dict[str, str]
COMMON: Any = {"issuer": ISSUER, "audience": AUDIENCE, "jwks_url": jwks_url(), "log_level": "WARNING"}


@dataclass(frozen=True)
class World:
    """`known` are values that name things there are, by field; `tokens` carry every scope the service knows."""

    name: str
    service: Running
    urls: DatabaseUrls
    known: Mapping[str, Sequence[Any]]
    tokens: Mapping[str, Headers]

    @cached_property
    def schema(self) -> Any:
        """The OpenAPI document."""
        return self.service.app.openapi()

    @cached_property
    def operations(self) -> list[Operation]:
        """All operations of the service."""
        return operations_of(self.schema)

    def fingerprint(self) -> dict[str, tuple[int, str]]:
        """The number of rows of every table, and a digest over rows and the transactions that wrote them."""
        with psycopg.connect(driver_url(self.urls.owner), options="-c app.visibility=all") as connection:
            return fingerprint(connection)


_DIGEST = "SELECT count(*), coalesce(md5(string_agg(md5(t.xmin::text || t::text), '' ORDER BY ctid)), '') FROM {} t"


def fingerprint(connection: psycopg.Connection[Any], but: Sequence[str] = ()) -> dict[str, tuple[int, str]]:
    """Return the number of rows and a digest of every table but these."""
    names = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL (%s) ORDER BY 1", [list(but)]
    ).fetchall()
    found = {}
    for (name,) in names:
        row = connection.execute(_DIGEST.format(name).encode()).fetchone()
        assert row is not None
        found[name] = (row[0], row[1])
    return found


def tokens_of(schema: Any, narrow: str) -> dict[str, Headers]:
    """Return tokens with every scope: of the department's client, a person there, and one of another organisation."""
    flow = schema["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    scopes = list(flow["scopes"])
    return {
        "client": bearer(scope=scopes),
        "user": bearer(scope=scopes, role="regional-director", user="person-1"),
        "narrow": bearer(scope=scopes, role="trust", org=narrow, user="person-2", client_id="other"),
    }


@asynccontextmanager
async def working(jobs: Jobs, database: Database) -> AsyncIterator[None]:
    """Run a worker meanwhile."""
    stop = asyncio.Event()
    task = asyncio.create_task(JobRunner(jobs, database, name="drill").run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


@contextmanager
def inspection_world(urls: DatabaseUrls) -> Iterator[World]:
    """Inspection with the sample files loaded, on a day when trusts are inspected."""
    app = inspection.app.create_app(InspectionSettings(database_url=urls.app, **COMMON))
    app.dependency_overrides[today] = lambda: date(2027, 12, 1)
    with running(app) as service:
        tokens = tokens_of(service.app.openapi(), f"trust:{TRUST}")
        imports = service.call(load_sample(service, Database(urls.app), tokens["client"]))
        schools = service.send("GET", "/v1/schools?limit=5", tokens["client"]).json()["data"]
        held = service.send("GET", "/v1/inspections?limit=5", tokens["client"]).json()["data"]
        trusts = service.send("GET", "/v1/trusts?limit=5", tokens["client"]).json()["data"]
        known = {
            "urn": [held[0]["urn"], *(each["urn"] for each in schools)],
            "inspection_id": [each["id"] for each in held],
            "uid": [each["uid"] for each in trusts],
            "trust": [each["uid"] for each in trusts],
            "import_id": imports,
            "code": [schools[0]["local_authority"]["code"]],
            "region": [schools[0]["region"]],
            "kind": ["gias-locations"],
            "as_at": ["2026-06-30"],
            "file": [(SAMPLE / "locations_2026-06-30.csv").read_bytes()[:300]],
            **supplied(service, held[0]["urn"], trusts[0]["uid"], tokens["client"]),
            "trust_inspection_id": [trust_inspected(service, trusts[0]["uid"])],
        }
        yield World("inspection", service, urls, known, tokens)


def supplied(service: Running, urn: int, uid: str, department: Headers) -> dict[str, Sequence[Any]]:
    """Let the body that answers for a school supply a term, a trust let a client in, and the department try a batch."""
    scope = "progress:read progress:write progress:delegate"
    body = service.send("GET", f"/v1/schools/{urn}", department).json()["responsible_body"]
    org = f"{'la' if body['kind'] == 'local_authority' else body['kind']}:{body['id']}"
    json = {"Content-Type": "application/json"}
    term, client = "2025-26-autumn", "mis-1"
    figures = b'{"measures": [{"code": "pupils_on_roll", "value": 380}]}'
    path = f"/v1/schools/{urn}/progress-data/{term}"
    sent = [
        service.send("PUT", path, {**bearer(scope=scope, org=org), **json}, figures),
        service.send("PUT", f"/v1/trusts/{uid}/data-clients/{client}", bearer(scope=scope, org=f"trust:{uid}")),
        service.send("POST", "/v1/progress-data/batches", {**department, **json}, b'{"rows": [{}]}'),
    ]
    assert [answer.status_code for answer in sent] == [201, 201, 200], [answer.text for answer in sent]
    return {"period": [term], "client_id": [client], "batch_id": [sent[2].json()["id"]]}


def trust_inspected(service: Running, uid: str) -> str:
    """Let the inspectorate publish an inspection of a trust; its id."""
    scope = "inspections:read inspections:write inspections:publish"
    headers = {**bearer(scope=scope, org="ofsted", role="ofsted"), "Content-Type": "application/json"}
    areas = [{"area": area, "finding": "Found."} for area in TRUST_AREAS]
    body = {"number": "1", "starts_on": "2027-09-06", "published_on": "2027-10-11", "areas": areas}
    path = f"/v1/trusts/{uid}/inspections"
    made = service.send("POST", path, headers, orjson.dumps(body)).json()["id"]
    sent = [
        service.send("POST", f"{path}/{made}/quality-assurance", headers, b'{"passed": true}'),
        service.send("POST", f"{path}/{made}/publication", headers),
    ]
    assert [answer.status_code for answer in sent] == [200, 200], [answer.text for answer in sent]
    return str(made)


async def load_sample(service: Running, database: Database, token: Headers) -> list[str]:
    """Load the sample files that inspection takes; the ids of their imports."""
    found = []
    async with working(IMPORTS, database):
        for name, kind, as_at in sample_files():
            document = await loaded(service, token, (SAMPLE / name).read_bytes(), kind=kind, as_at=as_at, name=name)
            found.append(document["id"])
    await database.close()
    return found


def sample_files() -> list[tuple[str, str, str]]:
    """Return name, kind and date of the sample files that inspection takes."""
    with (SAMPLE / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        return [
            (row["file"], row["kind"], row["as_at"]) for row in csv.DictReader(manifest) if row["kind"] != "leaders"
        ]


async def loaded(
    service: Running, token: Headers, content: bytes, *, kind: str, as_at: str, name: str
) -> dict[str, Any]:
    """Send a file, and wait for its import to end; the answer of a file that is not taken at all has no `state`."""
    fields = {"kind": kind.encode(), "as_at": as_at.encode(), "file": content}
    headers, body = multipart(fields, name.encode())
    answer = await service.client.post("/v1/imports", content=body, headers={**token, **headers})
    document: dict[str, Any] = answer.json()
    if answer.status_code != HTTPStatus.ACCEPTED:
        return document
    async with asyncio.timeout(60):
        while document["state"] not in FINAL:
            await asyncio.sleep(0.05)
            document = (await service.client.get(answer.headers["location"], headers=token)).json()
    return document


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
    notices = (await held.get("/v1/notices")).json()["data"]
    tried = [await _simulate(held) for _ in range(2)]
    reviewed = await _review(held)
    await database.close()
    return {
        "simulation_id": tried[:1],
        "other_id": tried[1:],
        "follow_up_id": [reviewed],
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


@contextmanager
def brokering_world(urls: DatabaseUrls) -> Iterator[World]:
    """Brokering with a solved round, an offer, an episode with entries in its ledger, and batches of both kinds."""
    settings = BrokeringSettings(database_url=urls.app, **COMMON)
    parties = SupportWorld(urls)
    with running(brokering.app.create_app(settings)) as service:
        tokens = tokens_of(service.app.openapi(), f"trust:{TRUST}")
        yield World("brokering", service, urls, service.call(_broker(service, urls, parties, tokens["user"])), tokens)
    parties.close()


async def _broker(service: Running, urls: DatabaseUrls, parties: SupportWorld, user: Headers) -> dict[str, list[Any]]:
    database = Database(urls.app)
    facts, feeds = FakeFacts(), {"inspection": FakeFeed("/inspection"), "triage": FakeFeed("/triage")}
    schools = school_intake.SchoolIntake(facts)
    consumers: dict[str, FeedConsumer[Any]] = {
        "inspection": FeedConsumer("inspection", feeds["inspection"], database, schools.prepare, schools.apply),
        "triage": FeedConsumer("triage", feeds["triage"], database, triage_intake.prepare, triage_intake.apply),
    }
    held = MatchingWorld(service.client, database, facts, feeds, consumers, urls.owner)
    for urn in range(100001, 100006):
        held.school(urn)
        held.assess(urn)
        held.decide(urn)
    for number in range(4):
        await held.leader(f"CEO-0000{number}", max_concurrent=1)
    done = await held.round()
    await held.stop_working()
    roster = (SAMPLE / "system_leaders_2026-06-30.csv").read_bytes()
    found = (await held.get(f"/v1/matching-rounds/{done['id']}/proposals"))["data"]
    offer, episode, batch = await _support(Steps(service.client, parties), [_match(each) for each in found], user)
    sent = {**user, "Content-Type": "text/csv"}
    leaders = await service.client.post("/v1/leaders/batches", content=roster, headers=sent)
    await database.close()
    return {
        "urn": [int(found[1]["subject"]["id"])],
        "leader_id": [each["leader_id"] for each in found],
        "need_id": [each["need_id"] for each in found],
        "proposal_id": [each["id"] for each in found],
        "round_id": [done["id"]],
        "offer_id": [offer],
        "episode_id": [episode],
        "/v1/leaders/batches/{batch_id}": [leaders.json()["id"]],
        "/v1/leaders/batches/{batch_id}/rejections": [leaders.json()["id"]],
        "/v1/approvals/batches/{batch_id}": [batch],
        "region": [REGION],
        "la": [AUTHORITY],
        "text/csv": [roster],
    }


def _match(proposal: dict[str, Any]) -> Match:
    need, leader, own = (UUID(proposal[name]) for name in ("need_id", "leader_id", "id"))
    return Match(need, leader, own, int(proposal["subject"]["id"]))


async def _support(steps: Steps, matches: list[Match], user: Headers) -> tuple[str, str, str]:
    """Return the ids of an offer, an episode and a batch of approvals."""
    supported, offered, *_ = matches
    episode = await steps.episode(supported)
    await steps.entry(episode, kind="used", days=2)
    offer = (await steps.offer(offered))["id"]
    batch = await steps.client.post("/v1/approvals/batches", json={"rows": [{"offer_id": offer}]}, headers=user)
    return offer, episode, batch.headers["location"].rpartition("/")[2]


WORLDS: dict[str, Callable[[DatabaseUrls], Any]] = {
    "inspection": inspection_world,
    "triage": triage_world,
    "brokering": brokering_world,
}
