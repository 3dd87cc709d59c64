"""The free-meal estimate over HTTP: what is summed, what is left out, and that nothing tells what is left out."""

from datetime import date
from typing import Any

import httpx
import pytest
from services.inspection.tests.integration.reads.rows import Register

from inspection.disadvantage.schemas import Disadvantage

GROUPINGS = ("region", "phase", "la", "trust", "deprivation", "category")


async def disadvantage(client: httpx.AsyncClient, by: str = "region") -> dict[str, Any]:
    answer = await client.get("/v1/statistics/disadvantage", params={"by": by})
    assert answer.status_code == 200, answer.text
    Disadvantage.model_validate(answer.json(), extra="forbid")
    body: dict[str, Any] = answer.json()
    return body


def school(register: Register, urn: int, percent: float | None, pupils: int | None = 200, **changes: Any) -> None:
    register.school(urn, pupils=pupils, **changes)
    register.measure(urn, percent, cohort=pupils)


class TestRefused:
    @pytest.mark.parametrize("query", ["by=head", "by=", "bye=region"])
    async def test_another_grouping_or_parameter(self, anonymous: httpx.AsyncClient, query: str) -> None:
        assert (await anonymous.get(f"/v1/statistics/disadvantage?{query}")).status_code == 422


async def test_without_a_census_nothing_is_told_and_it_says_so(
    anonymous: httpx.AsyncClient, register: Register
) -> None:
    register.school(100001)

    answer = await disadvantage(anonymous)

    assert (answer["census"], answer["census_reason"]) == (None, "not_loaded")
    assert answer["total"]["fsm_ever6_estimate"]["value"] is None
    assert answer["total"]["fsm_ever6_estimate"]["status"] == "missing"
    assert answer["total"]["fsm_ever6_estimate"]["schools_missing"] == 1


async def test_it_sums_percentage_times_roll_school_by_school_and_says_what_is_left_out(
    anonymous: httpx.AsyncClient, register: Register
) -> None:
    school(register, 100001, 25.0, 200)
    school(register, 100002, 10.0, 100)
    school(register, 100003, 2.0, 200)  # 4 pupils
    school(register, 100004, 99.0, 200)  # 2 pupils left
    school(register, 100005, None)
    school(register, 100006, 50.0, None)
    school(register, 100007, 50.0, 200, status="closed")
    register.school(100008, pupils=60)

    answer = await disadvantage(anonymous)

    assert answer["census"]["period"] == "2022-23"
    assert answer["roll"] == {"oldest": "2026-05-31", "newest": "2026-05-31"}
    assert answer["suppression"]["threshold"] == 6
    assert (answer["total"]["schools"], answer["total"]["pupils"], answer["total"]["pupils_unknown"]) == (7, 960, 1)
    assert answer["total"]["fsm_ever6_estimate"] == {
        "value": 60,
        "status": "value",
        "percent": 20.0,
        "schools_counted": 2,
        "pupils_counted": 300,
        "schools_suppressed": 2,
        "schools_missing": 3,
    }


@pytest.mark.parametrize(
    ("percent", "pupils", "status"),
    [
        (0.0, 200, "value"),
        (3.0, 200, "value"),  # 6 of 200 and nothing else rounds to 3.0 %
        (2.9, 200, "suppressed"),  # no whole number gives it: 5 or 6
        (100.0, 200, "value"),
        (97.0, 200, "value"),
        (97.1, 200, "suppressed"),
        (0.1, 6000, "suppressed"),  # 3 to 9 pupils
        (50.0, 10, "suppressed"),
        (50.0, 12, "value"),
        (0.0, 0, "value"),
    ],
)
async def test_fewer_pupils_than_the_threshold_are_suppressed_on_either_side(
    anonymous: httpx.AsyncClient, register: Register, percent: float, pupils: int, status: str
) -> None:
    school(register, 100001, percent, pupils)

    estimate = (await disadvantage(anonymous))["total"]["fsm_ever6_estimate"]

    assert estimate["status"] == status
    assert (estimate["value"] is None) == (status == "suppressed")


@pytest.mark.parametrize(
    ("percent", "status"),
    [(0.0, "value"), (5.9, "suppressed"), (6.0, "value"), (94.0, "value"), (94.1, "suppressed")],
)
async def test_a_share_without_a_cohort_is_held_against_half_the_roll(
    anonymous: httpx.AsyncClient, register: Register, percent: float, status: str
) -> None:
    register.school(100001, pupils=200)
    register.measure(100001, percent)

    assert (await disadvantage(anonymous))["total"]["fsm_ever6_estimate"]["status"] == status


async def test_a_trust_of_one_school_is_told_what_the_schools_dashboard_tells(
    anonymous: httpx.AsyncClient, register: Register
) -> None:
    """With a cohort in the file and another roll in the register, as national files have them: one decision."""
    cells = [
        (4.4, 114, 143), (1.0, 688, 344), (4.4, 143, 114), (0.0, 114, 143), (0.0, 5, 143), (100.0, 114, 143),
        (97.0, 100, 200), (97.0, 200, 100), (25.0, 200, 200), (25.0, 114, 0), (25.0, None, 143), (25.0, 114, None),
        (3.5, None, 143), (50.0, 11, 40), (50.0, 12, 40), (2.1, 300, 240), (2.5, 240, 240), (2.5, 238, 240),
    ]  # fmt: skip
    for place, (percent, cohort, roll) in enumerate(cells):
        register.trust(str(7000 + place))
        register.school(100001 + place, pupils=roll, trust=str(7000 + place))
        register.measure(100001 + place, percent, cohort=cohort)

    by_trust = {each["code"]: each["fsm_ever6_estimate"] for each in (await disadvantage(anonymous, "trust"))["data"]}

    told = 0
    for place, each in enumerate(cells):
        document = (await anonymous.get(f"/v1/schools/{100001 + place}/dashboard")).json()
        shown = {one["code"]: one["series"][-1]["school"] for one in document["measures"]}
        estimate, of_trust = shown["fsm_ever6_estimate"], by_trust[str(7000 + place)]
        assert (estimate["value"], estimate["status"]) == (of_trust["value"], of_trust["status"]), each
        assert shown["fsm_ever6_percent"]["status"] in {of_trust["status"], "value" if each[2] is None else None}, each
        told += of_trust["status"] == "value"
    assert [by_trust[code]["status"] for code in ("7000", "7001")] == ["suppressed", "suppressed"]
    assert told == 8


async def test_no_figure_of_any_grouping_depends_on_what_is_left_out(
    anonymous: httpx.AsyncClient, register: Register
) -> None:
    register.trust("5143")
    school(register, 100001, 25.0, trust="5143", idaci_quintile=1)
    school(register, 100002, 1.0, trust="5143", idaci_quintile=1)
    school(register, 100003, 40.0, la_code="202", phase="secondary")
    register.inspection(100001, overall=4, category_of_concern="SM")
    register.inspection(100002, overall=3)
    before = [(await disadvantage(anonymous, by)) for by in GROUPINGS]

    for percent in (0.5, 1.5, 2.0, 2.5, 98.0, 99.5):
        register.change("pupil_measures", 100002, value=percent)

        assert [(await disadvantage(anonymous, by)) for by in GROUPINGS] == before


async def test_categories_and_judgements_of_each_framework_are_kept_apart(
    anonymous: httpx.AsyncClient, register: Register
) -> None:
    for urn in (100001, 100002, 100003, 100004):
        school(register, urn, 50.0, 100 * (urn - 100000))
    register.inspection(100001, overall=4, category_of_concern="SM")
    register.card(100002, category_of_concern="SM")
    register.inspection(100003, overall=4, starts_on=date(2019, 5, 1), framework="pre-eif")

    (london,) = (await disadvantage(anonymous))["data"]
    by_category = (await disadvantage(anonymous, "category"))["data"]

    def values(parts: list[dict[str, Any]], *keys: str) -> dict[tuple[Any, ...], int]:
        return {tuple(each[key] for key in keys): each["fsm_ever6_estimate"]["value"] for each in parts}

    assert values(london["by_category"], "category") == {("SM",): 150, ("none",): 150, ("not_inspected",): 200}
    assert values(london["by_judgement"], "framework", "overall") == {
        ("eif-2019", 4): 50,
        ("report-card-2025", None): 100,
        ("pre-eif", 4): 150,
        (None, None): 200,
    }
    assert values(by_category, "code") == {("SM",): 150, ("none",): 150, ("not_inspected",): 200}


async def test_the_newest_census_counts_and_the_publishers_suppression_stays(
    anonymous: httpx.AsyncClient, register: Register
) -> None:
    school(register, 100001, 10.0)
    register.measure(100001, 20.0, period="2023-24")
    register.school(100002, pupils=200)
    register.measure(100002, None, period="2023-24", status="suppressed")

    answer = await disadvantage(anonymous)

    assert answer["census"]["period"] == "2023-24"
    assert answer["total"]["fsm_ever6_estimate"]["value"] == 40
    assert answer["total"]["fsm_ever6_estimate"]["schools_suppressed"] == 1
