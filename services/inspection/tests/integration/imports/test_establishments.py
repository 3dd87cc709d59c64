"""The register's own extract: loaded by its date, merged with Ofsted's file, its changes kept and told."""

from typing import Any, ClassVar

import pytest
from services.inspection.tests.files import (
    ESTABLISHMENTS,
    csv_file,
    establishment,
    establishment_titles,
    establishments_file,
    latest,
    ofsted_file,
    school,
)
from services.inspection.tests.integration.imports.conftest import Importer, Rows
from services.inspection.tests.integration.imports.test_ofsted_imports import counts

ACADEMY = {"TypeOfEstablishment (code)": "34", "Trusts (code)": "7", "Trusts (name)": "Seven Trust"}
CLOSED = {"EstablishmentStatus (code)": "2", "CloseDate": "31-08-2025"}
CHANGES = "SELECT urn, as_at::text, field, before, after FROM school_changes ORDER BY urn, as_at, field"
TOLD = "SELECT type, subject FROM outbox WHERE type <> 'inspection.import.finished' ORDER BY id"


async def send(importer: Importer, *rows: dict[str, str], as_at: str = "2025-07-01", **query: str) -> dict[str, Any]:
    return await importer.send(establishments_file(rows), as_at, ESTABLISHMENTS, **query)


class TestWhatIsLoaded:
    async def test_an_open_school_is_one_not_yet_inspected(self, importer: Importer, rows: Rows) -> None:
        document = await send(importer, establishment(100001, **ACADEMY))
        assert counts(document) == (1, 1, 0, 0, 0)
        assert document["header"]["unknown"] == document["header"]["missing"] == []
        found = rows.one(
            "SELECT laestab, type_code, status, la_code, region, rb_kind, rb_id, trust_uid, capacity, pupils,"
            " sixth_form, ukprn, known_since::text FROM schools"
        )
        assert found == {
            "laestab": "2021234", "type_code": "34", "status": "open", "la_code": "202", "region": "London",
            "rb_kind": "trust", "rb_id": "7", "trust_uid": "7", "capacity": 260, "pupils": 240, "sixth_form": False,
            "ukprn": "10100001", "known_since": "2025-07-01",
        }  # fmt: skip
        place = rows.one("SELECT lat, lng FROM school_locations")
        assert (round(place["lat"], 4), round(place["lng"], 4)) == (51.514, -0.0775)
        assert rows.one("SELECT trust_uid, joined_on::text FROM memberships")["joined_on"] == "1950-09-01"
        assert rows.count("inspections") == rows.count("school_changes") == 0
        assert ("inspection.school.changed", "100001") in [(each["type"], each["subject"]) for each in rows.all(TOLD)]

    @pytest.mark.parametrize(
        ("columns", "field", "value"),
        [
            ({"TypeOfEstablishment (code)": "7", "PhaseOfEducation (name)": "Not applicable"}, "phase", "special"),
            (
                {"TypeOfEstablishment (code)": "14", "PhaseOfEducation (name)": "Not applicable"},
                "phase",
                "alternative_provision",
            ),
            ({"EstablishmentStatus (code)": "3"}, "status", "open_proposed_to_close"),
            ({"EstablishmentStatus (code)": "4", "OpenDate": ""}, "status", "proposed_to_open"),
            ({"TypeOfEstablishment (code)": "5", "Trusts (code)": "16"}, "trust_uid", None),
            ({"Federations (code)": "16102", "Federations (name)": "Twins"}, "federation", "Twins"),
            ({"LA (code)": "5"}, "laestab", "0051234"),
        ],
    )
    async def test_columns(
        self, importer: Importer, rows: Rows, columns: dict[str, str], field: str, value: object
    ) -> None:
        assert counts(await send(importer, establishment(100001, **columns))) == (1, 1, 0, 0, 0)
        assert rows.one(f"SELECT {field} FROM schools")[field] == value

    async def test_other_kinds_are_passed_over_and_counted(self, importer: Importer, rows: Rows) -> None:
        independent = establishment(100002, **{"TypeOfEstablishment (code)": "11", "GOR (name)": "Not Applicable"})
        document = await send(importer, establishment(100001), independent)
        assert counts(document) == (2, 1, 0, 1, 0)
        assert [(each["code"], each["count"]) for each in document["warnings"]] == [("not_state_funded", 1)]
        assert rows.count("establishments") == 1

    async def test_one_that_closed_before_any_file_is_kept_for_lineage_alone(
        self, importer: Importer, rows: Rows
    ) -> None:
        gone = establishment(100002, **CLOSED, **{"LA (name)": "Humberside", "GOR (name)": "Not Applicable"})
        document = await send(importer, establishment(100001), gone)
        assert counts(document) == (2, 2, 0, 0, 0)
        assert [each["code"] for each in document["warnings"]] == ["closed_before"]
        assert [row["urn"] for row in rows.all("SELECT urn FROM schools")] == [100001]
        without = await send(importer, establishment(100001, EstablishmentName="New"))
        assert without["warnings"] == []
        again = await send(importer, establishment(100001, EstablishmentName="Newer"), gone)
        assert [(each["code"], each["count"]) for each in again["warnings"]] == [("closed_before", 1)]

    @pytest.mark.parametrize(
        ("title", "value"),
        [
            ("TypeOfEstablishment (code)", "99"),
            ("EstablishmentStatus (code)", "7"),
            ("LA (name)", "Atlantis"),
            ("GOR (name)", "Wales (pseudo)"),
            ("PhaseOfEducation (name)", "Not applicable"),
            ("OpenDate", "31-02-2020"),
            ("SchoolCapacity", "many"),
            ("Trusts (code)", "T7"),
            ("EstablishmentName", ""),
        ],
    )
    async def test_an_unreadable_cell_costs_its_row(self, importer: Importer, title: str, value: str) -> None:
        bad = establishment(100002, **{title: value})
        document = await send(importer, establishment(100001), bad)
        assert counts(document) == (2, 1, 0, 0, 1)
        (rejection,) = await importer.rejections(document)
        assert rejection["column"] == title


class TestPersonalData:
    HEAD: ClassVar = {
        "TelephoneNum": "02070000000",
        "HeadTitle (name)": "Dr",
        "HeadFirstName": "Forename",
        "HeadLastName": "Surname",
        "HeadPreferredJobTitle": "Principal of Note",
        "PropsName": "Owner",
    }

    async def test_it_is_nowhere_in_the_database(self, importer: Importer, rows: Rows) -> None:
        good = establishment(100001, **self.HEAD)
        bad = establishment(100002, **self.HEAD, **{"LA (name)": "Atlantis, the lost"})
        short = [good.get(title, "") for title in establishment_titles()][:-2]
        table = [
            establishment_titles(),
            *([row.get(t, "") for t in establishment_titles()] for row in (good, bad)),
            short,
        ]
        document = await importer.send(csv_file(table), "2025-07-01", ESTABLISHMENTS)
        assert document["rows"]["rejected"] == 2
        tables = rows.all("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        everything = " ".join(str(rows.all(f"SELECT t::text AS whole FROM {each['tablename']} t")) for each in tables)
        assert "100001" in everything
        assert not [word for word in self.HEAD.values() if len(word) > 3 and word in everything]

    async def test_the_rest_of_a_refused_row_is_kept(self, importer: Importer) -> None:
        document = await send(importer, establishment(100002, **self.HEAD, **{"LA (name)": "Atlantis, the lost"}))
        (rejection,) = await importer.rejections(document)
        assert '"Atlantis, the lost"' in rejection["raw"]


class TestChanges:
    async def test_a_second_extract_keeps_what_was_before(self, importer: Importer, rows: Rows) -> None:
        await send(importer, establishment(100001), establishment(100002))
        changed = establishment(100001, NumberOfPupils="251", EstablishmentName="O'Brien's School")
        document = await send(importer, changed, establishment(100002), as_at="2025-08-01")
        assert counts(document) == (2, 0, 1, 1, 0)
        assert rows.all(CHANGES) == [
            {"urn": 100001, "as_at": "2025-08-01", "field": name, "before": before, "after": after}
            for name, before, after in (
                ("name", "School 100001", "O'Brien's School"),
                ("name_folded", "school 100001", "obriens school"),
                ("pupils", 240, 251),
            )
        ]

    async def test_a_closure_holds_from_its_own_day_and_ends_the_stay(self, importer: Importer, rows: Rows) -> None:
        await send(importer, establishment(100001, **ACADEMY))
        await send(importer, establishment(100001, **{**ACADEMY, **CLOSED}), as_at="2025-10-01")
        changes = {row["field"]: row for row in rows.all(CHANGES)}
        assert (changes["status"]["as_at"], changes["status"]["after"]) == ("2025-08-31", "closed")
        assert rows.one("SELECT status, trust_uid FROM schools") == {"status": "closed", "trust_uid": "7"}
        assert rows.one("SELECT left_on::text FROM memberships") == {"left_on": "2025-08-31"}

    async def test_a_conversion_tells_who_follows(self, importer: Importer, rows: Rows) -> None:
        await send(importer, establishment(100001))
        links = [
            ["URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate"],
            ["100001", "100002", "", "Successor", ""],
        ]
        await importer.send(csv_file(links), "2025-10-01", "gias-links")
        await send(importer, establishment(100001, **CLOSED), establishment(100002, **ACADEMY), as_at="2025-10-01")
        told = rows.all("SELECT data FROM outbox WHERE type = 'inspection.school.succeeded'")
        assert [row["data"] for row in told] == [{"urn": 100001, "successor_urn": 100002}]

    async def test_a_link_that_comes_later_tells_it_too(self, importer: Importer, rows: Rows) -> None:
        await send(importer, establishment(100001))
        await send(importer, establishment(100001, **CLOSED), establishment(100002, **ACADEMY), as_at="2025-10-01")
        links = [["URN", "LinkURN", "LinkType"], ["100002", "100001", "Predecessor"]]
        await importer.send(csv_file(links), "2025-10-01", "gias-links")
        assert rows.one("SELECT count(*) AS n FROM outbox WHERE type = 'inspection.school.succeeded'")["n"] == 1

    async def test_a_link_that_is_listed_no_more_is_kept_as_its_file_told_it(self, importer: Importer) -> None:
        await send(importer, *map(establishment, (100001, 100002, 100003)))
        header = ["URN", "LinkURN", "LinkType"]
        links = [[str(100003), str(urn), "Predecessor"] for urn in (100001, 100002)]
        await importer.send(csv_file([header, *links]), "2025-10-01", "gias-links")
        newer = await importer.send(csv_file([header, links[0]]), "2025-11-01", "gias-links")
        told = {each["code"]: each["examples"] for each in newer["warnings"]}
        assert told["not_listed"] == [[100003, 100002]]
        lineage = (await importer.client.get("/v1/schools/100003/lineage")).json()
        assert [each["as_at"] for each in lineage["sources"]] == ["2025-11-01", "2025-10-01"]

    async def test_an_older_extract_tells_of_its_day_alone(self, importer: Importer, rows: Rows) -> None:
        await send(importer, establishment(100001))
        document = await send(importer, establishment(100001, NumberOfPupils="9"), as_at="2025-06-01")
        assert counts(document) == (1, 0, 1, 0, 0)
        assert rows.one("SELECT pupils FROM schools")["pupils"] == 240
        change = rows.one("SELECT field, before, after, comes_first FROM school_changes")
        assert change == {"field": "pupils", "before": 9, "after": 240, "comes_first": True}
        again = await send(importer, establishment(100001, NumberOfPupils="9"), as_at="2025-06-01")
        assert (counts(again), rows.count("school_changes")) == ((1, 0, 0, 1, 0), 1)

    async def test_a_dry_run_leaves_nothing(self, importer: Importer, rows: Rows) -> None:
        document = await send(importer, establishment(100001), dry_run="true")
        assert counts(document) == (1, 1, 0, 0, 0)
        assert rows.count("schools") == rows.count("establishments") == rows.count("outbox") == 0


class TestTwoSources:
    """Names tell which source is believed; Ofsted's file says A, the register B."""

    OFSTED: ClassVar = {**school(100001, **{"School name": "A"}), **latest("01/10/2023")}

    async def say(self, importer: Importer, what: str, as_at: str) -> None:
        if what.startswith("ofsted"):
            row = {**self.OFSTED, **({"Postcode": "NW9 9ZZ"} if what == "ofsted again" else {})}
            document = await importer.send(ofsted_file([row]), as_at)
        else:
            document = await send(importer, establishment(100001, EstablishmentName="B"), as_at=as_at)
        assert document["state"] == "succeeded", document["problem"]

    @pytest.mark.parametrize(
        ("order", "name", "source"),
        [
            ([("ofsted", "2025-08-31"), ("register", "2025-09-15")], "B", ESTABLISHMENTS),
            ([("register", "2025-09-15"), ("ofsted", "2025-08-31")], "B", ESTABLISHMENTS),
            ([("ofsted", "2025-08-31"), ("register", "2025-08-31")], "B", ESTABLISHMENTS),
            ([("register", "2025-08-31"), ("ofsted", "2025-08-31")], "B", ESTABLISHMENTS),
            ([("ofsted", "2025-08-31"), ("register", "2025-08-01")], "A", "ofsted-latest-inspections"),
            ([("register", "2025-08-01"), ("ofsted", "2025-08-31")], "A", "ofsted-latest-inspections"),
            (
                [("ofsted", "2025-08-31"), ("register", "2025-09-15"), ("ofsted", "2025-09-30")],
                "A",
                "ofsted-latest-inspections",
            ),
            (
                [("ofsted", "2025-08-31"), ("register", "2025-09-15"), ("ofsted again", "2025-09-30")],
                "A",
                "ofsted-latest-inspections",
            ),
            (
                [("ofsted", "2025-08-31"), ("register", "2025-10-15"), ("ofsted again", "2025-09-30")],
                "B",
                ESTABLISHMENTS,
            ),
        ],
    )
    async def test_the_newer_date_is_believed_in_any_order(
        self, importer: Importer, rows: Rows, order: list[tuple[str, str]], name: str, source: str
    ) -> None:
        for what, as_at in order:
            await self.say(importer, what, as_at)
        found = rows.one(
            "SELECT h.name, s.name AS source, h.ukprn, h.report_url IS NOT NULL AS reported, h.idaci_quintile"
            " FROM schools h JOIN sources s ON s.id = coalesce(h.register_source_id, h.source_id)"
        )
        assert found == {"name": name, "source": source, "ukprn": "10100001", "reported": True, "idaci_quintile": 3}

    async def test_the_registers_first_word_is_no_change_where_nobody_had_spoken(
        self, importer: Importer, rows: Rows
    ) -> None:
        await self.say(importer, "ofsted", "2025-08-31")
        await self.say(importer, "register", "2025-09-15")
        changed = {row["field"] for row in rows.all(CHANGES)}
        assert {"name", "laestab"} <= changed
        assert not changed & {"capacity", "ukprn", "urban_rural"}

    async def test_a_school_of_the_register_alone_is_not_missing_from_ofsteds_file(
        self, importer: Importer, rows: Rows
    ) -> None:
        await send(importer, establishment(100002), as_at="2025-08-01")
        await self.say(importer, "ofsted", "2025-08-31")
        await importer.send(ofsted_file([school(100003)]), "2025-09-30")
        missing = rows.all("SELECT urn FROM schools WHERE missing_since IS NOT NULL")
        assert [row["urn"] for row in missing] == [100001]

    async def test_a_closed_school_stays_closed_though_a_file_lists_it(self, importer: Importer, rows: Rows) -> None:
        await self.say(importer, "ofsted", "2025-08-31")
        await send(importer, establishment(100001, **CLOSED), as_at="2025-09-15")
        await self.say(importer, "ofsted again", "2025-09-30")
        assert rows.one("SELECT status, close_date::text FROM schools") == {
            "status": "closed",
            "close_date": "2025-08-31",
        }
