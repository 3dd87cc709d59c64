"""Decisions by the urgent route: at once, with those concerned heard and the decision reviewed afterwards."""

from datetime import date, timedelta
from typing import Any

import pytest
from services.triage.tests.conftest import DFE, Service, director, party
from services.triage.tests.documents import facts, graded
from services.triage.tests.integration.test_whole_life import PREPARED, SPECIAL, TRUST, URN, body_of, code, decide

UPHELD = {"outcome": "upheld", "reason": "Nothing said changes the case."}
__all__ = ["PREPARED"]


@pytest.fixture
def case(prepared: Service) -> Service:
    return prepared


class TestTheUrgentRoute:
    async def urgent(self, case: Service, **changes: Any) -> dict[str, Any]:
        wanted = {
            "tier": "immediate_action",
            "route": None,
            "actions": ["rebroker_to_trust"],
            "consulted": [],
            "reason": "Pupils are not safe under the present governance.",
            "urgent": {"ground": "special_measures"},
        }
        made = await decide(case, SPECIAL, await body_of(case, SPECIAL, **{**wanted, **changes}))
        assert made.status_code == 201, made.text
        document: dict[str, Any] = made.json()
        return document

    async def test_decides_at_once_then_hears_then_reviews(self, case: Service) -> None:
        made = await self.urgent(case)
        path = f"/v1/decisions/{made['id']}/review"
        notice = (await case.get(f"/v1/notices/{made['notice_id']}", party(f"school:{SPECIAL}"))).json()
        assert (notice["urgent"], notice["kind"], notice["state"]) == (True, "termination_warning_notice", "open")
        assert made["review_by"] > notice["representations_until"]
        assert code(await case.post(path, UPHELD, director())) == (409, "representations_open")
        for org in (f"school:{SPECIAL}", TRUST):
            said = await case.say(made["assessment_id"], org, position="disputes", text="We were not asked.")
            assert said.status_code == 201, said.text
        assert (await case.post(path, UPHELD, DFE)).status_code == 403
        assert (await case.post(path, UPHELD, director("North East"))).status_code == 404
        wrong = await case.post(path, {**UPHELD, "outcome": "fine"}, director())
        assert code(wrong) == (422, "unknown_code")
        flagged = await case.post(path, {**UPHELD, "reason": "The school is stuck."}, director())
        assert code(flagged) == (422, "confidential_flag")
        reviewed = await case.post(path, UPHELD, director())
        assert (reviewed.status_code, reviewed.json()["review_outcome"]) == (200, "upheld")
        assert (await case.post(path, UPHELD, director())).status_code == 409

    async def test_the_review_comes_after_the_time_at_the_latest(self, case: Service) -> None:
        made = await self.urgent(case)
        until = date.fromisoformat((await case.get(f"/v1/notices/{made['notice_id']}")).json()["representations_until"])
        case.on(until + timedelta(days=1))
        assert (await case.post(f"/v1/decisions/{made['id']}/review", UPHELD, director())).status_code == 200

    async def test_safeguarding_needs_no_category(self, case: Service) -> None:
        body = await body_of(case, URN, reason="Pupils are not safe.", urgent={"ground": "safeguarding"}, consulted=[])
        assert (await decide(case, URN, body)).status_code == 201

    async def test_is_for_schools_that_call_for_it(self, case: Service) -> None:
        body = await body_of(
            case, URN, tier="school_led_development", route=None, reason="Why.", urgent={"ground": "safeguarding"}
        )
        assert code(await decide(case, URN, body)) == (422, "not_urgent")

    async def test_what_was_heard_is_not_reviewed(self, case: Service) -> None:
        made = await case.decide(URN)
        answer = await case.post(f"/v1/decisions/{made['id']}/review", UPHELD, director())
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:problem:nothing-to-review")

    async def test_a_decision_that_varies_it_needs_the_hearing(self, case: Service) -> None:
        made = await self.urgent(case)
        body = await body_of(case, SPECIAL, reason="Varied.", supersedes=made["id"])
        assert code(await decide(case, SPECIAL, body)) == (409, "representations_open")
        for org in (f"school:{SPECIAL}", TRUST):
            await case.say(made["assessment_id"], org, position="accepts")
        assert (await decide(case, SPECIAL, body)).status_code == 201
        answer = await case.post(f"/v1/decisions/{made['id']}/review", UPHELD, director())
        assert answer.status_code == 409


class TestUrgentAgain:
    """On a newer assessment, while the urgent decision before is still to be reviewed."""

    @pytest.fixture
    async def again(self, case: Service) -> tuple[Service, dict[str, Any], dict[str, Any]]:
        """An urgent decision, and the body of another on the assessment that has followed since."""
        first = await TestTheUrgentRoute().urgent(case)
        later = graded("2025-03-01", 4, category_of_concern="SM")
        await case.load(facts(SPECIAL, graded("2024-03-01", 4, category_of_concern="SM"), later))
        await case.reassess()
        body = await body_of(
            case,
            SPECIAL,
            tier="immediate_action",
            route=None,
            actions=["rebroker_to_trust"],
            consulted=[],
            reason="Found again.",
            urgent={"ground": "special_measures"},
        )
        assert body["assessment_id"] != first["assessment_id"]
        return case, first, body

    async def test_does_not_pass_over_the_review(self, again: tuple[Service, dict[str, Any], dict[str, Any]]) -> None:
        case, first, body = again
        answer = await decide(case, SPECIAL, body)
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:problem:already-decided")
        assert f"Decision {first['id']} was urgent and is still to be reviewed" in answer.json()["detail"]
        assert (await case.get(f"/v1/decisions/{first['id']}")).json()["state"] == "made"
        assert await case.rows("SELECT 1 FROM notices WHERE assessment_id = :id", id=body["assessment_id"]) == []

    async def test_supersedes_it_by_name(self, again: tuple[Service, dict[str, Any], dict[str, Any]]) -> None:
        case, first, body = again
        made = await decide(case, SPECIAL, {**body, "supersedes": first["id"]})
        assert (made.status_code, made.json()["supersedes"]) == (201, first["id"])
        assert made.json()["review_by"] is not None

    async def test_follows_by_itself_once_it_was_reviewed(
        self, again: tuple[Service, dict[str, Any], dict[str, Any]]
    ) -> None:
        case, first, body = again
        for org in (f"school:{SPECIAL}", TRUST):
            await case.say(first["assessment_id"], org, position="accepts")
        reviewed = await case.post(f"/v1/decisions/{first['id']}/review", UPHELD, director())
        assert reviewed.status_code == 200, reviewed.text
        made = await decide(case, SPECIAL, body)
        assert (made.status_code, made.json()["supersedes"]) == (201, first["id"])

    async def test_on_the_same_assessment(self, case: Service) -> None:
        first = await TestTheUrgentRoute().urgent(case)
        wanted = {"tier": "immediate_action", "route": None, "actions": ["replace_governing_body"], "consulted": []}
        body = await body_of(case, SPECIAL, **wanted, reason="More.", urgent={"ground": "special_measures"})
        assert (await decide(case, SPECIAL, body)).status_code == 409
        made = await decide(case, SPECIAL, {**body, "supersedes": first["id"]})
        assert made.status_code == 201, made.text
