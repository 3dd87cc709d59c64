"""How fresh each source is, over HTTP."""

from datetime import date, timedelta

import httpx
import psycopg
import pytest
from services.inspection.tests.integration.reads.rows import Register

from inspection.data import load
from inspection.freshness.schemas import SourceList
from shared.clock import today
from shared.db.session import driver_url
from shared.testing.plugin import DatabaseUrls

OFSTED = "ofsted-latest-inspections"


async def sources(client: httpx.AsyncClient) -> dict[str, dict[str, object]]:
    answer = await client.get("/v1/sources")
    assert answer.status_code == 200, answer.text
    SourceList.model_validate(answer.json(), extra="forbid")
    return {source["name"]: source for source in answer.json()["data"]}


async def test_anyone_may_know_what_is_not_loaded(anonymous: httpx.AsyncClient) -> None:
    found = await sources(anonymous)

    assert {"stale": None, "stale_reason": "not_loaded", "as_at": None, "rows": 0}.items() <= found[OFSTED].items()


async def test_every_kind_of_file_that_is_loaded_here_has_an_interval() -> None:
    supported = {kind["code"] for kind in load("import_kinds") if kind["supported"]}

    assert supported <= {interval["code"] for interval in load("source_intervals")}


@pytest.mark.parametrize(("days", "stale"), [(62, False), (63, True)])
async def test_a_file_older_than_its_interval_is_stale(
    anonymous: httpx.AsyncClient, urls: DatabaseUrls, days: int, stale: bool
) -> None:
    with psycopg.connect(driver_url(urls.owner), autocommit=True) as connection:
        Register(connection, date(2020, 1, 1))
        Register(connection, today() - timedelta(days)).school(100001)

    found = (await sources(anonymous))[OFSTED]

    assert (found["age_days"], found["stale"], found["loads"]) == (days, stale, 2)
    assert (found["rows"], found["rows_by_table"]) == (1, {"schools": 1})
