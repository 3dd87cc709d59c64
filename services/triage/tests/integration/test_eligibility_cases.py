"""Cases admitted outside the criteria as they are read, withdrawn ones too, and by whom."""

from typing import Any

import pytest
from services.triage.tests.conftest import DFE, Service, director, party
from services.triage.tests.documents import facts, graded, maintained

NORTH, LONDON = director("North East"), director("London")
CASES = "/v1/eligibility/exceptions"
NOTHING = f"{CASES}/00000000-0000-7000-8000-000000000000"
NORTHERN = {"region": "North East"}


async def admitted(service: Service, path: str, token: dict[str, str]) -> str:
    wanted = {"programme": "tsi-2022-23", "reason": "A fire in the school."}
    answer = await service.post(f"{path}/eligibility/exceptions", wanted, token)
    assert answer.status_code == 201, answer.text
    identifier: str = answer.json()["id"]
    return identifier


@pytest.fixture
async def held(service: Service) -> tuple[Service, str, str]:
    """A school of the North East whose case was withdrawn, and a trust of London whose case was not."""
    body = {"kind": "local_authority", "id": "201", "name": "An authority", "counted_as": "local_authority"}
    multi = {"kind": "trust", "id": "5143", "name": "A Trust", "counted_as": "multi_academy_trust"}
    since = [{"trust_uid": "5143", "joined_on": "2015-01-01", "joined_assumed": False, "left_on": None}]
    await service.load(
        maintained(100001, graded("2018-01-10", 2), responsible_body=body, memberships=[], **NORTHERN),
        *(facts(urn, graded("2018-01-10", 2), responsible_body=multi, memberships=since) for urn in (100002, 100003)),
    )
    school = await admitted(service, "/v1/schools/100001", NORTH)
    trust = await admitted(service, "/v1/trusts/5143", LONDON)
    ended = await service.post(f"{CASES}/{school}/withdrawal", {"reason": "The school reopened."}, NORTH)
    assert ended.status_code == 201, ended.text
    return service, school, trust


async def listed(service: Service, token: dict[str, str] = DFE, **wanted: Any) -> list[str]:
    answer = await service.get(CASES, token, **wanted)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["data"]]


async def test_one_is_told_with_its_withdrawal(held: tuple[Service, str, str]) -> None:
    service, school, trust = held
    ended = (await service.get(f"{CASES}/{school}", NORTH)).json()
    assert (ended["subject_kind"], ended["subject"], ended["state"]) == ("school", "100001", "withdrawn")
    assert (ended["reason"], ended["withdrawal"]["reason"]) == ("A fire in the school.", "The school reopened.")
    assert ended["withdrawal"]["withdrawn_role"] == "regional-director"
    still = (await service.get(f"{CASES}/{trust}", LONDON)).json()
    assert (still["state"], still["withdrawal"]) == ("admitted", None)


async def test_who_may_not_know_of_it_is_told_that_there_is_none(held: tuple[Service, str, str]) -> None:
    service, school, trust = held
    for token, seen in (
        (DFE, [trust, school]),
        (NORTH, [school]),
        (LONDON, [trust]),
        (party("school:100001"), [school]),
        (party("la:201"), [school]),
        (party("trust:5143"), [trust]),
        (party("trust:9"), []),
        (party("school:100002"), []),
    ):
        assert await listed(service, token) == seen
        for case in (school, trust):
            answer = await service.get(f"{CASES}/{case}", token)
            assert answer.status_code == (200 if case in seen else 404)
            if case not in seen:
                nothing = await service.get(NOTHING, token)
                assert [answer.json()[name] for name in ("type", "detail")] == [
                    nothing.json()[name] for name in ("type", "detail")
                ]
    assert (await service.client.get(CASES)).status_code == 401
    assert (await service.client.get(f"{CASES}/{school}")).status_code == 401


async def test_another_region_cannot_withdraw_what_it_may_not_know_of(held: tuple[Service, str, str]) -> None:
    service, school, trust = held
    for case, token in ((school, LONDON), (trust, NORTH)):
        answer = await service.post(f"{CASES}/{case}/withdrawal", {"reason": "x"}, token)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:problem:eligibility-exception-not-found")


async def test_a_withdrawal_holds_no_word_the_school_must_not_read(held: tuple[Service, str, str]) -> None:
    service, _, trust = held
    answer = await service.post(f"{CASES}/{trust}/withdrawal", {"reason": "The trust is stuck."}, LONDON)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/reason")


async def test_the_list_is_filtered_paged_and_a_table(held: tuple[Service, str, str]) -> None:
    service, school, trust = held
    for wanted, expected in (
        ({}, [trust, school]),
        ({"state": "withdrawn"}, [school]),
        ({"state": "admitted"}, [trust]),
        ({"urn": 100001}, [school]),
        ({"trust": "5143"}, [trust]),
        ({"trust": "100001"}, []),
        ({"programme": "sio-2019-20"}, []),
    ):
        assert await listed(service, **wanted) == expected
    first = (await service.get(CASES, limit=1, include_total="true")).json()
    assert ([each["id"] for each in first["data"]], first["paging"]["total"]) == ([trust], 2)
    rest = (await service.client.get(first["paging"]["next_url"], headers=DFE)).json()
    assert [each["id"] for each in rest["data"]] == [school]
    table = await service.client.get(CASES, headers={**DFE, "Accept": "text/csv"})
    assert [line.split(",")[5] for line in table.text.splitlines()] == ["state", "admitted", "withdrawn"]
    assert "The school reopened." in table.text
    for wrong in ({"programme": "x"}, {"state": "x"}, {"urn": 0}, {"urn": 1, "trust": "1"}):
        assert (await service.get(CASES, **wrong)).status_code == 422, wrong
