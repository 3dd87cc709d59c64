"""A change of facts assesses the schools it touches, at once and nothing else, under every scheme that is in use."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from services.triage.tests.conftest import Service
from services.triage.tests.documents import facts, graded
from sqlalchemy import text

from shared.clock import today
from triage.reassessment.loop import Reassessment

CHANGED = "SELECT data FROM outbox WHERE type = 'triage.assessment.changed' ORDER BY id"
KEPT = "SELECT urn, scheme, id, result_hash, superseded_at FROM assessments ORDER BY id"


async def events(service: Service) -> list[dict[str, Any]]:
    return [row.data for row in await service.rows(CHANGED)]


@asynccontextmanager
async def writing_to(service: Service, scheme: str) -> AsyncIterator[None]:
    """Hold the lock that a run of the scheme holds."""
    async with service.database.system_session() as session:
        key = text("SELECT pg_advisory_xact_lock(hashtextextended('assess ' || :scheme || ' current', 0))")
        await session.execute(key, {"scheme": scheme})
        yield


class TestAChangeOfFacts:
    async def test_before_any_run_assesses_nothing_and_leaves_no_mark(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=3)))
        await service.reassess()
        assert await service.rows("SELECT 1 FROM assessments") == []
        assert await service.rows("SELECT 1 FROM schools_to_assess") == []

    async def test_assesses_the_school_it_touches_under_every_scheme_in_use(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=2)), facts(100002, graded(overall=3)))
        await service.run_all({"scheme": "ippr-2023"}, {"scheme": "rise-2025"})
        await service.reassess()
        before = {row.id for row in await service.rows(KEPT)}
        await service.load(facts(100001, graded("2025-01-10", 4, category_of_concern="SM"), graded(overall=2)))
        await service.reassess()
        made = [row for row in await service.rows(KEPT) if row.id not in before]
        assert [(row.urn, row.scheme) for row in made] == [(100001, "ippr-2023"), (100001, "rise-2025")]
        found = await service.assessment(100001)
        assert (found["result"], found["cause"], found["run_id"]) == ("immediate_action", "facts", None)
        assert found["upstream"]["facts_changed_since"] is False
        assert (await service.assessment(100002))["cause"] == "run"

    async def test_tells_what_was_and_what_is(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=2)))
        await service.run()
        first = await service.assessment(100001)
        await service.load(facts(100001, graded("2025-01-10", 3), graded(overall=3)))
        await service.reassess()
        second = await service.assessment(100001)
        told = (await events(service))[-1]
        assert (told["assessment_id"], told["result"], told["flags"]) == (second["id"], "enhanced_support", ["stuck"])
        assert told["cause"] == "facts"
        assert told["previous"] == {
            "assessment_id": first["id"],
            "result": "school_led_development",
            "flags": [],
            "action_areas": [],
            "category_of_concern": None,
            "policy_version": 1,
        }

    async def test_where_no_rule_looks_confirms_what_stands(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=2)))
        await service.run()
        await service.reassess()
        before = await service.rows(KEPT)
        await service.load(facts(100001, graded(overall=2), pupils=900))
        assert await service.reassess() > 0
        assert await service.rows(KEPT) == before
        assert (await service.assessment(100001))["upstream"]["facts_changed_since"] is False
        assert len(await events(service)) == 1

    async def test_a_school_that_opened_after_the_run_of_all_england_is_assessed(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=2)))
        await service.run()
        await service.load(facts(100002, graded(overall=3)))
        await service.reassess()
        assert (await service.assessment(100002))["result"] == "enhanced_support"

    async def test_where_a_part_was_run_only_that_part_is_kept_up(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=2)), facts(100002, graded(overall=2)))
        await service.run(scope={"urns": [100001]})
        await service.load(facts(100001, graded(overall=3)), facts(100002, graded(overall=3)))
        await service.reassess()
        assert [row.urn for row in await service.rows("SELECT urn FROM assessments WHERE is_current")] == [100001]

    async def test_a_second_time_the_same_facts_come_back_with_the_same_hash(self, service: Service) -> None:
        first, other = facts(100001, graded(overall=2)), facts(100001, graded(overall=3))
        await service.load(first)
        await service.run()
        for document in (other, first):
            await service.load(document)
            await service.reassess()
        hashes = [row.result_hash for row in await service.rows(KEPT)]
        assert hashes[0] == hashes[2] != hashes[1]
        assert len([row for row in await service.rows(KEPT) if row.superseded_at is None]) == 1

    async def test_comes_to_the_very_bytes_that_a_run_comes_to(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=2)))
        await service.run()
        await service.load(facts(100001, graded("2024-01-10", 4, category_of_concern="SM"), graded(overall=3)))
        await service.reassess()
        await service.run(as_of=(today() - timedelta(days=1)).isoformat())
        columns = "SELECT result_hash, reasons::text, counterfactuals::text FROM assessments"
        sql = columns + " WHERE {} AND superseded_at IS NULL"
        by_itself = await service.rows(sql.format("series = 'current'"))
        by_a_run = await service.rows(sql.format("series <> 'current'"))
        assert by_itself == by_a_run
        assert len(by_itself) == 1

    async def test_a_school_that_moved_meanwhile_is_closed_to_its_old_body(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=2)))
        await service.run()
        await service.rows("UPDATE assessments SET tenancy_orgs = '{trust:1}' RETURNING 1")
        await service.load(facts(100001, graded(overall=2), pupils=1))
        await service.reassess()
        assert (await service.rows("SELECT tenancy_orgs FROM assessments"))[0].tenancy_orgs == ["trust:5143"]


class TestBesideARun:
    async def test_marks_wait_for_the_run_that_writes_and_hold_up_no_other_scheme(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=2)))
        await service.run_all({"scheme": "ippr-2023"}, {"scheme": "rise-2025"})
        await service.reassess()
        await service.load(facts(100001, graded(overall=4, category_of_concern="SM")))
        async with writing_to(service, "ippr-2023"):
            await service.reassess()
            schemes = [row.scheme for row in await service.rows("SELECT scheme FROM schools_to_assess")]
            assert schemes == ["ippr-2023"]
            assert (await service.assessment(100001, "rise-2025"))["result"] == "structural"
        await service.reassess()
        assert (await service.assessment(100001))["result"] == "immediate_action"

    async def test_a_change_in_the_midst_of_the_first_run_is_not_lost(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=2)))
        async with writing_to(service, "ippr-2023"):
            await service.load(facts(100001, graded(overall=3)))
            await service.reassess()
        await service.run()
        await service.reassess()
        assert (await service.assessment(100001))["result"] == "enhanced_support"

    async def test_two_workers_and_a_run_supersede_each_assessment_once(self, service: Service) -> None:
        documents = [facts(100001 + place, graded(overall=2)) for place in range(40)]
        await service.load(*documents)
        await service.run()
        worse = [facts(100001 + place, graded(overall=3)) for place in range(40)]
        await service.load(*worse)
        await asyncio.gather(service.reassess(), service.run(), service.reassess())
        await service.reassess()
        rows = await service.rows("SELECT urn, count(*) AS made FROM assessments GROUP BY urn")
        assert {row.made for row in rows} == {2}
        assert len(await events(service)) == 80


class TestTheLoop:
    async def test_runs_until_it_is_cancelled(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=2)))
        await service.run()
        working = asyncio.create_task(Reassessment(service.database, today).run())
        await service.load(facts(100001, graded(overall=3)))
        async with asyncio.timeout(20):
            found = await service.assessment(100001)
            while found["result"] != "enhanced_support":
                found = await service.assessment(100001)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
