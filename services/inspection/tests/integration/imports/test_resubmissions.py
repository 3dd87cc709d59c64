"""Rejected rows sent again on their own; what an import changes; imports that wait for each other."""

import asyncio
from datetime import datetime
from typing import Any

import httpx
import pytest
from services.inspection.tests.files import (
    OFSTED,
    OLDER,
    cells,
    csv_file,
    latest,
    ofsted_file,
    outcomes_file,
    school,
    titles,
    ungraded,
)
from services.inspection.tests.integration.imports.conftest import Importer, Rows
from services.inspection.tests.integration.imports.test_ofsted_imports import counts

from inspection.app import create_app
from inspection.imports.schemas import FieldChange
from inspection.imports.service import JOBS
from inspection.settings import Settings
from shared.db.session import Database
from shared.jobs.runner import JobRunner
from shared.testing.client import client_of
from shared.testing.plugin import DatabaseUrls
from shared.testing.tokens import ISSUER, bearer, jwks_url

GOOD = {**school(100001), **latest("01/10/2023")}
BAD = {**school(100002), **latest("01/10/2023", number="10000002"), "Region": "Mercia"}
MENDED = {**BAD, "Region": "London"}

GROUP = ["Group UID", "Group Name", "Group Type (code)", "Group Type", "Group Status (code)", "Closed Date"]
LINK = ["URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate"]
OTHER_FILES = [
    pytest.param(
        "gias-groups",
        csv_file([GROUP, ["7", "Old", "06", "Multi-academy trust", "OPEN", ""]]),
        csv_file([GROUP, ["7", "New", "06", "", "CLOSED", "31/08/2025"], ["8", "Eight", "06", "", "OPEN", ""]]),
        [
            (None, "group", "7", "closed_on", None, "2025-08-31"),
            (None, "group", "7", "name", "Old", "New"),
            (None, "group", "7", "status", "open", "closed"),
        ],
        id="groups",
    ),
    pytest.param(
        "gias-links",
        csv_file([LINK, ["100001", "100002", "B", "Successor", ""]]),
        csv_file([LINK, ["100001", "100002", "B", "Successor", "31-08-2011"]]),
        [(100001, "link", "successor/100002", "established_on", None, "2011-08-31")],
        id="links",
    ),
    pytest.param(
        "gias-locations",
        csv_file([["urn", "lat", "lng"], ["100001", "51.5", "0.1"]]),
        csv_file([["urn", "lat", "lng"], ["100001", "51.5", "0.2"]]),
        [(100001, "location", None, "lng", 0.1, 0.2)],
        id="places",
    ),
    pytest.param(
        "ofsted-outcomes",
        outcomes_file((100001, "01/10/2018", "Good")),
        outcomes_file((100001, "01/10/2018", "Inadequate")),
        [(100001, "outcome", "2018-10-01", "overall", 2, 4)],
        id="outcomes",
    ),
]


@pytest.fixture
async def first(importer: Importer) -> dict[str, Any]:
    document = await importer.send(ofsted_file([BAD, GOOD]))
    assert counts(document) == (2, 1, 0, 0, 1)
    return document


def path(document: dict[str, Any]) -> str:
    return f"/v1/imports/{document['id']}/rejections/resubmission"


async def resubmit(importer: Importer, first: dict[str, Any], **body: Any) -> dict[str, Any]:
    response = await importer.client.post(path(first), **body)
    assert response.status_code == 202, response.text
    return await importer.ended(response.headers["Location"])


class TestAccess:
    @pytest.mark.parametrize(("scope", "status"), [("", 401), ("imports:read", 403)])
    async def test_it_takes_the_scope_that_writes(
        self, urls: DatabaseUrls, first: dict[str, Any], scope: str, status: int
    ) -> None:
        settings = Settings(database_url=urls.app, issuer=ISSUER, jwks_url=jwks_url())
        async with client_of(create_app(settings), **(bearer(scope=scope) if scope else {})) as client:
            assert (await client.post(path(first), json={"rows": []})).status_code == status

    async def test_anothers_import_is_not_there(self, urls: DatabaseUrls, first: dict[str, Any]) -> None:
        settings = Settings(database_url=urls.app, issuer=ISSUER, jwks_url=jwks_url())
        async with client_of(
            create_app(settings), **bearer(scope="imports:read imports:write", org="trust:7")
        ) as other:
            assert (await other.post(path(first), json={"rows": []})).status_code == 404
            assert (await other.get(f"/v1/imports/{first['id']}/changes")).status_code == 404


class TestResubmission:
    @pytest.mark.parametrize("form", ["json", "csv"])
    async def test_rows_put_right_are_loaded_and_nothing_else_is_touched(
        self, importer: Importer, rows: Rows, first: dict[str, Any], form: str
    ) -> None:
        body: dict[str, Any] = {"json": {"rows": [{"row": 1, "values": {"region": "London"}}]}}
        if form == "csv":
            body = {"content": ofsted_file([MENDED]), "headers": {"Content-Type": "text/csv"}}
        document = await resubmit(importer, first, **body)
        assert counts(document) == (1, 1, 0, 0, 0)
        assert (document["resubmits"], document["kind"], document["as_at"]) == (first["id"], OFSTED, "2025-08-31")
        assert not rows.all("SELECT urn FROM schools WHERE missing_since IS NOT NULL")
        assert "not_listed" not in {warning["code"] for warning in document["warnings"]}

    async def test_the_next_whole_file_is_compared_with_the_last_whole_one(
        self, importer: Importer, first: dict[str, Any]
    ) -> None:
        await resubmit(importer, first, json={"rows": [{"row": 1, "values": {"Region": "London"}}]})
        document = await importer.send(ofsted_file([MENDED, GOOD]), "2025-09-30")
        assert counts(document) == (2, 0, 0, 2, 0)

    async def test_one_that_is_still_wrong_is_refused_again_and_may_be_sent_again(
        self, importer: Importer, first: dict[str, Any]
    ) -> None:
        second = await resubmit(importer, first, json={"rows": [{"row": 1, "values": {"Region": "Wessex"}}]})
        assert counts(second) == (1, 0, 0, 0, 1)
        third = await resubmit(importer, second, json={"rows": [{"row": 1, "values": {"Region": "London"}}]})
        assert counts(third) == (1, 1, 0, 0, 0)

    async def test_a_dry_run_loads_nothing(self, importer: Importer, rows: Rows, first: dict[str, Any]) -> None:
        body = {"rows": [{"row": 1, "values": {"Region": "London"}}]}
        document = await resubmit(importer, first, json=body, params={"dry_run": "true"})
        assert (counts(document), rows.count("schools")) == ((1, 1, 0, 0, 0), 1)

    @pytest.mark.parametrize(
        ("body", "pointer", "code"),
        [
            ({"rows": [{"row": 2, "values": {"Region": "London"}}]}, "/rows/0/row", "no_such_row"),
            ({"rows": [{"row": 1, "values": {"Realm": "London"}}]}, "/rows/0/values/Realm", "no_such_column"),
            ({"rows": [{"row": 1}]}, "/rows/0/values", "invalid"),
            ({"rows": []}, "/rows", "invalid"),
        ],
    )
    async def test_what_cannot_be_put_together_is_told(
        self, importer: Importer, first: dict[str, Any], body: object, pointer: str, code: str
    ) -> None:
        response = await importer.client.post(path(first), json=body)
        (error,) = response.json()["errors"]
        assert (response.status_code, error["pointer"], error["code"]) == (422, pointer, code)

    @pytest.mark.parametrize(
        ("content", "media_type", "status"),
        [
            (csv_file([list(titles(OLDER))[:-1], cells(OLDER, MENDED)[:-1]]), "text/csv", 422),
            (b"no,table", "text/csv", 422),
            (b"{", "application/json", 422),
            (b"x", "text/plain", 415),
        ],
    )
    async def test_other_bodies(
        self, importer: Importer, first: dict[str, Any], content: bytes, media_type: str, status: int
    ) -> None:
        response = await importer.client.post(path(first), content=content, headers={"Content-Type": media_type})
        assert response.status_code == status
        assert {each["pointer"] for each in response.json()["errors"]} <= {""}

    async def test_there_must_be_something_to_send_again(self, importer: Importer) -> None:
        document = await importer.send(ofsted_file([GOOD]))
        response = await importer.client.post(path(document), json={"rows": [{"row": 1, "values": {"Region": "x"}}]})
        assert response.status_code == 409


class TestChanges:
    @pytest.mark.parametrize("dry_run", ["true", "false"])
    async def test_what_a_file_changes_is_listed_whether_loaded_or_not(
        self, importer: Importer, rows: Rows, dry_run: str
    ) -> None:
        await importer.send(ofsted_file([GOOD]))
        changed = {**GOOD, "School name": "New", "Total number of pupils": "NULL"}
        document = await importer.send(ofsted_file([changed]), "2025-09-30", dry_run=dry_run)
        url = f"/v1/imports/{document['id']}/changes"
        data = (await importer.client.get(url)).json()["data"]
        FieldChange.model_validate(data[0], extra="forbid")
        told = {"urn": 100001, "concerns": "school", "subject": None, "as_at": "2025-09-30"}
        assert data == [
            {**told, "field": "name", "from": "School 100001", "to": "New"},
            {**told, "field": "pupils", "from": 240, "to": None},
        ]
        page = (await importer.client.get(url, params={"limit": 1})).json()
        assert (await importer.client.get(page["paging"]["next_url"])).json()["data"] == data[1:]
        lines = await importer.client.get(url, headers={"Accept": "application/x-ndjson"})
        table = await importer.client.get(url, headers={"Accept": "text/csv"})
        assert (len(lines.text.splitlines()), len(table.text.splitlines())) == (2, 3)
        assert rows.count("school_changes") == (0 if dry_run == "true" else 3)

    async def test_beside_the_register_it_tells_of_trusts_inspections_and_pupils_as_the_dry_run_did(
        self, importer: Importer, rows: Rows
    ) -> None:
        trust = {"Type of education": "Academy Converter", "Multi-academy trust UID": "7"}
        before = {**GOOD, **trust, "Sixth form": "Not applicable"}
        await importer.send(ofsted_file([before]))
        after = {**before, **latest("01/10/2023", "3", grade="3"), **ungraded("01/09/2025"), "Sixth form": "NULL"}
        after |= {"Multi-academy trust UID": "8"}
        content = ofsted_file([after, {**school(100002), **trust, **latest("01/10/2023", number="10000002")}])
        tried, loaded = [await changes_of(importer, content, OFSTED, dry_run) for dry_run in ("true", "false")]
        graded, added = rows.all("SELECT id::text, kind FROM inspections WHERE urn = 100001 ORDER BY starts_on")
        assert {each["urn"] for each in loaded} == {100001}
        told = [(each["concerns"], each["subject"], each["field"], each["from"], each["to"]) for each in loaded]
        assert [each for each in told if each[0] == "school"] == [
            ("school", None, "rb_id", "7", "8"),
            ("school", None, "sixth_form_reason", "does_not_apply", None),
            ("school", None, "trust_uid", "7", "8"),
        ]
        stay = {"joined_on": "2025-09-30", "left_on": None}
        areas = ("behaviour_and_attitudes", "leadership_and_management", "personal_development", "quality_of_education")
        new = {"number": "10000009", "framework": "ungraded", "kind": "ungraded", "starts_on": "2025-09-01"}
        assert [each for each in told if each[0] != "school"] == [
            ("inspection", added["id"], "inspection", None, new),
            *(("inspection", graded["id"], f"areas/{area}/grade", 2, 3) for area in areas),
            ("inspection", graded["id"], "overall", 2, 3),
            ("inspection", graded["id"], "version", 1, 2),
            ("membership", "7", "left_on", None, "2025-09-30"),
            ("membership", "8", "membership", None, stay),
        ]
        as_tried = [{**each, "subject": None} for each in tried if each["field"] != "inspection"]
        assert as_tried == [{**each, "subject": None} for each in loaded if each["field"] != "inspection"]

    async def test_of_figures_of_pupils_it_tells_which_changed_and_no_figure(self, importer: Importer) -> None:
        def census(percent: str) -> bytes:
            return csv_file([["urn", "fsm", "eal", "senEhcp", "senSupport"], ["100001", percent, "1", "2", "3"]])

        first, second, third = [
            await changes_of(importer, census(percent), "pupil-census", dry_run, "2025-01-16")
            for percent, dry_run in (("12.5", "false"), ("13.5", "true"), ("SUPP", "false"))
        ]
        told = {"urn": 100001, "concerns": "pupil_data", "subject": "2024-25", "field": "fsm_ever6_percent"}
        assert first == []
        assert second == [{**told, "from": "value", "to": "value", "as_at": "2025-01-16"}]
        assert third == [{**told, "from": "value", "to": "suppressed", "as_at": "2025-01-16"}]

    @pytest.mark.parametrize(("kind", "before", "after", "changed"), OTHER_FILES)
    async def test_of_groups_links_places_and_outcomes(
        self, importer: Importer, kind: str, before: bytes, after: bytes, changed: list[tuple[Any, ...]]
    ) -> None:
        assert await changes_of(importer, before, kind, "false", "2025-01-01") == []
        tried, loaded = [await changes_of(importer, after, kind, dry_run) for dry_run in ("true", "false")]
        names = ("urn", "concerns", "subject", "field", "from", "to")
        assert [tuple(each[name] for name in names) for each in loaded] == changed
        assert tried == loaded
        assert await changes_of(importer, after, kind, "false") == []


async def changes_of(
    importer: Importer, content: bytes, kind: str, dry_run: str, as_at: str = "2025-09-30"
) -> list[dict[str, Any]]:
    document = await importer.send(content, as_at, kind, dry_run=dry_run)
    assert document["state"] == "succeeded", document["problem"]
    url = f"/v1/imports/{document['id']}/changes?limit=200"
    data: list[dict[str, Any]] = (await importer.client.get(url)).json()["data"]
    return data


class TestHeader:
    async def test_a_column_that_moved_and_one_renamed_are_told(self, importer: Importer) -> None:
        order = [*titles(OLDER)]
        order.append(order.pop(order.index("Postcode")))
        order[order.index("Sixth form")] = "Sixth-form?"
        order[order.index("Publication date")] = "Date of publication"
        order[order.index("Religious ethos")] = "Religious ethos of school"
        row = {**GOOD, "Sixth-form?": "", "Date of publication": "", "Religious ethos of school": ""}
        document = await importer.send(csv_file([order, [row.get(title, "NULL") for title in order]]))
        header = document["header"]
        assert (document["state"], header["moved"]) == ("succeeded", ["Postcode"])
        assert header["missing"] == ["Religious ethos", "Publication date"]
        assert header["unknown"] == ["Religious ethos of school", "Date of publication"]
        assert header["renamed"] == [{"known_as": "Religious ethos", "now": "Religious ethos of school"}]
        assert {"columns_moved", "columns_missing"} <= {warning["code"] for warning in document["warnings"]}

    async def test_a_required_column_under_another_name_is_suggested_and_not_guessed(self, importer: Importer) -> None:
        order = ["Schools name" if title == "School name" else title for title in titles(OLDER)]
        document = await importer.send(csv_file([order, cells(OLDER, GOOD)]))
        assert document["state"] == "failed"
        assert "It has Schools name, which looks like School name." in document["problem"]["detail"]


async def test_of_two_imports_at_once_one_waits(client: httpx.AsyncClient, urls: DatabaseUrls, rows: Rows) -> None:
    sent = []
    for as_at, name in (("2025-08-31", "One"), ("2025-09-30", "Two")):
        content = ofsted_file([school(100001 + n, **{"School name": name}) for n in range(200)])
        files = {"file": ("file.csv", content, "text/csv")}
        response = await client.post("/v1/imports", files=files, data={"kind": OFSTED, "as_at": as_at})
        sent.append(response.headers["Location"])
    database, stop = Database(urls.app), asyncio.Event()
    running = asyncio.create_task(JobRunner(JOBS, database, concurrency=2).run(stop))
    importer = Importer(client, running)
    documents = await asyncio.gather(*(importer.ended(location) for location in sent))
    stop.set()
    await running
    await database.close()
    assert [counts(document) for document in documents] == [(200, 200, 0, 0, 0), (200, 0, 200, 0, 0)]
    first, second = (
        [datetime.fromisoformat(each[name]) for name in ("started_at", "finished_at")] for each in documents
    )
    assert first[1] <= second[0] or second[1] <= first[0]
    assert rows.one("SELECT count(*) AS n FROM schools WHERE name = 'Two'")["n"] == 200
