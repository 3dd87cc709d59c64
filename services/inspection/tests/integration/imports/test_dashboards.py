"""The dashboard of a school over what official files say: beside its area and like schools, small cells hidden."""

from typing import Any

import httpx
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from services.inspection.tests.files import ofsted_file, school
from services.inspection.tests.integration.imports.conftest import Importer
from services.inspection.tests.integration.imports.test_pupil_imports import (
    CENSUS,
    JANUARY,
    KS2,
    census,
    csv_file,
    send,
)
from sqlalchemy import create_engine

from inspection.models import MeasureComparison, PupilMeasure
from shared.db.session import sqlalchemy_url
from shared.testing.plugin import DatabaseUrls

SCHOOL = 100001
GROUPS = ("local_authority", "region", "england", "similar_schools")


async def register(importer: Importer, *schools: dict[str, str]) -> None:
    document = await importer.send(ofsted_file(schools), "2025-08-31")
    assert document["rows"]["rejected"] == 0, document


def measure(document: dict[str, Any], code: str) -> dict[str, Any]:
    (found,) = (each for each in document["measures"] if each["code"] == code)
    return found


def point(document: dict[str, Any], code: str, period: str = "2022-23") -> dict[str, Any]:
    (found,) = (each for each in measure(document, code)["series"] if each["period"] == period)
    return found


async def read(importer: Importer, urn: int = SCHOOL) -> dict[str, Any]:
    answer = await importer.client.get(f"/v1/schools/{urn}/dashboard")
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


class TestWithoutData:
    async def test_a_school_that_does_not_exist(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/schools/999999/dashboard")
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:problem:school-not-found")

    async def test_a_school_of_which_no_file_speaks(self, importer: Importer) -> None:
        await register(importer, school(SCHOOL))
        document = await read(importer)
        assert (document["measures"], document["reason"]) == ([], "no_data")
        assert document["local_authority"] == {"code": "202", "name": "Camden"}

    async def test_is_public_and_has_an_etag(self, importer: Importer) -> None:
        await register(importer, school(SCHOOL))
        del importer.client.headers["Authorization"]
        answer = await importer.client.get(f"/v1/schools/{SCHOOL}/dashboard")
        assert answer.status_code == 200
        assert "public" in answer.headers["cache-control"]
        again = await importer.client.get(
            f"/v1/schools/{SCHOOL}/dashboard", headers={"If-None-Match": answer.headers["etag"]}
        )
        assert again.status_code == 304


class TestCells:
    async def test_a_zero_a_blank_a_suppressed_and_one_never_made(self, importer: Importer) -> None:
        await register(importer, school(SCHOOL))
        await send(importer, census([str(SCHOOL), "0.0", "", "SUPP", "NE"]))
        document = await read(importer)
        cells = {
            code: (point(document, code)["school"]["value"], point(document, code)["school"]["status"])
            for code in ("fsm_ever6_percent", "eal_percent", "sen_ehcp_percent", "sen_support_percent")
        }
        assert cells == {
            "fsm_ever6_percent": (0.0, "value"),
            "eal_percent": (None, "missing"),
            "sen_ehcp_percent": (None, "suppressed"),
            "sen_support_percent": (None, "not_collected"),
        }

    async def test_of_a_few_pupils_are_hidden_and_those_left_over_too(self, importer: Importer) -> None:
        await register(importer, school(SCHOOL))  # 240 on roll: 5 are 2.1 %, 6 are 2.5 %
        await send(importer, census([str(SCHOOL), "2.1", "2.5", "49.6", "48.3", "240"], header=[*CENSUS, "NOR"]))
        document = await read(importer)
        statuses = [
            point(document, code)["school"]["status"]
            for code in ("fsm_ever6_percent", "eal_percent", "sen_ehcp_percent", "sen_support_percent")
        ]
        assert statuses == [
            "suppressed",
            "value",
            "value",
            "suppressed",
        ]  # 119 with a plan, 116 with support, 5 with neither
        assert point(document, "fsm_ever6_estimate")["school"] == {
            "value": None, "status": "suppressed", "schools": 1, "weighting": None,
        }  # fmt: skip

    async def test_without_a_cohort_a_roll_that_was_told_before_counts(self, importer: Importer) -> None:
        await register(importer, school(SCHOOL))
        await send(importer, census([str(SCHOOL), "20.0", "9", "9", "9"]))
        shown = point(await read(importer), "fsm_ever6_percent")["school"]["status"]
        for day, roll in (("2025-09-30", "58"), ("2025-10-31", "240")):
            await importer.send(ofsted_file([school(SCHOOL, **{"Total number of pupils": roll})]), day)
        after = point(await read(importer), "fsm_ever6_percent")["school"]["status"]
        assert (shown, after) == ("value", "suppressed")  # 6 or more of 120, but not of half of 58

    async def test_a_share_of_an_unknown_roll_is_hidden(self, importer: Importer) -> None:
        await register(importer, school(SCHOOL, **{"Total number of pupils": "NULL"}))
        await send(importer, census([str(SCHOOL), "20.0", "2.5", "97.9", "97.5"]))
        assert point(await read(importer), "fsm_ever6_percent")["school"]["status"] == "suppressed"

    async def test_an_estimate_tells_both_dates_and_never_says_eligible(self, importer: Importer) -> None:
        await register(importer, school(SCHOOL))
        await send(importer, census([str(SCHOOL), "20.4", "9", "9", "9"]))
        document = await read(importer)
        found = point(document, "fsm_ever6_estimate")
        assert found["school"]["value"] == 49
        assert found["estimated_from"] == {
            "percent": 20.4, "percent_as_at": JANUARY, "roll": 240, "roll_as_at": "2025-08-31",
        }  # fmt: skip
        for code in ("fsm_ever6_percent", "fsm_ever6_estimate"):
            assert "pupils eligible" not in str(measure(document, code)).lower()

    async def test_come_oldest_first_with_the_newest_source(self, importer: Importer) -> None:
        await register(importer, school(SCHOOL))
        for as_at in ("2024-01-18", JANUARY):
            await send(importer, census([str(SCHOOL), "20.4", "9", "9", "9"]), as_at)
        found = measure(await read(importer), "eal_percent")
        assert [each["period_label"] for each in found["series"]] == ["2022/23", "2023/24"]
        assert (found["source"]["name"], found["source"]["as_at"]) == ("pupil-census", "2024-01-18")
        assert (found["validated"], found["note"]) == (True, None)


class TestComparisons:
    async def test_are_means_of_schools_of_the_same_phase(self, importer: Importer) -> None:
        deprivation = "The income deprivation affecting children index (IDACI) quintile"
        other = {"Local authority": "Brent", deprivation: "1"}
        await register(
            importer,
            school(100001),
            school(100002),
            school(100003, **other),
            school(100004, Region="North West", **{**other, "Local authority": "Bury"}),
            school(100005, **{"Ofsted phase": "Secondary"}),
        )
        shares = {100001: "10", 100002: "20", 100003: "30", 100004: "40", 100005: "90"}
        await send(importer, census(*[[str(urn), share, "50", "50", "50"] for urn, share in shares.items()]))
        found = point(await read(importer), "fsm_ever6_percent")
        assert {name: (found[name]["value"], found[name]["schools"]) for name in GROUPS} == {
            "local_authority": (15.0, 2),
            "region": (20.0, 3),
            "england": (25.0, 4),
            "similar_schools": (15.0, 2),
        }
        assert found["england"]["weighting"] == "schools"

    async def test_are_means_of_pupils_where_every_cohort_is_known(self, importer: Importer) -> None:
        await register(importer, school(100001), school(100002))
        rows = (
            ["100001", "30", "0", "1", "1", "1", "2022/23", "30"],
            ["100002", "50", "0", "1", "1", "1", "2022/23", "90"],
        )
        await send(importer, csv_file([[*KS2, "TELIG"], *rows]), "2023-07-31", "pupil-ks2")
        found = point(await read(importer), "ks2_rwm_expected_percent")
        assert found["england"] == {"value": 45.0, "status": "value", "schools": 2, "weighting": "pupils"}

    async def test_tell_nothing_of_a_hidden_school(self, importer: Importer) -> None:
        await register(importer, school(100001), school(100002), school(100003))
        found = []
        for few in ("0.5", "1.0", "2.0"):
            await send(importer, census(["100001", few, "30", "30", "30"], ["100002", "30", "30", "30", "30"],
                                        ["100003", "40", "30", "30", "30"]))  # fmt: skip
            found.append(point(await read(importer, 100002), "fsm_ever6_percent"))
        assert point(await read(importer), "fsm_ever6_percent")["school"]["status"] == "suppressed"
        assert {(each[name]["value"], each[name]["schools"]) for each in found for name in GROUPS} == {(35.0, 2)}

    async def test_are_suppressed_where_no_school_shows_its_own(self, importer: Importer) -> None:
        await register(importer, school(100001))
        await send(importer, census(["100001", "1.0", "30", "30", "30"]))
        found = point(await read(importer), "fsm_ever6_percent")
        assert {(found[name]["value"], found[name]["status"]) for name in GROUPS} == {(None, "suppressed")}

    async def test_leave_out_a_share_of_an_unknown_roll(self, importer: Importer) -> None:
        unknown = school(100003, **{"Total number of pupils": "NULL"})
        await register(importer, school(100001), school(100002), unknown)
        shares = {100001: "10", 100002: "20", 100003: "90"}
        await send(importer, census(*[[str(urn), share, "50", "50", "50"] for urn, share in shares.items()]))
        found = point(await read(importer), "fsm_ever6_percent")
        assert (found["england"]["value"], found["england"]["schools"]) == (15.0, 2)

    async def test_follow_the_register(self, importer: Importer) -> None:
        await register(importer, school(100001), school(100002))
        await send(importer, census(["100001", "10", "50", "50", "50"], ["100002", "20", "50", "50", "50"]))
        moved = school(100002, **{"Local authority": "Brent"})
        await importer.send(ofsted_file([school(100001), moved]), "2025-09-30")
        assert point(await read(importer), "fsm_ever6_percent")["local_authority"]["schools"] == 1

    async def test_a_dry_run_changes_none(self, importer: Importer) -> None:
        await register(importer, school(100001))
        document = await importer.send(
            census(["100001", "10", "50", "50", "50"]), JANUARY, "pupil-census", dry_run="true"
        )
        assert document["rows"]["created"] == 1
        assert (await read(importer))["reason"] == "no_data"


def test_models_and_migrations_agree(urls: DatabaseUrls) -> None:
    ours = {PupilMeasure.__tablename__, MeasureComparison.__tablename__}
    engine = create_engine(sqlalchemy_url(urls.owner))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_object": lambda _, name, kind, *__: kind != "table" or name in ours,
                "compare_type": True,
            },
        )
        assert compare_metadata(context, PupilMeasure.metadata) == []
    engine.dispose()
