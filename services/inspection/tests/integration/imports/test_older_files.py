"""A file for an earlier day than those before it: its version takes its place by date, and no number moves."""

from typing import Any

from services.inspection.tests.files import latest, ofsted_file, school
from services.inspection.tests.integration.imports.conftest import Importer, Rows
from services.inspection.tests.integration.imports.test_resubmissions import changes_of

OFSTED = "ofsted-latest-inspections"
LOADED = (("2025-05-31", "1"), ("2025-06-30", "2"), ("2025-08-31", "3"))
OLDER = ("2025-07-31", "4")
OVERALL = "/overall"


async def send(importer: Importer, *files: tuple[str, str]) -> None:
    for as_at, grade in files:
        document = await importer.send(ofsted_file([{**school(), **latest("01/10/2023", grade)}]), as_at)
        assert document["state"] == "succeeded"


async def read(importer: Importer, rows: Rows, path: str) -> list[dict[str, Any]]:
    url = f"/v1/inspections/{rows.one('SELECT id FROM inspections')['id']}/{path}"
    data: list[dict[str, Any]] = (await importer.client.get(url)).json()["data"]
    return data


def trail(entries: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (each["source"]["as_at"], each["reason"], change["from"], change["to"])
        for each in entries
        for change in each["changes"]
        if change["field"] == "overall"
    ]


async def test_no_entry_and_no_number_changes(importer: Importer, rows: Rows) -> None:
    await send(importer, *LOADED)
    before = {path: await read(importer, rows, path) for path in ("versions", "audit")}
    await send(importer, OLDER)
    after = {path: await read(importer, rows, path) for path in ("versions", "audit")}
    assert [each["version"] for each in after["versions"]] == [3, 4, 2, 1]
    assert [each for each in after["versions"] if each["version"] != len(after["versions"])] == before["versions"]
    (older,) = [each for each in after["versions"] if each["version"] == len(after["versions"])]
    assert (older["made_because"], older["inspection"]["overall"]) == ("older_file", 4)
    assert trail(after["audit"]) == [("2025-07-31", "older_file", 2, 4), *trail(before["audit"])]
    assert trail(before["audit"]) == [
        ("2025-08-31", "newer_file", 2, 3),
        ("2025-06-30", "newer_file", 1, 2),
        ("2025-05-31", None, None, 1),
    ]
    assert {each["by"] for each in after["audit"]} == {"test-client"}


async def test_each_day_reads_what_its_file_says_and_a_correction_goes_on(importer: Importer, rows: Rows) -> None:
    await send(importer, *LOADED, OLDER, ("2025-09-30", "1"))
    identifier = rows.one("SELECT id FROM inspections")["id"]
    for as_of, grade in (("2025-01-01", 1), ("2025-06-30", 2), ("2025-08-30", 4), ("2025-08-31", 3), ("2025-10-01", 1)):
        found = (await importer.client.get(f"/v1/inspections/{identifier}", params={"as_of": as_of})).json()
        assert (as_of, found["overall"]) == (as_of, grade)
    versions = await read(importer, rows, "versions")
    assert [(each["version"], each["made_because"], each["current"]) for each in versions] == [
        (5, "newer_file", True),
        (3, "newer_file", False),
        (4, "older_file", False),
        (2, "newer_file", False),
        (1, None, False),
    ]


async def test_the_import_tells_what_the_older_file_says(importer: Importer, rows: Rows) -> None:
    await send(importer, *LOADED)
    content = ofsted_file([{**school(), **latest("01/10/2023", OLDER[1])}])
    tried, loaded = [await changes_of(importer, content, OFSTED, dry_run, OLDER[0]) for dry_run in ("true", "false")]
    (change,) = loaded
    assert tried == loaded
    assert (change["subject"], change["field"]) == (str(rows.one("SELECT id FROM inspections")["id"]), "version")
    assert (change["from"], change["to"]["number"], change["to"]["overall"]) == (None, 4, "4")


async def test_a_date_that_a_newer_file_puts_otherwise_is_a_version_of_its_own(importer: Importer, rows: Rows) -> None:
    for as_at, day in (("2025-05-31", "01/10/2023"), ("2025-06-30", "02/10/2023")):
        document = await importer.send(ofsted_file([{**school(), **latest(day, "2")}]), as_at)
    assert [each["code"] for each in document["warnings"]] == ["corrected"]
    versions = await read(importer, rows, "versions")
    assert [(each["version"], each["inspection"]["starts_on"]) for each in versions] == [
        (2, "2023-10-02"),
        (1, "2023-10-01"),
    ]
    url = f"/v1/inspections/{versions[0]['inspection']['id']}"
    then = (await importer.client.get(url, params={"as_of": "2025-06-29"})).json()
    assert then["starts_on"] == "2023-10-01"
    changed = [(c["field"], c["from"], c["to"]) for c in (await read(importer, rows, "audit"))[0]["changes"]]
    assert ("starts_on", "2023-10-01", "2023-10-02") in changed
