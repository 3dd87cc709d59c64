"""Support outcomes and progress reviews: who records them, what they make of a proposal, and how they are corrected."""

from datetime import timedelta
from typing import Any

import pytest
from services.triage.tests.conftest import DFE, Service, director
from services.triage.tests.documents import facts, graded
from services.triage.tests.fakes import FakeFeed

from shared.clock import today
from shared.testing.tokens import bearer
from triage.intake.brokering import EPISODE_CHANGED, brokering_consumer

SCOPES = ("reviews:read", "reviews:write", "assessments:read", "assessments:run", "triage:decide")
SUPPORT = {"episode_id": "episode-1", "completed_on": "2024-06-28"}
REVIEW = {"review_id": "review-1", "concluded_on": "2025-09-01", "conclusion": "insufficient_progress"}


def regional(*regions: str) -> dict[str, str]:
    return bearer(scope=SCOPES, org="dfe", role="regional-director", regions=regions, user="rd-1")


def reader(org: str) -> dict[str, str]:
    return bearer(scope=("reviews:read", "assessments:read"), org=org, role=org.partition(":")[0])


LONDON = regional("London")


async def record(service: Service, what: str, body: dict[str, Any], token: dict[str, str] = LONDON) -> dict[str, Any]:
    answer = await service.post(f"/v1/schools/100001/{what}", body, token)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def correct(service: Service, made: dict[str, Any], **changed: Any) -> dict[str, Any]:
    answer = await service.post(
        f"/v1/follow-ups/{made['id']}/corrections", {"reason": "entered wrongly", **changed}, LONDON
    )
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def proposed(service: Service) -> dict[str, Any]:
    """What is proposed after everything that changed was looked at."""
    await service.reassess()
    return await service.assessment(100001)


@pytest.fixture
async def weak(service: Service) -> Service:
    """A school that requires improvement twice, with an assessment of it."""
    await service.load(facts(100001, graded("2023-01-10", 3), graded("2025-01-10", 3)))
    await service.run()
    await service.reassess()
    return service


class TestWhoMayRecord:
    async def test_nobody_without_a_token(self, weak: Service) -> None:
        answer = await weak.client.post("/v1/schools/100001/support-outcomes", json=SUPPORT)
        assert answer.status_code == 401

    async def test_not_without_the_verb(self, weak: Service) -> None:
        for token in (DFE, director("London"), reader("trust:5143")):
            assert (await weak.post("/v1/schools/100001/progress-reviews", REVIEW, token)).status_code == 403

    async def test_not_another_region(self, weak: Service) -> None:
        answer = await weak.post("/v1/schools/100001/support-outcomes", SUPPORT, regional("North East"))
        assert answer.status_code == 403
        made = await record(weak, "support-outcomes", SUPPORT)
        path = f"/v1/follow-ups/{made['id']}"
        assert (await weak.get(path, regional("North East"))).status_code == 404
        answer = await weak.post(f"{path}/corrections", {"reason": "x", "withdrawn": True}, regional("North East"))
        assert answer.status_code == 404

    async def test_the_responsible_body_reads_it_and_no_other_does(self, weak: Service) -> None:
        made = await record(weak, "support-outcomes", SUPPORT)
        for org, status, count in (("trust:5143", 200, 1), ("trust:9", 404, 0), ("school:100001", 404, 0)):
            assert (await weak.get(f"/v1/follow-ups/{made['id']}", reader(org))).status_code == status
            listed = (await weak.get("/v1/schools/100001/follow-ups", reader(org))).json()["data"]
            assert len(listed) == count
        await weak.load(facts(100001, trust={"uid": "9", "name": "B"}, responsible_body={"kind": "trust", "id": "9"}))
        assert (await weak.get(f"/v1/follow-ups/{made['id']}", reader("trust:5143"))).status_code == 404

    async def test_no_row_without_claims(self, weak: Service) -> None:
        await record(weak, "support-outcomes", SUPPORT)
        async with weak.database.reads.connect() as reads:
            assert (await reads.exec_driver_sql("SELECT count(*) FROM follow_ups")).scalar_one() == 0


class TestWhatCanBeRecorded:
    @pytest.mark.parametrize(
        ("what", "body", "pointer"),
        [
            (
                "support-outcomes",
                {**SUPPORT, "completed_on": (today() + timedelta(days=1)).isoformat()},
                "/completed_on",
            ),
            ("support-outcomes", {**SUPPORT, "episode_id": "a b"}, "/episode_id"),
            ("support-outcomes", {"episode_id": "e"}, "/completed_on"),
            ("progress-reviews", {**REVIEW, "conclusion": "poor"}, "/conclusion"),
            ("progress-reviews", {**REVIEW, "concluded_on": "2999-01-01"}, "/concluded_on"),
        ],
    )
    async def test_the_field_that_is_wrong(self, weak: Service, what: str, body: dict[str, Any], pointer: str) -> None:
        answer = await weak.post(f"/v1/schools/100001/{what}", body, LONDON)
        assert answer.status_code == 422
        assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]

    async def test_no_such_school(self, weak: Service) -> None:
        assert (await weak.post("/v1/schools/999999/support-outcomes", SUPPORT, LONDON)).status_code == 404

    async def test_the_same_episode_once(self, weak: Service) -> None:
        await record(weak, "support-outcomes", SUPPORT)
        again = await weak.post("/v1/schools/100001/support-outcomes", SUPPORT, LONDON)
        assert (again.status_code, again.json()["type"].rpartition(":")[2]) == (409, "already-recorded")

    async def test_the_same_key_is_the_same_answer(self, weak: Service) -> None:
        sent = [
            await weak.post("/v1/schools/100001/support-outcomes", SUPPORT, LONDON, **{"Idempotency-Key": "k"})
            for _ in range(2)
        ]
        assert sent[0].json() == sent[1].json()


class TestWhatItMakesOfAProposal:
    async def test_support_that_left_the_school_where_it_was_shows_in_the_reasons(self, weak: Service) -> None:
        assert (await weak.assessment(100001))["result"] == "enhanced_support"
        await record(weak, "support-outcomes", SUPPORT)
        found = await proposed(weak)
        assert (found["result"], found["cause"]) == ("immediate_action", "facts")
        reason = next(each for each in found["reasons"] if each["decisive"])
        assert reason["rule"] == "no_progress_after_support"
        assert reason["inputs"]["support"] == [{"id": "episode-1", "completed_on": "2024-06-28"}]
        assert "support completed on 28 June 2024" in reason["text"]
        assert found["upstream"]["facts_changed_since"] is False

    async def test_support_that_ended_after_the_inspection_changes_nothing(self, weak: Service) -> None:
        before = await weak.assessment(100001)
        await record(weak, "support-outcomes", {**SUPPORT, "completed_on": "2025-06-28"})
        assert (await proposed(weak))["id"] == before["id"]

    async def test_a_review_holds_until_a_decision_later_on_the_same_day(self, weak: Service) -> None:
        await record(weak, "progress-reviews", {**REVIEW, "concluded_on": today().isoformat()})
        found = await proposed(weak)
        decisive = next(each for each in found["reasons"] if each["decisive"])
        assert (found["result"], decisive["rule"]) == ("immediate_action", "progress_review")
        assert decisive["inputs"]["reviews"][0]["id"] == "review-1"
        await weak.decide(100001)
        assert (await proposed(weak))["result"] == "enhanced_support"

    async def test_a_review_after_the_decision_of_that_day_holds(self, weak: Service) -> None:
        await weak.decide(100001)
        await record(weak, "progress-reviews", {**REVIEW, "concluded_on": today().isoformat()})
        assert (await proposed(weak))["result"] == "immediate_action"

    async def test_a_review_is_answered_by_a_later_graded_inspection(self, weak: Service) -> None:
        await record(weak, "progress-reviews", {**REVIEW, "concluded_on": "2025-06-01"})
        assert (await proposed(weak))["result"] == "immediate_action"
        await weak.load(facts(100001, graded("2025-01-10", 3), graded("2026-01-10", 3)))
        assert (await proposed(weak))["result"] == "enhanced_support"

    async def test_one_that_was_sufficient_changes_nothing(self, weak: Service) -> None:
        before = await weak.assessment(100001)
        await record(weak, "progress-reviews", {**REVIEW, "conclusion": "sufficient_progress"})
        assert (await proposed(weak))["result"] == before["result"]


class TestCompletedAtBrokering:
    """Brokering tells of an episode's steps; the completed ones of schools are evidence."""

    @staticmethod
    async def follow(service: Service, *told: dict[str, Any]) -> None:
        feed = FakeFeed()
        for data in told:
            feed.tell(EPISODE_CHANGED, str(data.get("id")), data)
        assert (await brokering_consumer(feed, service.database).catch_up()).reached_head

    @staticmethod
    def episode(**changed: Any) -> dict[str, Any]:
        subject = {"kind": "school", "id": "100001"}
        return {"id": "episode-1", "state": "completed", "subject": subject, "completed_on": "2024-06-28", **changed}

    async def test_is_evidence_at_once_and_once(self, weak: Service) -> None:
        await self.follow(weak, self.episode(state="open"), self.episode(), self.episode())
        assert (await proposed(weak))["result"] == "immediate_action"
        (held,) = (await weak.get("/v1/schools/100001/follow-ups", LONDON)).json()["data"]
        assert (held["source"], held["reference"], held["happened_on"]) == ("brokering", "episode-1", "2024-06-28")

    async def test_what_a_person_corrected_stays(self, weak: Service) -> None:
        made = await record(weak, "support-outcomes", SUPPORT)
        await correct(weak, made, happened_on="2025-06-28")
        await self.follow(weak, self.episode())
        assert (await proposed(weak))["result"] == "enhanced_support"

    async def test_of_a_trust_or_unreadable_it_holds_nothing_up(self, weak: Service) -> None:
        trust = self.episode(id="t", subject={"kind": "trust", "id": "5143"})
        await self.follow(weak, trust, {"state": "completed", "id": "x"}, self.episode(id="episode-2"))
        rows = await weak.rows("SELECT reference FROM follow_ups")
        assert [row.reference for row in rows] == ["episode-2"]

    async def test_of_a_school_not_yet_held_it_waits_for_its_facts(self, weak: Service) -> None:
        await self.follow(weak, self.episode(subject={"kind": "school", "id": "100777"}))
        await weak.load(facts(100777, graded("2023-01-10", 3), graded("2025-01-10", 3)))
        await weak.reassess()
        assert (await weak.assessment(100777))["result"] == "immediate_action"
        listed = (await weak.get("/v1/schools/100777/follow-ups", reader("trust:5143"))).json()["data"]
        assert len(listed) == 1


class TestCorrecting:
    async def test_withdrawn_it_counts_no_longer_and_says_why(self, weak: Service) -> None:
        made = await record(weak, "progress-reviews", REVIEW)
        assert (await proposed(weak))["result"] == "immediate_action"
        withdrawn = await correct(weak, made, withdrawn=True)
        assert (withdrawn["version"], withdrawn["withdrawn"], withdrawn["reason"]) == (2, True, "entered wrongly")
        assert (await proposed(weak))["result"] == "enhanced_support"
        await correct(weak, made, withdrawn=False)
        assert (await proposed(weak))["result"] == "immediate_action"
        told = (await weak.get(f"/v1/follow-ups/{made['id']}/versions", LONDON)).json()["data"]
        assert [(each["version"], each["withdrawn"]) for each in told] == [(1, False), (2, True), (3, False)]
        assert [each["superseded_at"] is None for each in told] == [False, False, True]
        assert {each["recorded_by"] for each in told} == {"rd-1"}

    async def test_a_note_holds_no_words_that_the_school_must_not_read(self, weak: Service) -> None:
        path = "/v1/schools/100001/progress-reviews"
        answer = await weak.post(path, {**REVIEW, "note": "The school is stuck"}, LONDON)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/note")

    async def test_a_field_that_is_not_sent_stays(self, weak: Service) -> None:
        made = await record(weak, "progress-reviews", {**REVIEW, "note": "seen on site"})
        found = await correct(weak, made, conclusion="governance_cannot_deliver")
        assert (found["note"], found["happened_on"]) == ("seen on site", REVIEW["concluded_on"])
        assert found["conclusion"] == "governance_cannot_deliver"

    async def test_an_outcome_has_no_conclusion(self, weak: Service) -> None:
        made = await record(weak, "support-outcomes", SUPPORT)
        body = {"reason": "x", "conclusion": "insufficient_progress"}
        assert (await weak.post(f"/v1/follow-ups/{made['id']}/corrections", body, LONDON)).status_code == 422

    async def test_no_version_is_overwritten(self, weak: Service) -> None:
        made = await record(weak, "support-outcomes", SUPPORT)
        await correct(weak, made, happened_on="2024-07-01")
        rows = await weak.rows("SELECT version, happened_on FROM follow_ups ORDER BY version")
        assert [(row.version, row.happened_on.isoformat()) for row in rows] == [(1, "2024-06-28"), (2, "2024-07-01")]
