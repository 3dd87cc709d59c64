"""A file that is sent again is not read row by row; all is as if it had been, whatever has come between."""

from typing import Any

import pytest
from services.inspection.tests.files import NEWER, card, ofsted_file, school
from services.inspection.tests.integration.imports.conftest import Importer, Rows

from inspection.imports import batches, job, known
from inspection.imports.registry import KINDS

OFSTED = KINDS["ofsted-latest-inspections"]
DAY = "2026-01-31"
TOLD = ("rows", "warnings", "header", "file", "state")
WARNED = card("06/01/2026", "Urgent improvement")
"""A grade that calls for a category of concern, and none is given."""


def file(*urns: int, **changes: str) -> bytes:
    """Return a file of these schools; the second one's row carries a warning."""
    blocks = [WARNED if place == 1 else card("06/01/2026") for place in range(len(urns))]
    rows = [{**school(urn), **block, **changes} for urn, block in zip(urns, blocks, strict=True)]
    return ofsted_file(rows, NEWER)


SENT = file(100001, 100002, 100003)


@pytest.fixture(params=["quick", "row by row"])
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a file that is sent again may be taken the quick way; what a test says holds of both."""
    if request.param != "quick":
        monkeypatch.setattr(known, "_again", lambda *_: None)
    return bool(request.param == "quick")


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each import has read one by one."""
    read: list[int] = []
    take = batches._Reading._take

    def counted(self: Any, *row: Any) -> None:
        read[-1] += 1
        take(self, *row)

    def counting(*given: Any, **named: Any) -> Any:
        read.append(0)
        return batches.read_file(*given, **named)

    monkeypatch.setattr(batches._Reading, "_take", counted)
    monkeypatch.setattr(job, "read_file", counting)
    return read


@pytest.fixture
def went_through(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which imports have gone through their file row by row."""
    passes: list[str] = []
    each = batches._Reading._take_each

    def noted(self: Any, *given: Any) -> None:
        passes.append("row by row")
        each(self, *given)

    monkeypatch.setattr(batches._Reading, "_take_each", noted)
    return passes


def told(document: dict[str, Any]) -> dict[str, Any]:
    return {name: document[name] for name in TOLD}


def everything(rows: Rows) -> list[list[dict[str, Any]]]:
    """Return what imports write, without what differs from one time to the next."""
    return [
        rows.all("SELECT to_jsonb(s) AS row FROM schools s ORDER BY urn"),
        rows.all("SELECT urn, version, content_hash, source_id FROM inspections ORDER BY urn, starts_on"),
        rows.all("SELECT urn, as_at, field, before, after, source_id FROM school_changes ORDER BY id"),
        rows.all("SELECT urn, trust_uid, first_seen_on, left_on, source_id FROM memberships ORDER BY urn, 3"),
        rows.all("SELECT type, subject FROM outbox WHERE type <> 'inspection.import.finished' ORDER BY id"),
        rows.all("SELECT source_id, array_length(urns, 1) FROM sightings ORDER BY source_id"),
    ]


async def test_only_rows_with_warnings_are_read_and_they_warn_again(
    importer: Importer, rows: Rows, quick: bool, taken: list[int], went_through: list[str]
) -> None:
    first = await importer.send(SENT, DAY)
    before = everything(rows)
    second, third = [await importer.send(SENT, DAY) for _ in range(2)]
    assert first["rows"]["created"] == 3
    assert second["rows"] == {"read": 3, "created": 0, "changed": 0, "unchanged": 3, "rejected": 0}
    assert [each["code"] for each in second["warnings"]] == ["category_missing", "nothing_new"]
    assert second["warnings"][0]["examples"] == [100002]
    assert told(second) == told(third)
    assert (second["header"], second["progress"]) == (first["header"], third["progress"])
    assert everything(rows) == before
    assert taken == [3, 1, 1]
    assert len(went_through) == (1 if quick else 3)
    digests = rows.all("SELECT row_digests, header -> 'anew' AS anew FROM imports ORDER BY id")
    known_rows = [{*batches.unpack_digests(each["row_digests"]).items()} for each in digests]
    assert known_rows[0] == known_rows[1] == known_rows[2]
    assert [[place[0] for place in each["anew"]] for each in digests] == [[2]] * 3


async def test_it_brings_back_what_another_file_said_otherwise(importer: Importer, rows: Rows, quick: bool) -> None:
    await importer.send(SENT, DAY)
    await importer.send(file(100001, 100002, Postcode="NW1 2BB"), "2026-02-28")
    assert [row["missing_since"] is None for row in rows.all("SELECT missing_since FROM schools ORDER BY urn")] == [
        True,
        True,
        False,
    ]
    between = everything(rows)
    older = await importer.send(SENT, DAY)
    assert (older["rows"]["unchanged"], everything(rows)[:-1]) == (3, between[:-1])
    newer = await importer.send(SENT, "2026-03-31")
    assert (newer["rows"]["changed"], newer["rows"]["unchanged"]) == (3, 0)
    again = await importer.send(SENT, "2026-04-30")
    assert (again["rows"]["changed"], again["rows"]["unchanged"]) == (0, 3)
    schools = rows.all(
        "SELECT postcode, missing_since, s.as_at::text FROM schools h JOIN sources s ON s.id = source_id"
    )
    assert {tuple(row.values()) for row in schools} == {("NW1 1AA", None, "2026-04-30")}


async def test_a_dry_run_tells_the_same_and_loads_nothing(importer: Importer, rows: Rows, quick: bool) -> None:
    await importer.send(SENT, DAY)
    before = everything(rows)
    trial = await importer.send(SENT, DAY, dry_run="true")
    assert told(trial) == told(await importer.send(SENT, DAY))
    assert everything(rows) == before


async def test_a_last_line_that_is_not_ended_is_told_again(
    importer: Importer, quick: bool, went_through: list[str]
) -> None:
    sent = SENT.rstrip(b"\r\n")
    documents = [await importer.send(sent, DAY) for _ in range(2)]
    codes = [[each["code"] for each in document["warnings"]] for document in documents]
    assert ["no_final_newline" in each for each in codes] == [True, True]
    assert len(went_through) == (1 if quick else 2)


@pytest.mark.usefixtures("quick")
async def test_rows_that_were_refused_are_refused_again(importer: Importer, went_through: list[str]) -> None:
    broken = ofsted_file([{**school(100001), **card("06/01/2026")}, school(100002, Region="Atlantis")], NEWER)
    documents = [await importer.send(broken, DAY) for _ in range(2)]
    assert [each["rows"]["rejected"] for each in documents] == [1, 1]
    (first,), (second,) = [await importer.rejections(each) for each in documents]
    assert first == second
    assert len(went_through) == 2


@pytest.mark.usefixtures("quick")
async def test_another_way_of_reading_reads_every_row(
    importer: Importer, monkeypatch: pytest.MonkeyPatch, taken: list[int]
) -> None:
    await importer.send(SENT, DAY)
    monkeypatch.setattr(type(OFSTED), "version", OFSTED.version + 1)
    document = await importer.send(SENT, DAY)
    assert (document["rows"]["unchanged"], taken) == (3, [3, 3])


async def test_too_many_rows_to_be_read_are_not_told_by_their_places(
    importer: Importer, monkeypatch: pytest.MonkeyPatch, went_through: list[str]
) -> None:
    monkeypatch.setattr(known, "MOST_PLACES", 0)
    documents = [await importer.send(SENT, DAY) for _ in range(2)]
    assert [each["rows"]["read"] for each in documents] == [3, 3]
    assert len(went_through) == 2
