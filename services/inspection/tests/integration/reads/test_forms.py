"""Lists of one school, and the register as a workbook: the same rows in each form that may be asked for."""

import csv
from datetime import date
from io import BytesIO
from typing import Any

import httpx
import orjson
from openpyxl import load_workbook
from services.inspection.tests.integration.reads.rows import Register

from inspection.exports.workbook import MEDIA_TYPE

LINES = {"Accept": "application/x-ndjson"}
TABLE = {"Accept": "text/csv"}
WORKBOOK = {"Accept": MEDIA_TYPE}


async def forms(client: httpx.AsyncClient, path: str) -> tuple[list[Any], list[Any], list[dict[str, str]]]:
    """Return the rows of the page, of the lines and of the table."""
    page, lines, table = [await client.get(path, headers=form) for form in ({}, LINES, TABLE)]
    told = [orjson.loads(line) for line in lines.content.splitlines()]
    return page.json()["data"], told, list(csv.DictReader(table.text.splitlines()))


class TestOneSchool:
    async def test_a_history_is_whole_in_every_form(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)
        register.school(100002, trust="5143")
        register.link(100001, 100002)
        register.trust("5143")
        register.membership(100002, "5143", joined_on=date(2018, 9, 1))
        register.card(100002)
        register.inspection(100001, starts_on=date(2015, 1, 1), framework="pre-eif")

        page, lines, table = await forms(reader, "/v1/schools/100002/inspections")

        assert lines == page
        assert [row["id"] for row in table] == [each["id"] for each in page]
        assert [row["from_predecessor"] for row in table] == ["False", "True"]
        assert [row["relates_to_current_urn"] for row in table] == ["True", "False"]
        assert [row["before_joining_current_trust"] for row in table] == ["False", "True"]
        assert [row["trust_at_inspection"] for row in table] == ["5143", ""]
        narrow = await reader.get("/v1/schools/100002/inspections?limit=1", headers=LINES)
        assert len(narrow.text.splitlines()) == len(page)
        for form in (LINES, TABLE):
            assert (await reader.get("/v1/schools/100009/inspections", headers=form)).status_code == 404

    async def test_memberships_are_alike_in_every_form(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.school(100001, trust="8")
        register.trust("8")
        register.trust("9", name="=Oak")
        register.membership(100001, "9", joined_on=date(2015, 9, 1), left_on=date(2020, 9, 1))
        register.membership(100001, "8", joined_on=date(2020, 9, 1))

        page, lines, table = await forms(reader, "/v1/schools/100001/memberships")

        assert lines == page
        assert [(row["trust_uid"], row["joined_on"], row["left_on"]) for row in table] == [
            ("8", "2020-09-01", ""),
            ("9", "2015-09-01", "2020-09-01"),
        ]
        assert table[1]["trust_name"] == "'=Oak"


class TestWorkbook:
    async def test_a_list_of_schools_is_a_sheet_with_all_that_match(
        self, reader: httpx.AsyncClient, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        for urn in range(100001, 100605):
            register.school(
                urn, name="=1+1" if urn == 100001 else "Ash", phase="primary" if urn > 100003 else "nursery"
            )
        register.change("schools", 100002, postcode="EC3A 5DE")
        register.location(100002, 51.5, 0.0)

        answer = await reader.get("/v1/schools?limit=1", headers=WORKBOOK)
        again = await reader.get("/v1/schools", headers={**WORKBOOK, "If-None-Match": answer.headers["etag"]})
        few = await reader.get("/v1/schools?phase=nursery&near=EC3A 5DE", headers=WORKBOOK)

        assert (answer.headers["content-type"], again.status_code) == (MEDIA_TYPE, 304)
        book = load_workbook(BytesIO(answer.content))
        assert book.sheetnames == ["Schools", "About"]
        rows = list(book["Schools"].iter_rows(values_only=True))
        assert [row[0] for row in rows] == ["URN", *range(100001, 100605)]
        assert (rows[1][1], book["Schools"]["B2"].data_type) == ("=1+1", "s")
        assert ("Source", "As at", "Loaded at (UTC)") in list(book["About"].iter_rows(values_only=True, max_col=3))
        assert few.status_code == 200, few.text
        narrowed = list(load_workbook(BytesIO(few.content))["Schools"].iter_rows(values_only=True))
        assert len(narrowed) == 4
        assert [(row[0], row[-1]) for row in narrowed[:3]] == [("URN", "Distance (km)"), (100002, 0), (100001, None)]
        assert (await reader.get("/v1/schools?trust=1", headers=WORKBOOK)).status_code == 422
        assert (await anonymous.get("/v1/schools", headers=WORKBOOK)).status_code == 401
