"""The caseload and tasks: how far each case has come, and what is due of whom."""

from datetime import date, timedelta
from typing import Any

import pytest
from services.triage.tests.conftest import DFE, Prepared, Service, director, party
from services.triage.tests.documents import facts, graded

from shared.clock import today

URN, OTHER, FINE, SPECIAL = 100001, 100002, 100003, 100004
SCHOOL, TRUST = f"school:{URN}", "trust:5143"

PREPARED = Prepared(
    documents=(
        facts(URN, graded("2018-01-10", 3), graded("2023-05-01", 3)),
        facts(OTHER, graded(overall=3), region="North East"),
        facts(FINE, graded(overall=2)),
        facts(SPECIAL, graded("2024-03-01", 4, category_of_concern="SM")),
    ),
    runs=("ippr-2023",),
)
"""In London a stuck school, a good one and one in special measures; in the North East one that requires improvement."""


@pytest.fixture
def case(prepared: Service) -> Service:
    return prepared


async def cases(service: Service, token: dict[str, str] = DFE, **params: Any) -> dict[int, dict[str, Any]]:
    answer = await service.get("/v1/caseload", token, **params)
    assert answer.status_code == 200, answer.text
    return {each["urn"]: each for each in answer.json()["data"]}


async def tasks(service: Service, token: dict[str, str] = DFE, **params: Any) -> list[tuple[str, str, bool]]:
    answer = await service.get("/v1/tasks", token, **params)
    assert answer.status_code == 200, answer.text
    return [(each["kind"], each["waits_on"], each["overdue"]) for each in answer.json()["data"]]


class TestCaseload:
    async def test_what_calls_for_something_and_is_not_decided(self, case: Service) -> None:
        assert set(await cases(case)) == {URN, OTHER, SPECIAL}
        assert set(await cases(case, director("North East"))) == {OTHER}
        assert set(await cases(case, region="London")) == {URN, SPECIAL}
        assert set(await cases(case, tier="immediate_action")) == {SPECIAL}
        assert set(await cases(case, tier="school_led_development")) == {FINE}
        assert set(await cases(case, flag="stuck")) == {URN}
        assert await cases(case, min_age=1) == {}

    async def test_a_case_moves_on(self, case: Service) -> None:
        made = (await cases(case))[URN]
        assert (made["state"], made["age_days"], made["overdue"]) == ("proposed", 0, False)
        notice = await case.notice(made["assessment_id"])
        assert (await cases(case))[URN]["state"] == "being_heard"
        for org in (SCHOOL, TRUST):
            await case.say(made["assessment_id"], org, position="accepts")
        assert (await cases(case))[URN]["state"] == "to_decide"
        case.on(date.fromisoformat(notice["decide_by"]) + timedelta(days=1))
        assert (await cases(case))[URN]["overdue"] is True
        decided = await case.decide(URN)
        assert URN not in await cases(case)
        found = (await cases(case, state="decided"))[URN]
        assert (found["decision_id"], found["decided_tier"]) == (decided["id"], "enhanced_support")

    async def test_parties_and_the_public_do_not_read_it(self, case: Service) -> None:
        assert (await case.get("/v1/caseload", party(TRUST))).status_code == 403
        assert (await case.client.get("/v1/caseload")).status_code == 401

    async def test_pages_reach_every_case_once(self, case: Service) -> None:
        seen, path = [], "/v1/caseload?limit=1&include_total=true"
        while path:
            answer = (await case.client.get(path, headers=DFE)).json()
            assert answer["paging"]["total"] == 3
            seen += [each["urn"] for each in answer["data"]]
            path = answer["paging"]["next_url"]
        assert sorted(seen) == [URN, OTHER, SPECIAL]

    @pytest.mark.parametrize("wrong", [{"region": "Nowhere"}, {"tier": "fine"}, {"flag": "x"}, {"after": "x"}])
    async def test_codes_that_do_not_exist(self, case: Service, wrong: dict[str, str]) -> None:
        assert (await case.get("/v1/caseload", **wrong)).status_code == 422


class TestTasks:
    async def test_from_representations_to_publication(self, case: Service) -> None:
        assert await tasks(case) == []
        current = await case.assessment(URN)
        notice = await case.notice(current["id"])
        says = [("make_representations", party, False) for party in ("responsible_body", "school")]
        assert await tasks(case) == [*says, ("decide", "regional-director", False)]
        assert await tasks(case, party(SCHOOL)) == [("make_representations", "school", False)]
        assert await tasks(case, party("trust:1")) == []
        assert await tasks(case, due=notice["representations_until"]) == says
        await case.say(current["id"], SCHOOL, position="accepts")
        case.on(date.fromisoformat(notice["decide_by"]) + timedelta(days=1))
        late = [("make_representations", "responsible_body", True), ("decide", "regional-director", True)]
        assert await tasks(case) == late
        made = await case.decide(URN)
        assert await tasks(case) == [("publish", "regional-director", False)]
        await case.post(f"/v1/decisions/{made['id']}/publication", {}, director())
        assert await tasks(case) == []

    async def test_an_urgent_decision_leaves_hearing_and_review(self, case: Service) -> None:
        await case.assessment(SPECIAL)
        wanted = {
            "assessment_id": (await case.assessment(SPECIAL))["id"],
            "tier": "immediate_action",
            "actions": ["rebroker_to_trust"],
            "reason": "Pupils are not safe.",
            "effective_on": today().isoformat(),
            "urgent": {"ground": "special_measures"},
        }
        made = await case.post(f"/v1/schools/{SPECIAL}/decisions", wanted, director())
        kinds = {kind for kind, _, _ in await tasks(case)}
        assert kinds == {"make_representations", "review", "publish"}
        for org in (f"school:{SPECIAL}", TRUST):
            await case.say(wanted["assessment_id"], org, position="accepts")
        review = {"outcome": "upheld", "reason": "It stands."}
        assert (await case.post(f"/v1/decisions/{made.json()['id']}/review", review, director())).status_code == 200
        assert {kind for kind, _, _ in await tasks(case)} == {"publish"}

    async def test_a_notice_that_lapsed_leaves_nothing(self, case: Service) -> None:
        await case.notice((await case.assessment(URN))["id"])
        await case.load(facts(URN, graded("2023-05-01", 3), graded("2026-05-01", 4)))
        await case.run()
        assert await tasks(case) == []


class TestAgeing:
    async def test_days_from_publication_to_decision_by_region(self, case: Service) -> None:
        published = (today() - timedelta(days=10)).isoformat()
        await case.load(facts(URN, graded("2018-01-10", 3), graded("2023-05-01", 3, published_on=published)))
        await case.run()
        await case.decide(URN)
        await case.rows(
            "UPDATE decisions SET created_at = created_at + interval '3 days' WHERE urn = :urn RETURNING 1", urn=URN
        )
        case.on(today() + timedelta(days=5))
        found = (await case.get("/v1/statistics/ageing")).json()["data"]
        assert found == [
            {
                "region": "London",
                "decisions": 1,
                "proposal_to_decision": {"cases": 1, "median": 3.0, "longest": 3},
                "publication_to_proposal": {"cases": 1, "median": 10.0, "longest": 10},
                "publication_to_decision": {"cases": 1, "median": 13.0, "longest": 13},
            }
        ]
        assert (await case.get("/v1/statistics/ageing", as_of=today().isoformat())).json()["data"] == []
        assert (await case.get("/v1/statistics/ageing", director("North East"))).json()["data"] == []

    async def test_leaves_out_a_decision_that_another_took_the_place_of(self, case: Service) -> None:
        made = await case.decide(URN)
        await case.decide(URN, supersedes=made["id"], reason="The route was wrong.")
        found = (await case.get("/v1/statistics/ageing")).json()["data"]
        assert [(each["region"], each["decisions"]) for each in found] == [("London", 1)]

    async def test_is_for_the_department(self, case: Service) -> None:
        assert (await case.get("/v1/statistics/ageing", party(TRUST))).status_code == 403
