"""The service over a database of its own with a few schools, and clients of those who may or may not see their data."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from services.inspection.tests.integration.reads.rows import Register

from inspection.app import create_app
from inspection.settings import Settings
from shared.db.session import driver_url
from shared.testing.client import client_of
from shared.testing.plugin import CloneDatabase, DatabaseUrls
from shared.testing.tokens import ISSUER, bearer, jwks_url

SERVICE_DIR = Path(__file__).resolve().parents[3]
ACADEMY, OTHERS, MAINTAINED = 100001, 100002, 100003
TERM = "2025-26-autumn"
ALL = "progress:read progress:write progress:release progress:delegate"


@pytest.fixture
def urls(cloned_database: CloneDatabase) -> DatabaseUrls:
    return cloned_database("inspection", SERVICE_DIR)


@pytest.fixture
def database(urls: DatabaseUrls) -> Iterator[psycopg.Connection[Any]]:
    options = "-c app.visibility=all"
    with psycopg.connect(driver_url(urls.owner), autocommit=True, options=options) as connection:
        yield connection


@pytest.fixture
def register(database: psycopg.Connection[Any]) -> Register:
    made = Register(database)
    for uid in ("5143", "5144"):
        made.trust(uid)
    made.school(ACADEMY, trust="5143")
    made.school(OTHERS, trust="5144")
    made.school(MAINTAINED)
    return made


class People:
    """Clients of one application, by organisation."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def send(self, org: str | None, method: str, path: str, **request: Any) -> httpx.Response:
        claims = {"scope": request.pop("scope", ALL), "client_id": request.pop("client_id", f"client-of-{org}")}
        headers = bearer(org=org, role="trust", **claims) if org else {}
        headers |= request.pop("headers", {})
        return await self._client.request(method, path, headers=headers, **request)


@pytest.fixture
async def people(urls: DatabaseUrls, register: Register) -> AsyncIterator[People]:
    settings = Settings(database_url=urls.app, issuer=ISSUER, jwks_url=jwks_url())
    async with AsyncExitStack() as stack:
        yield People(await stack.enter_async_context(client_of(create_app(settings))))


def path_of(urn: int = ACADEMY, term: str = TERM) -> str:
    return f"/v1/schools/{urn}/progress-data/{term}"


def figures(**values: Any) -> dict[str, Any]:
    """Return a body: a figure by code, or (figure, cohort)."""
    measures = []
    for code, value in values.items():
        figure, cohort = value if isinstance(value, tuple) else (value, None)
        if isinstance(figure, str):
            measures.append({"code": code, "value": None, "cohort": cohort, "status": figure})
        else:
            measures.append({"code": code, "value": figure, "cohort": cohort, "status": "value"})
    return {"measures": measures}


def shown(document: dict[str, Any]) -> dict[str, tuple[float | None, str]]:
    return {each["code"]: (each["value"], each["status"]) for each in document["measures"]}
