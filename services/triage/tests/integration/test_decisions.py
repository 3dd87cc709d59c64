"""Decisions: made by a person of the region, on the current assessment, never overwritten."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from services.triage.tests.conftest import DFE, READS, Prepared, Service, director, party
from services.triage.tests.documents import facts, graded

from shared.clock import today
from shared.testing.tokens import bearer

URN = 100001


PREPARED = Prepared(
    documents=(facts(URN, graded("2023-05-01", 3)), facts(100002, graded(overall=3), region="North East")),
    runs=("ippr-2023", "rise-2025"),
)
"""A school in London for which enhanced support is proposed, and one in the North East."""


@pytest.fixture
def case(prepared: Service) -> Service:
    return prepared


async def decision(service: Service, urn: int = URN, **changes: Any) -> dict[str, Any]:
    """A decision that follows the proposal, for which those concerned have been heard."""
    return await service.decision(urn, **{"consulted": ["school", "trust:5143"], **changes})


async def decide(service: Service, body: dict[str, Any], token: dict[str, str] | None = None) -> httpx.Response:
    return await service.post(f"/v1/schools/{URN}/decisions", body, token or director())


class TestWhoMayDecide:
    async def test_nobody_without_a_token(self, service: Service) -> None:
        assert (await service.client.post(f"/v1/schools/{URN}/decisions", json={})).status_code == 401

    async def test_not_without_the_verb(self, case: Service) -> None:
        assert (await decide(case, await decision(case), DFE)).status_code == 403

    async def test_not_a_client_without_a_person(self, case: Service) -> None:
        client = bearer(scope=(*READS, "triage:decide"), org="dfe", role="regional-director", regions=["London"])
        assert (await decide(case, await decision(case), client)).status_code == 403

    async def test_not_another_region(self, case: Service) -> None:
        assert (await decide(case, await decision(case), director("North East"))).status_code == 404

    async def test_not_the_trust(self, case: Service) -> None:
        token = bearer(scope=(*READS, "triage:decide"), org="trust:1", role="trust", user="someone")
        assert (await decide(case, await decision(case), token)).status_code == 404


class TestMakingOne:
    async def test_is_a_record_of_its_own(self, case: Service) -> None:
        body = await decision(case, conditions=["Termly review"])
        answer = await decide(case, body)
        assert answer.status_code == 201
        made = answer.json()
        assert answer.headers["location"] == f"/v1/decisions/{made['id']}"
        assert made["tier"] == made["proposed"] == "enhanced_support"
        assert (made["authoriser"], made["authoriser_role"]) == ("rd-1", "regional-director")
        assert (made["state"], made["supersedes"], made["conditions"]) == ("made", None, ["Termly review"])
        assert (await case.get(f"/v1/decisions/{made['id']}")).json() == made
        assert (await case.get(f"/v1/schools/{URN}/decisions")).json()["data"] == [made]

    async def test_tells_of_it(self, case: Service) -> None:
        made = (await decide(case, await decision(case))).json()
        event = (await case.rows("SELECT type, subject, data FROM outbox ORDER BY id DESC LIMIT 1"))[0]
        assert (event.type, event.subject) == ("triage.decision.made", str(URN))
        assert event.data == {
            "urn": URN,
            "decision_id": made["id"],
            "scheme": "ippr-2023",
            "tier": "enhanced_support",
            "route": "support_and_oversight",
            "proposed": "enhanced_support",
            "assessment_id": made["assessment_id"],
            "effective_on": made["effective_on"],
            "action_areas": [
                "behaviour_and_attitudes",
                "leadership_and_management",
                "personal_development",
                "quality_of_education",
            ],
            "supersedes": None,
        }

    async def test_a_new_proposal_leaves_it_as_it_is(self, case: Service) -> None:
        made = (await decide(case, await decision(case))).json()
        await case.load(facts(URN, graded("2023-05-01", 3), graded("2026-05-01", 1)))
        await case.run()
        assert (await case.assessment(URN))["result"] == "school_led_development"
        assert (await case.get(f"/v1/decisions/{made['id']}")).json() == made

    async def test_the_same_key_decides_once(self, case: Service) -> None:
        body, path = await decision(case), f"/v1/schools/{URN}/decisions"
        first = await case.post(path, body, director(), **{"Idempotency-Key": "k"})
        again = await case.post(path, body, director(), **{"Idempotency-Key": "k"})
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        other = await case.post(path, {**body, "route": None}, director(), **{"Idempotency-Key": "k"})
        assert other.status_code == 422


class TestWhatMayBeDecided:
    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            ({"tier": "school_led_development", "route": None}, "/reason", "reason_required"),
            ({"tier": "undetermined"}, "/tier", "unknown_tier"),
            ({"tier": "targeted"}, "/tier", "unknown_tier"),
            ({"route": "rebroker_to_trust"}, "/route", "unknown_route"),
            ({"actions": ["replace_governing_body"]}, "/actions/0", "unknown_action"),
            (
                {
                    "tier": "immediate_action",
                    "route": "support_and_oversight",
                    "reason": "Why.",
                    "actions": ["rebroker_to_trust"],
                },
                "/route",
                "unknown_route",
            ),
            ({"route": None}, "/route", "route_required"),
            ({"reason_code": "whim"}, "/reason_code", "unknown_code"),
            ({"consulted": []}, "/consulted", "not_consulted"),
            ({"consulted": ["school", "trust:1"]}, "/consulted", "not_consulted"),
            ({"tier": "immediate_action", "route": None, "reason": "Why."}, "/actions", "action_required"),
            ({"urgent": {"ground": "haste"}, "reason": "Why."}, "/urgent/ground", "unknown_ground"),
            ({"urgent": {"ground": "safeguarding"}}, "/reason", "reason_required"),
            ({"urgent": {"ground": "special_measures"}, "reason": "Why."}, "/urgent/ground", "ground_not_met"),
            ({"effective_on": "soon"}, "/effective_on", "date_from_datetime_parsing"),
            ({"effective_on": "0001-01-01"}, "/effective_on", "before_the_scheme"),
            ({"reason": "The school is STUCK."}, "/reason", "confidential_flag"),
            ({"conditions": ["Termly review", "Off the watch list by May"]}, "/conditions/1", "confidential_flag"),
            ({"authoriser": "somebody else"}, "/authoriser", "extra_forbidden"),
        ],
    )
    async def test_the_field_that_is_wrong(
        self, case: Service, changes: dict[str, Any], pointer: str, code: str
    ) -> None:
        answer = await decide(case, await decision(case, **changes))
        assert answer.status_code == 422
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]

    async def test_the_day_from_which_it_takes_effect(self, case: Service) -> None:
        proposed_on = date.fromisoformat((await case.assessment(URN))["as_of"])
        for wanted, wrong in (
            (proposed_on - timedelta(days=1), "before_the_proposal"),
            (today() + timedelta(days=367), "too_far_ahead"),
        ):
            answer = await decide(case, await decision(case, effective_on=wanted.isoformat()))
            assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [("/effective_on", wrong)]

    @pytest.mark.parametrize("days", [0, 366])
    async def test_takes_effect_between_the_proposal_and_a_year_ahead(self, case: Service, days: int) -> None:
        wanted = (today() + timedelta(days=days)).isoformat()
        assert (await decide(case, await decision(case, effective_on=wanted))).json()["effective_on"] == wanted

    async def test_takes_effect_before_the_proposal_with_a_reason(self, case: Service) -> None:
        wanted = (today() - timedelta(days=1)).isoformat()
        body = await decision(case, effective_on=wanted, reason="Agreed at the visit the day before.")
        assert (await decide(case, body)).json()["effective_on"] == wanted

    @pytest.mark.parametrize(
        "reason",
        ["It is on the watch  list.", "watch\nlist", "watch_list", "watch\u2011list", "watch\u00a0list", "st\u00aduck",
         "st\u200buck", "\uff33\uff34\uff35\uff23\uff2b"],
    )  # fmt: skip
    async def test_words_are_found_however_they_are_typed(self, case: Service, reason: str) -> None:
        answer = await decide(case, await decision(case, reason=reason))
        assert [each["code"] for each in answer.json()["errors"]] == ["confidential_flag"]

    async def test_those_consulted_are_read_by_the_school(self, case: Service) -> None:
        answer = await decide(case, await decision(case, consulted=["school", "the stuck schools team"]))
        assert "/consulted/1" in [each["pointer"] for each in answer.json()["errors"]]

    async def test_the_refusal_names_the_words(self, case: Service) -> None:
        answer = await decide(case, await decision(case, reason="Stuck below good, and stuck still."))
        assert "Stuck below good and stuck" in answer.json()["errors"][0]["detail"]

    async def test_another_tier_with_a_reason_and_its_actions(self, case: Service) -> None:
        body = await decision(
            case, tier="immediate_action", route=None, actions=["rebroker_to_trust"], reason="No capacity to improve."
        )
        beyond = await decide(case, body)
        assert (beyond.status_code, beyond.json()["errors"][0]["code"]) == (409, "beyond_the_notice")
        await case.hear(body["assessment_id"], tier="immediate_action", grounds="No capacity to improve.")
        made = await decide(case, body)
        assert made.status_code == 201
        assert (made.json()["proposed"], made.json()["tier"]) == ("enhanced_support", "immediate_action")

    async def test_nothing_under_a_scheme_without_decisions(self, case: Service) -> None:
        rise = await case.assessment(URN, "rise-2025")
        answer = await decide(case, await decision(case, assessment_id=rise["id"]))
        assert answer.json()["errors"][0]["code"] == "not_decided_under_this_scheme"

    async def test_an_assessment_of_another_school(self, case: Service) -> None:
        other = await case.assessment(100002)
        answer = await decide(case, await decision(case, assessment_id=other["id"]), director("London", "North East"))
        assert answer.json()["errors"][0]["pointer"] == "/assessment_id"

    async def test_an_assessment_that_is_no_longer_the_current_one(self, case: Service) -> None:
        body = await decision(case)
        await case.load(facts(URN, graded("2023-05-01", 3), graded("2026-05-01", 1)))
        await case.run()
        answer = await decide(case, body)
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:problem:assessment-superseded")


class TestASecondDecision:
    async def test_has_to_name_the_first(self, case: Service) -> None:
        body = await decision(case)
        first = (await decide(case, body)).json()
        assert (await decide(case, body)).status_code == 409
        second = await decide(
            case, {**body, "route": "change_governance", "supersedes": first["id"], "reason": "The trust leaves."}
        )
        assert (second.status_code, second.json()["supersedes"]) == (201, first["id"])
        listed = (await case.get(f"/v1/schools/{URN}/decisions")).json()["data"]
        assert [each["state"] for each in listed] == ["made", "superseded"]

    async def test_and_not_one_that_is_superseded(self, case: Service) -> None:
        body = await decision(case)
        first = (await decide(case, body)).json()
        again = {**body, "supersedes": first["id"], "reason": "The route was wrong."}
        assert (await decide(case, again)).status_code == 201
        assert (await decide(case, again)).status_code == 409

    async def test_on_a_newer_assessment_takes_the_place_of_the_old_one(self, case: Service) -> None:
        first = (await decide(case, await decision(case))).json()
        await case.load(facts(URN, graded("2023-05-01", 3), graded("2026-05-01", 4)))
        await case.run()
        second = await decide(case, await decision(case, reason="The newer inspection says so."))
        assert (second.status_code, second.json()["supersedes"]) == (201, first["id"])

    async def test_says_why(self, case: Service) -> None:
        body = await decision(case)
        first = (await decide(case, body)).json()
        named = await decide(case, {**body, "supersedes": first["id"]})
        assert (named.status_code, named.json()["errors"][0]["code"]) == (422, "reason_required_to_supersede")
        await case.load(facts(URN, graded("2023-05-01", 3), graded("2026-05-01", 4)))
        await case.run()
        newer = await decide(case, await decision(case))
        assert (newer.status_code, newer.json()["errors"][0]["pointer"]) == (422, "/reason")
        assert (await case.get(f"/v1/decisions/{first['id']}")).json()["state"] == "made"

    async def test_of_two_at_once_one_wins(self, case: Service) -> None:
        body = await decision(case)
        answers = await asyncio.gather(*(decide(case, body) for _ in range(5)))
        assert sorted(each.status_code for each in answers) == [201, 409, 409, 409, 409]
        assert len(await case.rows("SELECT 1 FROM decisions")) == 1
        assert len(await case.rows("SELECT 1 FROM outbox WHERE type = 'triage.decision.made'")) == 1

    async def test_as_it_stood_on_a_date(self, case: Service) -> None:
        body = await decision(case)
        first = (await decide(case, body)).json()
        await decide(case, {**body, "supersedes": first["id"], "reason": "The route was wrong."})
        yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
        then = await case.get(f"/v1/schools/{URN}/decisions", as_of=yesterday)
        assert then.json()["data"] == []
        async with case.database.system_session() as session:
            await session.connection()
        await case.rows(
            "UPDATE decisions SET created_at = created_at - interval '2 days' WHERE supersedes IS NULL RETURNING 1"
        )
        then = await case.get(f"/v1/schools/{URN}/decisions", as_of=yesterday)
        assert [(each["id"], each["state"]) for each in then.json()["data"]] == [(first["id"], "made")]


class TestWithoutAVersionInForce:
    async def test_what_stands_says_so(self, case: Service) -> None:
        assert (await case.assessment(URN))["scheme_in_force"] is True
        await case.rows("UPDATE assessments SET created_at = '2022-06-01' WHERE urn = :urn RETURNING 1", urn=URN)
        then = await case.get(f"/v1/schools/{URN}/assessment", scheme="ippr-2023", as_of="2023-01-01")
        assert then.json()["scheme_in_force"] is False


class TestAfterADecision:
    async def test_the_school_and_its_trust_see_it(self, case: Service) -> None:
        school, trust = party(f"school:{URN}"), party("trust:5143")
        assert (await case.get(f"/v1/schools/{URN}/assessment", school)).status_code == 404
        made = (await decide(case, await decision(case))).json()
        for token in (school, trust):
            assert (await case.get(f"/v1/decisions/{made['id']}", token)).status_code == 200
            assert (await case.get(f"/v1/schools/{URN}/assessment", token)).json()["flags"] == []
        assert (await case.get(f"/v1/decisions/{made['id']}", party("trust:1"))).status_code == 404

    async def test_what_another_scheme_proposes_stays_undecided_and_hidden(self, case: Service) -> None:
        await decide(case, await decision(case))
        for token in (party(f"school:{URN}"), party("la:201"), party("trust:5143")):
            for path in (f"/v1/schools/{URN}/assessment", f"/v1/schools/{URN}/assessments", "/v1/assessments"):
                answer = await case.get(path, token, scheme="rise-2025")
                assert answer.status_code == 404 or answer.json()["data"] == []

    async def test_a_later_proposal_is_hidden_from_the_school_again(self, case: Service) -> None:
        await decide(case, await decision(case))
        await case.load(facts(URN, graded("2023-05-01", 3), graded("2026-05-01", 4)))
        await case.run()
        assert (await case.get(f"/v1/schools/{URN}/assessment", party(f"school:{URN}"))).status_code == 404
