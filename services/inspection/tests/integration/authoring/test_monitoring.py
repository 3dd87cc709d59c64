"""Monitoring inspections judge single areas again; ungraded ones end in an outcome."""

import asyncio
from itertools import permutations
from random import Random
from typing import Any

import httpx
import orjson
from services.inspection.tests.integration.authoring import writing
from services.inspection.tests.integration.reads.rows import Register

from shared.testing.drill import FULL


def monitoring(**changes: Any) -> dict[str, Any]:
    """Return a monitoring inspection of April that judged achievement again."""
    return {
        "kind": "monitoring",
        "number": "10439999",
        "starts_on": "2026-04-14",
        "published_on": "2026-05-01",
        "safeguarding": None,
        "areas": [
            {"area": "achievement", "grade": "expected_standard", "judged_on": "2026-04-15", "narrative": "Better."}
        ],
        **changes,
    }


async def in_force(client: httpx.AsyncClient, path: str = "/v1/schools/100001/report-card") -> dict[str, Any]:
    """Return grade and date of each area, by area."""
    document = (await client.get(path)).json()
    return {area["area"]: (area["grade"], area["judged_on"]) for area in document["areas"]}


class TestMonitoring:
    async def test_card_and_facts_show_the_grade_in_force_and_history_both(
        self, inspectorate: httpx.AsyncClient
    ) -> None:
        before = await writing.published(inspectorate, areas=writing.areas(achievement="needs_attention"))
        made = await writing.published(inspectorate, **monitoring())

        grades = await in_force(inspectorate)
        facts = (await inspectorate.post("/v1/facts/lookup", json={"urns": [100001]})).json()["data"][0]
        history = (await inspectorate.get("/v1/schools/100001/inspections")).json()["data"]
        versions = (await inspectorate.get(f"/v1/inspections/{before['id']}/versions")).json()["data"]

        assert grades["achievement"] == ("expected_standard", "2026-04-15")
        assert grades["inclusion"] == ("expected_standard", "2026-01-06")
        assert made["areas"] == [area for area in history[0]["areas"] if area["area"] == "achievement"]
        graded = next(each for each in facts["inspections"] if each["kind"] == "graded")
        assert ("achievement", "expected_standard", "2026-04-15") in {
            (area["area"], area["grade"], area["judged_on"]) for area in graded["areas"]
        }
        assert [each["id"] for each in history] == [made["id"], before["id"]]
        assert versions[0]["made_because"] == f"monitoring_inspection {made['id']}"
        assert versions[1]["inspection"]["areas"] == before["areas"]

    async def test_an_area_of_another_framework_than_the_one_followed_is_refused(
        self, inspectorate: httpx.AsyncClient
    ) -> None:
        await writing.published(inspectorate)
        body = writing.card(**monitoring(areas=[{"area": "quality_of_education", "grade": 2}]))
        assert writing.pointers(await inspectorate.post("/v1/inspections", json=body)) == [
            ("/areas/0/area", "not_in_framework")
        ]

    async def test_without_a_graded_inspection_there_is_nothing_to_judge_again(
        self, inspectorate: httpx.AsyncClient
    ) -> None:
        answer = await inspectorate.post("/v1/inspections", json=writing.card(**monitoring()))
        assert writing.pointers(answer) == [("/areas/0/area", "not_in_framework")]

    async def test_it_is_not_published_ahead(self, inspectorate: httpx.AsyncClient) -> None:
        await writing.published(inspectorate)
        made = await writing.passed(inspectorate, **monitoring(published_on="2999-01-01"))
        answer = await inspectorate.post(f"/v1/inspections/{made['id']}/publication")
        assert writing.pointers(answer) == [("/published_on", "in_the_future")]

    async def test_the_later_judgement_holds_whatever_is_published_last(self, inspectorate: httpx.AsyncClient) -> None:
        await writing.published(inspectorate)
        later = [{"area": "achievement", "grade": "strong_standard"}]
        await writing.published(
            inspectorate, **monitoring(number="2", starts_on="2026-06-02", published_on="2026-06-20", areas=later)
        )
        await writing.published(inspectorate, **monitoring())
        assert (await in_force(inspectorate))["achievement"] == ("strong_standard", "2026-06-02")

    async def test_its_correction_reaches_the_card_and_takes_back_what_it_did_not_judge(
        self, inspectorate: httpx.AsyncClient
    ) -> None:
        await writing.published(inspectorate)
        made = await writing.published(inspectorate, **monitoring())
        path = f"/v1/inspections/{made['id']}/corrections"
        before = await in_force(inspectorate)
        changed = [{"area": "achievement", "grade": "exceptional", "judged_on": "2026-04-15"}]
        one_too_many = [*changed, {"area": "inclusion", "grade": "urgent_improvement"}]

        for areas in (one_too_many, changed):
            done = await inspectorate.post(path, json={"changes": {"areas": areas}, "reason": "r"})
            assert done.status_code == 201
            held = await in_force(inspectorate)
            assert held["achievement"] == ("exceptional", "2026-04-15")
            assert (held["inclusion"] == before["inclusion"]) is (areas is changed)

    async def test_safeguarding_is_judged_again_too(self, inspectorate: httpx.AsyncClient) -> None:
        await writing.published(inspectorate, safeguarding="not_met", category_of_concern="RSI")
        await writing.published(inspectorate, **monitoring(safeguarding="met", areas=[]))
        card = (await inspectorate.get("/v1/schools/100001/report-card")).json()
        assert (card["safeguarding"]["judgement"], card["safeguarding"]["judged_on"]) == ("met", "2026-04-14")
        assert card["category_of_concern"]["code"] == "RSI"
        assert [each["code"] for each in card["warnings"]] == ["category_mismatch"]


JANUARY = writing.card(areas=writing.areas(achievement="needs_attention"), safeguarding="not_met")
MAY = writing.card(
    number="2", starts_on="2026-05-12", published_on="2026-06-15", areas=writing.areas(inclusion="strong_standard")
)
MARCH = writing.card(**monitoring(number="3", starts_on="2026-03-03", published_on="2026-03-20", safeguarding="met"))
MARCH["areas"] = [{"area": "achievement", "grade": "expected_standard"}, {"area": "inclusion", "grade": "exceptional"}]
JUNE = writing.card(**monitoring(number="4", starts_on="2026-06-02", published_on="2026-06-20"))
JUNE["areas"] = [{"area": "achievement", "grade": "strong_standard", "judged_on": "2026-06-03"}]
THE_SAME_DAY = writing.card(**monitoring(number="5", starts_on="2026-06-03", published_on="2026-06-21"))
THE_SAME_DAY["areas"] = [{"area": "achievement", "grade": "exceptional"}]
ALL = (JANUARY, MAY, MARCH, JUNE, THE_SAME_DAY)
ORDERS = [
    order
    for order in permutations(range(len(ALL)))
    if order.index(0) < order.index(2) and min(order.index(0), order.index(1)) < min(order.index(3), order.index(4))
]


async def graded_in_force(client: httpx.AsyncClient, urns: list[int]) -> list[Any]:
    """Return the grades in force of each graded inspection of these schools, without what differs by its making."""
    facts = (await client.post("/v1/facts/lookup", json={"urns": urns})).json()["data"]
    names = ("number", "safeguarding", "areas", "warnings")
    return [
        [{name: each[name] for name in names} for each in school["inspections"] if each["kind"] == "graded"]
        for school in facts
    ]


class TestOrderOfPublication:
    async def test_a_graded_inspection_published_late_takes_over_what_was_judged_again_since(
        self, inspectorate: httpx.AsyncClient
    ) -> None:
        first = await writing.published(inspectorate, **JANUARY)
        await writing.published(inspectorate, **JUNE)
        late = await writing.published(inspectorate, **MAY)

        grades = await in_force(inspectorate)
        restored = (await inspectorate.get(f"/v1/inspections/{first['id']}")).json()
        versions = (await inspectorate.get(f"/v1/inspections/{first['id']}/versions")).json()["data"]

        assert late["version"] == 2
        assert grades["achievement"] == ("strong_standard", "2026-06-03")
        assert grades["inclusion"] == ("strong_standard", "2026-05-12")
        assert restored["areas"] == first["areas"]
        assert [each["made_because"] for each in versions[:1]] == [f"graded_inspection {late['id']}"]

    async def test_any_order_gives_the_same_grades_in_force(
        self, inspectorate: httpx.AsyncClient, register: Register
    ) -> None:
        orders = ORDERS if FULL else Random(20260603).sample(ORDERS, 8)
        urns = [register.school(100100 + place, low_age=11, high_age=16) for place in range(len(orders))]
        for urn, order in zip(urns, orders, strict=True):
            for place in order:
                await writing.published(inspectorate, **{**ALL[place], "urn": urn})

        shown = await graded_in_force(inspectorate, urns)

        january, achievement = shown[0][1], {area["area"]: area for area in shown[0][0]["areas"]}["achievement"]
        assert (achievement["grade"], achievement["judged_on"]) == ("exceptional", "2026-06-03")
        assert january["safeguarding"] == "met"
        assert {orjson.dumps(each) for each in shown} == {orjson.dumps(shown[0])}, orders

    async def test_two_at_once_are_both_in_force(self, inspectorate: httpx.AsyncClient) -> None:
        await writing.published(inspectorate, **JANUARY)
        made = [await writing.passed(inspectorate, **body) for body in (MAY, JUNE, THE_SAME_DAY)]
        answers = await asyncio.gather(
            *(inspectorate.post(f"/v1/inspections/{each['id']}/publication") for each in made)
        )
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert (await in_force(inspectorate))["achievement"] == ("exceptional", "2026-06-03")


class TestCorrectionOfTheGradedOne:
    async def test_what_was_judged_again_is_corrected_where_it_was_judged(
        self, inspectorate: httpx.AsyncClient
    ) -> None:
        graded = await writing.published(inspectorate, **JANUARY)
        await writing.published(inspectorate, **MARCH)
        path = f"/v1/inspections/{graded['id']}/corrections"

        async def corrected(**changes: Any) -> httpx.Response:
            return await inspectorate.post(path, json={"changes": changes, "reason": "A slip."})

        again = await corrected(areas=writing.areas(achievement="urgent_improvement"))
        safeguarding = await corrected(safeguarding="not_met")
        summary = await corrected(summary="In short.")

        assert ("/changes/areas/2", "judged_again") in writing.pointers(again)
        assert writing.pointers(safeguarding) == [("/changes/safeguarding", "judged_again")]
        assert summary.status_code == 201, summary.text
        assert (await in_force(inspectorate))["achievement"] == ("expected_standard", "2026-03-03")

    async def test_one_moved_behind_the_monitoring_inspection_loses_what_that_one_judged(
        self, inspectorate: httpx.AsyncClient
    ) -> None:
        await writing.published(inspectorate, **JANUARY)
        later = await writing.published(inspectorate, **MAY)
        await writing.published(inspectorate, **JUNE)
        changes = {"starts_on": "2026-06-04"}
        await inspectorate.post(
            f"/v1/inspections/{later['id']}/corrections", json={"changes": changes, "reason": "Mistyped."}
        )
        (shown,) = await graded_in_force(inspectorate, [100001])
        grades = [{area["area"]: area["grade"] for area in each["areas"]}["achievement"] for each in shown]
        assert grades == ["expected_standard", "strong_standard"]


class TestUngraded:
    async def test_it_is_published_with_its_outcome(self, inspectorate: httpx.AsyncClient) -> None:
        changes = {"kind": "ungraded", "areas": [], "safeguarding": None}
        made = await writing.published(inspectorate, **changes, outcome={"code": "remains_good_concerns"})
        assert made["framework"] == "ungraded"
        assert made["outcome"]["code"] == "remains_good_concerns"
        assert made["outcome"]["concern"] is True
