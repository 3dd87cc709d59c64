"""A column that a file lacks says nothing: the fields it feeds stay as they were, and are not known of what is new."""

from typing import Any

import pytest
from services.inspection.tests.files import (
    ESTABLISHMENTS,
    NEWER,
    card,
    csv_file,
    establishment,
    establishments_file,
    oeif,
    ofsted_file,
    outcomes_file,
    school,
    without,
)
from services.inspection.tests.integration.imports.conftest import Importer, Rows
from services.inspection.tests.integration.imports.test_ofsted_imports import counts

SIXTH_FORM = "OfficialSixthForm (code)"
PUPILS = "Total number of pupils"
PUBLISHED = "Publication date of latest OEIF graded inspection"
LACKING = (
    "Web Link (opens in new window)",
    "LAESTAB",
    "School open date",
    "Sixth form",
    "Designated religious character",
    "Postcode",
    "The income deprivation affecting children index (IDACI) quintile",
    PUPILS,
    "Statutory lowest age",
    "Statutory highest age",
    PUBLISHED,
    "Does the latest OEIF graded inspection relate to the URN of the current school?",
    "URN at time of latest OEIF graded inspection",
    "Achievement - date of judgement",
)
SCHOOL = school(100001, **{"School open date": "01/09/1950", "Sixth form": "Not applicable"})
OLDER_JUDGEMENT = oeif(
    "01/10/2023",
    **{
        PUBLISHED: "14/11/2023",
        "Does the latest OEIF graded inspection relate to the URN of the current school?": "No",
        "URN at time of latest OEIF graded inspection": "100009",
    },
)
CARD = card(
    "02/12/2025", **{"Inclusion - date of judgement": "20/01/2026", "Achievement - date of judgement": "21/01/2026"}
)
ROW = {**SCHOOL, **OLDER_JUDGEMENT, **CARD}
STORED = "SELECT to_jsonb(s) - 'source_id' - 'content_hash' AS it FROM schools s ORDER BY urn"
INSPECTIONS = "SELECT to_jsonb(i) - 'source_id' - 'content_hash' AS it FROM inspections i ORDER BY urn, starts_on"


def whole(*rows: dict[str, str]) -> bytes:
    return ofsted_file(rows, NEWER)


async def changes(importer: Importer, document: dict[str, Any]) -> list[tuple[Any, ...]]:
    response = await importer.client.get(f"/v1/imports/{document['id']}/changes")
    return [tuple(each[name] for name in ("urn", "field", "from", "to")) for each in response.json()["data"]]


def left(document: dict[str, Any]) -> str:
    (text,) = (each["text"] for each in document["warnings"] if each["code"] == "fields_left")
    return str(text)


class TestOfstedsFile:
    async def test_what_is_known_stays_and_of_a_new_school_it_is_not_known(
        self, importer: Importer, rows: Rows
    ) -> None:
        await importer.send(whole(ROW), "2026-02-28")
        before = rows.all(STORED), rows.all(INSPECTIONS)
        lacking = without(whole(ROW, school(100002)), *LACKING)
        document = await importer.send(lacking, "2026-03-31")
        assert counts(document) == (2, 1, 0, 1, 0)
        assert await changes(importer, document) == []
        assert (rows.all(STORED)[:1], rows.all(INSPECTIONS)) == before
        named = ("laestab", "pupils", "sixth_form_reason", "latest_oeif/published_on", "card/judged_on/achievement")
        assert [field for field in named if field not in left(document)] == []
        new = (await importer.client.get("/v1/schools/100002")).json()
        fields = ("laestab", "postcode", "pupils", "low_age", "open_date", "report_url")
        assert [(new[field], new["unknown"][field]) for field in fields] == [(None, "not_in_source")] * len(fields)
        again = await importer.send(whole(ROW, school(100002)), "2026-04-30")
        assert counts(again) == (2, 0, 1, 1, 0)
        assert {urn for urn, *_ in await changes(importer, again)} == {100002}

    async def test_what_else_the_file_says_is_taken(self, importer: Importer, rows: Rows) -> None:
        await importer.send(whole(ROW), "2026-02-28")
        now = {**ROW, "School name": "Another", "Latest OEIF quality of education": "3"}
        document = await importer.send(without(whole(now), *LACKING), "2026-03-31")
        assert counts(document) == (1, 0, 1, 0, 0)
        assert {field for _, field, *_ in await changes(importer, document)} == {
            "name", "version", "areas/quality_of_education/grade",
        }  # fmt: skip
        inspection = rows.one("SELECT published_on::text, urn_at_inspection FROM inspections WHERE overall = 2")
        assert inspection == {"published_on": "2023-11-14", "urn_at_inspection": 100009}

    async def test_rows_known_by_their_bytes_leave_it_so(self, importer: Importer, rows: Rows) -> None:
        lacking = without(whole(ROW), PUPILS)
        await importer.send(whole(ROW), "2026-02-28")
        for as_at in ("2026-03-31", "2026-04-30"):
            assert counts(await importer.send(lacking, as_at)) == (1, 0, 0, 1, 0)
        assert rows.one("SELECT pupils, missing_since FROM schools") == {"pupils": 240, "missing_since": None}

    @pytest.mark.parametrize("as_at", ["2026-03-31", "2026-03-01"])
    async def test_the_registers_word_stays_too(self, importer: Importer, rows: Rows, as_at: str) -> None:
        await importer.send(whole(ROW), "2026-02-28")
        register = establishments_file([establishment(NumberOfPupils="500")])
        await importer.send(register, "2026-03-15", ESTABLISHMENTS)
        lacking = without(whole({**ROW, "School name": "Another"}), PUPILS)
        await importer.send(lacking, as_at)
        assert rows.one("SELECT pupils FROM schools") == {"pupils": 500}
        await importer.send(establishments_file([establishment(NumberOfPupils="600")]), "2026-04-15", ESTABLISHMENTS)
        await importer.send(lacking, "2026-04-30")
        assert rows.one("SELECT pupils FROM schools") == {"pupils": 600}
        await importer.send(whole(ROW), "2026-05-31")
        assert rows.one("SELECT pupils FROM schools") == {"pupils": 240}

    async def test_an_older_file_changes_nothing(self, importer: Importer, rows: Rows) -> None:
        await importer.send(whole(ROW), "2026-02-28")
        stored = STORED.replace("to_jsonb(s)", "to_jsonb(s) - 'known_since'")
        before = rows.all(stored), rows.all(INSPECTIONS)
        document = await importer.send(without(whole(ROW), *LACKING), "2026-01-31")
        assert (await changes(importer, document), (rows.all(stored), rows.all(INSPECTIONS))) == ([], before)
        assert rows.one("SELECT known_since::text FROM schools") == {"known_since": "2026-01-31"}


class TestOtherKinds:
    async def test_the_registers_extract(self, importer: Importer, rows: Rows) -> None:
        sent = establishments_file([establishment(), establishment(100002)])
        await importer.send(sent, "2025-07-01", ESTABLISHMENTS)
        tables = ("establishments", "schools", "school_locations")
        shown = "SELECT to_jsonb(t) - 'source_id' - 'content_hash' AS it FROM {} t ORDER BY urn"
        queries = [*map(shown.format, tables)]
        before = [*map(rows.all, queries)]
        lacking = ("EstablishmentNumber", "NumberOfPupils", "SchoolCapacity", "Easting", "UKPRN", SIXTH_FORM)
        document = await importer.send(without(sent, *lacking), "2025-08-01", ESTABLISHMENTS)
        assert counts(document) == (2, 0, 0, 2, 0)
        assert [*map(rows.all, queries)] == before
        assert "laestab, sixth_form, capacity, pupils, ukprn, lat, lng" in left(document)

    async def test_groups(self, importer: Importer, rows: Rows) -> None:
        header = ["Group UID", "Group name", "Group type (code)", "Group type", "Group status (code)", "Group ID"]
        header += ["Closed date", "Open date", "Incorporated on (open date)"]
        row = ["7", "Seven Trust", "06", "Multi-academy trust", "CLOSED", "TR00007", "31/08/2024", "", "01/09/2012"]
        await importer.send(csv_file([header, row]), "2025-07-01", "gias-groups")
        row[1] = "Seven"
        lacking = ("Group ID", "Closed date", "Incorporated on (open date)")
        document = await importer.send(without(csv_file([header, row]), *lacking), "2025-08-01", "gias-groups")
        assert counts(document) == (1, 0, 1, 0, 0)
        assert rows.one("SELECT name, trn, opened_on::text, closed_on::text FROM school_groups") == {
            "name": "Seven", "trn": "TR00007", "opened_on": "2012-09-01", "closed_on": "2024-08-31",
        }  # fmt: skip

    async def test_the_number_of_pupils_behind_a_figure(self, importer: Importer, rows: Rows) -> None:
        census = csv_file([["URN", "fsm", "eal", "NOR"], ["100001", "10", "20", "240"]])
        await importer.send(census, "2025-01-16", "pupil-census")
        before = rows.all("SELECT measure, value, cohort FROM pupil_measures ORDER BY measure")
        document = await importer.send(without(census, "NOR"), "2025-02-16", "pupil-census")
        assert counts(document) == (1, 0, 0, 1, 0)
        assert rows.all("SELECT measure, value, cohort FROM pupil_measures ORDER BY measure") == before

    async def test_grades_that_a_snapshot_lacks_would_read_as_withdrawn(self, importer: Importer) -> None:
        snapshot = outcomes_file((100001, "2018-10-01", "Good"))
        document = await importer.send(without(snapshot, "Quality of education"), "2019-11-30", "ofsted-outcomes")
        assert document["state"] == "failed"
        assert "Quality of education" in document["problem"]["detail"]
