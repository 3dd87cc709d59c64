"""A file that tells of an inspection published here joins it: narratives stay, and a difference is told."""

import pytest
from services.inspection.tests.files import NEWER, card, ofsted_file, school
from services.inspection.tests.integration.authoring import writing
from services.inspection.tests.integration.imports.conftest import Importer, Rows

from inspection.app import create_app
from inspection.settings import Settings
from shared.clock import today
from shared.testing.client import client_of
from shared.testing.plugin import DatabaseUrls
from shared.testing.tokens import ISSUER, bearer, jwks_url

CORRECTIONS = "inspections:read inspections:write inspections:publish"


async def published_and_loaded(importer: Importer, urls: DatabaseUrls, row: dict[str, str]) -> list[str]:
    """Load a school, publish its card here with a narrative, load the file that tells the card; return its warnings."""
    await importer.send(ofsted_file([school(100001)], NEWER), "2025-12-31")
    settings = Settings(database_url=urls.app, issuer=ISSUER, jwks_url=jwks_url())
    async with client_of(create_app(settings), **bearer(scope=CORRECTIONS, org="ofsted")) as inspectorate:
        areas = [{**area, "narrative": "Words."} for area in writing.areas()]
        areas.append({"area": "early_years", "grade": "expected_standard"})
        await writing.published(inspectorate, number="10432161", areas=areas, summary="For parents.")
    document = await importer.send(ofsted_file([row], NEWER), today().isoformat())
    assert document["state"] == "succeeded"
    return [warning["code"] for warning in document["warnings"]]


def row(grade: str, **changes: str) -> dict[str, str]:
    number = {"Inspection number of latest full inspection": "10432161"}
    return {**school(100001), **card("06/01/2026", grade), **number, **changes}


@pytest.mark.parametrize(("achievement", "warned"), [("Expected standard", False), ("Needs attention", True)])
async def test_narratives_stay_and_a_difference_is_told(
    importer: Importer, rows: Rows, urls: DatabaseUrls, achievement: str, warned: bool
) -> None:
    told = row(
        "Expected standard", **{"Achievement": achievement, "Early years (where applicable)": "Expected standard"}
    )
    warnings = await published_and_loaded(importer, urls, told)

    kept = rows.one("SELECT version, summary, narratives, grades FROM inspections")
    assert ("differs_from_publication" in warnings) is warned
    assert (kept["version"], kept["summary"]) == (1, "For parents.")
    assert kept["narratives"]["inclusion"] == "Words."
    assert kept["grades"]["achievement"] == "expected_standard"


async def test_a_difference_is_told_by_a_row_that_was_the_same_before_the_correction(
    importer: Importer, rows: Rows, urls: DatabaseUrls
) -> None:
    told = row(
        "Expected standard", Achievement="Needs attention", **{"Early years (where applicable)": "Strong standard"}
    )
    content = ofsted_file([told], NEWER)
    await importer.send(content, "2026-06-30")
    (found,) = rows.all("SELECT id FROM inspections")
    settings = Settings(database_url=urls.app, issuer=ISSUER, jwks_url=jwks_url())
    async with client_of(create_app(settings), **bearer(scope=CORRECTIONS, org="ofsted")) as inspectorate:
        body = {"changes": {"category_of_concern": "RSI", "safeguarding": "not_met"}, "reason": "Left out."}
        corrected = await inspectorate.post(f"/v1/inspections/{found['id']}/corrections", json=body)
        assert corrected.status_code == 201, corrected.text
    again = await importer.send(content, today().isoformat())
    assert again["rows"]["unchanged"] == 1
    assert "differs_from_publication" in [warning["code"] for warning in again["warnings"]]


async def test_a_correction_made_here_stands_and_a_file_for_a_day_before_it_has_its_place(
    importer: Importer, rows: Rows, urls: DatabaseUrls
) -> None:
    settings = Settings(database_url=urls.app, issuer=ISSUER, jwks_url=jwks_url())
    await importer.send(ofsted_file([row("Expected standard")], NEWER), "2026-03-31")
    (found,) = rows.all("SELECT id FROM inspections")
    async with client_of(create_app(settings), **bearer(scope=CORRECTIONS, org="ofsted")) as inspectorate:
        url = f"/v1/inspections/{found['id']}"
        body = {"changes": {"category_of_concern": "RSI", "safeguarding": "not_met"}, "reason": "Left out."}
        corrected = await inspectorate.post(f"{url}/corrections", json=body)
        assert corrected.status_code == 201, corrected.text
        document = await importer.send(ofsted_file([row("Strong standard")], NEWER), "2026-05-31")
        assert document["rows"]["changed"] == 1
        assert "differs_from_publication" in [warning["code"] for warning in document["warnings"]]
        told = {}
        for day in ("2026-03-31", "2026-05-30", "2026-05-31", today().isoformat()):
            then = (await inspectorate.get(url, params={"as_of": day})).json()
            inclusion = next(each["grade"] for each in then["areas"] if each["area"] == "inclusion")
            told[day] = (inclusion, then["category_of_concern"])
    assert [*told.values()] == [
        ("expected_standard", None),
        ("expected_standard", None),
        ("strong_standard", None),
        ("expected_standard", "RSI"),
    ]
