"""Ofsted's files, merged one after the other in any order."""

from services.inspection.tests.files import NEWER, card, latest, oeif, ofsted_file, school, ungraded
from services.inspection.tests.integration.imports.conftest import Importer, Rows

TRUST = {
    "Type of education": "Academy Converter",
    "School open date": "01/09/2012",
    "Multi-academy trust UID": "5143",
    "Multi-academy trust name": "UNITED LEARNING TRUST",
}
COUNTS = ("read", "created", "changed", "unchanged", "rejected")


def counts(document: dict[str, object]) -> tuple[int, ...]:
    rows = document["rows"]
    assert isinstance(rows, dict)
    assert rows["read"] == rows["created"] + rows["changed"] + rows["unchanged"] + rows["rejected"]
    return tuple(rows[name] for name in COUNTS)


def schools(*urns: int, start: str = "01/10/2023", **changes: str) -> list[dict[str, str]]:
    return [{**school(urn), **latest(start, number=f"1{urn}"), **changes} for urn in urns]


class TestFirstLoad:
    async def test_schools_inspections_and_events_are_there(self, importer: Importer, rows: Rows) -> None:
        row = {**school(100001, **TRUST), **latest("05/03/2024"), **ungraded("04/02/2025")}
        document = await importer.send(ofsted_file([row, school(100002)]))
        assert document["state"] == "succeeded"
        assert counts(document) == (2, 2, 0, 0, 0)
        nothing: dict[str, list[str]] = {key: [] for key in ("missing", "unknown", "duplicated", "moved", "renamed")}
        assert document["header"] == {**nothing, "layout": "graded", "line": 1}
        assert rows.one("SELECT name, rb_id FROM schools WHERE urn = 100001") == {
            "name": "School 100001",
            "rb_id": "5143",
        }
        stored = rows.all("SELECT framework, overall, outcome_code, version FROM inspections ORDER BY starts_on")
        assert stored == [
            {"framework": "eif-2019", "overall": 2, "outcome_code": None, "version": 1},
            {"framework": "ungraded", "overall": None, "outcome_code": "remains_good", "version": 1},
        ]
        told = rows.all("SELECT subject FROM outbox WHERE type = 'inspection.school.changed' ORDER BY subject")
        assert [event["subject"] for event in told] == ["100001", "100002"]
        stay = rows.one("SELECT trust_uid, joined_on::text, left_on, assumed FROM memberships")
        assert stay == {"trust_uid": "5143", "joined_on": "2012-09-01", "left_on": None, "assumed": True}
        assert rows.count("import_files") == 0

    async def test_the_same_file_again_changes_nothing_and_says_so(self, importer: Importer, rows: Rows) -> None:
        content = ofsted_file(schools(100001, 100002))
        await importer.send(content)
        events = rows.count("outbox")
        document = await importer.send(content)
        assert counts(document) == (2, 0, 0, 2, 0)
        assert [warning["code"] for warning in document["warnings"]] == ["nothing_new"]
        assert rows.count("outbox") == events + 1  # that the import has ended

    async def test_one_changed_row_is_one_changed_school(self, importer: Importer, rows: Rows) -> None:
        await importer.send(ofsted_file(schools(100001, 100002)))
        events = rows.count("outbox")
        changed = [*schools(100001), *schools(100002, Postcode="NW1 2BB")]
        assert counts(await importer.send(ofsted_file(changed), "2025-09-30")) == (2, 0, 1, 1, 0)
        assert rows.count("outbox") == events + 2
        assert rows.one("SELECT postcode FROM schools WHERE urn = 100002")["postcode"] == "NW1 2BB"
        dates = rows.all("SELECT s.as_at::text FROM schools h JOIN sources s ON s.id = h.source_id")
        assert {row["as_at"] for row in dates} == {"2025-09-30"}

    async def test_a_dry_run_tells_and_loads_nothing(self, importer: Importer, rows: Rows) -> None:
        document = await importer.send(ofsted_file(schools(100001)), dry_run="true")
        assert counts(document) == (1, 1, 0, 0, 0)
        assert (rows.count("schools"), rows.count("outbox"), rows.count("sources")) == (0, 0, 0)


class TestMerging:
    async def test_two_files_make_one_history(self, importer: Importer, rows: Rows) -> None:
        await importer.send(ofsted_file(schools(100001)))
        newer = {**school(100001), **card("13/01/2026"), **oeif("01/10/2023", number="1100001")}
        document = await importer.send(ofsted_file([newer], NEWER), "2026-05-31")
        assert counts(document) == (1, 0, 1, 0, 0)
        stored = rows.all("SELECT framework, version FROM inspections ORDER BY starts_on DESC")
        assert [row["framework"] for row in stored] == ["report-card-2025", "eif-2019"]
        assert {row["version"] for row in stored} == {1}

    async def test_a_changed_grade_under_one_number_is_a_correction(self, importer: Importer, rows: Rows) -> None:
        await importer.send(ofsted_file([{**school(), **latest("01/10/2023", "2")}]))
        document = await importer.send(ofsted_file([{**school(), **latest("01/10/2023", "3")}]), "2025-09-30")
        assert counts(document) == (1, 0, 1, 0, 0)
        assert rows.one("SELECT overall, version FROM inspections") == {"overall": 3, "version": 2}
        kept = rows.one("SELECT version, content ->> 'overall' AS overall FROM inspection_versions")
        assert kept == {"version": 1, "overall": "2"}

    async def test_files_in_the_other_order_come_to_the_same(self, importer: Importer, rows: Rows) -> None:
        newer = ofsted_file([{**school(**TRUST, **{"School name": "New"}), **latest("01/10/2023", "3")}])
        older = ofsted_file([{**school(**TRUST, **{"School name": "Old"}), **latest("01/10/2023", "2")}])
        await importer.send(newer, "2025-09-30")
        assert counts(await importer.send(older, "2025-08-31")) == (1, 0, 1, 0, 0)
        assert counts(await importer.send(older, "2025-08-31")) == (1, 0, 0, 1, 0)
        assert rows.one("SELECT name FROM schools")["name"] == "New"
        assert rows.one("SELECT overall, version FROM inspections") == {"overall": 3, "version": 1}
        kept = rows.one("SELECT version, content ->> 'overall' AS overall FROM inspection_versions")
        assert kept == {"version": 2, "overall": "2"}
        assert rows.one("SELECT first_seen_on::text FROM memberships")["first_seen_on"] == "2025-08-31"

    async def test_a_number_that_becomes_known_joins_and_is_never_lost(self, importer: Importer, rows: Rows) -> None:
        number = "Inspection number of latest full inspection"
        without = {**school(), **card("13/01/2026")}
        await importer.send(ofsted_file([without], NEWER), "2026-05-31")
        await importer.send(ofsted_file([{**without, number: "77"}], NEWER), "2026-06-30")
        await importer.send(ofsted_file([without], NEWER), "2026-07-31")
        assert rows.one("SELECT number, version FROM inspections") == {"number": "77", "version": 1}

    async def test_a_school_that_a_newer_file_lacks_is_kept_and_marked(self, importer: Importer, rows: Rows) -> None:
        await importer.send(ofsted_file(schools(100001, 100002)))
        document = await importer.send(ofsted_file(schools(100001)), "2025-09-30")
        assert ("not_listed", [100002]) in [(each["code"], each["examples"]) for each in document["warnings"]]
        missing = rows.all("SELECT urn, missing_since::text FROM schools WHERE missing_since IS NOT NULL")
        assert missing == [{"urn": 100002, "missing_since": "2025-09-30"}]
        await importer.send(ofsted_file(schools(100001, 100002)), "2025-10-31")
        assert not rows.all("SELECT urn FROM schools WHERE missing_since IS NOT NULL")

    async def test_warnings_stay_while_a_file_repeats_what_they_are_about(self, importer: Importer, rows: Rows) -> None:
        content = ofsted_file([*schools(100001), {**school(100002), **latest("01/10/2023", "4")}])
        await importer.send(content)
        for as_at in ("2025-08-31", "2025-09-30", "2025-09-30"):
            document = await importer.send(content, as_at)
            assert counts(document) == (2, 0, 0, 2, 0)
            warnings = {each["code"]: each for each in document["warnings"]}
            assert set(warnings) == {"category_missing", "nothing_new"}
            assert (warnings["category_missing"]["count"], warnings["category_missing"]["examples"]) == (1, [100002])
        assert (rows.count("inspection_versions"), rows.count("sightings")) == (0, 2)

    async def test_one_that_begins_after_its_file_is_settled_by_the_next(self, importer: Importer, rows: Rows) -> None:
        content = ofsted_file([{**school(), **card("15/06/2026")}], NEWER)
        document = await importer.send(content, "2026-05-31")
        assert [(each["code"], each["count"]) for each in document["warnings"]] == [("starts_after_file", 1)]
        assert rows.one("SELECT warnings, version FROM inspections")["warnings"] == ["starts_after_file"]
        document = await importer.send(content, "2026-06-30")
        assert (counts(document), document["warnings"]) == ((1, 0, 1, 0, 0), [])
        assert rows.one("SELECT warnings, version FROM inspections") == {"warnings": [], "version": 1}

    async def test_a_sixth_form_that_does_not_apply_is_not_an_unknown_one(self, importer: Importer) -> None:
        cells = {100001: "Not applicable", 100002: "Not recorded", 100003: "Has a sixth form"}
        await importer.send(ofsted_file([school(urn, **{"Sixth form": cell}) for urn, cell in cells.items()]))
        found = [(await importer.client.get(f"/v1/schools/{urn}")).json() for urn in cells]
        told = [(each["sixth_form"], each["unknown"].get("sixth_form")) for each in found]
        assert told == [(None, "does_not_apply"), (None, "not_in_source"), (True, None)]

    async def test_leaving_a_trust_is_seen(self, importer: Importer, rows: Rows) -> None:
        await importer.send(ofsted_file([school(**TRUST)]))
        moved = {**TRUST, "Multi-academy trust UID": "99", "Multi-academy trust name": "Another"}
        await importer.send(ofsted_file([school(**moved)]), "2025-09-30")
        stays = rows.all("SELECT trust_uid, left_on::text FROM memberships ORDER BY first_seen_on")
        assert stays == [{"trust_uid": "5143", "left_on": "2025-09-30"}, {"trust_uid": "99", "left_on": None}]
