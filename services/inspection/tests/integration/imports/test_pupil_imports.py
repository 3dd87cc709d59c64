"""Files of pupil measures: every kind of value in them, one fate for each row, the newer file of a year wins."""

from typing import Any

import pytest
from services.inspection.tests.files import csv_file, latest, ofsted_file, school
from services.inspection.tests.integration.imports.conftest import Importer, Rows
from services.inspection.tests.integration.imports.test_national import DATA

from inspection.dashboards.rule import rule

CENSUS = ["urn", "fsm", "eal", "senEhcp", "senSupport"]
ABSENCE = ["LA", "ESTAB", "URN", "PERCTOT", "PPERSABS10"]
KS2 = ["urn", "rwmExp", "rwmHigh", "readProg", "writProg", "matProg", "year"]
JANUARY = "2023-01-19"


def census(*rows: list[str], header: list[str] = CENSUS) -> bytes:
    return csv_file([header, *rows], "utf-8")


def stored(rows: Rows, urn: int = 100001) -> dict[str, tuple[Any, str]]:
    found = rows.all("SELECT measure, value, status FROM pupil_measures WHERE urn = %s ORDER BY measure", urn)
    return {row["measure"]: (row["value"], row["status"]) for row in found}


async def send(importer: Importer, content: bytes, as_at: str = JANUARY, kind: str = "pupil-census") -> dict[str, Any]:
    document = await importer.send(content, as_at, kind)
    assert document["state"] == "succeeded", document
    return document


class TestCells:
    async def test_a_zero_a_blank_and_marks_are_different_things(self, importer: Importer, rows: Rows) -> None:
        await send(importer, census(["100001", "0.0", "", "SUPP", "NE"], ["100002", "c", "x", "z", "lowcov"]))
        assert stored(rows) == {
            "fsm_ever6_percent": (0.0, "value"),
            "eal_percent": (None, "missing"),
            "sen_ehcp_percent": (None, "suppressed"),
            "sen_support_percent": (None, "not_collected"),
        }
        assert [status for _, status in stored(rows, 100002).values()] == [
            "suppressed",
            "suppressed",
            "not_collected",
            "not_collected",
        ]

    @pytest.mark.parametrize("bad", ["101", "-1", "12,5", "n/k", "nan", "1e3", "12%", "½", "Ⅲ"])
    async def test_one_that_cannot_be_read_rejects_the_row_whole(
        self, importer: Importer, rows: Rows, bad: str
    ) -> None:
        document = await send(importer, census(["100001", "5.0", bad, "1.0", "2.0"], ["100002", "1.0", "2", "3", "4"]))
        assert document["rows"] == {"read": 2, "created": 1, "changed": 0, "unchanged": 0, "rejected": 1}
        (rejection,) = await importer.rejections(document)
        assert (rejection["code"], rejection["column"]) == ("unreadable_value", "eal")
        assert (rejection["value"], rejection["raw"]) == (None, None)
        assert stored(rows) == {}

    async def test_the_figures_of_a_rejected_row_are_shown_to_nobody(self, importer: Importer, rows: Rows) -> None:
        document = await send(importer, census(["100001", "2.8", "101", "1.7", "2.9"]))
        path = f"/v1/imports/{document['id']}/rejections"
        for media in ("application/json", "application/x-ndjson", "text/csv"):
            told = (await importer.client.get(path, headers={"Accept": media})).text
            assert "unreadable_value" in told
            assert [figure for figure in ("2.8", "101", "1.7", "2.9") if figure in told.replace("100001", "")] == []

    @pytest.mark.parametrize("bad", [b"4\x00", b"4.0\x81", b"\x9d4.0"])
    async def test_nor_those_of_a_cell_with_a_byte_that_is_no_text(self, importer: Importer, bad: bytes) -> None:
        content = census(["100001", "BAD", "10.0", "10.0", "10.0"], ["100002", "1.0", "2", "3", "4"])
        document = await send(importer, content.replace(b"BAD", bad))
        (rejection,) = await importer.rejections(document)
        assert (rejection["code"], rejection["column"]) == ("undecodable_value", "fsm")
        assert (rejection["value"], rejection["raw"]) == (None, None)
        assert rejection["text"].startswith("fsm: a value holds the byte \\x")

    async def test_scores_may_be_negative(self, importer: Importer, rows: Rows) -> None:
        content = csv_file([KS2, ["100001", "76.0", "0.0", "-0.1", "", "SUPP", "2022/23"]])
        await send(importer, content, "2023-07-31", "pupil-ks2")
        assert stored(rows)["ks2_reading_progress"] == (-0.1, "value")
        assert stored(rows)["ks2_maths_progress"] == (None, "suppressed")

    async def test_the_national_rows_are_no_schools(self, importer: Importer, rows: Rows) -> None:
        content = csv_file([ABSENCE, ["NAT", "PRI", "", "5.5", "14.6"], ["201", "3614", "100001", "4.3", "8.4"]])
        document = await send(importer, b"\xef\xbb\xbf" + content, "2024-07-31", "pupil-absence")
        assert document["rows"]["rejected"] == 1
        (rejection,) = await importer.rejections(document)
        assert (rejection["code"], rejection["column"], rejection["value"]) == ("not_a_school", "LA", "NAT")
        assert rows.one("SELECT DISTINCT period FROM pupil_measures") == {"period": "2023-24"}

    async def test_a_column_of_pupils_is_the_cohort(self, importer: Importer, rows: Rows) -> None:
        header = [*CENSUS, "NOR"]
        rows_sent = (["100001", "5.0", "1", "2", "3", "240"], ["100002", "5.0", "1", "2", "3", "SUPP"])
        document = await send(importer, census(*rows_sent, header=header))
        assert document["header"]["missing"] == document["header"]["unknown"] == []
        cohorts = rows.all("SELECT DISTINCT urn, cohort FROM pupil_measures ORDER BY urn")
        assert [row["cohort"] for row in cohorts] == [240, None]


class TestYears:
    async def test_the_date_of_the_file_says_the_academic_year(self, importer: Importer, rows: Rows) -> None:
        row = ["100001", "5.0", "1", "2", "3"]
        for as_at in ("2023-01-19", "2024-01-18"):
            document = await send(importer, census(row), as_at)
            assert document["rows"]["created"] == 1  # the same bytes a year later are another fact
        periods = rows.all("SELECT DISTINCT period FROM pupil_measures ORDER BY period")
        assert [each["period"] for each in periods] == ["2022-23", "2023-24"]

    async def test_an_older_file_of_a_year_changes_nothing_that_a_newer_one_said(
        self, importer: Importer, rows: Rows
    ) -> None:
        await send(importer, census(["100001", "5.0", "1", "2", "3"]), "2023-03-01")
        older = await send(importer, census(["100001", "9.0", "1", "2", "3"]), "2023-01-19")
        assert (older["rows"]["changed"], older["rows"]["unchanged"]) == (0, 1)
        newer = await send(importer, census(["100001", "SUPP", "1", "2", "3"]), "2023-05-01")
        assert newer["rows"]["changed"] == 1
        assert stored(rows)["fsm_ever6_percent"] == (None, "suppressed")
        again = await send(importer, census(["100001", "SUPP", "1", "2", "3"]), "2023-05-01")
        assert again["rows"]["unchanged"] == 1

    @pytest.mark.parametrize("year", ["2031/32", "2023/24", "1899/00"])
    async def test_a_year_still_to_come_or_before_there_were_figures_is_refused(
        self, importer: Importer, rows: Rows, year: str
    ) -> None:
        wrong = ["100001", "76.0", "0.0", "1", "1", "1", year]
        content = csv_file([KS2, wrong, ["100002", "76.0", "0.0", "1", "1", "1", "2022/23"]])
        document = await send(importer, content, "2023-07-31", "pupil-ks2")
        (rejection,) = await importer.rejections(document)
        assert (rejection["code"], rejection["column"], rejection["value"]) == ("implausible_year", "year", None)
        assert (stored(rows), document["rows"]["rejected"]) == ({}, 1)

    async def test_a_row_of_another_year_goes_to_its_own_and_is_told(self, importer: Importer, rows: Rows) -> None:
        content = csv_file([KS2, ["100001", "76.0", "0.0", "1", "1", "1", "2021/22"]])
        document = await send(importer, content, "2023-07-31", "pupil-ks2")
        assert "other_year" in {warning["code"] for warning in document["warnings"]}
        assert rows.one("SELECT DISTINCT period FROM pupil_measures") == {"period": "2021-22"}

    @pytest.mark.parametrize(("lost", "warned"), [(4, False), (5, True)])
    async def test_a_newer_year_of_far_fewer_schools_is_warned_of(
        self, importer: Importer, rows: Rows, lost: int, warned: bool
    ) -> None:
        lines = [[str(100001 + number), "5.0", "1", "2", "3"] for number in range(20)]
        first = await send(importer, census(*lines), "2023-01-19")
        newer = await send(importer, census(*lines[lost:]), "2024-01-18")
        older = await send(importer, census(lines[0]), "2022-01-20")
        texts = [each["text"] for each in newer["warnings"] if each["code"] == "fewer_schools"]
        assert texts == (["Figures of 2023-24 are of 15 schools, those of 2022-23 of 20."] if warned else [])
        assert "fewer_schools" not in {each["code"] for each in (*first["warnings"], *older["warnings"])}


class TestTheRegister:
    async def test_does_not_have_to_know_the_school_yet(self, importer: Importer, rows: Rows) -> None:
        document = await send(importer, census(["100009", "5.0", "1", "2", "3"]))
        assert "not_in_register" in {warning["code"] for warning in document["warnings"]}
        await importer.send(ofsted_file([{**school(100009), **latest("01/10/2023")}]))
        assert stored(rows, 100009)["eal_percent"] == (1.0, "value")


@pytest.mark.national
@pytest.mark.skipif(not (DATA / "pupils").exists(), reason=f"the national files are not in {DATA}; set NATIONAL_DATA")
class TestAllEngland:
    async def test_each_row_of_the_four_files_has_one_fate(self, importer: Importer, rows: Rows) -> None:
        for kind, name, as_at, read, rejected in (
            ("pupil-census", "census_2022-23", "2023-01-19", 24_433, 0),
            ("pupil-absence", "absence_2023-24", "2024-07-31", 21_321, 3),
            ("pupil-ks2", "ks2_2022-23", "2023-07-31", 15_755, 0),
            ("pupil-ks4", "ks4_2022-23", "2023-08-31", 4_631, 0),
        ):
            document = await send(importer, (DATA / "pupils" / f"{name}.csv").read_bytes(), as_at, kind)
            created = read - rejected
            assert document["rows"] == {
                "read": read, "created": created, "changed": 0, "unchanged": 0, "rejected": rejected,
            }  # fmt: skip
        found = rows.one(
            "SELECT count(*) FILTER (WHERE value = 0) AS zeros, count(*) FILTER (WHERE status = 'missing') AS blank"
            " FROM pupil_measures WHERE measure = 'fsm_ever6_percent'"
        )
        assert found == {"zeros": 500, "blank": 2_408}


class TestWhoKeepsFactsIsTold:
    async def told(self, importer: Importer, rows: Rows, content: bytes, *of: str) -> list[str]:
        """Return the schools told of by the import of a file."""
        last = rows.one("SELECT coalesce(max(id), 0) AS id FROM outbox")["id"]
        await importer.send(content, *of)
        sql = "SELECT subject FROM outbox WHERE type = 'inspection.school.changed' AND id > %s ORDER BY subject"
        return [row["subject"] for row in rows.all(sql, last)]

    async def test_of_schools_whose_free_meals_are_told_otherwise(self, importer: Importer, rows: Rows) -> None:
        first, second = school(100001), school(100002)
        await importer.send(ofsted_file([first, second]), "2022-08-31")
        both = census(["100001", "20.0", "9", "9", "9"], ["100002", "30.0", "9", "9", "9"], ["100003", "9", "", "", ""])
        of = (JANUARY, "pupil-census")
        assert await self.told(importer, rows, both, *of) == ["100001", "100002"]
        assert await self.told(importer, rows, both, *of) == []
        other = census(["100001", "20.0", "12", "9", "9"], ["100002", "30.1", "9", "9", "9"])
        assert await self.told(importer, rows, other, *of) == ["100002"]


class TestReleasesBesideAFile:
    """What a school has released is decided anew where a file changes what official files say beside it."""

    RELEASED = (
        '[{"code": "pupils_on_roll", "value": %s, "cohort": null, "status": "value"},'
        ' {"code": "fsm_eligible", "value": %s, "cohort": null, "status": "value"}]'
    )

    def release(self, rows: Rows, roll: int, eligible: int) -> None:
        figures = self.RELEASED % (roll, eligible)
        rows.connection.execute(
            "INSERT INTO progress_versions (urn, period, version, measures, submitted_by, tenancy_orgs)"
            " VALUES (100001, '2022-23-autumn', 1, %s, 'trust', '{}')",
            [figures],
        )
        rows.connection.execute(
            "INSERT INTO progress_releases (urn, period, version, measures, released_on, made_under)"
            " VALUES (100001, '2022-23-autumn', 1, %s, '2023-01-06', %s)",
            [figures, rule()],
        )

    def told(self, rows: Rows) -> list[int | None]:
        (released,) = rows.all("SELECT measures, made_under FROM progress_releases")
        assert released["made_under"] == rule()
        return [each["value"] for each in released["measures"]]

    async def test_a_census_that_leaves_few(self, importer: Importer, rows: Rows) -> None:
        await importer.send(ofsted_file([school(100001, **{"Total number of pupils": "600"})]))
        self.release(rows, 600, 117)
        await send(importer, census(["100001", "30.0", "1.0", "2.0", "9.0"]))
        assert self.told(rows) == [600, 117]
        await send(importer, census(["100001", "20.0", "1.0", "2.0", "9.0"]), "2023-01-20")
        assert self.told(rows) == [600, None]

    async def test_a_roll_told_between_others_that_leaves_few(self, importer: Importer, rows: Rows) -> None:
        for pupils, as_at in (("500", "2025-06-30"), ("550", "2025-07-31"), ("600", "2025-08-31")):
            await importer.send(ofsted_file([school(100001, **{"Total number of pupils": pupils})]), as_at)
        self.release(rows, 600, 107)
        await send(importer, census(["100001", "20.0", "1.0", "2.0", "9.0"]))
        assert self.told(rows) == [600, None]

    async def test_a_roll_that_is_told_later(self, importer: Importer, rows: Rows) -> None:
        await importer.send(ofsted_file([school(100001, **{"Total number of pupils": "600"})]))
        await send(importer, census(["100001", "20.0", "1.0", "2.0", "9.0"]))
        self.release(rows, 600, 107)
        await importer.send(ofsted_file([school(100001, **{"Total number of pupils": "550"})]), "2025-09-30")
        assert self.told(rows) == [600, None]

    @pytest.mark.parametrize("first", ["link", "census"])
    async def test_a_census_of_the_school_it_followed(self, importer: Importer, rows: Rows, first: str) -> None:
        links = csv_file([["URN", "LinkURN", "LinkType"], ["100001", "100002", "Predecessor"]])
        files = {"link": (links, "gias-links"), "census": (census(["100002", "20.0", "1", "2", "9"]), "pupil-census")}
        await importer.send(ofsted_file([school(urn, **{"Total number of pupils": "600"}) for urn in (100001, 100002)]))
        content, kind = files.pop(first)
        await send(importer, content, kind=kind)
        self.release(rows, 600, 117)
        [(content, kind)] = files.values()
        await send(importer, content, kind=kind)
        assert self.told(rows) == [600, None]
        fork = csv_file([["URN", "LinkURN", "LinkType"], ["100001", "100003", "Predecessor"]])
        await send(importer, fork, kind="gias-links")
        assert self.told(rows) == [600, None]
