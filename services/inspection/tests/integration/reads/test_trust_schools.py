"""The schools of a trust over HTTP: the latest grades of each, before or after it joined."""

import csv
import io
import json
from datetime import date

import httpx
from services.inspection.tests.integration.reads.rows import Register

from inspection.trusts.schemas import TrustSchoolPage

PATH = "/v1/trusts/5143/schools"
JOINED = date(2022, 9, 1)


def trust_of_three(register: Register) -> None:
    """Put in a school graded the day before it joined, one graded on the day, and one never graded."""
    register.trust("5143")
    for urn in (100001, 100002, 100003):
        register.school(urn, trust="5143")
    register.membership(100001, "5143", JOINED)
    register.membership(100002, "5143", JOINED)
    register.inspection(100001, number="1", starts_on=date(2022, 8, 31), overall=3)
    register.inspection(100002, number="2", starts_on=JOINED, overall=1)


class TestAccess:
    async def test_it_takes_a_token(self, anonymous: httpx.AsyncClient) -> None:
        assert (await anonymous.get(PATH)).status_code == 401


class TestLatestInspection:
    async def test_the_day_of_joining_divides(self, reader: httpx.AsyncClient, register: Register) -> None:
        trust_of_three(register)

        document = (await reader.get(PATH)).json()

        TrustSchoolPage.model_validate(document, extra="forbid")
        before, after, never = document["data"]
        assert before["latest_inspection"]["before_joining"] is True
        assert before["latest_inspection"]["overall_label"] == "Requires improvement"
        assert before["joined_on"] == before["latest_inspection"]["joined_on"] == "2022-09-01"
        assert before["latest_inspection"]["joined_on_assumed"] is False
        assert after["latest_inspection"]["before_joining"] is False
        assert never["latest_inspection"] is None
        assert never["unknown"]["latest_inspection"] == "not_inspected"
        assert never["unknown"]["joined_on"] == "not_in_source"

    async def test_without_a_day_of_joining_nobody_says_which(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.trust("5143")
        register.school(100001, trust="5143")
        register.inspection(100001)

        (school,) = (await reader.get(PATH)).json()["data"]

        assert school["latest_inspection"]["before_joining"] is None

    async def test_a_stay_in_another_trust_does_not_count(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.trust("5143")
        register.trust("6000")
        register.school(100001, trust="5143")
        register.membership(100001, "6000", date(2015, 1, 1), date(2024, 1, 1))
        register.membership(100001, "5143", date(2024, 1, 1))
        register.inspection(100001)

        (school,) = (await reader.get(PATH)).json()["data"]

        assert school["joined_on"] == "2024-01-01"
        assert school["latest_inspection"]["before_joining"] is True

    async def test_the_history_of_a_school_says_the_same(self, reader: httpx.AsyncClient, register: Register) -> None:
        for uid in ("5143", "6000"):
            register.trust(uid)
        for urn in (100001, 100002, 100003):
            register.school(urn, trust="5143")
        register.membership(100001, "5143", date(2012, 9, 1), date(2020, 9, 1))
        register.membership(100001, "6000", date(2020, 9, 1), date(2023, 9, 1))
        register.membership(100001, "5143", date(2023, 9, 1))
        register.inspection(100001, number="1", starts_on=date(2019, 3, 1))
        register.school(100004)
        register.membership(100004, "5143", date(2012, 9, 1), date(2020, 9, 1))
        register.membership(100002, "5143", date(2020, 9, 1))
        former = {"urn_at_inspection": 100004, "relates_to_current_urn": False}
        register.inspection(100002, number="2", starts_on=date(2019, 3, 1), **former)
        register.membership(100003, "5143", date(2020, 9, 1))
        register.inspection(100003, number="3", starts_on=date(2020, 9, 1))

        schools = (await reader.get(PATH)).json()["data"]

        assert [each["latest_inspection"]["before_joining"] for each in schools] == [True, False, False]
        for school in schools:
            (item,) = (await reader.get(f"/v1/schools/{school['urn']}/inspections")).json()["data"]
            assert item["before_joining_current_trust"] is school["latest_inspection"]["before_joining"]

    async def test_a_report_card_brings_its_areas(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.trust("5143")
        register.school(100001, trust="5143")
        register.card(100001, grades={"inclusion": "needs_attention"})

        (school,) = (await reader.get(PATH)).json()["data"]

        latest = school["latest_inspection"]
        assert (latest["overall"], latest["overall_reason"]) == (None, "none_in_framework")
        assert latest["areas"][0] == {
            "area": "inclusion",
            "grade": "needs_attention",
            "grade_label": "Needs attention",
            "grade_reason": None,
            "judged_on": "2026-01-06",
        }


class TestWhole:
    async def test_pages_lines_and_table_hold_the_same_schools(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        trust_of_three(register)

        first = (await reader.get(PATH, params={"limit": 2, "include_total": True})).json()
        second = (await reader.get(first["paging"]["next_url"])).json()
        lines = (await reader.get(PATH, headers={"Accept": "application/x-ndjson"})).text.splitlines()
        table = list(csv.DictReader(io.StringIO((await reader.get(PATH, headers={"Accept": "text/csv"})).text)))

        assert first["paging"]["total"] == 3
        assert [json.loads(line) for line in lines] == [*first["data"], *second["data"]]
        assert [(row["urn"], row["latest_overall"], row["latest_before_joining"]) for row in table] == [
            ("100001", "3", "True"),
            ("100002", "1", "False"),
            ("100003", "", ""),
        ]
