"""Term dates of local authorities: versions that are added, and the clock that goes by them."""

from typing import Any

import httpx
import pytest
from services.triage.tests.conftest import Prepared, Service, party
from services.triage.tests.documents import facts, graded

from shared.testing.tokens import bearer

PREPARED = Prepared(documents=(facts(100001, graded(overall=3)),), runs=("ippr-2023",))
PATH = "/v1/local-authorities/201/term-dates"
TERMS = [
    {
        "name": "autumn term 2026",
        "first_day": "2026-09-02",
        "last_day": "2026-12-18",
        "half_term": {"first_day": "2026-10-19", "last_day": "2026-10-30"},
    },
    {"name": "spring term 2027", "first_day": "2027-01-05", "last_day": "2027-03-25", "half_term": None},
]
DATES = {"terms": TERMS, "source": {"name": "Term dates 2026 to 2027", "as_at": "2026-01-15"}}
LATER = [{**TERMS[0], "half_term": None}, TERMS[1]]


def person(role: str, *, org: str = "dfe", scope: str = "term-dates:write", regions: tuple[str, ...] = ()) -> Any:
    return bearer(scope=(scope,), org=org, role=role, regions=regions, user="u-1")


AUTHORITY = person("la", org="la:201")


@pytest.fixture
def case(prepared: Service) -> Service:
    return prepared


async def deadline(case: Service, la: str = "201") -> dict[str, Any]:
    answer = await case.client.get("/v1/school-days", params={"after": "2026-10-16", "school_days": 1, "la": la})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def errors(answer: httpx.Response) -> tuple[int, list[tuple[str, str]]]:
    return answer.status_code, [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


class TestAccess:
    async def test_takes_a_person_with_the_scope(self, case: Service) -> None:
        assert (await case.client.post(PATH, json=DATES)).status_code == 401
        assert (await case.post(PATH, DATES, party("la:201"))).status_code == 403
        client = bearer(scope=("term-dates:write",), org="dfe", role="dfe")
        assert (await case.post(PATH, DATES, client)).status_code == 403

    @pytest.mark.parametrize(
        ("token", "status"),
        [
            (AUTHORITY, 201),
            (person("la", org="la:202"), 403),
            (person("trust", org="trust:5143"), 403),
            (person("improvement-team", regions=("London",)), 201),
            (person("improvement-team", regions=("North East",)), 403),
        ],
    )
    async def test_is_the_authority_itself_and_the_team_of_its_region(
        self, case: Service, token: dict[str, str], status: int
    ) -> None:
        assert (await case.post(PATH, DATES, token)).status_code == status

    async def test_anybody_reads(self, case: Service) -> None:
        assert (await case.client.get(PATH)).json() == {"data": []}

    async def test_an_authority_that_is_not_known_is_not_found(self, case: Service) -> None:
        nowhere = "/v1/local-authorities/999/term-dates"
        assert (await case.client.get(nowhere)).status_code == 404
        answer = await case.post(nowhere, DATES, person("la", org="la:999"))
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:problem:local-authority-not-found")


class TestAVersion:
    async def test_is_added_and_told_with_its_source(self, case: Service) -> None:
        made = await case.post(PATH, DATES, AUTHORITY)
        assert made.status_code == 201, made.text
        source = {"name": "Term dates 2026 to 2027", "url": None, "as_at": "2026-01-15"}
        assert (made.json()["version"], made.json()["terms"], made.json()["source"]) == (1, TERMS, source)
        changed = await case.post(PATH, {**DATES, "terms": LATER, "reason": "One week more."}, AUTHORITY)
        assert (changed.status_code, changed.json()["version"]) == (201, 2)
        held = (await case.client.get(PATH)).json()["data"]
        assert held == [changed.json(), made.json()]

    async def test_that_changes_nothing_or_gives_no_reason_is_refused(self, case: Service) -> None:
        assert (await case.post(PATH, DATES, AUTHORITY)).status_code == 201
        assert errors(await case.post(PATH, {**DATES, "reason": "Again."}, AUTHORITY)) == (
            422,
            [("/terms", "no_change")],
        )
        assert errors(await case.post(PATH, {**DATES, "terms": LATER}, AUTHORITY)) == (422, [("/reason", "missing")])

    async def test_with_terms_out_of_order_is_refused(self, case: Service) -> None:
        answer = await case.post(PATH, {**DATES, "terms": TERMS[::-1]}, AUTHORITY)
        assert errors(answer) == (422, [("/terms/1/first_day", "out_of_order")])

    async def test_keeps_who_recorded_it(self, case: Service) -> None:
        assert (await case.post(PATH, DATES, AUTHORITY)).status_code == 201
        held = await case.rows("SELECT version, recorded_by, recorded_role FROM term_dates")
        assert [tuple(row) for row in held] == [(1, "u-1", "la")]


class TestTheClock:
    async def test_goes_by_the_newest_version_of_the_authority(self, case: Service) -> None:
        assert (await deadline(case))["term_dates_version"] is None
        assert (await deadline(case))["on"] == "2026-10-19"
        await case.post(PATH, DATES, AUTHORITY)
        found = await deadline(case)
        assert (found["on"], found["term_dates_version"]) == ("2026-11-02", 1)
        assert found["not_counted"] == ["half-term of autumn term 2026"]
        await case.post(PATH, {**DATES, "terms": LATER, "reason": "One week more."}, AUTHORITY)
        assert ((await deadline(case))["on"], (await deadline(case))["term_dates_version"]) == ("2026-10-19", 2)

    async def test_of_another_authority_stays_as_it_was(self, case: Service) -> None:
        await case.post(PATH, DATES, AUTHORITY)
        assert (await deadline(case, "202"))["on"] == "2026-10-19"

    async def test_a_notice_keeps_the_version_that_it_was_counted_by(self, case: Service) -> None:
        await case.post(PATH, DATES, AUTHORITY)
        given = await case.notice((await case.assessment(100001))["id"])
        await case.post(PATH, {**DATES, "terms": LATER, "reason": "One week more."}, AUTHORITY)
        kept = (await case.get(f"/v1/notices/{given['id']}")).json()
        assert (given["term_dates_version"], kept["term_dates_version"]) == (1, 1)
