"""The register as it was: what each day's files said is still to be read, and who changed it from what."""

import csv
from typing import Any

import httpx
import orjson
import pytest
from services.inspection.tests.files import (
    ESTABLISHMENTS,
    establishment,
    establishments_file,
    ofsted_file,
    school,
)
from services.inspection.tests.integration.imports.conftest import Importer

from inspection.audit.schemas import AuditPage
from inspection.report_cards.schemas import TechnicalReportCard
from inspection.schools.schemas import School

CLOSED = {"EstablishmentStatus (code)": "2", "CloseDate": "31-08-2025"}


def academy(uid: str) -> dict[str, str]:
    return {"TypeOfEstablishment (code)": "34", "Trusts (code)": uid, "Trusts (name)": f"Trust {uid}"}


async def send(importer: Importer, as_at: str, *rows: dict[str, str]) -> None:
    document = await importer.send(establishments_file(rows), as_at, ESTABLISHMENTS)
    assert document["state"] == "succeeded", document["problem"]


@pytest.fixture
async def two_extracts(importer: Importer) -> None:
    """Load a school that changes in a second extract, one that closes between them, and one that comes with it."""
    await send(importer, "2025-07-01", establishment(100001, **academy("7")), establishment(100002))
    changed = establishment(100001, **academy("8"), EstablishmentName="New Name", NumberOfPupils="199")
    await send(importer, "2025-10-01", changed, establishment(100002, **CLOSED), establishment(100003))


async def get(client: httpx.AsyncClient, path: str, **query: str) -> Any:
    response = await client.get(path, params=query or None)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.usefixtures("two_extracts")
class TestOneSchool:
    @pytest.mark.parametrize(
        ("as_of", "name", "pupils", "trust"),
        [
            ("2025-07-01", "School 100001", 240, "7"),
            ("2025-09-30", "School 100001", 240, "7"),
            ("2025-10-01", "New Name", 199, "8"),
            (None, "New Name", 199, "8"),
        ],
    )
    async def test_it_is_told_as_it_was(
        self, client: httpx.AsyncClient, as_of: str | None, name: str, pupils: int, trust: str
    ) -> None:
        document = await get(client, "/v1/schools/100001", **({"as_of": as_of} if as_of else {}))
        School.model_validate(document, extra="forbid")
        assert (document["name"], document["pupils"], document["trust"]["uid"]) == (name, pupils, trust)
        assert document["responsible_body"]["id"] == trust
        assert document["source"]["as_at"] == ("2025-07-01" if name == "School 100001" else "2025-10-01")

    @pytest.mark.parametrize(("as_of", "status"), [("2025-08-30", "open"), ("2025-08-31", "closed")])
    async def test_a_closure_holds_from_its_own_day(self, client: httpx.AsyncClient, as_of: str, status: str) -> None:
        document = await get(client, "/v1/schools/100002", as_of=as_of)
        assert (document["status"], document["close_date"] is None) == (status, status == "open")

    @pytest.mark.parametrize(
        ("path", "as_of", "since"),
        [
            ("/v1/schools/100001", "2025-06-30", "2025-07-01"),
            ("/v1/schools/100003", "2025-09-30", "2025-10-01"),
            ("/v1/schools", "2025-06-30", "2025-07-01"),
            ("/v1/trusts/7/schools", "2025-06-30", "2025-07-01"),
        ],
    )
    async def test_before_the_first_file_nothing_is_known_and_the_date_is_named(
        self, client: httpx.AsyncClient, path: str, as_of: str, since: str
    ) -> None:
        response = await client.get(path, params={"as_of": as_of})
        assert response.status_code == 422
        assert since in response.json()["errors"][0]["detail"]


@pytest.mark.usefixtures("two_extracts")
class TestReportCard:
    @pytest.mark.parametrize("as_of", ["2025-07-01", "2025-09-30", "2025-10-01"])
    async def test_it_shows_the_school_as_it_was(self, client: httpx.AsyncClient, as_of: str) -> None:
        for urn in (100001, 100002):
            told = await get(client, f"/v1/schools/{urn}", as_of=as_of)
            card = await get(client, f"/v1/schools/{urn}/report-card", as_of=as_of)
            TechnicalReportCard.model_validate(card, extra="forbid")
            shared = told.keys() & card.keys()
            assert {"name", "status", "phase", "responsible_body", "local_authority", "source"} <= shared
            assert {name: card[name] for name in shared} == {name: told[name] for name in shared}

    async def test_before_the_first_file_nothing_is_known_and_the_date_is_named(
        self, client: httpx.AsyncClient
    ) -> None:
        response = await client.get("/v1/schools/100003/report-card", params={"as_of": "2025-09-30"})
        assert response.status_code == 422
        assert "2025-10-01" in response.json()["errors"][0]["detail"]


class TestSource:
    """The file that told of the school by then, and none that did not list it."""

    async def told_by(self, client: httpx.AsyncClient, *days: str) -> list[tuple[str, str]]:
        """Return which file is named on each of some days, of the school and of the list alike."""
        found = []
        for day in days:
            source = (await get(client, "/v1/schools/100001", as_of=day))["source"]
            (listed,) = (await get(client, "/v1/schools", as_of=day, q="100001"))["data"]
            assert listed["source"] == source
            found.append((source["name"], source["as_at"]))
        return found

    async def test_a_file_of_other_schools_is_not_named(self, importer: Importer, client: httpx.AsyncClient) -> None:
        await send(importer, "2025-07-01", establishment(100001), establishment(100002))
        await send(importer, "2025-08-01", establishment(100002, EstablishmentName="Other"))
        assert (
            await self.told_by(client, "2025-07-31", "2025-08-01", "2025-12-01") == [(ESTABLISHMENTS, "2025-07-01")] * 3
        )

    async def test_a_file_that_changed_it_is_named_until_the_next(
        self, importer: Importer, client: httpx.AsyncClient
    ) -> None:
        ofsted = "ofsted-latest-inspections"
        await importer.send(ofsted_file([school(100001), school(100002)]), "2025-06-30")
        await send(importer, "2025-07-31", establishment(100001))
        await send(importer, "2025-08-31", establishment(100001, EstablishmentName="New Name 100001"))
        await importer.send(ofsted_file([school(100002)]), "2025-09-30")
        await send(importer, "2025-10-31", establishment(100001, EstablishmentName="Newest 100001"))
        assert await self.told_by(client, "2025-07-30", "2025-07-31", "2025-09-30", "2025-10-31") == [
            (ofsted, "2025-06-30"),
            (ESTABLISHMENTS, "2025-07-31"),
            (ESTABLISHMENTS, "2025-08-31"),
            (ESTABLISHMENTS, "2025-10-31"),
        ]
        assert (await get(client, "/v1/schools/100001", as_of="2025-09-30"))["missing_since"] == "2025-09-30"


@pytest.mark.usefixtures("two_extracts")
class TestLists:
    @pytest.mark.parametrize(
        ("path", "query", "urns"),
        [
            ("/v1/schools", {"as_of": "2025-07-01"}, [100001, 100002]),
            ("/v1/schools", {"as_of": "2025-10-01"}, [100001, 100002, 100003]),
            ("/v1/schools", {"as_of": "2025-09-30", "status": "open"}, [100001]),
            ("/v1/schools", {"as_of": "2025-09-30", "q": "new name"}, []),
            ("/v1/schools", {"as_of": "2025-10-01", "q": "new name"}, [100001]),
            ("/v1/trusts/7/schools", {"as_of": "2025-09-30"}, [100001]),
            ("/v1/trusts/7/schools", {}, []),
            ("/v1/trusts/8/schools", {"as_of": "2025-09-30"}, []),
            ("/v1/trusts/8/schools", {"as_of": "2025-10-01"}, [100001]),
        ],
    )
    async def test_filters_go_by_what_was_true_then(
        self, client: httpx.AsyncClient, path: str, query: dict[str, str], urns: list[int]
    ) -> None:
        document = await get(client, path, include_total="true", **query)
        assert [each["urn"] for each in document["data"]] == urns
        assert document["paging"]["total"] == len(urns)
        lines = await client.get(path, params=query, headers={"Accept": "application/x-ndjson"})
        assert len(lines.text.splitlines()) == len(urns)

    @pytest.mark.parametrize(("as_of", "trusts"), [("2025-09-30", ["7"]), ("2025-10-01", ["8"]), ("1949-01-01", [])])
    async def test_memberships(self, client: httpx.AsyncClient, as_of: str, trusts: list[str]) -> None:
        document = await get(client, "/v1/schools/100001/memberships", as_of=as_of)
        assert [each["trust"]["uid"] for each in document["data"]] == trusts


@pytest.mark.usefixtures("two_extracts")
class TestAudit:
    async def test_it_tells_who_changed_what_from_what_to_what(self, client: httpx.AsyncClient) -> None:
        document = await get(client, "/v1/schools/100001/audit", include_total="true")
        AuditPage.model_validate(document)
        (entry,) = document["data"]
        assert entry["source"] | {"loaded_at": None} == {
            "name": ESTABLISHMENTS, "as_at": "2025-10-01", "loaded_at": None
        }  # fmt: skip
        assert entry["by"]
        assert [(each["field"], each["from"], each["to"]) for each in entry["changes"]] == [
            ("name", "School 100001", "New Name"),
            ("pupils", 240, 199),
            ("rb_id", "7", "8"),
            ("trust_uid", "7", "8"),
        ]
        assert document["paging"]["total"] == 1
        lines, table = [
            (await client.get("/v1/schools/100001/audit", headers={"Accept": form})).text.splitlines()
            for form in ("application/x-ndjson", "text/csv")
        ]
        assert [orjson.loads(line) for line in lines] == document["data"]
        written = list(csv.DictReader(table))
        assert {row["at"] for row in written} == {entry["at"]}
        told = [(row["source_as_at"], row["field"], row["from"], row["to"]) for row in written]
        assert told == [("2025-10-01", each["field"], str(each["from"]), str(each["to"])) for each in entry["changes"]]

    async def test_newest_first_in_pages(self, importer: Importer, client: httpx.AsyncClient) -> None:
        again = establishment(100001, **academy("8"), EstablishmentName="Newest", NumberOfPupils="199")
        await send(importer, "2025-11-01", again)
        first = await get(client, "/v1/schools/100001/audit", limit="1")
        second = await get(client, first["paging"]["next_url"])
        assert [page["data"][0]["changes"][0]["to"] for page in (first, second)] == ["Newest", "New Name"]
        assert second["paging"]["next_url"] is None

    async def test_a_school_that_never_changed_and_none_at_all(self, client: httpx.AsyncClient) -> None:
        assert (await get(client, "/v1/schools/100003/audit"))["data"] == []
        assert (await client.get("/v1/schools/100009/audit")).status_code == 404


async def test_what_the_register_alone_can_say_was_not_known_before_it_spoke(
    importer: Importer, client: httpx.AsyncClient
) -> None:
    await importer.send(ofsted_file([school(100001)]), "2025-06-30")
    await send(importer, "2025-07-31", establishment(100001))
    await send(importer, "2025-08-31", establishment(100001, SchoolCapacity="300"))
    found = [
        (await get(client, "/v1/schools/100001", as_of=as_of))["capacity"]
        for as_of in ("2025-06-30", "2025-07-31", "2025-08-31")
    ]
    assert found == [None, 260, 300]


async def test_the_lineage_names_those_that_closed_before(importer: Importer, client: httpx.AsyncClient) -> None:
    gone = establishment(100002, **CLOSED, EstablishmentName="Old School")
    await send(importer, "2025-10-01", establishment(100001), gone)
    await importer.send(b"URN,LinkURN,LinkType\n100001,100002,Predecessor\n", "2025-10-01", "gias-links")
    members = (await get(client, "/v1/schools/100001/lineage"))["members"]
    told = members[0]
    assert (told["name"], told["status"], told["close_date"], told["in_register"]) == (
        "Old School", "closed", "2025-08-31", False
    )  # fmt: skip
