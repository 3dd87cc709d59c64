"""Figures that are sent or released while an import changes what stands beside them."""

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from services.inspection.tests.integration.pupils.conftest import ACADEMY, TERM, People, figures, path_of, shown
from services.inspection.tests.integration.reads.rows import Register
from sqlalchemy import Connection, create_engine, text

from inspection.dashboards.rule import rule
from inspection.progress import releases
from shared.db.session import driver_url, sqlalchemy_url
from shared.testing.plugin import DatabaseUrls

OWN = "trust:5143"
HIDDEN = {"pupils_on_roll": (380, "value"), "fsm_eligible": (None, "suppressed")}


@pytest.fixture
def importing(urls: DatabaseUrls, register: Register) -> Iterator[Connection]:
    """A transaction that has loaded a share of a fifth, of 380 pupils: 76."""
    engine = create_engine(sqlalchemy_url(urls.owner), connect_args={"options": "-c app.visibility=all"})
    with engine.connect() as connection:
        connection.execute(
            text(
                "INSERT INTO pupil_measures (urn, measure, period, value, status, source_id, told_under)"
                " VALUES (:urn, 'fsm_ever6_percent', :year, 20, 'value', :source, 'a rule')"
            ),
            {"urn": ACADEMY, "year": TERM[: len("2025-26")], "source": register.source},
        )
        yield connection
    engine.dispose()


async def waits_or_ends(work: asyncio.Future[Any], database: psycopg.Connection[Any]) -> None:
    """Return once the work waits for a lock, or has ended without."""
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while database.execute(waiting).fetchone() == (0,):
        done, _ = await asyncio.wait({work}, timeout=0.02)
        if done:
            return


async def test_figures_sent_meanwhile_stand_beside_what_it_loads(
    people: People, register: Register, importing: Connection, database: psycopg.Connection[Any]
) -> None:
    releases.follow(importing, register.source)
    sending = asyncio.create_task(people.send(OWN, "PUT", path_of(), json=figures(pupils_on_roll=380, fsm_eligible=73)))
    await waits_or_ends(sending, database)
    importing.commit()
    assert shown((await sending).json()) == HIDDEN


async def test_what_was_released_meanwhile_is_made_anew(
    people: People,
    register: Register,
    urls: DatabaseUrls,
    importing: Connection,
    database: psycopg.Connection[Any],
) -> None:
    await people.send(OWN, "PUT", path_of(), json=figures(pupils_on_roll=380, fsm_eligible=73))
    with psycopg.connect(driver_url(urls.owner), options="-c app.visibility=all") as releasing:
        releasing.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('progress-batches', 0))")
        releasing.execute(
            "INSERT INTO progress_releases (urn, period, version, measures, released_on, made_under)"
            " SELECT urn, period, version, measures, current_date, %s FROM progress_versions",
            [rule()],
        )
        following = asyncio.ensure_future(asyncio.to_thread(releases.follow, importing, register.source))
        await waits_or_ends(following, database)
        releasing.commit()
    await following
    importing.commit()
    assert shown((await people.send("trust:5144", "GET", path_of())).json()) == HIDDEN
