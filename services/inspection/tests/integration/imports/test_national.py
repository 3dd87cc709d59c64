"""All England, from the official files: counts that are known, sums that must agree."""

import asyncio
import os
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from services.inspection.tests.integration.imports.conftest import SCOPES, SERVICE_DIR, Importer, Rows

from inspection.app import create_app
from inspection.imports.service import JOBS
from inspection.settings import Settings
from shared.db.session import Database, driver_url
from shared.jobs.runner import JobRunner
from shared.testing.client import client_of
from shared.testing.plugin import CloneDatabase
from shared.testing.tokens import ISSUER, bearer, jwks_url

REPOSITORY = Path(__file__).resolve().parents[5]
DATA = Path(os.environ.get("NATIONAL_DATA", REPOSITORY.parent / "shared" / "data"))
OLDER = DATA / "ofsted" / "latest_inspections_2025-08-31.csv"
NEWER = DATA / "ofsted" / "latest_inspections_2026-05-31_composed.csv"

pytestmark = [
    pytest.mark.national,
    pytest.mark.skipif(not NEWER.exists(), reason=f"the national files are not in {DATA}; set NATIONAL_DATA"),
]


def counts(document: dict[str, Any]) -> tuple[int, ...]:
    assert document["state"] == "succeeded", document["problem"]
    rows = document["rows"]
    assert rows["read"] == rows["created"] + rows["changed"] + rows["unchanged"] + rows["rejected"]
    return tuple(rows[name] for name in ("read", "created", "changed", "unchanged", "rejected"))


async def test_all_england_in_two_files(importer: Importer, rows: Rows) -> None:
    older = OLDER.read_bytes()
    assert counts(await importer.send(older, "2025-08-31")) == (21_990, 21_990, 0, 0, 0)
    overall = rows.all(
        "SELECT DISTINCT ON (urn) urn, overall, overall_reason FROM inspections WHERE kind = 'graded'"
        " ORDER BY urn, starts_on DESC"
    )
    by_grade = {grade: sum(1 for row in overall if row["overall"] == grade) for grade in (1, 2, 3, 4)}
    assert by_grade == {1: 2_063, 2: 15_264, 3: 1_087, 4: 204}
    assert sum(1 for row in overall if row["overall_reason"] == "not_judged") == 3_269
    assert counts(await importer.send(NEWER.read_bytes(), "2026-05-31")) == (21_990, 0, 1_326, 20_664, 0)
    assert counts(await importer.send(older, "2025-08-31")) == (21_990, 0, 0, 21_990, 0)
    register = rows.one(
        "SELECT count(*) AS schools, count(DISTINCT region) AS regions, count(DISTINCT la_code) AS authorities,"
        " count(DISTINCT trust_uid) AS trusts, count(trust_uid) AS in_trusts FROM schools"
    )
    assert register == {"schools": 21_990, "regions": 9, "authorities": 153, "trusts": 1_257, "in_trusts": 10_679}
    kinds = {
        row["framework"]: row["n"] for row in rows.all("SELECT framework, count(*) AS n FROM inspections GROUP BY 1")
    }
    # 9,422 ungraded blocks, of which 63 converted ones are graded inspections
    assert (kinds["report-card-2025"], kinds["ungraded"]) == (1_326, 9_422 - 63)
    assert sum(kinds.values()) == 21_887 + 21_285 + (9_422 - 63) + 1_326
    assert rows.one("SELECT count(*) AS n FROM inspections WHERE version > 1")["n"] == 0
    told = rows.one("SELECT count(*) AS n FROM outbox WHERE type = 'inspection.school.changed'")["n"]
    assert told == 21_990 + 1_326


EVIDENCE = (
    "SELECT count(*) AS n, md5(string_agg((to_jsonb(i) - 'id' - 'source_id' - 'recorded_at')::text, ''"
    " ORDER BY urn, starts_on, number, kind)) AS digest FROM inspections i"
)


@pytest.fixture
async def evidence_without_them(cloned_database: CloneDatabase) -> dict[str, Any]:
    """Load Ofsted's file alone, into a database of its own."""
    urls = cloned_database("inspection", SERVICE_DIR)
    settings = Settings(database_url=urls.app, issuer=ISSUER, jwks_url=jwks_url())
    database, stop = Database(urls.app), asyncio.Event()
    async with client_of(create_app(settings), **bearer(scope=SCOPES)) as client:
        running = asyncio.create_task(JobRunner(JOBS, database, concurrency=1).run(stop))
        assert counts(await Importer(client, running).send(OLDER.read_bytes(), "2025-08-31"))[1] == 21_990
        stop.set()
        await running
    await database.close()
    with psycopg.connect(driver_url(urls.owner), row_factory=dict_row) as connection:
        return Rows(connection).one(EVIDENCE)


async def test_snapshots_of_outcomes_leave_the_evidence_as_it_is(
    evidence_without_them: dict[str, Any], importer: Importer, rows: Rows
) -> None:
    older, newer = (DATA / "ofsted" / f"outcomes_{name}.csv" for name in ("2019-11", "2024-08-31"))
    assert counts(await importer.send(older.read_bytes(), "2019-11-30", "ofsted-outcomes")) == (21_765, 21_765, 0, 0, 0)
    read, _, _, _, rejected = counts(await importer.send(newer.read_bytes(), "2024-08-31", "ofsted-outcomes"))
    assert (read, rejected) == (21_875, 0)
    await importer.send(OLDER.read_bytes(), "2025-08-31")
    assert rows.one(EVIDENCE) == evidence_without_them


async def test_groups_links_and_places(importer: Importer, rows: Rows) -> None:
    folder = DATA / "gias"
    groups = await importer.send((folder / "groups_2026.csv").read_bytes(), "2026-07-14", "gias-groups")
    links = await importer.send((folder / "links_edubasealldata20250422.csv").read_bytes(), "2025-04-22", "gias-links")
    places = await importer.send((folder / "locations_2026-06-22.csv").read_bytes(), "2026-06-22", "gias-locations")
    assert counts(groups) == (7_176, 7_176, 0, 0, 0)
    assert counts(links) == (33_801, 33_801, 0, 0, 0)
    assert counts(places) == (20_801, 20_801, 0, 0, 0)
    left = rows.all("SELECT DISTINCT predecessor_urn AS p, successor_urn AS s FROM school_links WHERE NOT cut")
    edges = {(row["p"], row["s"]) for row in left if row["p"] is not None}
    assert not {(successor, predecessor) for predecessor, successor in edges} & edges
