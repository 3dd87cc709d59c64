"""What was stored under an earlier rule of suppression: not shown, and made anew under the present one."""

from datetime import date
from typing import Any

import psycopg
import pytest
from services.inspection.tests.integration.pupils.conftest import ACADEMY, People, figures, path_of, shown
from services.inspection.tests.integration.reads.rows import Register
from sqlalchemy import create_engine

from inspection.redeciding import redecide_once
from shared.db.session import sqlalchemy_url
from shared.testing.plugin import DatabaseUrls

OWN = "trust:5143"


async def points(people: People) -> dict[str, dict[str, Any]]:
    answer = await people.send(None, "GET", f"/v1/schools/{ACADEMY}/dashboard")
    return {each["code"]: each["series"][-1] for each in answer.json()["measures"]}


@pytest.mark.parametrize("former", ["", "another"])
async def test_figures_of_an_earlier_rule_are_hidden_until_they_are_decided_anew(
    people: People, register: Register, database: psycopg.Connection[Any], urls: DatabaseUrls, former: str
) -> None:
    register.measure(ACADEMY, 25.0, cohort=380)
    register.comparisons("fsm_ever6_percent", "2022-23", england=99.0)
    sent = figures(pupils_on_roll=380, fsm_eligible=3)
    assert (await people.send(OWN, "PUT", path_of(), json=sent)).status_code == 201
    assert (await people.send(OWN, "POST", f"{path_of()}/release")).status_code == 200
    leaking = '[{"code": "fsm_eligible", "value": 3, "cohort": null, "status": "value"}]'
    database.execute("UPDATE pupil_measures SET told_under = %s", [former])
    database.execute("UPDATE measure_comparisons SET made_under = %s", [former])
    database.execute("UPDATE progress_releases SET made_under = %s, measures = %s", [former, leaking])

    before = await points(people)
    assert before["fsm_ever6_percent"]["school"]["status"] == "suppressed"
    assert before["fsm_ever6_percent"]["england"]["value"] is None
    assert (before["fsm_eligible"]["school"]["value"], before["fsm_eligible"]["school"]["status"]) == (
        None,
        "suppressed",
    )

    redecide_once(create_engine(sqlalchemy_url(urls.app), connect_args={"options": "-c app.visibility=all"}))

    after = await points(people)
    assert after["fsm_ever6_percent"]["school"]["value"] == after["fsm_ever6_percent"]["england"]["value"] == 25.0
    released = (await people.send("trust:5144", "GET", path_of())).json()
    assert shown(released) == {"pupils_on_roll": (380, "value"), "fsm_eligible": (None, "suppressed")}


async def test_a_version_of_an_earlier_release_is_held_to_what_is_known_now(
    people: People, register: Register, database: psycopg.Connection[Any], urls: DatabaseUrls
) -> None:
    assert (await people.send(OWN, "PUT", path_of(), json=figures(pupils_on_roll=800))).status_code == 201
    database.execute("UPDATE progress_versions SET beside = NULL")
    redecide_once(create_engine(sqlalchemy_url(urls.app), connect_args={"options": "-c app.visibility=all"}))
    register.school_change(ACADEMY, "pupils", 380, 800, date(2026, 6, 30))
    told = (await people.send(OWN, "GET", path_of())).json()
    assert shown(told) == {"pupils_on_roll": (None, "suppressed")}


async def test_what_another_rule_hides_beside_a_share_stays_hidden_under_the_next(
    people: People, register: Register, database: psycopg.Connection[Any], urls: DatabaseUrls
) -> None:
    register.figure(ACADEMY, "fsm_ever6_percent", "2025-26", 50.0, cohort=380)
    register.comparisons("fsm_ever6_percent", "2025-26", england=50.0)
    engine = create_engine(sqlalchemy_url(urls.app), connect_args={"options": "-c app.visibility=all"})
    sent = figures(pupils_on_roll=380, fsm_eligible=100)
    told = [(await people.send(OWN, "PUT", path_of(), json=sent)).json()]
    for percent in (1.0, 50.0):
        database.execute("UPDATE pupil_measures SET value = %s", [percent])
        database.execute("UPDATE measure_comparisons SET made_under = 'another'")
        redecide_once(engine)
        told.append((await people.send(OWN, "GET", path_of())).json())
    assert [shown(each)["fsm_eligible"][0] for each in told] == [100, None, None]
