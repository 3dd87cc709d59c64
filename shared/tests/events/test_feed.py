import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from shared import problems
from shared.auth import Organisation, Principal
from shared.db.session import Database
from shared.errors import Unauthenticated
from shared.events.feed import feed_router
from shared.events.messages import CloudEvent, cursor_at
from shared.events.outbox import NewEvent, append, append_async
from shared.telemetry.context import enter_context, new_context

FOLLOWER = {"Authorization": "Bearer follower"}
STRANGER = {"Authorization": "Bearer stranger"}


class KnownTokens:
    """Stands for the verifier: two bearers, one with the scope."""

    async def verify(self, token: str) -> Principal:
        scopes = {"follower": frozenset({"changes:read"}), "stranger": frozenset[str]()}
        if token not in scopes:
            raise Unauthenticated("unknown")
        return Principal(token, token, "service", Organisation("service"), frozenset(), scopes[token])


@pytest.fixture
async def api(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.database = database
    app.state.verifier = KnownTokens()
    app.include_router(feed_router("/things"))
    problems.install(app, {})
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://api", headers=FOLLOWER, timeout=40
    ) as client:
        yield client


async def _tell(database: Database, *subjects: str, **data: Any) -> None:
    async with database.engine.begin() as connection:
        await append_async(connection, [NewEvent("thing.changed", subject, data) for subject in subjects])


async def _changes(api: httpx.AsyncClient, **params: Any) -> dict[str, Any]:
    answer = await api.get("/v1/changes", params=params)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


class TestAccess:
    async def test_no_token_is_refused(self, api: httpx.AsyncClient) -> None:
        answer = await api.get("/v1/changes", headers={"Authorization": "Bearer nobody"})
        assert answer.status_code == 401

    async def test_a_token_without_the_scope_is_refused(self, api: httpx.AsyncClient) -> None:
        assert (await api.get("/v1/changes", headers=STRANGER)).status_code == 403


class TestAPage:
    async def test_holds_cloud_events(self, api: httpx.AsyncClient, database: Database) -> None:
        enter_context(new_context(traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
        await _tell(database, "7", version=3)

        (event,) = (await _changes(api))["data"]

        assert CloudEvent.model_validate(event).data == {"version": 3}
        assert {key: event[key] for key in ("specversion", "source", "type", "subject", "datacontenttype")} == {
            "specversion": "1.0",
            "source": "/things",
            "type": "thing.changed",
            "subject": "7",
            "datacontenttype": "application/json",
        }
        assert event["traceparent"].startswith("00-0af7651916cd43dd8448eb211c80319c-")
        assert event["time"].endswith("Z")

    async def test_is_followed_by_the_next_without_gap(self, api: httpx.AsyncClient, database: Database) -> None:
        await _tell(database, *(str(number) for number in range(25)))
        told, url = [], "/v1/changes?limit=10"
        for _ in range(3):
            page = (await api.get(url)).json()
            told += [event["subject"] for event in page["data"]]
            url = page["paging"]["next_url"]
        assert told == [str(number) for number in range(25)]
        assert page["paging"]["next_cursor"] == page["head"]

    async def test_of_an_empty_feed_has_a_cursor_to_go_on_from(
        self, api: httpx.AsyncClient, database: Database
    ) -> None:
        empty = await _changes(api)
        assert empty["data"] == []
        await _tell(database, "1")
        later = await _changes(api, after=empty["paging"]["next_cursor"])
        assert [event["subject"] for event in later["data"]] == ["1"]

    async def test_tells_a_larger_backlog_than_one_batch_at_once(
        self, api: httpx.AsyncClient, database: Database
    ) -> None:
        def bulk(connection: Any) -> None:
            append(connection, [NewEvent("thing.changed", str(number)) for number in range(2500)])

        async with database.engine.begin() as connection:
            await connection.run_sync(bulk)
        page = await _changes(api, limit=1000)
        assert page["head"] == cursor_at("/things", 2500)
        assert page["as_of"] is not None

    @pytest.mark.parametrize(
        "cursor", ["nonsense", cursor_at("/others", 0), cursor_at("/things", -1), cursor_at("/things", 99)]
    )
    async def test_is_refused_for_a_cursor_that_is_not_of_this_feed(self, api: httpx.AsyncClient, cursor: str) -> None:
        answer = await api.get("/v1/changes", params={"after": cursor})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"

    @pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": 1001}, {"wait": 31}, {"wait": -1}])
    async def test_is_refused_out_of_bounds(self, api: httpx.AsyncClient, wrong: dict[str, int]) -> None:
        assert (await api.get("/v1/changes", params=wrong)).status_code == 422


class TestWaiting:
    async def test_ends_with_the_first_event(self, api: httpx.AsyncClient, database: Database) -> None:
        waiting = [asyncio.create_task(_changes(api, wait=30)) for _ in range(20)]  # twice the pool's connections
        await _until_nobody_holds_a_connection(database)
        began = time.monotonic()
        await _tell(database, "1")
        pages = await asyncio.wait_for(asyncio.gather(*waiting), 10)
        assert all([event["subject"] for event in page["data"]] == ["1"] for page in pages)
        assert time.monotonic() - began < 5

    async def test_ends_empty_after_its_time(self, api: httpx.AsyncClient) -> None:
        began = time.monotonic()
        assert (await _changes(api, wait=0.2))["data"] == []
        assert 0.2 <= time.monotonic() - began < 5

    async def test_holds_no_transaction(self, api: httpx.AsyncClient, database: Database) -> None:
        waiting = asyncio.create_task(_changes(api, wait=1))
        async with asyncio.timeout(10):
            while not waiting.done():
                async with database.reads.connect() as reads:
                    held = await reads.scalar(
                        text(
                            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                            " AND state LIKE 'idle in transaction%' AND state_change < now() - interval '0.5 s'"
                        )
                    )
                assert held == 0
        await waiting


async def _until_nobody_holds_a_connection(database: Database) -> None:
    async with asyncio.timeout(10):
        while database.engine.pool.checkedout() > 1:  # type: ignore[attr-defined]  # noqa: ASYNC110 - the pool tells nobody
            await asyncio.sleep(0)
