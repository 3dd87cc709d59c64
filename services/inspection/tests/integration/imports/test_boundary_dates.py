"""The days on which one framework ends and the next begins, as an import of either layout reads them."""

import pytest
from services.inspection.tests.files import NEWER, card, latest, oeif, ofsted_file, school
from services.inspection.tests.integration.imports.conftest import Importer, Rows
from services.inspection.tests.integration.imports.test_ofsted_imports import counts

OLDER_GRADES = [
    ("31/08/2019", "2", "pre-eif", 2, None),
    ("01/09/2019", "2", "eif-2019", 2, None),
    ("01/09/2024", "2", "eif-2019", 2, None),
    ("02/09/2024", "2", "eif-2024", None, "data_error"),
    ("02/09/2024", "Not judged", "eif-2024", None, "not_judged"),
    ("03/09/2024", "Not judged", "eif-2024", None, "not_judged"),
    ("09/11/2025", "Not judged", "eif-2024", None, "not_judged"),
]


@pytest.mark.parametrize("layout", ["graded", NEWER])
@pytest.mark.parametrize(("start", "overall", "framework", "grade", "reason"), OLDER_GRADES)
async def test_older_grades(
    importer: Importer,
    rows: Rows,
    *,
    layout: str,
    start: str,
    overall: str,
    framework: str,
    grade: int | None,
    reason: str | None,
) -> None:
    block = (oeif if layout == NEWER else latest)(start, overall)
    document = await importer.send(ofsted_file([{**school(), **block}], layout), "2026-05-31")
    assert counts(document) == (1, 1, 0, 0, 0)
    found = rows.one("SELECT framework, overall, overall_reason FROM inspections")
    assert found == {"framework": framework, "overall": grade, "overall_reason": reason}


@pytest.mark.parametrize(("start", "taken"), [("09/11/2025", False), ("10/11/2025", True), ("11/11/2025", True)])
async def test_report_cards(importer: Importer, rows: Rows, start: str, taken: bool) -> None:
    document = await importer.send(ofsted_file([{**school(), **card(start)}], NEWER), "2026-05-31")
    assert counts(document) == ((1, 1, 0, 0, 0) if taken else (1, 0, 0, 0, 1))
    assert [row["framework"] for row in rows.all("SELECT framework FROM inspections")] == ["report-card-2025"] * taken


@pytest.mark.parametrize("start", ["10/11/2025", "11/11/2025"])
async def test_older_grades_after_report_cards_replaced_them_are_refused(importer: Importer, start: str) -> None:
    document = await importer.send(ofsted_file([{**school(), **latest(start, "Not judged")}]), "2026-05-31")
    assert [each["code"] for each in await importer.rejections(document)] == ["framework_mismatch"]
