"""Damaged files: the good rows go in, the bad ones are named, and nothing is half done."""

import csv
import io

import pytest
from services.inspection.tests.files import OLDER, cells, csv_file, latest, ofsted_file, school, titles
from services.inspection.tests.integration.imports.conftest import Importer, Rows

GOOD = {**school(100001), **latest("01/10/2023")}


class TestRows:
    async def test_a_bad_row_costs_itself_only_and_is_told_exactly(self, importer: Importer, rows: Rows) -> None:
        bad = {**school(100002), **latest("31/02/2024", number="10000002")}
        document = await importer.send(ofsted_file([bad, GOOD]))
        assert (document["state"], document["rows"]["created"], document["rows"]["rejected"]) == ("succeeded", 1, 1)
        (rejection,) = await importer.rejections(document)
        assert (rejection["row"], rejection["line"], rejection["code"]) == (1, 2, "unreadable_value")
        assert (rejection["column"], rejection["value"]) == ("Inspection start date", "31/02/2024")
        assert rejection["raw"].split(",")[1] == "100002"
        assert rows.count("schools") == 1

    async def test_copies_and_contradictions(self, importer: Importer, rows: Rows) -> None:
        one, other = school(100002), school(100002, Postcode="NW9 9ZZ")
        document = await importer.send(ofsted_file([GOOD, GOOD, one, other, one]))
        assert document["rows"] == {"read": 5, "created": 2, "changed": 0, "unchanged": 0, "rejected": 3}
        codes = [(each["row"], each["code"]) for each in await importer.rejections(document)]
        assert codes == [(2, "duplicate_row"), (4, "conflicting_row"), (5, "duplicate_row")]
        assert rows.all("SELECT postcode FROM schools WHERE urn = 100002")[0]["postcode"] == one["Postcode"]

    async def test_a_row_after_one_that_was_refused_is_no_repetition(self, importer: Importer, rows: Rows) -> None:
        document = await importer.send(ofsted_file([school(100001, Region="Mercia"), GOOD]))
        assert document["rows"] == {"read": 2, "created": 1, "changed": 0, "unchanged": 0, "rejected": 1}
        assert rows.count("schools") == 1

    async def test_contradictions_among_rows_known_before(self, importer: Importer) -> None:
        await importer.send(ofsted_file([GOOD]))
        document = await importer.send(ofsted_file([GOOD, {**GOOD, "Postcode": "NW9 9ZZ"}]))
        assert document["rows"] == {"read": 2, "created": 0, "changed": 0, "unchanged": 1, "rejected": 1}

    @pytest.mark.parametrize(
        ("sent", "code", "fate"),
        [
            ([GOOD, GOOD], "duplicate_row", "unchanged"),
            ([{**GOOD, "Postcode": "NW9 9ZZ"}, GOOD], "conflicting_row", "changed"),
        ],
    )
    async def test_a_row_known_before_is_taken_once(
        self, importer: Importer, sent: list[dict[str, str]], code: str, fate: str
    ) -> None:
        await importer.send(ofsted_file([GOOD]))
        document = await importer.send(ofsted_file(sent))
        assert (document["rows"][fate], document["rows"]["rejected"]) == (1, 1)
        assert [(each["row"], each["code"]) for each in await importer.rejections(document)] == [(2, code)]

    async def test_rejections_as_a_table_and_as_lines(self, importer: Importer) -> None:
        document = await importer.send(ofsted_file([GOOD, *(school(100002 + n, Region="Mercia") for n in range(3))]))
        path = f"/v1/imports/{document['id']}/rejections"
        table = await importer.client.get(path, headers={"Accept": "text/csv"})
        lines = await importer.client.get(path, headers={"Accept": "application/x-ndjson"})
        assert [row["value"] for row in csv.DictReader(io.StringIO(table.text))] == ["Mercia"] * 3
        assert len(lines.text.splitlines()) == 3
        first = await importer.client.get(path, params={"limit": 2, "include_total": True})
        assert (len(first.json()["data"]), first.json()["paging"]["total"]) == (2, 3)
        second = await importer.client.get(first.json()["paging"]["next_url"])
        assert [each["row"] for each in second.json()["data"]] == [4]


class TestFiles:
    async def test_dates_with_the_month_first_load_nothing(self, importer: Importer, rows: Rows) -> None:
        dates = [f"{month:02}/{day:02}/2023" for month in (9, 10) for day in (4, 25)]
        sent = [{**school(100001 + n), **latest(day, number=f"{n}")} for n, day in enumerate(dates)]
        document = await importer.send(ofsted_file([*sent, {**GOOD, **school(100009), **latest("11/30/2023")}]))
        assert document["state"] == "failed"
        (error,) = document["problem"]["errors"]
        assert error["code"] == "month_first_dates"
        assert "Inspection start date: 3 of 5 dates cannot be read" in error["detail"]
        assert rows.count("schools") == 0

    async def test_one_whose_rows_are_all_rejected_says_that_nothing_was_loaded(self, importer: Importer) -> None:
        document = await importer.send(ofsted_file([{**school(100001), "Region": "Mercia"}]))
        assert document["rows"] == {"read": 1, "created": 0, "changed": 0, "unchanged": 0, "rejected": 1}
        assert "nothing_accepted" in {each["code"] for each in document["warnings"]}

    async def test_one_that_breaks_off_loads_what_is_whole_and_marks_no_school(
        self, importer: Importer, rows: Rows
    ) -> None:
        whole = ofsted_file([GOOD, school(100002), school(100003), school(100004)])
        await importer.send(whole)
        document = await importer.send(whole[: whole.index(b"100003") + 40], "2025-09-30")
        assert document["rows"] == {"read": 3, "created": 0, "changed": 0, "unchanged": 2, "rejected": 1}
        assert {"truncated", "not_listed"} <= {warning["code"] for warning in document["warnings"]}
        assert not rows.all("SELECT urn FROM schools WHERE missing_since IS NOT NULL")

    async def test_a_last_line_that_is_not_ended_is_no_damage_where_its_row_is_complete(
        self, importer: Importer, rows: Rows
    ) -> None:
        await importer.send(ofsted_file([GOOD, *(school(100002 + n) for n in range(199))]))
        less_one = ofsted_file([GOOD, *(school(100002 + n) for n in range(198))])
        document = await importer.send(less_one.removesuffix(b"\r\n"), "2025-09-30")
        assert {"not_listed", "no_final_newline"} <= {each["code"] for each in document["warnings"]}
        assert "cut off" not in "".join(each["text"] for each in document["warnings"])
        assert rows.all("SELECT urn FROM schools WHERE missing_since IS NOT NULL") == [{"urn": 100200}]

    @pytest.mark.parametrize(
        ("tail", "warning"), [(b"", "no_final_newline"), (b'\r\n"http,100099\r\n', "open_quote"), (b"\r\n", None)]
    )
    async def test_one_cut_between_rows_marks_no_school(
        self, importer: Importer, rows: Rows, tail: bytes, warning: str | None
    ) -> None:
        whole = ofsted_file([school(100001 + n) for n in range(10)])
        await importer.send(whole)
        cut = whole[: whole.index(b"\r\n", whole.index(b"/100004,"))]
        document = await importer.send(cut + tail, "2025-09-30")
        warnings = {each["code"]: each for each in document["warnings"]}
        assert warnings["not_listed"]["count"] == 6
        assert "it lacks 6 of 10 schools, and none of them is marked as missing" in warnings["not_listed"]["text"]
        assert warning is None or warning in warnings
        assert not rows.all("SELECT urn FROM schools WHERE missing_since IS NOT NULL")

    @pytest.mark.parametrize(("byte", "shown"), [(b"\x81", r"\x81"), (b"\x00", r"\x00")])
    async def test_a_byte_that_is_no_text_costs_its_row_and_hides_no_school(
        self, importer: Importer, rows: Rows, byte: bytes, shown: str
    ) -> None:
        good = ofsted_file([GOOD, school(100002), school(100003)])
        await importer.send(good)
        document = await importer.send(good.replace(b"School 100002", b"Sch" + byte + b"ol 100002"), "2025-09-30")
        assert document["rows"] == {"read": 3, "created": 0, "changed": 0, "unchanged": 2, "rejected": 1}
        (rejection,) = await importer.rejections(document)
        assert (rejection["row"], rejection["line"], rejection["code"]) == (2, 3, "undecodable_value")
        assert (rejection["column"], rejection["value"]) == ("School name", f"Sch{shown}ol 100002")
        assert f"Sch{shown}ol" in rejection["raw"]
        assert not rows.all("SELECT urn FROM schools WHERE missing_since IS NOT NULL")

    async def test_preamble_other_order_and_columns_nobody_knows(self, importer: Importer) -> None:
        order = ["Brand new column", *reversed([title for title in titles(OLDER) if title != "Publication date"])]
        table = [["Title of the download"], [], order, [GOOD.get(title, "NULL") for title in order]]
        document = await importer.send(csv_file(table, "utf-8-sig"))
        assert (document["state"], document["rows"]["created"]) == ("succeeded", 1)
        assert document["header"]["missing"] == ["Publication date"]
        assert (document["header"]["unknown"], document["header"]["line"]) == (["Brand new column"], 3)
        assert document["file"]["encoding"] == "utf-8"

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "empty_file"),
            (b"PK\x03\x04workbook", "not_csv"),
            (csv_file([titles(OLDER)]), "no_rows"),
            (ofsted_file([GOOD]).replace(b"LAESTAB", b"LAE\x81STAB"), "undecodable_header"),
            (ofsted_file([GOOD] * 20).replace(b"School 100001", b"School\x81"), "unknown_encoding"),
            (csv_file([["URN", "LinkURN", "LinkType"], ["100001", "100002", "Successor"]]), "other_kind"),
            (csv_file([[*titles(OLDER), "urn"], [*cells(OLDER, GOOD), "1"]]), "duplicated_column"),
            (csv_file([[t for t in titles(OLDER) if t != "School name"]] * 2), "missing_column"),
            (csv_file([[t for t in titles(OLDER) if t != "Overall effectiveness"]] * 2), "missing_column"),
        ],
    )
    async def test_one_that_cannot_be_read_fails_and_loads_nothing(
        self, importer: Importer, rows: Rows, content: bytes, code: str
    ) -> None:
        document = await importer.send(content)
        assert (document["state"], document["rows"]["read"]) == ("failed", None)
        assert document["problem"]["errors"][0]["code"] == code
        assert (rows.count("schools"), rows.count("outbox")) == (0, 0)


class TestOtherKinds:
    async def test_groups_are_merged_and_name_the_trusts(self, importer: Importer, rows: Rows) -> None:
        header = ["Group UID", "Group ID", "Group Name", "Group Type (code)", "Group Type", "Group Status (code)"]
        academy = {
            "Type of education": "Free School",
            "Multi-academy trust UID": "7",
            "Multi-academy trust name": "Old",
        }
        await importer.send(ofsted_file([school(**academy)]))
        groups = [["7", "TR00007", "New Name", "06", "Multi-academy trust", "OPEN"], ["8", "", "", "06", "", "OPEN"]]
        document = await importer.send(csv_file([header, *groups]), kind="gias-groups")
        assert document["rows"] == {"read": 2, "created": 0, "changed": 1, "unchanged": 0, "rejected": 1}
        assert rows.one("SELECT name, trn FROM school_groups") == {"name": "New Name", "trn": "TR00007"}
        told = rows.all("SELECT type, subject FROM outbox ORDER BY id DESC LIMIT 3")
        assert ("inspection.school.changed", "100001") in {(row["type"], row["subject"]) for row in told}

    async def test_links_that_go_round_are_cut_and_reported(self, importer: Importer, rows: Rows) -> None:
        header = ["URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate"]
        links = [["100001", "100002", "B", "Successor", "31-08-2011"], ["100002", "100001", "A", "Successor", ""]]
        document = await importer.send(
            csv_file([header, *links, ["100003", "100003", "", "Other", ""]]), kind="gias-links"
        )
        assert document["rows"]["created"] == 2
        assert [each["code"] for each in await importer.rejections(document)] == ["contradiction"]
        assert next(each for each in document["warnings"] if each["code"] == "link_cycle")["examples"] == [
            [100002, 100001]
        ]
        assert [row["urn"] for row in rows.all("SELECT urn FROM school_links WHERE cut")] == [100002]

    async def test_only_the_circles_that_a_file_has_to_do_with_are_told_with_it(self, importer: Importer) -> None:
        async def told(*links: tuple[int, int]) -> list[list[int]]:
            rows = [[str(urn), str(successor), "Successor"] for urn, successor in links]
            document = await importer.send(csv_file([["URN", "LinkURN", "LinkType"], *rows]), kind="gias-links")
            return next((each["examples"] for each in document["warnings"] if each["code"] == "link_cycle"), [])

        first = [(100002, 100003), (100003, 100002)]
        assert await told(*first) == [[100003, 100002]]
        assert await told((100005, 100006), (100006, 100007)) == []
        assert await told((100007, 100005)) == [[100007, 100005]]
        assert await told(*first, (100008, 100009)) == [[100003, 100002]]
        # walked from another school, the circle of before is cut at a link that this file does not tell
        assert await told((100001, 100006), (100007, 100001)) == [[100007, 100001], [100005, 100006]]

    async def test_places_near_the_meridian(self, importer: Importer, rows: Rows) -> None:
        content = csv_file([["urn", "lat", "lng"], ["100001", "51.5", "5e-05"], ["100002", "0", "0"]])
        document = await importer.send(content, kind="gias-locations")
        assert (document["rows"]["created"], document["rows"]["rejected"]) == (1, 1)
        assert rows.one("SELECT lng FROM school_locations")["lng"] == pytest.approx(0.00005)
