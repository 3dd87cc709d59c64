"""Proposals that are not decided yet, by age: for the department, in full and as they may be told outside."""

from datetime import timedelta
from typing import Any

import pytest
from services.triage.tests.conftest import DFE, Prepared, Service, director, party
from services.triage.tests.documents import facts, graded

from shared.clock import today

LONDON, NORTH, STUCK, FINE = range(100001, 100010), 100020, 100021, 100022
SPECIAL = graded("2024-03-01", 4, category_of_concern="SM")
PREPARED = Prepared(
    documents=(
        *(facts(urn, SPECIAL) for urn in LONDON),
        facts(NORTH, SPECIAL, region="North East", local_authority={"code": "390", "name": "Gateshead"}),
        facts(STUCK, graded("2018-01-10", 3), graded("2023-05-01", 3)),
        facts(FINE, graded(overall=2)),
    ),
    runs=("ippr-2023",),
)


@pytest.fixture
def case(prepared: Service) -> Service:
    return prepared


async def made_ago(case: Service, days: int, *urns: int) -> None:
    await case.rows(
        "UPDATE assessments SET created_at = created_at - make_interval(days => :days)"
        " WHERE urn = ANY (:urns) RETURNING 1",
        days=days,
        urns=list(urns),
    )


async def undecided(case: Service, token: dict[str, str] = DFE, **params: Any) -> dict[str, Any]:
    answer = await case.get("/v1/statistics/ageing", token, **params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["undecided"])


def figures(group: dict[str, Any]) -> tuple[Any, ...]:
    """Proposals, median, nine in ten, and the proposals of each band."""
    bands = [each["proposals"] for each in group["bands"]]
    return group["proposals"], group["median_days"], group["p90_days"], bands


def groups(table: dict[str, Any]) -> dict[str, Any]:
    return {each["code"]: figures(each) for each in table["data"]}


class TestTheDepartment:
    async def test_reads_how_old_they_are_by_region(self, case: Service) -> None:
        await made_ago(case, 14, *LONDON[:4])
        await made_ago(case, 91, STUCK)
        found = await undecided(case)
        assert groups(found) == {"London": (10, 0, 14, [5, 4, 0, 1]), "North East": (1, 0, 0, [1, 0, 0, 0])}
        assert figures(found["total"]) == (11, 0, 14, [6, 4, 0, 1])
        assert (found["by"], found["suppression"]) == ("region", None)
        assert [(each["from_days"], each["to_days"]) for each in found["bands"]] == [
            (0, 13),
            (14, 41),
            (42, 90),
            (91, None),
        ]

    async def test_by_tier_and_by_authority(self, case: Service) -> None:
        by_tier = await undecided(case, by="tier")
        assert groups(by_tier) == {
            "enhanced_support": (1, 0, 0, [1, 0, 0, 0]),
            "immediate_action": (10, 0, 0, [10, 0, 0, 0]),
        }
        by_la = await undecided(case, by="la")
        assert [(each["region"], each["code"], each["label"]) for each in by_la["data"]] == [
            ("London", "201", "City of London"),
            ("North East", "390", "Gateshead"),
        ]

    async def test_what_is_decided_is_left_out_from_that_day_on(self, case: Service) -> None:
        await made_ago(case, 5, STUCK)
        await case.decide(STUCK)
        assert figures((await undecided(case))["total"])[0] == 10
        before = await undecided(case, as_of=(today() - timedelta(days=1)).isoformat())
        assert figures(before["total"]) == (1, 4, 4, [1, 0, 0, 0])

    async def test_a_region_reads_its_own(self, case: Service) -> None:
        assert list(groups(await undecided(case, director("North East")))) == ["North East"]

    async def test_an_early_day_has_none(self, case: Service) -> None:
        assert figures((await undecided(case, as_of="2020-01-01"))["total"]) == (0, None, None, [0, 0, 0, 0])


class TestOutside:
    async def test_no_party_reads_of_proposals(self, case: Service) -> None:
        assert (await case.get("/v1/statistics/ageing", party("trust:5143"), suppress=True)).status_code == 403
        assert (await case.client.get("/v1/statistics/ageing", params={"suppress": True})).status_code == 401

    @pytest.mark.parametrize("by", ["region", "la", "tier"])
    async def test_small_numbers_are_left_out(self, case: Service, by: str) -> None:
        found = await undecided(case, by=by, suppress=True)
        assert found["suppression"]["below"] == 6
        assert "published" not in found["suppression"]["method"]
        shown = [each["proposals"] for each in found["data"]]
        assert all(each is None or each == 0 or each >= 6 for each in shown)
        assert figures(found["total"])[0] == 11
        assert None in shown
        assert len([each for each in shown if each is None]) != 1, "it would follow from the total"

    async def test_ages_are_left_out_where_a_count_is(self, case: Service) -> None:
        await made_ago(case, 20, *LONDON[:3])
        found = await undecided(case, suppress=True)
        assert figures(found["total"])[:3] == (11, None, None)
