"""What is published for a later day is told on that day, and then is in force."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from services.inspection.tests.integration.authoring import writing
from services.inspection.tests.integration.authoring.conftest import WRITES
from services.inspection.tests.integration.authoring.test_monitoring import in_force, monitoring
from services.inspection.tests.integration.authoring.test_trust_inspections import written as trust_inspection
from services.inspection.tests.integration.reads.rows import Register

from inspection.app import create_app
from inspection.calendar.service import announce_next
from inspection.settings import Settings
from shared.clock import request_day, today
from shared.db.session import Database
from shared.testing.client import client_of
from shared.testing.plugin import DatabaseUrls
from shared.testing.tokens import ISSUER, bearer, jwks_url

Owner = psycopg.Connection[dict[str, Any]]


def tomorrow() -> date:
    return today() + timedelta(days=1)


@pytest.fixture
async def worker(urls: DatabaseUrls) -> AsyncIterator[Database]:
    made = Database(urls.app)
    yield made
    await made.close()


async def announced(worker: Database, day: date) -> int:
    """Tell of all that is due and return how many there were."""
    count = 0
    while await announce_next(worker, day):
        count += 1
    return count


def outbox(owner: Owner) -> list[tuple[str, dict[str, Any]]]:
    """Take the events told since the last look."""
    rows = owner.execute("DELETE FROM outbox RETURNING *").fetchall()
    return [(row["type"], row["data"]) for row in sorted(rows, key=lambda row: row["id"])]


def seen_today(owner: Owner, inspection_id: str) -> None:
    """Let the day of publication have come, as the database's clock sees it."""
    with owner.transaction():
        owner.execute("ALTER TABLE inspections DISABLE TRIGGER published_version_unchanged")
        owner.execute("UPDATE inspections SET published_on = %s WHERE id = %s", (today(), inspection_id))
        owner.execute(
            "UPDATE awaited_publications SET seen_from = %s WHERE inspection_id = %s", (today(), inspection_id)
        )
        owner.execute("ALTER TABLE inspections ENABLE TRIGGER published_version_unchanged")


class TestSchools:
    async def test_on_the_day_the_feed_tells_the_whole_and_the_school(
        self, inspectorate: httpx.AsyncClient, worker: Database, owner: Owner
    ) -> None:
        await writing.published(inspectorate, published_on=tomorrow().isoformat())
        ahead = outbox(owner)
        before = await announced(worker, today())
        on_the_day = await announced(worker, tomorrow())
        told = outbox(owner)
        again = await announced(worker, tomorrow())

        assert ahead == []
        assert (before, on_the_day, again) == (0, 1, 0)
        assert [kind for kind, _ in told] == ["inspection.inspection.published", "inspection.school.changed"]
        assert told[0][1]["published_on"] == tomorrow().isoformat()
        assert told[0][1]["version"] == 1
        assert told[1][1] == {"urn": 100001}

    async def test_what_is_published_today_is_not_awaited(
        self, inspectorate: httpx.AsyncClient, worker: Database
    ) -> None:
        await writing.published(inspectorate)
        assert await announced(worker, date.max) == 0

    async def test_a_correction_moves_the_day_and_is_told_as_the_publication_that_it_is_to_others(
        self, inspectorate: httpx.AsyncClient, owner: Owner
    ) -> None:
        made = await writing.published(inspectorate, published_on=(today() + timedelta(days=9)).isoformat())
        for day in (tomorrow(), today()):
            body = {"changes": {"published_on": day.isoformat()}, "reason": "Earlier."}
            answer = await inspectorate.post(f"/v1/inspections/{made['id']}/corrections", json=body)
            assert answer.status_code == 201, answer.text
            told = outbox(owner)
            if day == tomorrow():
                assert told == []
            assert owner.execute("SELECT seen_from FROM awaited_publications").fetchall() == (
                [{"seen_from": tomorrow()}] if day == tomorrow() else []
            )
        assert [kind for kind, _ in told] == ["inspection.inspection.published", "inspection.school.changed"]
        assert (told[0][1]["version"], told[0][1]["reason"]) == (3, None)

    async def test_on_the_day_the_version_told_is_the_corrected_one(
        self, inspectorate: httpx.AsyncClient, worker: Database, owner: Owner
    ) -> None:
        made = await writing.published(inspectorate, published_on=tomorrow().isoformat())
        body = {"changes": {"summary": "New."}, "reason": "Left out."}
        await inspectorate.post(f"/v1/inspections/{made['id']}/corrections", json=body)
        assert outbox(owner) == []
        assert await announced(worker, tomorrow()) == 1
        told = outbox(owner)
        assert [kind for kind, _ in told] == ["inspection.inspection.published", "inspection.school.changed"]
        assert told[0][1]["version"] == 2

    async def test_a_correction_on_the_day_before_it_was_announced_is_the_publication(
        self, inspectorate: httpx.AsyncClient, worker: Database, owner: Owner
    ) -> None:
        made = await writing.published(inspectorate, published_on=tomorrow().isoformat())
        seen_today(owner, made["id"])
        body = {"changes": {"summary": "New."}, "reason": "Left out."}
        await inspectorate.post(f"/v1/inspections/{made['id']}/corrections", json=body)
        assert [kind for kind, _ in outbox(owner)] == ["inspection.inspection.published", "inspection.school.changed"]
        assert await announced(worker, today()) == 0

    async def test_on_the_day_it_takes_over_what_was_judged_again_since(
        self, inspectorate: httpx.AsyncClient, worker: Database, owner: Owner
    ) -> None:
        await writing.published(inspectorate, areas=writing.areas(achievement="needs_attention"))
        late = writing.card(number="2", starts_on="2026-03-03", published_on=tomorrow().isoformat())
        made = await writing.published(inspectorate, **late)
        await writing.published(inspectorate, **monitoring())
        seen_today(owner, made["id"])

        assert await announced(worker, today()) == 1
        assert (await in_force(inspectorate))["achievement"] == ("expected_standard", "2026-04-15")
        versions = (await inspectorate.get(f"/v1/inspections/{made['id']}/versions")).json()["data"]
        assert versions[0]["made_because"] == f"graded_inspection {made['id']}"


class TestTrusts:
    async def test_on_the_day_the_feed_tells_the_whole_and_the_trust(
        self, urls: DatabaseUrls, register: Register, worker: Database, owner: Owner
    ) -> None:
        register.trust("5143")
        app = create_app(Settings(database_url=urls.app, issuer=ISSUER, jwks_url=jwks_url()))
        app.dependency_overrides[request_day] = lambda: date(2027, 12, 1)
        async with client_of(app, **bearer(scope=WRITES, org="ofsted", role="ofsted", client_id="ofsted")) as client:
            root = "/v1/trusts/5143/inspections"
            made = (await client.post(root, json=trust_inspection(published_on="2028-01-10"))).json()
            await client.post(f"{root}/{made['id']}/quality-assurance", json={"passed": True})
            await client.post(f"{root}/{made['id']}/publication")
        outbox(owner)

        assert await announced(worker, date(2028, 1, 9)) == 0
        assert await announced(worker, date(2028, 1, 10)) == 1
        assert [kind for kind, _ in outbox(owner)] == [
            "inspection.trust-inspection.published",
            "inspection.trust.changed",
        ]
