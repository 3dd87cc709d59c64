"""The register's history of memberships: its days take the place of what files of one day could only show."""

from collections.abc import Sequence
from typing import Any

import httpx
from services.inspection.tests.files import (
    ESTABLISHMENTS,
    csv_file,
    establishment,
    establishments_file,
    latest,
    ofsted_file,
    school,
)
from services.inspection.tests.integration.imports.conftest import Importer, Rows
from services.inspection.tests.integration.imports.test_ofsted_imports import counts
from services.inspection.tests.integration.reads.test_data_quality import broken

KIND = "gias-memberships"
TITLES = ["Group UID", "Group Name", "Group Type", "Group Status", "Date Joined Group", "Date Left Group", "URN"]
ACADEMY = {"Type of education": "Academy Converter", "School open date": "01/09/2015"}


def row(uid: str, joined: str, left: str = "", urn: str = "100001", kind: str = "Multi-academy trust") -> list[str]:
    return [uid, f"Trust {uid}", kind, "Open", joined, left, urn]


def monthly(uid: str) -> bytes:
    return ofsted_file([{**school(100001), **ACADEMY, **latest("01/10/2023"), "Multi-academy trust UID": uid}])


async def send(importer: Importer, rows: Sequence[list[str]], as_at: str = "2026-06-30", **query: str) -> Any:
    document = await importer.send(csv_file([TITLES, *rows]), as_at, KIND, **query)
    assert document["state"] == "succeeded", document["problem"]
    return document


async def stays(client: httpx.AsyncClient) -> list[tuple[str, str, str | None, bool]]:
    data = (await client.get("/v1/schools/100001/memberships")).json()["data"]
    return [(each["trust"]["uid"], each["joined_on"], each["left_on"], each["assumed"]) for each in data]


MOVED = [row("7", "01-09-2015", "31-12-2023"), row("8", "01/01/2024")]
TOLD = [("8", "2024-01-01", None, False), ("7", "2015-09-01", "2023-12-31", False)]


async def test_its_days_are_facts_whichever_file_comes_first(importer: Importer, client: httpx.AsyncClient) -> None:
    await importer.send(monthly("7"), "2025-08-31")
    await importer.send(monthly("8"), "2026-05-31")
    assert [assumed for *_, assumed in await stays(client)] == [True, True]

    tried = await send(importer, MOVED, dry_run="true")
    assert [assumed for *_, assumed in await stays(client)] == [True, True]
    loaded = await send(importer, MOVED)

    assert counts(tried) == counts(loaded) == (2, 2, 0, 0, 0)
    assert await stays(client) == TOLD
    history = (await client.get("/v1/schools/100001/inspections")).json()["data"]
    assert [each["before_joining_current_trust"] for each in history] == [True]
    then = history[0]["trust_at_inspection"]
    assert (then["uid"], then["assumed"]) == ("7", False)
    changes = (await client.get(f"/v1/imports/{loaded['id']}/changes")).json()["data"]
    assert {(each["concerns"], each["subject"]) for each in changes} == {("membership", "7"), ("membership", "8")}
    assert counts(await send(importer, MOVED, "2026-07-31")) == (2, 0, 0, 2, 0)
    await importer.send(monthly("7"), "2026-07-31")
    assert await stays(client) == TOLD
    ended = [MOVED[0], row("8", "01/01/2024", "31-07-2026")]
    assert counts(await send(importer, ended, "2026-08-31")) == (2, 0, 1, 1, 0)
    assert counts(await send(importer, MOVED, "2026-06-30"))[1:3] == (0, 0)
    assert (await stays(client))[0] == ("8", "2024-01-01", "2026-07-31", False)
    await importer.send(monthly("9"), "2026-09-30")
    assert (await stays(client))[0] == ("9", "2026-09-30", None, True)


async def test_stays_of_a_school_that_is_not_known_yet_wait_for_it(
    importer: Importer, client: httpx.AsyncClient, rows: Rows
) -> None:
    older = [row("9", "01-09-2015")]
    for as_at, sent, created in (("2026-05-31", MOVED, 2), ("2026-05-31", MOVED, 0), ("2026-04-30", older, 0)):
        document = await send(importer, sent, as_at)
        assert counts(document) == (len(sent), created, 0, len(sent) - created, 0)
        codes = {each["code"] for each in document["warnings"]}
        assert ("not_in_register" in codes, "nothing_new" in codes) == (True, created == 0)
    await importer.send(monthly("8"), "2026-06-30", dry_run="true")
    await importer.send(monthly("8"), "2026-06-30")
    assert await stays(client) == TOLD
    assert rows.count("waiting_memberships") == 0
    told = rows.all("SELECT subject FROM outbox WHERE type = 'inspection.trust.changed'")
    assert {"7", "8"} <= {each["subject"] for each in told}


async def test_rows_that_cannot_be_are_told(importer: Importer, client: httpx.AsyncClient, rows: Rows) -> None:
    await importer.send(monthly("7"), "2025-08-31")
    document = await send(
        importer,
        [
            row("7", "01-09-2015"),
            row("8", "01-09-2020", "01-09-2020"),
            row("8", ""),
            row("8", "01-09-2020", kind="Federation"),
            row("8", "01-09-2020", kind="Guild"),
            row("6", "01-09-2014", urn="100009"),
            row("9", "01-09-2022"),
        ],
    )

    assert counts(document) == (7, 3, 0, 0, 4)
    codes = [each["code"] for each in await importer.rejections(document)]
    assert codes == ["contradiction", "missing_value", "not_a_trust", "unreadable_value"]
    warned = {warning["code"]: warning["examples"] for warning in document["warnings"]}
    assert (warned["not_in_register"], warned["overlapping_stays"]) == ([100009], [100001])
    assert await stays(client) == [("9", "2022-09-01", None, False), ("7", "2015-09-01", "2022-09-01", False)]
    assert rows.count("memberships") == 2


async def test_a_stay_still_to_come_is_told_and_the_present_one_holds_until_then(
    importer: Importer, client: httpx.AsyncClient
) -> None:
    await importer.send(monthly("7"), "2025-08-31")
    document = await send(importer, [row("7", "01-09-2015"), row("8", "01-09-2090")])

    told = {each["code"]: (each["count"], each["examples"]) for each in document["warnings"]}
    assert told == {"joins_later": (1, [100001]), "overlapping_stays": (1, [100001])}
    assert await stays(client) == [("8", "2090-09-01", None, False), ("7", "2015-09-01", "2090-09-01", False)]
    now = (await client.get("/v1/schools/100001/memberships", params={"as_of": "2026-06-30"})).json()["data"]
    assert [each["trust"]["uid"] for each in now] == ["7"]
    (listed,) = (await client.get("/v1/trusts/7/schools")).json()["data"]
    assert listed["joined_on"] == "2015-09-01"
    history = (await client.get("/v1/schools/100001/inspections")).json()["data"]
    assert [each["before_joining_current_trust"] for each in history] == [False]
    card = (await client.get("/v1/schools/100001/report-card", params={"audience": "parent"})).json()
    assert card["joined_trust"]["uid"] == "7"


async def test_whether_an_inspection_was_before_joining_is_judged_by_the_trust_of_the_day(
    importer: Importer, client: httpx.AsyncClient
) -> None:
    await importer.send(monthly("8"), "2026-05-31")
    await send(importer, MOVED)
    path = "/v1/schools/100001/inspections"
    for query, before in (({"as_of": "2023-12-30"}, False), ({"as_of": "2024-01-01"}, True), ({}, True)):
        (told,) = (await client.get(path, params=query)).json()["data"]
        assert told["before_joining_current_trust"] is before


class TestDisagreement:
    """Of the register's extract and its history of memberships, whichever came first, and whichever is newer."""

    WARNING = ("trusts_disagree", 1, [100001])

    async def loaded(self, importer: Importer, kind: str, as_at: str, uid: str) -> list[tuple[str, int, list[int]]]:
        """Load a file that has the school in this trust; return what it warns of."""
        academy = {"TypeOfEstablishment (code)": "34", "Trusts (code)": uid}
        moved = [row("7", "01-09-2015", "01-09-2021"), row("8", "01-09-2021")]
        if kind == KIND:
            document = await send(importer, moved if uid == "8" else [row("7", "01-09-2015")], as_at)
        else:
            file = establishments_file([establishment(100001, **academy), establishment(100002)])
            document = await importer.send(file, as_at, kind)
        told = [(each["code"], each["count"], each["examples"]) for each in document["warnings"]]
        return [each for each in told if each[0] == "trusts_disagree"]

    async def test_the_history_says_otherwise(self, importer: Importer, client: httpx.AsyncClient) -> None:
        assert await self.loaded(importer, ESTABLISHMENTS, "2026-06-08", "7") == []
        assert await self.loaded(importer, KIND, "2026-06-10", "7") == []
        assert await self.loaded(importer, KIND, "2026-06-11", "8") == [self.WARNING]
        assert (await client.get("/v1/schools/100001")).json()["trust"]["uid"] == "7"
        assert (await stays(client))[0] == ("8", "2021-09-01", None, False)
        (found,) = (await client.get("/v1/data-quality", params={"rule": "trusts_disagree"})).json()["data"]
        assert found["value"] == (
            "7 (gias-establishments of 2026-06-08), 8 since 2021-09-01 (gias-memberships of 2026-06-11)"
        )
        assert await self.loaded(importer, ESTABLISHMENTS, "2026-06-12", "8") == []
        assert await broken(client, rule="trusts_disagree") == []

    async def test_the_extract_says_otherwise_of_an_earlier_day(self, importer: Importer) -> None:
        assert await self.loaded(importer, ESTABLISHMENTS, "2026-06-08", "8") == []
        assert await self.loaded(importer, KIND, "2026-06-10", "8") == []
        for as_at in ("2026-06-09", "2026-06-09"):
            assert await self.loaded(importer, ESTABLISHMENTS, as_at, "7") == [self.WARNING]
