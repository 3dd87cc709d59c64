"""A version in force from a date, and evidence that counts from a date: on that day, once, and only what it touches."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from services.triage.tests.conftest import FINAL, Service
from services.triage.tests.documents import CARD_AREAS, card, facts, graded
from services.triage.tests.drafting import (
    bring_stricter_into_force,
    drafted,
    next_version,
    stepped,
    stricter,
    tomorrow,
)

from shared.clock import today
from shared.testing.plugin import CloneDatabase, DatabaseUrls
from shared.testing.tokens import bearer
from triage.migrate import SERVICE_DIR

SIMULATOR = bearer(scope=("simulations:read", "simulations:run"), org="dfe", role="policy-official", user="official-1")
AFTERWARDS = {"is_current", "superseded_at", "upstream"}
CURRENT = "SELECT urn, id, result, policy_version, cause FROM assessments WHERE is_current ORDER BY urn"


@pytest.fixture
def urls(cloned_database: CloneDatabase) -> DatabaseUrls:
    """A database of its own: a version that is added cannot be taken away."""
    return cloned_database("triage", SERVICE_DIR)


async def told(service: Service, urn: int, as_of: str) -> dict[str, Any]:
    """What is told of a school as it was on a day, but for what became of the assessment afterwards."""
    answer = await service.get(f"/v1/schools/{urn}/assessment", as_of=as_of)
    assert answer.status_code == 200, answer.text
    return {name: value for name, value in answer.json().items() if name not in AFTERWARDS}


async def simulated_moves(service: Service, version: int) -> list[dict[str, Any]]:
    """The schools that a simulation of a version says will move."""
    async with service.working(), asyncio.timeout(60):
        wanted = {"scheme": "ippr-2023", "version": version}
        document = (await service.post("/v1/simulations", wanted, SIMULATOR)).json()
        while document["state"] not in FINAL:
            await asyncio.sleep(0.02)
            document = (await service.get(f"/v1/simulations/{document['id']}", SIMULATOR)).json()
    moves: list[dict[str, Any]] = (await service.get(f"/v1/simulations/{document['id']}/moves", SIMULATOR)).json()[
        "data"
    ]
    return moves


async def caseload(service: Service, **wanted: str) -> dict[int, dict[str, Any]]:
    answer = await service.get("/v1/caseload", **wanted)
    assert answer.status_code == 200, answer.text
    return {each["urn"]: each for each in answer.json()["data"]}


async def changed_events(service: Service) -> list[int]:
    sql = "SELECT data FROM outbox WHERE type = 'triage.assessment.changed' ORDER BY id"
    return [row.data["urn"] for row in await service.rows(sql)]


class TestAVersionWithAFutureDate:
    async def test_changes_nothing_before_it_and_then_exactly_what_it_touches(self, service: Service) -> None:
        await service.load(facts(100001, card(inclusion="needs_attention")), facts(100002, card()), facts(100003))
        await service.run()
        await service.reassess()
        before = await service.rows(CURRENT)
        await bring_stricter_into_force(service, tomorrow())
        await service.reassess()
        assert await service.rows(CURRENT) == before
        told = await changed_events(service)

        await service.reassess(on=tomorrow())
        after = await service.rows(CURRENT)
        assert [(row.urn, row.result, row.policy_version, row.cause) for row in after] == [
            (100001, "enhanced_support", 2, "policy"),
            (100002, "school_led_development", 1, "run"),
            (100003, "undetermined", 1, "run"),
        ]
        assert (await changed_events(service))[len(told) :] == [100001]

    async def test_facts_that_no_rule_looks_at_replace_nothing_afterwards(self, service: Service) -> None:
        school = facts(100001, card())
        await service.load(school)
        await service.run()
        await service.reassess()
        await bring_stricter_into_force(service, today())
        await service.reassess()
        before = await service.rows(CURRENT)
        for number, assess in enumerate((service.reassess, service.run)):
            await service.load({**school, "pupils": 400 + number, "facts_version": f"pupils-{number}"})
            await assess()
            assert await service.rows(CURRENT) == before
        await service.load(facts(100001, card(inclusion="needs_attention")))
        await service.reassess()
        assert [(row.result, row.policy_version) for row in await service.rows(CURRENT)] == [("enhanced_support", 2)]

    async def test_moves_exactly_the_schools_that_a_simulation_of_the_draft_named(self, service: Service) -> None:
        cards = [card(), *(card(**{area: "needs_attention"}) for area in CARD_AREAS), graded("2024-01-01", 3), graded()]
        await service.load(*(facts(100001 + place, each) for place, each in enumerate(cards)))
        await service.run()
        await service.reassess()
        made = await drafted(service, stricter(await next_version(service)))
        moves = await simulated_moves(service, made["version"])
        assert [each["urn"] for each in moves] == [100002, 100005, 100006]
        await stepped(service, made["version"], "activation")
        told = len(await changed_events(service))
        await service.reassess()
        assert len(await changed_events(service)) == told
        await service.reassess(on=tomorrow())
        assert (await changed_events(service))[told:] == [each["urn"] for each in moves]
        after = {row.urn: row.result for row in await service.rows(CURRENT)}
        assert {urn: after[urn] for urn in (each["urn"] for each in moves)} == {
            each["urn"]: each["after"] for each in moves
        }

    async def test_is_done_once_by_however_many_workers(self, service: Service) -> None:
        await service.load(*(facts(100001 + place, card(inclusion="needs_attention")) for place in range(20)))
        await service.run()
        await service.reassess()
        await bring_stricter_into_force(service, tomorrow())
        await asyncio.gather(*(service.reassess(on=tomorrow()) for _ in range(3)))
        marks = await asyncio.gather(*(service.reassess(on=tomorrow()) for _ in range(3)))
        assert marks == [0, 0, 0]
        assert len(await changed_events(service)) == 40
        assert (await service.rows("SELECT count(*) FROM assessments"))[0][0] == 40

    async def test_a_draft_or_one_withdrawn_never_comes_into_force(self, service: Service) -> None:
        await service.load(facts(100001, card(inclusion="needs_attention")))
        await service.run()
        await service.reassess()
        document = stricter(await next_version(service))
        await drafted(service, document)
        await drafted(service, document)
        await stepped(service, 3, "withdrawal")
        await service.reassess(on=tomorrow())
        assert [(row.policy_version, row.cause) for row in await service.rows(CURRENT)] == [(1, "run")]

    async def test_is_replaced_by_nothing_after_its_own_last_day(self, service: Service) -> None:
        await service.load(facts(100001, card(inclusion="needs_attention")))
        await service.run()
        document = stricter(await next_version(service))
        document["in_force"]["to"] = tomorrow().isoformat()
        await drafted(service, document)
        await stepped(service, 2, "activation")
        await service.reassess(on=tomorrow())
        await service.reassess(on=tomorrow() + timedelta(days=1))
        assert [row.policy_version for row in await service.rows(CURRENT)] == [2]

    async def test_does_not_rewrite_what_stood(self, service: Service) -> None:
        """As of every day before, each school reads as it did, to the byte; the assessments of then are all there."""
        await service.load(facts(100001, card(inclusion="needs_attention")), facts(100002, card()))
        await service.run()
        await service.reassess()
        await service.rows("UPDATE assessments SET created_at = created_at - interval '3 days' RETURNING 1")
        yesterday = (today() - timedelta(days=1)).isoformat()
        before = [await told(service, urn, yesterday) for urn in (100001, 100002)]
        assert [each["result"] for each in before] == ["school_led_development"] * 2
        await bring_stricter_into_force(service, today())
        await service.reassess()
        assert [await told(service, urn, yesterday) for urn in (100001, 100002)] == before
        history = (await service.get("/v1/schools/100001/assessments")).json()["data"]
        assert [(each["result"], each["policy_version"]) for each in history] == [
            ("enhanced_support", 2),
            ("school_led_development", 1),
        ]
        old_run = await service.run(as_of=yesterday)
        assert (old_run["policy_version"], old_run["results"]) == (1, {"school_led_development": 2})

    async def test_one_brought_into_force_on_the_very_day_counts_at_once(self, service: Service) -> None:
        await service.load(facts(100001, card(inclusion="needs_attention")))
        await service.run()
        await service.reassess()
        await bring_stricter_into_force(service, today())
        await service.reassess()
        assert (await service.assessment(100001))["policy_version"] == 2

    async def test_of_a_scheme_nobody_assesses_under_changes_nothing(self, service: Service) -> None:
        await service.load(facts(100001, card(inclusion="needs_attention")))
        await bring_stricter_into_force(service, tomorrow())
        await service.reassess(on=tomorrow())
        assert await service.rows("SELECT 1 FROM assessments") == []


class TestARunOnTheDayOfANewVersion:
    async def test_replaces_only_what_differs(self, service: Service) -> None:
        """A decided school stays decided, and one that is being heard goes on being heard on what it was told."""
        moved, decided, heard, fine = 100001, 100002, 100003, 100004
        weak = graded("2023-05-01", 3)
        await service.load(
            facts(moved, card(inclusion="needs_attention")),
            facts(decided, weak),
            facts(heard, weak),
            facts(fine, card()),
        )
        await service.run()
        await service.reassess()
        await service.decide(decided)
        await service.notice((await service.assessment(heard))["id"])
        before = {row.urn: row for row in await service.rows(CURRENT)}
        told = len(await changed_events(service))
        cases = await caseload(service)
        assert {urn: each["state"] for urn, each in cases.items()} == {heard: "being_heard"}
        decided_before = await caseload(service, state="decided")
        await bring_stricter_into_force(service, today())

        run = await service.run()
        assert (run["policy_version"], run["changed"], run["unchanged"]) == (2, 1, 3)
        after = {row.urn: row for row in await service.rows(CURRENT)}
        assert (after[moved].result, after[moved].policy_version) == ("enhanced_support", 2)
        assert {urn: after[urn] for urn in (decided, heard, fine)} == {
            urn: before[urn] for urn in (decided, heard, fine)
        }
        assert (await changed_events(service))[told:] == [moved]
        now = await caseload(service)
        assert {urn: each["state"] for urn, each in now.items()} == {moved: "proposed", heard: "being_heard"}
        assert now[heard] == cases[heard]
        assert await caseload(service, state="decided") == decided_before

    async def test_gives_new_reasons_where_the_facts_changed_too(self, service: Service) -> None:
        await service.load(facts(100001, graded("2022-01-10")))
        await service.run()
        await service.reassess()
        await bring_stricter_into_force(service, today())
        await service.load(facts(100001, graded("2022-01-10"), graded("2025-01-10")))
        run = await service.run()
        assert (run["policy_version"], run["changed"]) == (2, 1)
        assert (await service.assessment(100001))["policy_version"] == 2

    async def test_leaves_runs_of_earlier_days_to_themselves(self, service: Service) -> None:
        yesterday = today() - timedelta(days=1)
        await service.load(facts(100001, card()))
        first = await service.run(as_of=yesterday.isoformat())
        await bring_stricter_into_force(service, yesterday)
        second = await service.run(as_of=yesterday.isoformat())
        assert [(each["policy_version"], each["changed"]) for each in (first, second)] == [(1, 1), (2, 1)]


class TestEvidenceThatCountsFromADate:
    async def test_assesses_its_school_on_that_day_and_no_other(self, service: Service) -> None:
        coming = graded("2026-11-01", 4, category_of_concern="SM", published_on=tomorrow().isoformat())
        await service.load(facts(100001, graded(), coming), facts(100002, graded()))
        await service.run()
        await service.reassess()
        assert (await service.assessment(100001))["result"] == "school_led_development"
        assert await service.reassess() == 0
        assert await service.reassess(on=tomorrow()) == 1
        rows = await service.rows(CURRENT)
        assert [(row.urn, row.result, row.cause) for row in rows] == [
            (100001, "immediate_action", "day"),
            (100002, "school_led_development", "run"),
        ]
        assert await service.reassess(on=tomorrow()) == 0

    async def test_days_on_which_no_worker_ran_are_made_up_for(self, service: Service) -> None:
        coming = graded("2026-11-01", 4, category_of_concern="SM", published_on=tomorrow().isoformat())
        await service.load(facts(100001, graded(), coming))
        await service.run()
        await service.reassess()
        await service.reassess(on=tomorrow() + timedelta(days=5))
        assert (await service.assessment(100001))["result"] == "immediate_action"

    async def test_a_clock_that_goes_back_marks_nothing(self, service: Service) -> None:
        await service.load(facts(100001, graded()))
        await service.run()
        await service.reassess(on=tomorrow())
        assert await service.reassess() == 0
