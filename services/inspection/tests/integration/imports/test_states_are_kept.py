"""Files of all kinds and days in any order: after each, what they say beside a term is what was kept of it last.

Every version is read after each file: no figure that was hidden once is shown again.
"""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from services.inspection.tests.files import csv_file, establishment, establishments_file, ofsted_file, school
from services.inspection.tests.integration.imports.conftest import Importer, Rows
from services.inspection.tests.integration.imports.test_pupil_imports import census
from sqlalchemy import create_engine, text

from inspection.progress import beside_sql, repository
from inspection.progress.shown import shown_of
from shared.db.session import sqlalchemy_url
from shared.testing.plugin import DatabaseUrls
from shared.testing.tokens import bearer

URNS = (100001, 100002, 100003, 100004)
ROLLS = (500, 550, 600)
TERMS = ("2022-23-autumn", "2022-23-spring", "2023-24-autumn")
STEPS = 16
DAYS = ("2025-07-31", "2025-08-31", "2025-09-30", "2025-10-31")


def some(random: Random, most: int = 4) -> list[int]:
    return sorted(random.sample(URNS, random.randint(1, most)))


def listing(random: Random) -> tuple[bytes, str, str]:
    rows = [school(urn, **{"Total number of pupils": str(random.choice(ROLLS))}) for urn in some(random)]
    return ofsted_file(rows), random.choice(DAYS), "ofsted-latest-inspections"


def register(random: Random) -> tuple[bytes, str, str]:
    statuses = {urn: random.choice("1112") for urn in some(random)}
    rows = [
        establishment(
            urn,
            NumberOfPupils=str(random.choice(ROLLS)),
            **{"EstablishmentStatus (code)": status, "CloseDate": "31-08-2024" if status == "2" else ""},
        )
        for urn, status in statuses.items()
    ]
    return establishments_file(rows), random.choice(DAYS), "gias-establishments"


def shares(random: Random) -> tuple[bytes, str, str]:
    rows = [[str(urn), random.choice(["20.0", "30.0", "0.5", "SUPP"]), "1", "2", "9"] for urn in some(random)]
    return census(*rows), random.choice(["2023-01-19", "2023-01-20", "2024-01-18"]), "pupil-census"


def links(random: Random) -> tuple[bytes, str, str]:
    urn, other = random.sample(URNS, 2)
    rows = [["URN", "LinkURN", "LinkType"], [str(urn), str(other), random.choice(["Predecessor", "Successor"])]]
    return csv_file(rows), "2025-01-31", "gias-links"


async def supply(importer: Importer, random: Random) -> None:
    path = f"/v1/schools/{random.choice(URNS)}/progress-data/{random.choice(TERMS)}"
    headers = bearer(org="la:202", role="la", scope="progress:read progress:write progress:release")
    roll = random.choice(ROLLS)
    sent = {"pupils_on_roll": roll, "fsm_eligible": roll // 5 - random.choice([0, 3, 13])}
    body = {"measures": [{"code": code, "value": value} for code, value in sent.items()]}
    known = await importer.client.get(path, headers=headers)
    tag = {"If-Match": known.headers["etag"]} if known.status_code == 200 else {}
    await importer.client.put(path, headers=headers | tag, json=body)
    if random.random() < 0.7:
        await importer.client.post(f"{path}/release", headers=headers)


Read = dict[tuple[Any, ...], list[dict[str, Any]]]
"""What was read last of each version."""


def check(urls: DatabaseUrls, rows: Rows, read: Read, done: Sequence[Any]) -> None:
    engine = create_engine(sqlalchemy_url(urls.owner), connect_args={"options": "-c app.visibility=all"})
    with engine.connect() as connection:
        newest = connection.execute(
            text(
                f"SELECT v.urn, v.period, v.version, coalesce(v.beside_since -> -1, v.beside) AS kept,"
                f" CAST({beside_sql.BESIDE.format(of='v')} AS jsonb) AS now FROM progress_versions v"
                " WHERE v.version = (SELECT max(n.version) FROM progress_versions n"
                " WHERE n.urn = v.urn AND n.period = v.period)"
            ),
            beside_sql.SHARES,
        )
        for row in newest:
            assert row.kept == row.now, (row.urn, row.period, done)
        for key in rows.all("SELECT urn, period, version FROM progress_versions"):
            now = shown_of(repository.version(connection, key))
            for was, figure in zip(read.get((*key.values(),), now), now, strict=True):
                assert figure["value"] in {was["value"], None}, (key, done)
            read[(*key.values(),)] = now
        for released in rows.all("SELECT urn, period, version, measures FROM progress_releases"):
            assert released.pop("measures") == shown_of(repository.version(connection, released)), (released, done)
    engine.dispose()


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_comes(importer: Importer, rows: Rows, urls: DatabaseUrls, seed: int) -> None:
    random, done = Random(seed), list[Any]()
    read: Read = {}
    for _ in range(STEPS):
        if random.random() < 0.4:
            await supply(importer, random)
            continue
        content, day, kind = random.choice([listing, register, shares, links])(random)
        document = await importer.send(content, day, kind)
        assert document["state"] == "succeeded", document
        done.append((kind, day, content.decode("cp1252").splitlines()[-4:]))
        check(urls, rows, read, done)
    assert rows.count("progress_versions")
