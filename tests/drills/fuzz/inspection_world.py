"""Inspection with the sample in it."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from http import HTTPStatus
from typing import Any

import orjson
from tests.drills.fuzz.operations import multipart
from tests.drills.fuzz.running import Running, running
from tests.drills.fuzz.world import COMMON, FINAL, SAMPLE, TRUST, Headers, World, tokens_of, working

import inspection.app
from inspection.imports.service import JOBS as IMPORTS
from inspection.settings import Settings as InspectionSettings
from shared.clock import request_day
from shared.db.session import Database
from shared.testing.plugin import DatabaseUrls
from shared.testing.tokens import bearer

TRUST_AREAS = (
    "quality_of_education_activity",
    "governance_and_executive_leadership",
    "wellbeing",
    "securing_improvement",
    "management_of_resources",
)


@contextmanager
def inspection_world(urls: DatabaseUrls) -> Iterator[World]:
    """Inspection with the sample files loaded, on a day when trusts are inspected."""
    app = inspection.app.create_app(InspectionSettings(database_url=urls.app, **COMMON))
    app.dependency_overrides[request_day] = lambda: date(2027, 12, 1)
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
