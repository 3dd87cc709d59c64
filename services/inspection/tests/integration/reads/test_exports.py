"""Workbooks over HTTP, read back by another library than the one that wrote them."""

from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import Workbook, load_workbook
from services.inspection.tests.integration.reads.rows import Register

from inspection.exports.workbook import MEDIA_TYPE
from shared.testing.tokens import bearer

TRUST = "/v1/trusts/5143/schools.xlsx"
AUTHORITY = "/v1/local-authorities/201/schools.xlsx"


def midnight(year: int, month: int, day: int) -> datetime:
    return datetime.combine(date(year, month, day), time())


async def workbook(client: httpx.AsyncClient, path: str) -> Workbook:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    return load_workbook(BytesIO(answer.content))


def table(book: Workbook, name: str) -> list[dict[str, Any]]:
    header, *rows = book[name].iter_rows(values_only=True)
    return [{str(title): cell for title, cell in zip(header, row, strict=True) if cell is not None} for row in rows]


class TestRefused:
    @pytest.mark.parametrize("path", [TRUST, AUTHORITY])
    async def test_without_a_token_or_the_scope(self, anonymous: httpx.AsyncClient, path: str) -> None:
        assert (await anonymous.get(path)).status_code == 401
        assert (await anonymous.get(path, headers=bearer(scope="schools:read"))).status_code == 403

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/v1/trusts/99/schools.xlsx", 404),
            ("/v1/trusts/x/schools.xlsx", 422),
            ("/v1/local-authorities/999/schools.xlsx", 404),
            ("/v1/local-authorities/20/schools.xlsx", 422),
            (f"{AUTHORITY}?limit=5", 422),
        ],
    )
    async def test_what_does_not_exist(self, reader: httpx.AsyncClient, path: str, status: int) -> None:
        assert (await reader.get(path)).status_code == status


async def test_grades_of_each_framework_stand_in_columns_of_their_own(
    reader: httpx.AsyncClient, register: Register
) -> None:
    register.trust("5143", name="Oak Trust")
    register.school(100001, trust="5143", open_date=date(2015, 9, 1), laestab="0013614", idaci_quintile=5)
    register.membership(100001, "5143", date(2020, 9, 1), assumed=True)
    register.inspection(100001, number="1", starts_on=date(2018, 1, 1), framework="pre-eif", overall=4)
    register.inspection(100001, number="2", starts_on=date(2022, 1, 1), overall=3)
    register.inspection(100001, number="3", starts_on=date(2023, 1, 1), overall=2, relates_to_current_urn=False)
    register.inspection(100001, number="4", starts_on=date(2024, 10, 1), framework="eif-2024", overall=None)
    register.card(100001, category_of_concern="SM", grades={"inclusion": "urgent_improvement"})
    register.ungraded(100001)

    book = await workbook(reader, TRUST)
    (school,) = table(book, "Schools")
    inspections = table(book, "Inspections")

    assert (school["URN"], school["LAESTAB"], school["Deprivation fifth"]) == (100001, "0013614", 5)
    assert (school["Opened"], school["Joined trust"]) == (midnight(2015, 9, 1), midnight(2020, 9, 1))
    assert school["Joined: assumed"] is True
    assert school["pre-eif: Overall effectiveness"] == "Inadequate"
    assert school["eif-2019: Overall effectiveness"] == "Good"
    assert school["eif-2019: Began"] == midnight(2023, 1, 1)
    assert school["eif-2019: Relates to current URN"] is False
    assert school["eif-2024: Quality of education"] == "Good"
    assert "eif-2024: Overall effectiveness" not in school
    assert school["report-card-2025: Inclusion"] == "Urgent improvement"
    assert school["report-card-2025: Category of concern"] == "Special measures"
    assert "report-card-2025: Published" not in school
    assert school["ungraded: Outcome"]
    assert [row.get("Number") for row in inspections] == ["10432161", "4", None, "3", "2", "1"]
    assert "eif-2019: Quality of education" not in inspections[0]
    assert book["Schools"].freeze_panes == "C2"
    assert book["About"]["A1"].value == "Schools of Oak Trust"
    assert any(
        "Not in it: inspections of predecessors" in str(row[0]) for row in book["About"].iter_rows(values_only=True)
    )
    assert ("ofsted-latest-inspections", midnight(2026, 5, 31)) in [
        row[:2] for row in book["About"].iter_rows(values_only=True)
    ]


@pytest.mark.parametrize("name", ["=1+1", "+44", "-2", "@SUM(A1)", '=HYPERLINK("x")', "\t=1", "http://x.test", "007"])
async def test_a_name_is_text_whatever_it_looks_like(reader: httpx.AsyncClient, register: Register, name: str) -> None:
    register.school(100001, name=name)

    cell = (await workbook(reader, AUTHORITY))["Schools"]["B2"]

    assert (cell.value, cell.data_type, cell.hyperlink) == (name, "s", None)


async def test_a_monitoring_inspection_shows_the_areas_it_judged(reader: httpx.AsyncClient, register: Register) -> None:
    register.school(100001)
    register.card(100001)
    register.card(
        100001,
        number="2",
        framework="monitoring",
        kind="monitoring",
        starts_on=date(2026, 4, 1),
        grades={"inclusion": "strong_standard"},
    )

    book = await workbook(reader, AUTHORITY)

    assert table(book, "Inspections")[0]["report-card-2025: Inclusion"] == "Strong standard"
    assert table(book, "Schools")[0]["report-card-2025: Inclusion"] == "Expected standard"


async def test_the_same_data_are_the_same_bytes_and_not_sent_again(
    reader: httpx.AsyncClient, register: Register
) -> None:
    register.school(100001)
    first = await reader.get(AUTHORITY)
    again = await reader.get(AUTHORITY, headers={"If-None-Match": first.headers["etag"]})

    assert again.status_code == 304
    assert first.headers["content-disposition"] == 'attachment; filename="local-authority-201-schools.xlsx"'


async def test_an_authority_without_schools_has_an_empty_workbook(reader: httpx.AsyncClient) -> None:
    book = await workbook(reader, AUTHORITY)

    assert table(book, "Schools") == table(book, "Inspections") == []
