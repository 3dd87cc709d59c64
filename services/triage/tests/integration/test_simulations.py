"""What-if: who may try what, what moves and why, and that nothing of it is an assessment."""

import csv
import io
from typing import Any

import orjson
import pytest
from services.triage.tests.conftest import DFE, FINAL, Service, party
from services.triage.tests.documents import facts, graded, maintained

from shared.testing.tokens import bearer

SCOPES = ("simulations:read", "simulations:run", "assessments:read", "assessments:run")
OFFICIAL = bearer(scope=SCOPES, org="dfe", role="dfe")
ANY_NEEDS_ATTENTION = {"weak": {"card_any_grades": ["urgent_improvement", "needs_attention"]}}
CARD_AREAS = (
    "inclusion",
    "curriculum_and_teaching",
    "achievement",
    "attendance_and_behaviour",
    "personal_development_and_wellbeing",
    "leadership_and_governance",
)
STORED = (
    "SELECT (SELECT count(*) FROM assessments), (SELECT count(*) FROM outbox), (SELECT md5(string_agg(a::text, ''"
    " ORDER BY a.id)) FROM assessments AS a)"
)


def regional(*regions: str) -> dict[str, str]:
    return bearer(scope=SCOPES, org="dfe", role="regional-director", regions=regions, user="rd-1")


def card(**changed: str) -> dict[str, Any]:
    grades = dict.fromkeys(CARD_AREAS, "expected_standard") | changed
    areas = [{"area": area, "grade": grade, "grade_reason": None} for area, grade in grades.items()]
    return graded("2026-01-06", None, framework="report-card-2025", safeguarding="met", areas=areas)


SCHOOLS = (
    facts(100001, card(inclusion="needs_attention")),
    facts(100002, card(achievement="needs_attention")),
    maintained(100003, card(attendance_and_behaviour="needs_attention"), region="North East", phase="secondary"),
    facts(100004, card(), region="North East"),
    facts(100005),
)


async def simulate(
    service: Service, parameters: dict[str, Any] | None = None, token: dict[str, str] = OFFICIAL, **wanted: Any
) -> dict[str, Any]:
    """Run a simulation to its end."""
    body = {"scheme": "ippr-2023", "parameters": parameters or {}, **wanted}
    async with service.working():
        answer = await service.post("/v1/simulations", body, token)
        assert answer.status_code == 202, answer.text
        document: dict[str, Any] = answer.json()
        while document["state"] not in FINAL:
            document = (await service.get(answer.headers["location"], token)).json()
    assert document["state"] == "succeeded", document
    return document


async def moves(service: Service, simulation: dict[str, Any], token: dict[str, str] = OFFICIAL, **wanted: Any) -> Any:
    return (await service.get(f"/v1/simulations/{simulation['id']}/moves", token, **wanted)).json()


class TestWhoMayTry:
    async def test_nobody_without_a_token(self, service: Service) -> None:
        assert (await service.client.post("/v1/simulations", json={"scheme": "ippr-2023"})).status_code == 401

    async def test_not_without_the_verb(self, service: Service) -> None:
        assert (await service.post("/v1/simulations", {"scheme": "ippr-2023"}, DFE)).status_code == 403

    async def test_not_a_party_to_cases(self, service: Service) -> None:
        token = bearer(scope=SCOPES, org="trust:5143", role="trust")
        assert (await service.post("/v1/simulations", {"scheme": "ippr-2023"}, token)).status_code == 403

    async def test_a_region_sees_its_own_schools_and_simulations(self, service: Service) -> None:
        await service.load(*SCHOOLS)
        everywhere = await simulate(service, ANY_NEEDS_ATTENTION)
        found = await simulate(service, ANY_NEEDS_ATTENTION, regional("North East"))
        assert (found["regions"], found["counts"]["schools"], found["counts"]["moved"]) == (["North East"], 2, 1)
        london = regional("London")
        for document in (everywhere, found):
            assert (await service.get(f"/v1/simulations/{document['id']}", london)).status_code == 404
            assert (await service.get(f"/v1/simulations/{document['id']}/moves", london)).status_code == 404
        assert (await service.get("/v1/simulations", london)).json()["data"] == []
        assert (await service.get("/v1/simulations", party("trust:5143"))).status_code == 403


class TestWhatCanBeTried:
    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "/scheme"),
            ({"scheme": "nothing"}, "/scheme"),
            ({"scheme": "ippr-2023", "version": 99}, "/version"),
            ({"scheme": "ippr-2023", "as_of": "2999-01-01"}, "/as_of"),
            (
                {"scheme": "ippr-2023", "version": 1, "as_of": "2023-01-01"},
                "/as_of",
            ),  # nothing in force to compare with
            ({"scheme": "ippr-2023", "parameters": {"weka": {}}}, "/parameters/weka"),
            ({"scheme": "ippr-2023", "parameters": {"weak": {"nonsense": []}}}, "/parameters/weak/nonsense"),
            ({"scheme": "ippr-2023", "parameters": {"weak": []}}, "/parameters/weak"),
            ({"scheme": "ippr-2023", "parameters": {"weak": {"overall": [3, 7]}}}, "/parameters/weak/overall/1"),
            ({"scheme": "ippr-2023", "parameters": {"weak": {"overall": [True]}}}, "/parameters/weak/overall/0"),
            ({"scheme": "ippr-2023", "parameters": {"weak": {"card_areas": ["x"]}}}, "/parameters/weak/card_areas/0"),
            ({"scheme": "ippr-2023", "parameters": {"predecessor_grades": "x"}}, "/parameters/predecessor_grades"),
            ({"scheme": "ippr-2023", "parameters": {"concern_outcomes": [1]}}, "/parameters/concern_outcomes/0"),
            (
                {"scheme": "rise-2025", "parameters": {"low_attainment": {"enabled": 1}}},
                "/parameters/low_attainment/enabled",
            ),
        ],
    )
    async def test_the_field_that_is_wrong(self, service: Service, body: dict[str, Any], pointer: str) -> None:
        answer = await service.post("/v1/simulations", body, OFFICIAL)
        assert answer.status_code == 422
        assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]

    async def test_a_part_that_the_version_leaves_out(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=None, framework="eif-2024", safeguarding="not_effective")))
        found = await simulate(service, {"weak": {"barred_areas": ["quality_of_education"], "barred_grades": [3]}})
        assert found["counts"]["schools"] == 1


class TestAnyNeedsAttention:
    async def test_shows_the_moves_by_region_and_changes_no_assessment(self, service: Service) -> None:
        await service.load(*SCHOOLS)
        await service.run()
        await service.reassess()
        before = await service.rows(STORED)
        found = await simulate(service, ANY_NEEDS_ATTENTION)
        assert await service.rows(STORED) == before
        assert found["counts"] == {
            "schools": 5,
            "moved": 2,
            "flags_changed": 0,
            "before": {"enhanced_support": 1, "school_led_development": 3, "undetermined": 1},
            "after": {"enhanced_support": 3, "school_led_development": 1, "undetermined": 1},
            "matrix": [
                {"before": "enhanced_support", "after": "enhanced_support", "schools": 1},
                {"before": "school_led_development", "after": "enhanced_support", "schools": 2},
                {"before": "school_led_development", "after": "school_led_development", "schools": 1},
                {"before": "undetermined", "after": "undetermined", "schools": 1},
            ],
        }
        assert {each["key"]: (each["schools"], each["moved"]) for each in found["by_region"]} == {
            "London": (3, 1),
            "North East": (2, 1),
        }
        assert {each["key"]: each["moved"] for each in found["by_phase"]} == {"primary": 1, "secondary": 1}
        assert found["disadvantage_measure"] == "idaci_quintile"
        assert [(each["key"], each["moved"]) for each in found["by_disadvantage"]] == [("3", 2)]
        assert await service.rows("SELECT 1 FROM schools_to_assess") == []

    async def test_names_every_school_that_moves_and_the_rule_that_moved_it(self, service: Service) -> None:
        await service.load(*SCHOOLS)
        found = await simulate(service, ANY_NEEDS_ATTENTION)
        listed = (await moves(service, found))["data"]
        assert [(each["urn"], each["before"], each["after"]) for each in listed] == [
            (100001, "school_led_development", "enhanced_support"),
            (100003, "school_led_development", "enhanced_support"),
        ]
        rule = listed[0]["moved_by"]
        assert (rule["rule"], rule["change"]) == ("report_card", "fires")
        assert rule["inputs"]["areas"] == ["inclusion"]
        assert "nclusion" in rule["text"]
        where = [tuple(each["school"][name] for name in ("region", "phase", "local_authority_code")) for each in listed]
        assert where == [("London", "primary", "201"), ("North East", "secondary", "201")]

    async def test_the_moves_can_be_filtered_paged_and_streamed(self, service: Service) -> None:
        await service.load(*SCHOOLS)
        found = await simulate(service, ANY_NEEDS_ATTENTION)
        north = await moves(service, found, region="North East")
        assert [each["urn"] for each in north["data"]] == [100003]
        assert (await moves(service, found, rule="safeguarding"))["data"] == []
        assert (await moves(service, found, becomes="immediate_action"))["data"] == []
        first = await moves(service, found, limit=1, include_total=True)
        rest = (await service.client.get(first["paging"]["next_url"], headers=OFFICIAL)).json()
        assert (first["paging"]["total"], [each["urn"] for each in rest["data"]]) == (2, [100003])
        path = f"/v1/simulations/{found['id']}/moves"
        lines = await service.client.get(path, headers={**OFFICIAL, "Accept": "application/x-ndjson"})
        assert [orjson.loads(line)["urn"] for line in lines.text.splitlines()] == [100001, 100003]
        table = await service.client.get(path, headers={**OFFICIAL, "Accept": "text/csv"})
        rows = list(csv.DictReader(io.StringIO(table.text)))
        assert [(row["urn"], row["moved_by_rule"]) for row in rows] == [
            ("100001", "report_card"),
            ("100003", "report_card"),
        ]

    async def test_counts_by_authority_and_trust(self, service: Service) -> None:
        await service.load(*SCHOOLS)
        found = await simulate(service, ANY_NEEDS_ATTENTION)
        path = f"/v1/simulations/{found['id']}/counts"
        trusts = (await service.get(path, OFFICIAL, by="trust", include_total=True)).json()
        assert [(each["key"], each["label"], each["moved"]) for each in trusts["data"]] == [
            ("5143", "A Trust", 1),
            ("unknown", "unknown", 1),
        ]
        assert trusts["paging"]["total"] == 2
        assert (await service.get(path, OFFICIAL, by="la")).json()["data"][0]["schools"] == 5
        assert (await service.get(path, OFFICIAL, by="colour")).status_code == 422


class TestOtherMoves:
    async def test_a_rule_that_no_longer_fires_is_named(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=3)))
        found = await simulate(service, {"weak": {"overall": [4]}, "enough_overall": [1, 2, 3]})
        (move,) = (await moves(service, found))["data"]
        assert (move["before"], move["after"]) == ("enhanced_support", "school_led_development")
        assert (move["moved_by"]["rule"], move["moved_by"]["change"]) == ("enough_known", "fires")

    async def test_flags_alone_move_a_school_too(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=3), graded("2019-10-01", 3)))
        found = await simulate(service, {"stuck": {"before": {"overall": [4]}}})
        assert (found["counts"]["moved"], found["counts"]["flags_changed"]) == (0, 1)
        (move,) = (await moves(service, found))["data"]
        assert (move["flags_before"], move["flags_after"]) == (["stuck"], [])
        assert (move["moved_by"]["rule"], move["moved_by"]["change"]) == ("stuck", "no_longer_fires")

    async def test_a_version_against_the_one_in_force(self, service: Service) -> None:
        await service.load(facts(100001, graded(overall=4, category_of_concern="SWK")))
        found = await simulate(service, scheme="rise-2025", version=1)
        assert (found["baseline_version"], found["policy_version"]) == (2, 1)
        assert (found["counts"]["before"], found["counts"]["after"]) == ({"targeted": 1}, {"structural": 1})

    async def test_as_of_an_earlier_day(self, service: Service) -> None:
        await service.load(facts(100001, card(inclusion="needs_attention"), graded(overall=2)))
        found = await simulate(service, ANY_NEEDS_ATTENTION, as_of="2025-06-01")
        assert found["counts"]["moved"] == 0


class TestItsLife:
    async def test_cancelled_it_leaves_nothing(self, service: Service) -> None:
        made = (await service.post("/v1/simulations", {"scheme": "ippr-2023"}, OFFICIAL)).json()
        path = f"/v1/simulations/{made['id']}"
        assert (await service.get(f"{path}/moves", OFFICIAL)).status_code == 409
        cancelled = await service.client.delete(path, headers=OFFICIAL)
        assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
        assert (cancelled.json()["counts"], cancelled.json()["by_region"]) == (None, None)

    async def test_the_same_key_starts_one(self, service: Service) -> None:
        again = [
            (
                await service.post("/v1/simulations", {"scheme": "ippr-2023"}, OFFICIAL, **{"Idempotency-Key": "k"})
            ).json()
            for _ in range(2)
        ]
        assert again[0]["id"] == again[1]["id"]
        assert len((await service.get("/v1/simulations", OFFICIAL)).json()["data"]) == 1


class TestComparing:
    async def test_two_of_a_scheme(self, service: Service) -> None:
        await service.load(*SCHOOLS)
        strict = await simulate(service, ANY_NEEDS_ATTENTION)
        lax = await simulate(service, {"weak": {"card_grades": []}})
        path = f"/v1/simulations/{strict['id']}/comparison/{lax['id']}"
        found = (await service.get(path, OFFICIAL)).json()
        assert (found["differ"], found["same_evidence"]) == (3, True)
        assert found["matrix"] == [{"first": "enhanced_support", "second": "school_led_development", "schools": 3}]
        assert found["by_region"] == [{"region": "London", "schools": 2}, {"region": "North East", "schools": 1}]
        assert [each["urn"] for each in found["data"]] == [100001, 100002, 100003]
        assert found["data"][1]["before"] == "enhanced_support"
        assert (found["first"]["moved"], found["second"]["moved"]) == (2, 1)
        lines = await service.client.get(path, headers={**OFFICIAL, "Accept": "application/x-ndjson"})
        assert len(lines.text.splitlines()) == 3

    async def test_two_that_start_from_elsewhere_cannot_be(self, service: Service) -> None:
        await service.load(*SCHOOLS)
        one, two = await simulate(service), await simulate(service, scheme="rise-2025")
        answer = await service.get(f"/v1/simulations/{one['id']}/comparison/{two['id']}", OFFICIAL)
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "simulations-not-comparable")
