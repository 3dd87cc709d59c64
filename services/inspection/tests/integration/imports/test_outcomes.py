"""Snapshots of outcomes: history beside the inspections, whatever is loaded first."""

import pytest
from services.inspection.tests.files import latest, ofsted_file, outcomes_file, school
from services.inspection.tests.integration.imports.conftest import Importer, Rows
from services.inspection.tests.integration.imports.test_ofsted_imports import counts

KIND = "ofsted-outcomes"
SCHOOL = {**school(100001), **latest("05/03/2024")}
INSPECTIONS = (
    "SELECT urn, number, starts_on::text, overall, overall_reason, grades::text, evidence, version, content_hash"
    " FROM inspections ORDER BY urn, starts_on"
)
TOLD = "SELECT data FROM outbox WHERE type = 'inspection.school.changed' ORDER BY subject"


async def test_grade_words_are_codes_of_their_framework(importer: Importer, rows: Rows) -> None:
    content = outcomes_file((100001, "2013-04-18", "Outstanding"), (999998, "2019-09-01", "Requires improvement"))
    assert counts(await importer.send(content, "2019-11-30", KIND)) == (2, 2, 0, 0, 0)
    stored = rows.all("SELECT urn, framework, overall, warnings FROM outcome_snapshots ORDER BY urn")
    assert stored == [
        {"urn": 100001, "framework": "pre-eif", "overall": 1, "warnings": []},
        {"urn": 999998, "framework": "eif-2019", "overall": 3, "warnings": []},
    ]
    assert rows.count("outbox") == 1  # that the import has ended: no fact changed
    assert counts(await importer.send(content, "2019-11-30", KIND)) == (2, 0, 0, 2, 0)


@pytest.mark.parametrize("first", ["outcomes", "inspections"])
async def test_the_evidence_is_the_same_in_any_order(importer: Importer, rows: Rows, first: str) -> None:
    files = {
        "outcomes": (outcomes_file((100001, "2024-03-05", "Inadequate")), "2024-08-31", KIND),
        "inspections": (ofsted_file([SCHOOL]), "2025-08-31", "ofsted-latest-inspections"),
    }
    for name in sorted(files, key=lambda each: each != first):
        assert counts(await importer.send(*files[name]))[1] == 1
    (stored,) = rows.all(INSPECTIONS)
    assert (stored["overall"], stored["evidence"], stored["version"]) == (2, True, 1)
    assert len(rows.all(TOLD)) == 1


async def test_a_newer_snapshot_corrects_an_older_one_never_the_other_way(importer: Importer, rows: Rows) -> None:
    newer = outcomes_file((100001, "2013-04-18", "Good"))
    await importer.send(newer, "2024-08-31", KIND)
    older = outcomes_file((100001, "2013-04-18", "Outstanding"), (100001, "2009-04-18", "Inadequate"))
    assert counts(await importer.send(older, "2019-11-30", KIND)) == (2, 1, 0, 1, 0)
    assert [row["overall"] for row in rows.all("SELECT overall FROM outcome_snapshots ORDER BY starts_on")] == [4, 2]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ((100001, "2013-04-18", "Superb"), "unreadable_value"),
        ((100001, "2025-11-10", "Good"), "framework_mismatch"),
        ((100001, "2026-12-02", "Good"), "implausible_date"),
        ((100001, "1991-04-18", "Good"), "implausible_date"),
        ((100001, "", "Good"), "missing_value"),
        ((1001, "2013-04-18", "Good"), "unreadable_value"),
    ],
)
async def test_bad_rows_are_refused(importer: Importer, row: tuple[int, str, str], code: str) -> None:
    document = await importer.send(outcomes_file(row, (100002, "2013-04-18", "Good")), "2025-11-30", KIND)
    assert counts(document) == (2, 1, 0, 0, 1)
    assert [each["code"] for each in await importer.rejections(document)] == [code]


async def test_a_number_after_1_september_2024_is_a_data_error(importer: Importer, rows: Rows) -> None:
    document = await importer.send(outcomes_file((100001, "2024-09-02", "Good")), "2024-12-31", KIND)
    assert [warning["code"] for warning in document["warnings"]] == ["overall_in_eif_2024"]
    assert rows.one("SELECT overall, overall_reason FROM outcome_snapshots") == {
        "overall": None,
        "overall_reason": "data_error",
    }
