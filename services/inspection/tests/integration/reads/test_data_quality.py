"""Reports of doubtful data over HTTP: every rule finds what breaks it, and only that."""

from collections.abc import Callable
from datetime import date

import httpx
import orjson
import pytest
from services.inspection.tests.integration.reads.rows import Register

from inspection.data import load
from inspection.data_quality.schemas import FindingPage, QualitySummary
from inspection.data_quality.service import rules

GOOD = {"postcode": "EC3A 5DE", "idaci_quintile": 3, "open_date": date(2000, 1, 1), "laestab": "2013614"}
PATHS = ("/v1/data-quality", "/v1/data-quality/summary")


def sound(register: Register, urn: int, **changes: object) -> int:
    """Put a school in that no rule finds anything about."""
    register.school(urn, **{**GOOD, "laestab": f"201{urn % 10000:04}", **changes})
    register.location(urn, 51.5, 0.0)
    register.inspection(urn)
    return urn


async def broken(client: httpx.AsyncClient, **parameters: str | int) -> list[tuple[str, int]]:
    answer = await client.get("/v1/data-quality", params={"limit": 200, **parameters})
    assert answer.status_code == 200, answer.text
    FindingPage.model_validate(answer.json(), extra="forbid")
    return [(finding["rule"], finding["school"]["urn"]) for finding in answer.json()["data"]]


class TestRefused:
    @pytest.mark.parametrize("path", PATHS)
    async def test_without_a_token(self, anonymous: httpx.AsyncClient, path: str) -> None:
        assert (await anonymous.get(path)).status_code == 401

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize(
        ("parameter", "value"),
        [
            ("rule", "no_such_rule"),
            ("severity", "fatal"),
            ("source", "hearsay"),
            ("urn", "0"),
            ("urn", "x"),
            ("region", "Narnia"),
            ("la", "999"),
            ("colour", "red"),
        ],
    )
    async def test_a_code_that_does_not_exist(
        self, reader: httpx.AsyncClient, path: str, parameter: str, value: str
    ) -> None:
        assert (await reader.get(path, params={parameter: value})).status_code == 422

    @pytest.mark.parametrize("after", ["x", "WyJsaW5rX2N1dCIsMV0", "WyJub25lIiwxLCIiXQ"])
    async def test_a_cursor_of_another_list(self, reader: httpx.AsyncClient, after: str) -> None:
        assert (await reader.get("/v1/data-quality", params={"after": after})).status_code == 422


async def test_a_school_that_is_sound_breaks_nothing(reader: httpx.AsyncClient, register: Register) -> None:
    sound(register, 100001)

    assert await broken(reader) == []


def two_of_one_laestab(register: Register) -> None:
    sound(register, 100001, laestab="2010001")
    sound(register, 100002, laestab="2010001", status="closed")
    sound(register, 100003, laestab="2010001")


def not_located(register: Register) -> None:
    register.school(100001, **GOOD)
    register.inspection(100001)


def not_inspected(register: Register) -> None:
    register.school(100001, **GOOD)
    register.location(100001, 51.5, 0.0)
    register.ungraded(100001)


def assumed_stay(register: Register) -> None:
    register.trust("5143")
    sound(register, 100001, trust="5143")
    register.membership(100001, "5143", date(2020, 9, 1), assumed=True)


def closed_trust(register: Register) -> None:
    register.trust("5143", status="closed")
    sound(register, 100001, trust="5143")


def two_trusts(register: Register) -> None:
    for uid in ("5143", "5144"):
        register.trust(uid)
    moved = (date(2015, 9, 1), date(2021, 9, 1))
    sound(register, 100001, trust="5143")
    register.membership(100001, "5143", *moved)
    register.membership(100001, "5144", moved[1])
    sound(register, 100002, trust="5143")
    register.membership(100002, "5144", *moved)
    register.membership(100002, "5143", moved[1])
    sound(register, 100003, rb_kind="trust", rb_id=None, rb_reason="not_in_source", status="closed")
    register.membership(100003, "5143", moved[0])


_FOUND_ELSEWHERE = {"missing_from_newer_file", "inspected_before_opening", "inspected_after_closing"}

BREACHES: dict[str, Callable[[Register], object]] = {
    "laestab_shared": two_of_one_laestab,
    "postcode_malformed": lambda register: sound(register, 100001, postcode="EC3A5DE"),
    "missing_from_newer_file": lambda register: sound(register, 100001, missing_since=date(2026, 5, 31)),
    "academy_without_trust": lambda register: sound(
        register, 100001, rb_kind="trust", rb_id=None, rb_reason="not_in_source"
    ),
    "trust_closed": closed_trust,
    "trusts_disagree": two_trusts,
    "closed_before_opened": lambda register: sound(
        register, 100001, open_date="2020-09-01", close_date="2020-08-31", status="closed"
    ),
    "ages_out_of_order": lambda register: sound(register, 100001, low_age=19, high_age=3),
    "laestab_prefix": lambda register: sound(register, 100001, laestab="2023614"),
    "link_cut": lambda register: register.link(sound(register, 100001), sound(register, 100002), cut=True),
    "inspected_before_opening": lambda register: sound(register, 100001, open_date=date(2024, 1, 1)),
    "inspected_after_closing": lambda register: sound(register, 100001, status="closed", close_date=date(2023, 2, 28)),
    "graded_twice_on_a_day": lambda register: register.inspection(sound(register, 100001), number="2"),
    "relates_assumed": lambda register: register.ungraded(sound(register, 100001), relates_assumed=True),
    "joining_date_assumed": assumed_stay,
    "location_unknown": not_located,
    "pupils_unknown": lambda register: sound(register, 100001, pupils=None),
    "deprivation_unknown": lambda register: sound(register, 100001, idaci_quintile=None),
    "open_date_unknown": lambda register: sound(register, 100001, open_date=None),
    "not_inspected": not_inspected,
    **{
        code: lambda register, code=code: register.ungraded(sound(register, 100001), warnings=[code])  # type: ignore[misc]
        for code in {entry["code"] for entry in load("warnings")} - _FOUND_ELSEWHERE
    },
}


def test_every_rule_is_tried() -> None:
    assert {rule.code for rule in rules()} == set(BREACHES)


@pytest.mark.parametrize("rule", sorted(BREACHES))
async def test_each_rule_finds_what_breaks_it_and_no_other_does(
    reader: httpx.AsyncClient, register: Register, rule: str
) -> None:
    BREACHES[rule](register)
    both = {"laestab_shared": [100001, 100003], "graded_twice_on_a_day": [100001, 100001]}
    expected = [(rule, urn) for urn in both.get(rule, [100001])]

    assert await broken(reader) == expected


async def test_a_finding_tells_the_inspection_the_value_and_the_source(
    reader: httpx.AsyncClient, register: Register
) -> None:
    inspection = register.ungraded(sound(register, 100001), number="10000001", warnings=["category_mismatch"])
    sound(register, 100002, laestab="2023614")

    first, second = (await reader.get("/v1/data-quality")).json()["data"]

    assert first["inspection"] == {"id": str(inspection), "number": "10000001"}
    assert (first["severity"], first["field"], first["value"]) == ("warning", "category_of_concern", None)
    assert (second["inspection"], second["value"]) == (None, "2023614 in 201")
    assert second["source"]["name"] == "ofsted-latest-inspections"
    assert second["source"]["as_at"] == "2026-05-31"


@pytest.mark.parametrize(
    ("uid", "left_on", "told"),
    [("5144", None, "5144 since 2015-09-01"), ("5143", "2021-09-01", "none since 2021-09-01")],
)
async def test_trusts_that_disagree_are_told_from_both_sides(
    reader: httpx.AsyncClient, register: Register, uid: str, left_on: date | None, told: str
) -> None:
    for each in ("5143", "5144"):
        register.trust(each)
    sound(register, 100001, trust="5143")
    register.membership(100001, uid, date(2015, 9, 1), left_on)

    (found,) = (await reader.get("/v1/data-quality", params={"rule": "trusts_disagree"})).json()["data"]

    file = "(ofsted-latest-inspections of 2026-05-31)"
    assert found["value"] == f"5143 {file}, {told} {file}"


async def test_filters_narrow_it_and_pages_and_streams_hold_every_finding_once(
    reader: httpx.AsyncClient, register: Register
) -> None:
    for urn in range(100001, 100006):
        sound(register, urn, pupils=None, laestab=f"202{urn % 10000:04}")
    sound(register, 100006, pupils=None, region="North East", la_code="390", laestab="3900001")
    everything = [*(("laestab_prefix", urn) for urn in range(100001, 100006))]
    everything += [("pupils_unknown", urn) for urn in range(100001, 100007)]
    seen: list[tuple[str, int]] = []
    url = "/v1/data-quality?limit=3&include_total=true"
    while url:
        page = (await reader.get(url)).json()
        assert page["paging"]["total"] == 11
        seen += [(finding["rule"], finding["school"]["urn"]) for finding in page["data"]]
        url = page["paging"]["next_url"]
    lines = await reader.get("/v1/data-quality", headers={"Accept": "application/x-ndjson"})
    table = await reader.get("/v1/data-quality", headers={"Accept": "text/csv"})

    assert seen == everything
    assert [(each["rule"], each["school"]["urn"]) for each in map(orjson.loads, lines.text.splitlines())] == everything
    assert [row.split(",")[0] for row in table.text.splitlines()[1:]] == [rule for rule, _ in everything]
    assert await broken(reader, severity="warning", urn=100002) == [("laestab_prefix", 100002)]
    assert await broken(reader, region="North East") == [("pupils_unknown", 100006)]
    assert await broken(reader, la="390", rule="laestab_prefix") == []
    assert await broken(reader, source="gias-groups") == []


async def test_the_summary_counts_by_rule_and_source(reader: httpx.AsyncClient, register: Register) -> None:
    sound(register, 100001, pupils=None)
    register.ungraded(100001, warnings=["category_mismatch", "category_missing"], source_id=None)

    answer = (await reader.get("/v1/data-quality/summary")).json()

    QualitySummary.model_validate(answer, extra="forbid")
    counted = {rule["rule"]: rule["sources"] for rule in answer["data"]}
    assert set(counted) == {rule.code for rule in rules()}
    assert counted["pupils_unknown"] == [{"source": "ofsted-latest-inspections", "findings": 1, "schools": 1}]
    assert counted["category_mismatch"] == [{"source": "inspection-publication", "findings": 1, "schools": 1}]
    assert answer["severities"] == {"error": 0, "warning": 2, "information": 1}
