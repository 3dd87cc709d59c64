"""Counts of grades over HTTP."""

from datetime import date

import httpx
from services.inspection.tests.integration.reads.rows import Register

from inspection.statistics.schemas import GradeStatistics


async def counts(client: httpx.AsyncClient, by: str) -> dict[str, dict[str, object]]:
    answer = (await client.get("/v1/statistics/grades", params={"by": by})).json()
    GradeStatistics.model_validate(answer, extra="forbid")
    assert [source["as_at"] for source in answer["sources"]] == ["2026-05-31"]
    return {group["code"]: group for group in answer["data"]}


async def test_old_and_new_grades_are_counted_apart_by_the_latest_inspection(
    anonymous: httpx.AsyncClient, register: Register
) -> None:
    register.trust("5143")
    register.school(100001, trust="5143")
    register.inspection(100001, overall=4, starts_on=date(2018, 1, 1))
    register.card(100001, category_of_concern="SM", grades={"inclusion": "needs_attention"})
    register.school(100002, pupils=100)
    register.inspection(100002, overall=3)
    register.school(100003, pupils=None)
    register.school(100004, status="closed")
    register.inspection(100004, overall=1)

    london = (await counts(anonymous, "region"))["London"]

    assert (london["schools"], london["inspected"], london["not_inspected"]) == (3, 2, 1)
    assert london["overall"] == {"3": 1}
    assert (london["no_overall"], london["report_cards"], london["categories"]) == (1, 1, {"SM": 1})
    assert london["pupils"] == {
        "on_roll": 480,
        "schools_unknown": 1,
        "inspected": 480,
        "not_inspected": 0,
        "overall": {"3": 100},
        "no_overall": 380,
        "report_cards": 380,
        "categories": {"SM": 380},
    }
    assert london["report_card_grades"]["inclusion"] == {"needs_attention": 1}  # type: ignore[index]


async def test_each_grouping_names_its_groups(anonymous: httpx.AsyncClient, register: Register) -> None:
    register.trust("5143", name="United Learning Trust")
    register.school(100001, trust="5143", idaci_quintile=5)
    register.school(100002, la_code="202", phase="secondary")

    for by, expected in {
        "trust": {"5143": "United Learning Trust"},
        "la": {"201": "City of London", "202": "Camden"},
        "phase": {"primary": "Primary", "secondary": "Secondary"},
        "deprivation": {"5": "Most deprived fifth of England", "unknown": "Not in the source"},
    }.items():
        assert {code: group["label"] for code, group in (await counts(anonymous, by)).items()} == expected


async def test_another_grouping_is_422(anonymous: httpx.AsyncClient) -> None:
    assert (await anonymous.get("/v1/statistics/grades", params={"by": "head"})).status_code == 422
