"""Schools by tier: what was proposed and decided for the department, what was published for everybody else."""

from datetime import timedelta
from typing import Any

import pytest
from services.triage.tests.conftest import DFE, Prepared, Service, director, party
from services.triage.tests.documents import facts, graded

from shared.clock import today

SPECIAL, URGENT_REASON = range(100001, 100010), "Pupils are not safe."
NORTH, STUCK, FINE = 100020, 100021, 100022
MEALS = {"percent": 25.0, "estimate": 50, "census": "2024-25", "as_at": "2025-06-01", "status": "value"}
HIDDEN = {**MEALS, "percent": None, "estimate": None, "status": "suppressed"}

PREPARED = Prepared(
    documents=(
        *(
            facts(urn, graded("2024-03-01", 4, category_of_concern="SM"), fsm_ever6=MEALS if urn % 2 else HIDDEN)
            for urn in SPECIAL
        ),
        facts(NORTH, graded("2024-03-01", 4, category_of_concern="SM"), region="North East", idaci_quintile=None),
        facts(STUCK, graded("2018-01-10", 3), graded("2023-05-01", 3)),
        facts(FINE, graded(overall=2)),
    ),
    runs=("ippr-2023",),
)
GROUPINGS = ("region", "phase", "la", "trust", "deprivation")


@pytest.fixture
def case(prepared: Service) -> Service:
    return prepared


async def publish(case: Service, urn: int) -> None:
    wanted = {
        "assessment_id": (await case.assessment(urn))["id"],
        "tier": "immediate_action",
        "actions": ["rebroker_to_trust"],
        "reason": URGENT_REASON,
        "effective_on": today().isoformat(),
        "urgent": {"ground": "special_measures"},
    }
    office = director("North East" if urn == NORTH else "London")
    made = await case.post(f"/v1/schools/{urn}/decisions", wanted, office)
    assert made.status_code == 201, made.text
    told = await case.post(f"/v1/decisions/{made.json()['id']}/publication", {}, office)
    assert told.status_code == 201, told.text


async def public(case: Service, path: str = "tiers", **params: Any) -> dict[str, Any]:
    answer = await case.client.get(f"/v1/statistics/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def cell(tiers: list[dict[str, Any]], tier: str = "total") -> Any:
    [found] = [each for each in tiers if each["tier"] == tier]
    return found["schools"] if found["status"] == "value" else found["status"]


def groups(table: dict[str, Any], tier: str = "total") -> dict[str, Any]:
    return {each["code"]: cell(each["tiers"], tier) for each in table["data"]}


class TestTheDepartment:
    async def test_reads_proposals_and_decisions(self, case: Service) -> None:
        await publish(case, SPECIAL[0])
        body = (await case.get("/v1/statistics/tiers")).json()
        assert body["suppression"] is None
        proposed, decided = body["tables"]
        assert (proposed["basis"], decided["basis"]) == ("proposed", "decided")
        assert groups(proposed, "immediate_action") == {"London": 9, "North East": 1}
        assert groups(proposed, "enhanced_support") == {"London": 1, "North East": 0}
        assert groups(decided) == {"London": 1}
        assert cell(proposed["total"]) == 12

    async def test_a_region_reads_its_own(self, case: Service) -> None:
        body = (await case.get("/v1/statistics/tiers", director("North East"), by="la")).json()
        assert [(each["code"], each["region"]) for each in body["tables"][0]["data"]] == [("201", "North East")]
        assert cell(body["tables"][0]["total"]) == 1

    async def test_as_at_an_earlier_day(self, case: Service) -> None:
        await publish(case, SPECIAL[0])
        day = (today() - timedelta(days=1)).isoformat()
        body = (await case.get("/v1/statistics/tiers", as_of=day)).json()
        assert [cell(table["total"]) for table in body["tables"]] == [0, 0]

    async def test_what_is_not_known_is_a_group(self, case: Service) -> None:
        body = (await case.get("/v1/statistics/tiers", by="deprivation")).json()
        assert groups(body["tables"][0]) == {"3": 11, "unknown": 1}


class TestThePublic:
    async def test_nothing_that_is_not_published_changes_what_it_reads(self, case: Service) -> None:
        for path in ("tiers", "disadvantage"):
            for by in GROUPINGS:
                [table] = (await public(case, path, by=by))["tables"]
                assert (table["basis"], table["data"], cell(table["total"])) == ("published", [], 0)
        await case.decide(STUCK)
        assert (await public(case))["tables"][0]["data"] == []

    async def test_small_numbers_are_hidden_in_every_grouping(self, case: Service) -> None:
        for urn in (*SPECIAL[:7], NORTH):
            await publish(case, urn)
        for by in GROUPINGS:
            body = await public(case, by=by)
            [table] = body["tables"]
            assert body["suppression"]["below"] == 6
            assert cell(table["total"], "immediate_action") == 8
            shown = [count for each in table["data"] for count in (cell(each["tiers"]),) if count != "suppressed"]
            assert all(count >= 6 for count in shown)
        assert groups((await public(case, by="region"))["tables"][0]) == {
            "London": "suppressed",
            "North East": "suppressed",
        }
        assert groups((await public(case, by="phase"))["tables"][0]) == {"primary": 8}

    async def test_are_told_that_published_decisions_are_listed_one_by_one(self, case: Service) -> None:
        for urn in (*SPECIAL[:2], NORTH):
            await publish(case, urn)
        body = await public(case, by="region")
        listed = (await case.client.get("/v1/published-decisions")).json()["data"]
        assert groups(body["tables"][0]) == {"London": "suppressed", "North East": "suppressed"}
        assert sorted(each["region"] for each in listed) == ["London", "London", "North East"]
        assert "no secret" in body["suppression"]["method"]
        assert "/v1/published-decisions" in body["suppression"]["method"]

    async def test_few_in_all_are_hidden_with_their_pupils(self, case: Service) -> None:
        await publish(case, SPECIAL[0])
        [table] = (await public(case, "disadvantage", by="region"))["tables"]
        [london] = table["data"]
        [hidden] = [each for each in london["tiers"] if each["tier"] == "immediate_action"]
        assert (hidden["status"], hidden["schools"], hidden["pupils"]) == ("suppressed", None, None)
        assert {value for name, value in hidden["fsm_ever6_estimate"].items() if name != "status"} == {None}

    async def test_a_party_reads_what_the_public_does(self, case: Service) -> None:
        answer = await case.get("/v1/statistics/tiers", party("trust:5143"))
        assert answer.json() == await public(case)
        assert "Authorization" in answer.headers["vary"]


class TestDisadvantage:
    async def test_sums_of_the_schools_whose_figure_may_be_told(self, case: Service) -> None:
        body = (await case.get("/v1/statistics/disadvantage", DFE, by="region")).json()
        assert body["measure"] == "fsm_ever6_estimate"
        assert body["census"] == {"first": "2024-25", "last": "2024-25"}
        assert body["census_as_at"]["last"] == "2025-06-01"
        assert "eligible" not in str(body)
        [proposed, _] = body["tables"]
        [london, _] = proposed["data"]
        [action] = [each for each in london["tiers"] if each["tier"] == "immediate_action"]
        assert (action["schools"], action["pupils"]) == (9, 1800)
        assert action["fsm_ever6_estimate"] == {
            "value": 250,
            "status": "value",
            "percent": 25.0,
            "schools_counted": 5,
            "pupils_counted": 1000,
            "schools_suppressed": 4,
            "schools_missing": 0,
        }


class TestRefusals:
    @pytest.mark.parametrize("params", [{"by": "school"}, {"scheme": "none-such"}, {"as_of": "soon"}])
    async def test_what_does_not_exist(self, case: Service, params: dict[str, str]) -> None:
        answer = await case.client.get("/v1/statistics/tiers", params=params)
        assert answer.status_code == 422
        assert answer.json()["errors"]
