"""Eligibility through HTTP: answers with their facts, lists, who sees what, and cases admitted outside the criteria."""

from typing import Any

import pytest
from services.triage.tests.conftest import DFE, Service, director, party
from services.triage.tests.documents import facts, graded, maintained

DAY = "2023-08-31"
SINCE_2015 = [{"trust_uid": "5143", "joined_on": "2015-01-01", "joined_assumed": True, "left_on": None}]
MULTI = {"kind": "trust", "id": "5143", "name": "A Trust", "counted_as": "multi_academy_trust"}
REASON = {"programme": "tsi-2022-23", "reason": "A fire in the school."}


def academy(urn: int, *inspections: dict[str, Any], **changes: Any) -> dict[str, Any]:
    given = {"memberships": SINCE_2015, "open_date": "2015-01-01", "responsible_body": MULTI, **changes}
    return facts(urn, *inspections, **given)


def local(urn: int, *inspections: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = {"kind": "local_authority", "id": "201", "name": "An authority", "counted_as": "local_authority"}
    given = {"responsible_body": body, "memberships": [], "open_date": "1990-09-01", **changes}
    return maintained(urn, *inspections, **given)


@pytest.fixture
async def loaded(service: Service) -> Service:
    """Two academies of one trust, one of them weaker than before, and two schools of an authority."""
    await service.load(
        academy(100001, graded("2018-01-10", 2), graded("2023-01-10", 3)),
        academy(100002, graded("2018-01-10", 2), graded("2022-01-10", 2)),
        local(100003, graded("2018-01-10", 2), graded("2023-01-10", 3)),
        local(100004, graded("2018-01-10", 2), graded("2023-01-10", 2), region="North East"),
    )
    return service


async def test_a_school(loaded: Service) -> None:
    answer = await loaded.get("/v1/schools/100003/eligibility", programme="tsi-2022-23", as_of=DAY)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["result"], told["by_criteria"], told["exception"]) == ("eligible", "eligible", None)
    assert [(each["rule"], each["fired"]) for each in told["rules"]] == [
        ("requires_improvement_in_window", True),
        ("body_without_a_group", True),
        ("exceptional_circumstances", False),
    ]
    assert told["counterfactuals"]
    in_a_group = (await loaded.get("/v1/schools/100001/eligibility", as_of=DAY)).json()
    assert (in_a_group["result"], in_a_group["rules"][1]["inputs"]["schools"]) == ("ineligible", 2)


async def test_a_trust(loaded: Service) -> None:
    told = (await loaded.get("/v1/trusts/5143/eligibility", as_of=DAY)).json()
    assert told["result"] == "eligible"
    assert [each["fired"] for each in told["rules"][:3]] == [True, True, True]
    assert [(each["urn"], each["change"]) for each in told["schools"]] == [(100001, -1), (100002, 0)]
    assert {(each["code"], each["urn"]) for each in told["assumptions"]} == {
        ("joining_date", 100001),
        ("joining_date", 100002),
    }


async def test_tiers_of_2019(loaded: Service) -> None:
    told = (await loaded.get("/v1/schools/100003/eligibility", programme="sio-2019-20", as_of=DAY)).json()
    assert (told["result"], told["possible_tiers"]) == ("eligible", [1])


async def test_lists_in_pages_lines_and_a_table(loaded: Service) -> None:
    first = (await loaded.get("/v1/eligibility/schools", as_of=DAY, limit=1, include_total="true")).json()
    assert ([each["urn"] for each in first["data"]], first["paging"]["total"]) == ([100001], 4)
    rest = (await loaded.client.get(first["paging"]["next_url"], headers=DFE)).json()
    assert [each["urn"] for each in rest["data"]] == [100002]
    eligible = (await loaded.get("/v1/eligibility/schools", as_of=DAY, result="eligible")).json()
    assert [each["urn"] for each in eligible["data"]] == [100003]
    path = f"/v1/eligibility/trusts?as_of={DAY}"
    lines = await loaded.client.get(path, headers={**DFE, "Accept": "application/x-ndjson"})
    assert [line[:13] for line in lines.text.splitlines()] == ['{"uid":"5143"']
    table = await loaded.client.get(path, headers={**DFE, "Accept": "text/csv"})
    assert table.text.splitlines()[1].startswith("5143,A Trust,tsi-2022-23,1,2023-08-31,eligible")
    assert (await loaded.get("/v1/eligibility/trusts", as_of=DAY, region="North East")).json()["data"] == []


async def test_what_does_not_exist(loaded: Service) -> None:
    assert (await loaded.get("/v1/schools/999999/eligibility")).status_code == 404
    assert (await loaded.get("/v1/trusts/99/eligibility")).status_code == 404
    for path in ("/v1/eligibility/schools?programme=x", "/v1/eligibility/schools?result=x",
                 "/v1/trusts/5143/eligibility?programme=sio-2019-20"):  # fmt: skip
        assert (await loaded.client.get(path, headers=DFE)).status_code == 422, path


async def test_who_sees_what(loaded: Service) -> None:
    for token, seen in (
        (DFE, [100001, 100002, 100003, 100004]),
        (director("North East"), [100004]),
        (party("trust:5143"), [100001, 100002]),
        (party("school:100003"), [100003]),
        (party("trust:9"), []),
    ):
        listed = (await loaded.get("/v1/eligibility/schools", token, as_of=DAY)).json()["data"]
        assert [each["urn"] for each in listed] == seen
    assert (await loaded.get("/v1/trusts/5143/eligibility", party("trust:5143"))).status_code == 200
    for other in (party("trust:9"), director("North East"), party("school:100001")):
        assert (await loaded.get("/v1/trusts/5143/eligibility", other)).status_code == 404
    assert (await loaded.get("/v1/schools/100001/eligibility", party("trust:9"))).status_code == 404


async def test_admitted_by_a_person_with_a_reason(loaded: Service) -> None:
    path = "/v1/schools/100004/eligibility"
    assert (await loaded.post(f"{path}/exceptions", REASON)).status_code == 403
    assert (await loaded.post(f"{path}/exceptions", REASON, director("London"))).status_code == 404
    nobody_says_why = await loaded.post(f"{path}/exceptions", {"programme": "tsi-2022-23"}, director("North East"))
    assert nobody_says_why.status_code == 422
    made = await loaded.post(f"{path}/exceptions", REASON, director("North East"))
    assert made.status_code == 201, made.text
    told = (await loaded.get(path, party("school:100004"))).json()
    assert (told["result"], told["by_criteria"]) == ("eligible", "ineligible")
    assert told["exception"]["reason"] == REASON["reason"]
    assert (await loaded.get(path, as_of=DAY)).json()["result"] == "ineligible"
    again = await loaded.post(f"{path}/exceptions", REASON, director("North East"))
    assert (again.status_code, again.json()["type"].rpartition(":")[2]) == (409, "cannot-be-admitted")


async def test_withdrawn_by_a_person_with_a_reason(loaded: Service) -> None:
    north, path = director("North East"), "/v1/schools/100004/eligibility"
    made = (await loaded.post(f"{path}/exceptions", REASON, north)).json()
    withdrawal = f"/v1/eligibility/exceptions/{made['id']}/withdrawal"
    assert (await loaded.post(withdrawal, {"reason": "The school reopened."})).status_code == 403
    assert (await loaded.post(withdrawal, {"reason": "The school reopened."}, director("London"))).status_code == 404
    assert (await loaded.post(withdrawal, {}, north)).status_code == 422
    nothing = withdrawal.replace(made["id"], "00000000-0000-7000-8000-000000000000")
    assert (await loaded.post(nothing, {"reason": "x"}, north)).status_code == 404
    ended = await loaded.post(withdrawal, {"reason": "The school reopened."}, north)
    assert (ended.status_code, ended.json()["withdrawn_role"]) == (201, "regional-director")
    told = (await loaded.get(path)).json()
    assert (told["result"], told["exception"]) == ("ineligible", None)
    again = await loaded.post(withdrawal, {"reason": "Again."}, north)
    assert (again.status_code, again.json()["type"]) == (409, "urn:problem:withdrawn-already")
    held = await loaded.rows("SELECT withdrawn_by, reason FROM eligibility_withdrawals")
    assert [tuple(row) for row in held] == [("rd-1", "The school reopened.")]


async def test_as_of_a_day_before_it_was_withdrawn_it_is_admitted(loaded: Service) -> None:
    path = "/v1/schools/100004/eligibility"
    await loaded.rows(
        "INSERT INTO eligibility_exceptions (id, programme, programme_version, subject_kind, subject, reason,"
        " admitted_on, admitted_by, admitted_role) VALUES (gen_random_uuid(), 'tsi-2022-23', 1, 'school', '100004',"
        " 'A fire.', '2023-03-01', 'rd-1', 'regional-director') RETURNING 1"
    )
    await loaded.rows(
        "INSERT INTO eligibility_withdrawals (exception_id, reason, withdrawn_on, withdrawn_by, withdrawn_role)"
        " SELECT id, 'Reopened.', '2023-06-01', 'rd-1', 'regional-director' FROM eligibility_exceptions RETURNING 1"
    )
    results = [
        (await loaded.get(path, as_of=day)).json()["result"] for day in ("2023-02-28", "2023-05-31", "2023-06-01")
    ]
    assert results == ["ineligible", "eligible", "ineligible"]


async def test_what_cannot_be_admitted(loaded: Service) -> None:
    by_criteria = await loaded.post("/v1/schools/100003/eligibility/exceptions", REASON, director("London"))
    assert by_criteria.status_code == 409
    other = {**REASON, "programme": "sio-2019-20"}
    assert (
        await loaded.post("/v1/schools/100004/eligibility/exceptions", other, director("North East"))
    ).status_code == 409
    trust = await loaded.post("/v1/trusts/5143/eligibility/exceptions", REASON, director("London"))
    assert trust.status_code == 409
    for path in ("/v1/schools/100004/eligibility/exceptions", "/v1/trusts/5143/eligibility/exceptions"):
        unknown = await loaded.post(path, {**REASON, "programme": "x"}, director("London", "North East"))
        assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/programme")


async def test_reference_data(service: Service) -> None:
    told = (await service.get("/v1/reference-data")).json()["programmes"]
    assert [each["programme"] for each in told] == ["sio-2019-20", "tsi-2022-23"]
    assert told[1]["parameters"]["denominator"] == "inspected_since_joining"
    assert "exceptional_circumstances" in {each["code"] for each in told[1]["rules"]}
