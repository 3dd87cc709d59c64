"""Damaged official files: each import tells what became of every row, or fails clearly and leaves everything as it was.

`make test` takes one batch of damaged files, `make drill` twenty. Each batch is a database of its own with the sample
loaded; a failure names the batch and the file's place in it, and from these the same bytes are made again.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from services.inspection.tests.files import ESTABLISHMENTS, establishment, establishments_file, outcomes_file
from tests.drills.fuzz.damage import CUT_OFF, DAMAGES, ONE_ROW
from tests.drills.fuzz.inspection_world import load_sample, loaded, sample_files
from tests.drills.fuzz.running import Running, running
from tests.drills.fuzz.world import COMMON, ROOT, SAMPLE, Headers, fingerprint, working

from inspection.app import create_app
from inspection.data import load_columns
from inspection.imports.service import JOBS
from inspection.settings import Settings
from shared.db.session import Database, driver_url
from shared.testing.drill import FULL
from shared.testing.plugin import CloneDatabase, DatabaseUrls
from shared.testing.tokens import bearer

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1800)]

BATCHES = 20 if FULL else 1
"""Of as many files as there are ways to damage one; which file, and how exactly, comes from the batch's number."""
PERSONAL = {(title, None) for title in load_columns(ESTABLISHMENTS)["personal"]}
RECORDS = ("imports", "import_files", "import_rejections", "jobs", "idempotency_keys")
"""Tables that tell of imports; an import that fails leaves its mark in these alone."""


MADE = {
    "edubasealldata20260630.csv": (
        ESTABLISHMENTS,
        establishments_file(
            [
                *(establishment(700001 + n) for n in range(30)),
                *(
                    establishment(700101 + n, **{"TypeOfEstablishment (code)": "34", "Trusts (code)": "7"})
                    for n in range(20)
                ),
                *(establishment(700201 + n, **{"EstablishmentStatus (code)": "2"}) for n in range(10)),
                *(establishment(700301 + n, **{"TypeOfEstablishment (code)": "11"}) for n in range(10)),
            ]
        ),
    ),
    "outcomes_2024-08-31.csv": (
        "ofsted-outcomes",
        outcomes_file(*((700001 + n, f"20{10 + n % 14}-03-{1 + n % 28:02}", "Good") for n in range(60))),
    ),
}
"""Files of kinds that the sample has none of."""


def files() -> dict[str, tuple[str, str, bytes]]:
    """Return kind, date and content of a good file of every kind, by name."""
    found = {name: (kind, as_at, (SAMPLE / name).read_bytes()) for name, kind, as_at in sample_files()}
    return {**{name: (kind, "2026-06-30", content) for name, (kind, content) in MADE.items()}, **found}


class Loading:
    """An inspection service whose database holds the sample, and a worker."""

    def __init__(self, service: Running, urls: DatabaseUrls) -> None:
        self.service = service
        self.token: Headers = bearer(scope="imports:read imports:write")
        self._urls = urls

    async def load(self, *files: tuple[bytes, str, str, str]) -> list[dict[str, Any]]:
        """Import files (content, kind, date, name) one after the other while a worker runs."""
        database = Database(self._urls.app)
        found = []
        async with working(JOBS, database):
            for content, kind, as_at, name in files:
                found.append(await loaded(self.service, self.token, content, kind=kind, as_at=as_at, name=name))
        await database.close()
        return found

    def rejections(self, import_id: str) -> list[dict[str, Any]]:
        """The first rejected rows of an import."""
        answer = self.service.send("GET", f"/v1/imports/{import_id}/rejections?limit=200", self.token)
        rows: list[dict[str, Any]] = answer.json()["data"]
        return rows

    def missing(self) -> int:
        """How many schools are marked as not listed any more."""
        with psycopg.connect(driver_url(self._urls.owner), options="-c app.visibility=all") as connection:
            row = connection.execute("SELECT count(*) FROM schools WHERE missing_since IS NOT NULL").fetchone()
            return int(row[0]) if row else 0

    def state(self) -> dict[str, tuple[int, str]]:
        """What the tables hold, but those that tell of imports."""
        with psycopg.connect(driver_url(self._urls.owner), options="-c app.visibility=all") as connection:
            queue = connection.execute(
                "SELECT tablename FROM pg_tables WHERE tablename LIKE 'procrastinate%'"
            ).fetchall()
            return fingerprint(connection, but=[*RECORDS, *(name for (name,) in queue)])


def newest_listing(good_files: dict[str, tuple[str, str, bytes]]) -> str:
    """Return the newest of Ofsted's files: a school that it does not list is missing."""
    listings = {as_at: name for name, (kind, as_at, _) in good_files.items() if kind == "ofsted-latest-inspections"}
    return listings[max(listings)]


@pytest.fixture
def loading(cloned_database: CloneDatabase) -> Iterator[Loading]:
    urls = cloned_database("inspection", ROOT / "services/inspection")
    with running(create_app(Settings(database_url=urls.app, **COMMON))) as service:
        made = Loading(service, urls)
        service.call(load_sample(service, Database(urls.app), made.token))
        yield made


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_damage_is_loaded_by_half(loading: Loading, batch: int) -> None:
    found = []
    good_files = files()
    for number, damage in enumerate(DAMAGES):
        rng = random.Random(f"{batch} {number}")
        name = newest_listing(good_files) if damage in CUT_OFF else rng.choice(sorted(good_files))
        kind, as_at, whole = good_files[name]
        content = damage(rng, whole)
        day = (date.fromisoformat(as_at) + timedelta(days=rng.choice((-1, 0, 1)))).isoformat()
        before, missing = loading.state(), loading.missing()
        (document,) = loading.service.call(loading.load((content, kind, day, name)))
        faults = [*_faults(loading, document, name), *_half(before, loading, document)]
        if damage in ONE_ROW:
            faults += _one_row(loading, document)
        if damage in CUT_OFF:
            faults += _cut_off(document, loading.missing() - missing)
        (good,) = loading.service.call(loading.load((whole, kind, as_at, name)))
        if good.get("state") != "succeeded" or _reconciled(good):
            faults.append(f"the good file then came to {good.get('state')} {good.get('rows')} {good.get('problem')}")
        found += [f"batch {batch}, {damage.__name__} of {name} as at {day}: {fault}" for fault in faults]
    assert not found, "\n".join(found)


def _faults(loading: Loading, document: dict[str, Any], name: str) -> list[str]:
    """Return what is wrong with what an import tells."""
    if document.get("state") == "succeeded":
        return [*_reconciled(document), *_rejections(loading, document)]
    if document.get("state") == "failed":
        return _problem(document["problem"], name)
    return [] if document.get("status") == 422 else [f"it came to {document}"]


def _problem(problem: dict[str, Any], name: str) -> list[str]:
    """A failure names the file, and says what is wrong with it in words for people."""
    if name not in problem["detail"] or not problem["errors"] or not problem["errors"][0]["detail"]:
        return [f"the problem does not tell: {problem}"]
    return [
        f"the problem shows {word!r}: {problem}" for word in ("Error", "Traceback", "codec") if word in str(problem)
    ]


def _reconciled(document: dict[str, Any]) -> list[str]:
    rows = document["rows"]
    fates = [rows[name] for name in ("created", "changed", "unchanged", "rejected")]
    return (
        [] if rows["read"] == sum(fates) and min(fates) >= 0 and rows["read"] else [f"the rows do not add up: {rows}"]
    )


def _rejections(loading: Loading, document: dict[str, Any]) -> list[str]:
    """Every rejected row is told once, with its place, a reason, and the column where one cell is to blame."""
    rows = loading.rejections(document["id"])
    wanted = min(document["rows"]["rejected"], 200)
    faults = [] if len(rows) == wanted else [f"{len(rows)} rejections are told of {wanted}"]
    for row in rows:
        told = row["row"] and row["line"] and row["code"] and row["text"]
        cell = row["code"] in {"unreadable_value", "missing_value"}
        if not told or (cell and not row["column"]):
            faults.append(f"a rejection does not tell: {row}"[:500])
    return faults[:3]


def _one_row(loading: Loading, document: dict[str, Any]) -> list[str]:
    """One row is refused, and told with its column and the byte; a personal cell by its column alone."""
    if document.get("state") != "succeeded":
        return [f"one byte costs the whole file: {document}"]
    rows = [row for row in loading.rejections(document["id"]) if row["code"] == "undecodable_value"]
    told = [(row["column"], row["value"]) for row in rows]
    if len(told) == 1 and told[0][0] and ("\\x" in (told[0][1] or "") or told[0] in PERSONAL):
        return []
    return [f"one byte costs {len(told)} rows, told as {told[:3]}"]


def _cut_off(document: dict[str, Any], missing: int) -> list[str]:
    """What is left is loaded with a warning, and no school is missing for what is not; some may be found again."""
    codes = {warning["code"] for warning in document.get("warnings") or ()}
    faults = [] if codes & {"no_final_newline", "open_quote"} else [f"the cut is not told: {document}"]
    return [*faults, *([f"{missing} more schools are marked as missing"] if missing > 0 else [])]


def _half(before: dict[str, tuple[int, str]], loading: Loading, document: dict[str, Any]) -> list[str]:
    if document.get("state") == "succeeded":
        return []
    after = loading.state()
    return [f"it left its mark in {name}" for name in before if before[name] != after[name]]
