"""Runs: who may start one, what it stores, and that doing it again changes nothing."""

import asyncio
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from services.triage.tests.conftest import DFE, Service, director, party
from services.triage.tests.documents import concern, facts, graded, maintained
from sqlalchemy import Connection

from shared.clock import today
from shared.jobs import repository as jobs
from shared.jobs.context import JobContext
from shared.testing.tokens import bearer
from triage.runs import job


class TestWhoMayRun:
    async def test_nobody_without_a_token(self, service: Service) -> None:
        answer = await service.client.post("/v1/assessment-runs", json={"scheme": "ippr-2023"})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_not_without_the_verb(self, service: Service) -> None:
        assert (
            await service.post("/v1/assessment-runs", {"scheme": "ippr-2023"}, party("trust:5143"))
        ).status_code == 403

    async def test_a_region_only_for_itself(self, service: Service) -> None:
        token = bearer(scope="assessments:run", org="dfe", role="improvement-team", regions=["London"], user="u")
        everywhere = await service.post("/v1/assessment-runs", {"scheme": "ippr-2023"}, token)
        elsewhere = await service.post(
            "/v1/assessment-runs", {"scheme": "ippr-2023", "scope": {"region": "North East"}}, token
        )
        assert (everywhere.status_code, elsewhere.status_code) == (403, 403)

    async def test_another_organisation_does_not_see_it(self, service: Service) -> None:
        made = (await service.post("/v1/assessment-runs", {"scheme": "ippr-2023"})).json()
        assert (await service.get(f"/v1/assessment-runs/{made['id']}", party("trust:5143"))).status_code == 404
        listed = (await service.get("/v1/assessment-runs", party("trust:5143"))).json()
        assert listed["data"] == []


class TestWhatCanBeAsked:
    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "/scheme"),
            ({"scheme": "nothing"}, "/scheme"),
            ({"scheme": "rise-2025", "version": 9}, "/version"),
            ({"scheme": "rise-2025", "as_of": "2024-12-31"}, "/as_of"),
            ({"scheme": "ippr-2023", "as_of": (today() + timedelta(days=1)).isoformat()}, "/as_of"),
            ({"scheme": "ippr-2023", "nonsense": 1}, "/nonsense"),
            ({"scheme": "ippr-2023", "scope": {"region": "Mars"}}, "/scope/region"),
        ],
    )
    async def test_the_field_that_is_wrong(self, service: Service, body: dict[str, object], pointer: str) -> None:
        answer = await service.post("/v1/assessment-runs", body)
        assert answer.status_code == 422
        assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]

    async def test_no_such_run(self, service: Service) -> None:
        answer = await service.get("/v1/assessment-runs/00000000-0000-7000-8000-000000000000")
        assert answer.status_code == 404

    async def test_the_same_key_starts_one_run(self, service: Service) -> None:
        headers: dict[str, Any] = {"Idempotency-Key": "once"}
        first = await service.post("/v1/assessment-runs", {"scheme": "ippr-2023"}, **headers)
        again = await service.post("/v1/assessment-runs", {"scheme": "ippr-2023"}, **headers)
        assert first.json()["id"] == again.json()["id"]
        assert first.headers["location"] == f"/v1/assessment-runs/{first.json()['id']}"
        assert len((await service.get("/v1/assessment-runs")).json()["data"]) == 1


class TestARun:
    async def test_assesses_every_school_and_counts(self, service: Service) -> None:
        await service.load(
            facts(100001, graded(overall=3)),
            maintained(100002, graded(overall=2), region="North East"),
            facts(100003),
        )
        run = await service.run()
        assert run["counts"] == {
            "assessed": 3,
            "changed": 3,
            "unchanged": 0,
            "by_result": {"enhanced_support": 1, "school_led_development": 1, "undetermined": 1},
            "by_region": {
                "London": {"enhanced_support": 1, "undetermined": 1},
                "North East": {"school_led_development": 1},
            },
        }
        assert run["results"] == run["counts"]["by_result"]
        assert (run["assessed"], run["changed"], run["unchanged"]) == (3, 3, 0)
        assert run["upstream"]["reached"] is True
        assert run["progress"]["done"] == run["progress"]["total"] == 3
        assert (run["policy_version"], run["as_of"], run["current"]) == (1, today().isoformat(), True)

    async def test_stores_the_reasons_and_the_source(self, service: Service) -> None:
        await service.load(facts(100001, graded("2023-05-01", 3), concern("2024-02-01")))
        await service.run()
        found = await service.assessment(100001)
        assert (found["result"], found["flags"], found["is_current"]) == ("enhanced_support", ["watch"], True)
        decisive = next(each for each in found["reasons"] if each["decisive"])
        assert decisive["rule"] == "overall_grade"
        assert decisive["inputs"]["inspection"]["starts_on"] == "2023-05-01"
        assert found["counterfactuals"][0]["result"] == "school_led_development"
        assert found["source"]["name"] == "ofsted-latest-inspections"
        assert found["upstream"]["facts_changed_since"] is False
        assert found["school"] == {
            "name": "School 100001",
            "region": "London",
            "local_authority_code": "201",
            "trust_uid": "5143",
        }

    async def test_catches_up_first(self, service: Service) -> None:
        service.inspection.put(facts(100001, graded(overall=3)))
        run = await service.run()
        assert run["counts"]["assessed"] == 1

    async def test_goes_on_with_what_it_holds_when_upstream_is_down(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=3)))
        service.inspection.down = True
        run = await service.run()
        assert run["counts"]["assessed"] == 1
        assert run["upstream"]["reached"] is False
        assert run["upstream"]["as_of"] is not None

    async def test_fails_when_the_facts_were_never_complete(self, service: Service) -> None:
        service.inspection.put(facts(100001, graded(overall=3)))
        service.inspection.down = True
        async with service.working():
            order = (await service.post("/v1/assessment-runs", {"scheme": "ippr-2023"})).json()
            ended = await service.ended(order["id"])
        assert (ended["state"], ended["results"]) == ("failed", None)
        assert ended["problem"]["title"] == "There are no complete facts yet"

    async def test_a_part_of_england(self, service: Service) -> None:
        await service.load(facts(100001), maintained(100002, la="301"), facts(100003, region="North East"))
        scopes = ({"la": "301"}, {"region": "North East"}, {"urns": [100001]}, {"trust": "5143", "urns": [100003]})
        runs = await service.run_all(*({"scheme": "ippr-2023", "scope": scope} for scope in scopes))
        assert [run["counts"]["assessed"] for run in runs] == [1, 1, 1, 1]

    async def test_cancelled_before_it_began_leaves_nothing(self, service: Service) -> None:
        await service.load(facts(100001, graded()))
        run = (await service.post("/v1/assessment-runs", {"scheme": "ippr-2023"})).json()
        cancelled = await service.client.delete(f"/v1/assessment-runs/{run['id']}", headers=DFE)
        assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
        async with service.working():
            later = (await service.post("/v1/assessment-runs", {"scheme": "rise-2025"})).json()
            await service.ended(later["id"])
        assert (await service.get("/v1/assessments", scheme="ippr-2023")).json()["data"] == []


class TestAgain:
    async def test_changes_nothing(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=3)), facts(100002, graded(overall=2)))
        await service.run()
        before = await service.rows("SELECT id, result_hash FROM assessments ORDER BY id")
        run = await service.run()
        assert (run["counts"]["changed"], run["counts"]["unchanged"]) == (0, 2)
        assert await service.rows("SELECT id, result_hash FROM assessments ORDER BY id") == before
        assert len(await service.rows("SELECT 1 FROM outbox WHERE type = 'triage.assessment.changed'")) == 2

    async def test_facts_no_rule_looks_at_make_no_new_assessment(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=3)))
        await service.run()
        await service.load(facts(100001, graded(overall=3), pupils=999))
        assert (await service.assessment(100001))["upstream"]["facts_changed_since"] is True
        run = await service.run()
        assert run["counts"]["unchanged"] == 1
        assert (await service.assessment(100001))["upstream"]["facts_changed_since"] is False

    async def test_a_changed_result_is_a_new_row_and_an_event(self, service: Service) -> None:
        await service.load(facts(100001, graded("2022-01-10", 3)))
        await service.run()
        first = await service.assessment(100001)
        await service.load(facts(100001, graded("2022-01-10", 3), graded("2025-01-10", 2)))
        await service.run()
        second = await service.assessment(100001)
        history = (await service.get("/v1/schools/100001/assessments")).json()["data"]
        assert [each["id"] for each in history] == [second["id"], first["id"]]
        assert [each["is_current"] for each in history] == [True, False]
        event = (await service.rows("SELECT data FROM outbox ORDER BY id DESC LIMIT 1"))[0].data
        assert event == {
            "urn": 100001,
            "scheme": "ippr-2023",
            "assessment_id": second["id"],
            "result": "school_led_development",
            "previous_result": "enhanced_support",
            "flags": [],
            "action_areas": [],
            "category_of_concern": None,
            "policy_version": 1,
            "as_of": today().isoformat(),
            "cause": "run",
            "previous": {
                "assessment_id": first["id"],
                "result": "enhanced_support",
                "flags": [],
                "action_areas": first["action_areas"],
                "category_of_concern": None,
                "policy_version": 1,
            },
        }

    async def test_begun_twice_by_two_workers_has_one_effect(self, service: Service) -> None:
        await service.load(*(facts(100001 + place, graded(overall=3)) for place in range(50)))
        async with service.working(), service.working():
            runs = await asyncio.gather(
                *(service.post("/v1/assessment-runs", {"scheme": "ippr-2023"}) for _ in range(3))
            )
            ended = [await service.ended(run.json()["id"]) for run in runs]
        assert sorted(each["counts"]["changed"] for each in ended) == [0, 0, 50]
        assert (await service.rows("SELECT count(*) FROM assessments"))[0][0] == 50


class DyingBeforeTheCommit(JobContext):
    """A process that dies when all is written and nothing committed."""

    def succeed(self, connection: Connection, outcome: Mapping[str, Any]) -> None:
        raise SystemExit(9)


class TestBegunAnew:
    async def test_leaves_what_one_run_would(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=3)), facts(100002, graded(overall=2)))
        order = (await service.post("/v1/assessment-runs", {"scheme": "ippr-2023"})).json()
        async with service.database.engine.begin() as connection:
            started = await jobs.start(connection, UUID(order["id"]))
        assert started is not None
        engine, loop = service.database.system_engine(), asyncio.get_running_loop()
        consumers = {service.consumer.name: service.consumer}
        dying = DyingBeforeTheCommit(started, engine, loop, threading.Event(), consumers=consumers)
        with pytest.raises(SystemExit):
            await asyncio.to_thread(job.run, dying)
        engine.dispose()
        assert (await service.rows("SELECT count(*) FROM assessments"))[0][0] == 0
        async with service.working():
            ended = await service.ended(order["id"])
        assert (ended["state"], ended["counts"]["changed"]) == ("succeeded", 2)
        assert (await service.rows("SELECT count(*) FROM assessments"))[0][0] == 2
        assert (await service.rows("SELECT count(*) FROM outbox"))[0][0] == 2


class TestAnotherDate:
    async def test_of_the_past_never_replaces_what_is_current(self, service: Service) -> None:
        await service.load(facts(100001, graded("2022-01-10", 3), graded("2025-06-10", 2)))
        await service.run()
        run = await service.run(as_of="2024-01-01")
        assert (run["current"], run["counts"]["changed"]) == (False, 1)
        assert (await service.assessment(100001))["result"] == "school_led_development"
        then = await service.get("/v1/schools/100001/assessment", as_of="2024-01-01")
        assert (then.json()["result"], then.json()["is_current"]) == ("enhanced_support", False)
        listed = (await service.get("/v1/assessments", as_of="2024-01-01")).json()["data"]
        assert [each["result"] for each in listed] == ["enhanced_support"]
        assert len((await service.get("/v1/schools/100001/assessments")).json()["data"]) == 1
        assert len(await service.rows("SELECT 1 FROM outbox WHERE type = 'triage.assessment.changed'")) == 1

    async def test_chooses_the_version_in_force(self, service: Service) -> None:
        await service.load(facts(100001, graded("2022-01-10", 4, category_of_concern="SWK")))
        before = await service.run("rise-2025", as_of="2026-08-31")
        after = await service.run("rise-2025", as_of="2026-09-01")
        assert (before["policy_version"], before["counts"]["by_result"]) == (1, {"structural": 1})
        assert (after["policy_version"], after["counts"]["by_result"]) == (2, {"targeted": 1})

    async def test_another_version_is_kept_apart(self, service: Service) -> None:
        await service.load(facts(100001, graded("2022-01-10", 4, category_of_concern="SWK")))
        await service.run("rise-2025")
        run = await service.run("rise-2025", version=1)
        assert run["current"] is False
        assert (await service.assessment(100001, "rise-2025"))["policy_version"] == 2
        listed = (await service.get("/v1/assessments", run=run["id"])).json()["data"]
        assert [each["policy_version"] for each in listed] == [1]

    async def test_the_region_of_a_director_is_all_a_director_sees(self, service: Service) -> None:
        await service.load(facts(100001, graded()), facts(100002, graded(), region="North East"))
        await service.run()
        listed = (await service.get("/v1/assessments", director("North East"))).json()["data"]
        assert [each["urn"] for each in listed] == [100002]
