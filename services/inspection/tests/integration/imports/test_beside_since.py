"""What was hidden of a term beside official files stays hidden, whatever other files come between and after."""

from datetime import date
from typing import Any

import pytest
from services.inspection.tests.files import csv_file, establishment, establishments_file, ofsted_file, school
from services.inspection.tests.integration.imports.conftest import Importer, Rows
from services.inspection.tests.integration.imports.test_pupil_imports import JANUARY, census, send

from shared.testing.tokens import bearer

SCHOOL, BEFORE, ELSEWHERE = 100001, 100002, 100003
LINKS, CENSUS, GIAS = "gias-links", "pupil-census", "gias-establishments"
PATH = f"/v1/schools/{SCHOOL}/progress-data/2022-23-autumn"
HIDDEN = (None, None)


def share(urn: int, percent: str) -> bytes:
    return census([str(urn), percent, "1", "2", "9"])


def link(predecessor: int, urn: int = SCHOOL) -> bytes:
    return csv_file([["URN", "LinkURN", "LinkType"], [str(urn), str(predecessor), "Predecessor"]])


def pupils(**numbers: int) -> bytes:
    """Return Ofsted's file with the pupils of `school`, or of `before`, which it followed."""
    urns = {"school": SCHOOL, "before": BEFORE}
    return ofsted_file([school(urns[name], **{"Total number of pupils": str(each)}) for name, each in numbers.items()])


class Term:
    """One school's term: supplied and released by its authority, read by the department and by everybody."""

    def __init__(self, importer: Importer) -> None:
        self._importer = importer

    async def _ask(self, method: str, path: str, org: str, **request: Any) -> Any:
        scope = "progress:read progress:write progress:release"
        headers = {**bearer(org=org, role="la", scope=scope), **request.pop("headers", {})}
        answer = await self._importer.client.request(method, path, headers=headers, **request)
        assert answer.status_code in {200, 201}, answer.text
        return answer

    async def supply(self, roll: int, eligible: int, *, release: bool = True) -> None:
        numbers = {"pupils_on_roll": roll, "fsm_eligible": eligible}
        body = {"measures": [{"code": code, "value": value} for code, value in numbers.items()]}
        known = await self._importer.client.get(PATH, headers=bearer(org="la:202", scope="progress:read"))
        tag = {"If-Match": known.headers["etag"]} if known.status_code == 200 else {}
        await self._ask("PUT", PATH, "la:202", json=body, headers=tag)
        if release:
            await self._ask("POST", f"{PATH}/release", "la:202")

    async def eligible(self, *orgs: str) -> tuple[int | None, ...]:
        """Return what these read of those eligible: the department and everybody, unless told."""
        documents = [(await self._ask("GET", PATH, org)).json() for org in orgs or ("dfe", "trust:1")]
        return tuple(each["value"] for read in documents for each in read["measures"] if each["code"] == "fsm_eligible")


@pytest.fixture
def term(importer: Importer) -> Term:
    return Term(importer)


async def test_a_fork_of_the_line(importer: Importer, term: Term) -> None:
    await importer.send(pupils(school=600, before=600))
    await send(importer, link(BEFORE), kind=LINKS)
    await term.supply(600, 117)
    told = await term.eligible()
    await send(importer, share(BEFORE, "20.0"))
    hidden = await term.eligible()
    await send(importer, link(ELSEWHERE), kind=LINKS)
    assert (told, hidden, await term.eligible()) == ((117, 117), HIDDEN, HIDDEN)


async def test_a_fork_further_up_the_line(importer: Importer, term: Term) -> None:
    await importer.send(pupils(school=600, before=600))
    await send(importer, link(BEFORE), kind=LINKS)
    await send(importer, link(100004, BEFORE), kind=LINKS)
    await term.supply(600, 117)
    await send(importer, share(100004, "20.0"))
    await send(importer, link(ELSEWHERE, BEFORE), kind=LINKS)
    assert await term.eligible() == HIDDEN


async def test_a_share_that_was_replaced(importer: Importer, term: Term) -> None:
    await importer.send(pupils(school=600))
    await term.supply(600, 117)
    for percent, expected in (("30.0", (117, 117)), ("20.0", HIDDEN), ("30.0", HIDDEN), ("SUPP", HIDDEN)):
        await send(importer, share(SCHOOL, percent))
        assert await term.eligible() == expected, percent


async def test_a_share_that_was_hidden_for_a_time(importer: Importer, term: Term) -> None:
    await importer.send(pupils(school=600))
    await term.supply(600, 117)
    for percent in ("0.5", "30.0"):
        await send(importer, share(SCHOOL, percent))
        assert await term.eligible() == HIDDEN, percent


async def test_a_version_that_was_never_released(importer: Importer, term: Term) -> None:
    await importer.send(pupils(school=600))
    await term.supply(600, 117, release=False)
    for percent, expected in (("30.0", 117), ("20.0", None), ("30.0", None)):
        await send(importer, share(SCHOOL, percent))
        assert await term.eligible("dfe") == (expected,), percent


async def test_a_new_version_shows_nothing_that_a_file_before_it_hid(importer: Importer, term: Term) -> None:
    await importer.send(pupils(school=600))
    await term.supply(600, 117)
    for percent in ("20.0", "40.0"):
        await send(importer, share(SCHOOL, percent))
    await term.supply(600, 150)
    assert await term.eligible() == HIDDEN


async def test_a_share_that_was_told_before_the_first_version(importer: Importer, term: Term) -> None:
    await importer.send(pupils(school=600))
    for percent in ("20.0", "40.0"):
        await send(importer, share(SCHOOL, percent))
    await term.supply(600, 117)
    assert await term.eligible() == HIDDEN


async def test_a_share_that_was_told_and_then_hidden_before_it_was_replaced(importer: Importer, term: Term) -> None:
    await importer.send(pupils(school=600))
    await send(importer, share(SCHOOL, "20.0"))
    await importer.send(pupils(school=40), "2025-09-30")
    await importer.send(pupils(school=600), "2025-10-31")
    await send(importer, share(SCHOOL, "60.0"))
    await term.supply(600, 117)
    assert await term.eligible() == HIDDEN


async def test_a_share_that_was_never_told_hides_nothing_once_it_is_replaced(importer: Importer, term: Term) -> None:
    await importer.send(pupils(school=600))
    for percent in ("0.5", "40.0"):
        await send(importer, share(SCHOOL, percent))
    await term.supply(600, 117)
    assert await term.eligible() == (117, 117)


@pytest.mark.parametrize("kind", ["ofsted", GIAS])
async def test_a_predecessor_that_enters_the_register(importer: Importer, term: Term, kind: str) -> None:
    await importer.send(pupils(school=600))
    await send(importer, share(BEFORE, "20.0"))
    await send(importer, link(BEFORE), kind=LINKS)
    await term.supply(600, 107)
    told = await term.eligible()
    if kind == GIAS:
        await send(importer, establishments_file([establishment(BEFORE, NumberOfPupils="550")]), "2025-09-30", GIAS)
    else:
        await importer.send(pupils(school=600, before=550), "2025-09-30")
    assert (told, await term.eligible()) == ((107, 107), HIDDEN)


async def test_a_file_for_an_earlier_day_that_tells_another_roll(importer: Importer, term: Term) -> None:
    await importer.send(pupils(school=600))
    await send(importer, share(SCHOOL, "20.0"))
    await term.supply(600, 107)
    told = await term.eligible()
    await importer.send(pupils(school=550), "2025-07-31")
    assert (told, await term.eligible()) == ((107, 107), HIDDEN)


async def test_a_file_that_concerns_nobody_keeps_nothing(importer: Importer, term: Term, rows: Rows) -> None:
    await importer.send(pupils(school=600, before=600))
    await term.supply(600, 107)
    for content, as_at, kind in (
        (share(BEFORE, "20.0"), JANUARY, CENSUS),
        (share(SCHOOL, "50.0"), "2024-01-18", CENSUS),
        (link(ELSEWHERE, BEFORE), JANUARY, LINKS),
    ):
        await send(importer, content, as_at, kind)
    assert rows.one("SELECT beside_since FROM progress_versions")["beside_since"] == []
    await send(importer, share(SCHOOL, "50.0"), date(2023, 1, 20).isoformat())
    (state,) = rows.one("SELECT beside_since FROM progress_versions")["beside_since"]
    assert [each["value"] for each in state[0]["shares"]] == [50.0]
