"""Versions of a scheme drafted over HTTP: validated part by part, brought into force from a day, never edited."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from services.triage.tests.conftest import DFE, READS, Service, director, party
from services.triage.tests.drafting import (
    IPPR,
    OFFICIAL,
    VERSIONS,
    drafted,
    next_version,
    stepped,
    stricter,
    tomorrow,
)

from shared.clock import today
from shared.testing.plugin import CloneDatabase, DatabaseUrls
from shared.testing.tokens import bearer
from triage.migrate import SERVICE_DIR

DRAFTER = bearer(scope=(*READS, "policies:write"), org="dfe", role="dfe")
CLIENT = bearer(scope=(*READS, "policies:activate"), org="dfe", role="dfe")
PARTNER = bearer(scope=READS, org="partner:1", role="partner")
Document = dict[str, Any]
Spoil = Callable[[Document], object]


@pytest.fixture
def urls(cloned_database: CloneDatabase) -> DatabaseUrls:
    """A database of its own: a version that is added cannot be taken away."""
    return cloned_database("triage", SERVICE_DIR)


async def states(service: Service, token: dict[str, str] = OFFICIAL) -> dict[int, tuple[Any, ...]]:
    shown = (await service.get(f"/v1/policies/{IPPR}", token)).json()["versions"]
    return {each["version"]: (each["state"], each["in_force_to"], each["closed_by"]) for each in shown}


class TestAccess:
    @pytest.mark.parametrize("token", [DFE, director(), party("trust:5143"), PARTNER])
    @pytest.mark.parametrize("path", [VERSIONS, f"{VERSIONS}/1/activation", f"{VERSIONS}/1/withdrawal"])
    async def test_of_those_who_only_read(self, service: Service, token: dict[str, str], path: str) -> None:
        assert (await service.post(path, {}, token)).status_code == 403

    async def test_activating_takes_a_person(self, service: Service) -> None:
        assert (await service.post(f"{VERSIONS}/1/activation", {"reason": "x"}, CLIENT)).status_code == 403
        assert (await service.post(f"{VERSIONS}/1/activation", {"reason": "x"}, DRAFTER)).status_code == 403

    async def test_no_token(self, service: Service) -> None:
        assert (await service.client.post(VERSIONS, json={})).status_code == 401

    async def test_a_draft_is_the_department_s_own(self, service: Service) -> None:
        await drafted(service, await next_version(service))
        assert set(await states(service)) == {1, 2}
        assert set(await states(service, PARTNER)) == {1}
        assert (await service.get(f"{VERSIONS}/2", PARTNER)).status_code == 404
        await stepped(service, 2, "activation")
        assert (await service.get(f"{VERSIONS}/2", PARTNER)).status_code == 200


class TestADraft:
    async def test_is_stored_whole_and_changes_nothing(self, service: Service) -> None:
        made = await drafted(service, stricter(await next_version(service)))
        assert (made["version"], made["state"], made["drafted_by"], made["step"]) == (2, "draft", "official-1", None)
        sentence = next(each["sentence"] for each in made["rules"] if each["id"] == "report_card")
        assert sentence.startswith("Report card: urgent improvement or needs attention in any area")
        assert await states(service) == {1: ("in_force", None, None), 2: ("draft", None, None)}
        assert (await service.get(f"{VERSIONS}/2", OFFICIAL)).json() == made

    async def test_has_the_words_and_secrets_of_the_version_before(self, service: Service) -> None:
        await drafted(service, await next_version(service))
        first, second = [
            row.document
            for row in await service.rows(
                "SELECT document FROM policy_versions WHERE scheme = 'ippr-2023' ORDER BY version"
            )
        ]
        for kind in ("flags", "rules"):
            for name in ("id", "holds", "fails", "confidential", "proposes"):
                assert [row.get(name) for row in first[kind]] == [row.get(name) for row in second[kind]], (kind, name)
        assert {**first, **dict.fromkeys(("version", "in_force", "flags", "rules"))} == {
            **second,
            **dict.fromkeys(("version", "in_force", "flags", "rules")),
        }

    async def test_is_answered_the_same_again_for_the_same_key(self, service: Service) -> None:
        document = await next_version(service)
        first = await service.post(VERSIONS, document, OFFICIAL, **{"Idempotency-Key": "k1"})
        again = await service.post(VERSIONS, document, OFFICIAL, **{"Idempotency-Key": "k1"})
        assert (again.status_code, again.json()) == (201, first.json())
        assert first.headers["location"] == f"{VERSIONS}/2"
        assert set(await states(service)) == {1, 2}

    async def test_takes_the_next_number_and_no_other(self, service: Service) -> None:
        document = await next_version(service)
        edit = await service.post(VERSIONS, {**document, "version": 1}, OFFICIAL)
        assert (edit.status_code, edit.json()["type"]) == (409, "urn:problem:policy-version-taken")
        assert "Version 1 is in_force" in edit.json()["detail"]
        assert (await service.post(VERSIONS, {**document, "version": 3}, OFFICIAL)).status_code == 409
        assert (await drafted(service, {**document, "version": 2}))["version"] == 2

    async def test_of_a_scheme_that_there_is_not(self, service: Service) -> None:
        answer = await service.post("/v1/policies/none/versions", await next_version(service), OFFICIAL)
        assert answer.status_code == 404


def put(*path: str | int, to: Any) -> Spoil:
    """A document with one value put otherwise."""

    def spoil(document: Document) -> None:
        inner: Any = document
        for name in path[:-1]:
            inner = inner[name]
        inner[path[-1]] = to

    return spoil


RULE = {"id": "safeguarding", "step": "3", "proposes": "enhanced_support"}
WRONG: list[tuple[Spoil, str]] = [
    (lambda document: document["in_force"].update({"from": today().isoformat()}), "/in_force/from"),
    (lambda document: document["in_force"].update({"to": today().isoformat()}), "/in_force/to"),
    (put("title", to=""), "/title"),
    (put("colour", to="red"), "/colour"),
    (lambda document: document["parameters"].pop("weak"), "/parameters/weak"),
    (put("parameters", "weak", "overall", to=[3, 5]), "/parameters/weak/overall/1"),
    (put("parameters", "weak", "key_areas", to=["no_area"]), "/parameters/weak/key_areas/0"),
    (put("parameters", "action_grades", to=[4, 3, "needs_attention"]), "/parameters/action_grades"),
    (put("parameters", "action_grades", to=[3, 3]), "/parameters/action_grades"),
    (put("parameters", "special_measures", to=["XX"]), "/parameters/special_measures/0"),
    (put("parameters", "predecessor_grades", to="maybe"), "/parameters/predecessor_grades"),
    (put("parameters", "low_attainment", to={"enabled": True, "below": None}), "/parameters/low_attainment/below"),
    (put("parameters", "low_attainment", "enabled", to=1), "/parameters/low_attainment/enabled"),
    (put("support_months", to={"no_occasion": 3}), "/support_months/no_occasion"),
    (put("support_months", to={"stuck": 0}), "/support_months/stuck"),
    (put("rules", 3, "id", to="no_rule"), "/rules/3/id"),
    (put("rules", 3, "id", to="stuck"), "/rules/3/id"),
    (put("rules", 3, "proposes", to="nothing"), "/rules/3/proposes"),
    (put("rules", 3, "proposes", to=None), "/rules/3"),
    (put("rules", 3, "warns", to="nothing"), "/rules/3/warns"),
    (lambda document: document["rules"].append(RULE), "/rules/5/id"),
    (lambda document: document["rules"].pop(0), "/rules/0"),
    (put("rules", 0, "stops", to=False), "/rules/0"),
    (lambda document: document["rules"].pop(), "/rules"),
]


class TestADocumentThatCannotBeRun:
    @pytest.mark.parametrize(
        ("spoil", "pointer"), WRONG, ids=[f"{place} {each[1]}" for place, each in enumerate(WRONG)]
    )
    async def test_is_refused_and_the_field_named(self, service: Service, spoil: Spoil, pointer: str) -> None:
        document = await next_version(service)
        spoil(document)
        answer = await service.post(VERSIONS, document, OFFICIAL)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert pointer in [each["pointer"] for each in answer.json()["errors"]], answer.text
        assert set(await states(service)) == {1}


class TestActivation:
    async def test_warns_of_the_days_that_a_version_leaves_without_any(self, service: Service) -> None:
        last = tomorrow() + timedelta(days=9)
        document = await next_version(service)
        await drafted(service, {**document, "in_force": {"from": tomorrow().isoformat(), "to": last.isoformat()}})
        made = await stepped(service, 2, "activation")
        bare = last + timedelta(days=1)
        assert (made["uncovered_from"], made["uncovered_to"]) == (bare.isoformat(), None)
        page = await service.client.get(f"{VERSIONS}/2", headers={**OFFICIAL, "Accept": "text/html"})
        assert "Warning: From" in page.text
        assert "no version of the scheme is in force" in page.text
        await drafted(service, {**document, "in_force": {"from": (bare + timedelta(days=3)).isoformat()}})
        await stepped(service, 3, "activation")
        shown = (await service.get(f"{VERSIONS}/2", OFFICIAL)).json()
        assert (shown["uncovered_from"], shown["uncovered_to"]) == (
            bare.isoformat(),
            (bare + timedelta(days=2)).isoformat(),
        )
        assert (await service.get(f"{VERSIONS}/1", OFFICIAL)).json()["uncovered_from"] is None

    async def test_closes_the_version_before_without_rewriting_it(self, service: Service) -> None:
        before = (await service.get(f"{VERSIONS}/1", OFFICIAL)).json()
        await drafted(service, await next_version(service, today() + timedelta(days=30)))
        made = await stepped(service, 2, "activation")
        assert (made["state"], made["step"]["step"], made["step"]["taken_by"]) == ("coming", "activated", "official-1")
        last = (today() + timedelta(days=29)).isoformat()
        assert await states(service) == {1: ("in_force", last, 2), 2: ("coming", None, None)}
        after = (await service.get(f"{VERSIONS}/1", OFFICIAL)).json()
        assert after == {**before, "in_force_to": last, "closed_by": 2}
        assert [row.data for row in await service.rows("SELECT data FROM outbox")] == [
            {
                "scheme": IPPR,
                "version": 2,
                "in_force_from": (today() + timedelta(days=30)).isoformat(),
                "content_hash": made["content_hash"],
            }
        ]

    async def test_once_taken_no_step_is_left(self, service: Service) -> None:
        document = await next_version(service)
        await drafted(service, document)
        await drafted(service, document)
        await stepped(service, 2, "activation")
        await stepped(service, 3, "withdrawal")
        assert [state for state, *_ in (await states(service)).values()] == ["in_force", "coming", "withdrawn"]
        for version, state in ((1, "in_force"), (2, "coming"), (3, "withdrawn")):
            for step in ("activation", "withdrawal"):
                answer = await service.post(f"{VERSIONS}/{version}/{step}", {"reason": "Again."}, OFFICIAL)
                assert (answer.status_code, answer.json()["type"]) == (409, "urn:problem:not-a-draft")
                assert f"Version {version} is {state}" in answer.json()["detail"]
        assert (await service.post(f"{VERSIONS}/9/activation", {"reason": "x"}, OFFICIAL)).status_code == 404

    async def test_of_one_draft_is_one_however_many_ask(self, service: Service) -> None:
        document = await next_version(service)
        await asyncio.gather(*(drafted(service, document) for _ in range(3)))
        assert set(await states(service)) == {1, 2, 3, 4}
        order = {"reason": "At once."}
        steps = [f"{version}/{step}" for version in (2, 2, 3, 4) for step in ("activation", "withdrawal")]
        answers = await asyncio.gather(*(service.post(f"{VERSIONS}/{each}", order, OFFICIAL) for each in steps))
        assert {each.status_code for each in answers} <= {200, 409}
        held = list((await states(service)).values())
        assert [state for state, *_ in held].count("coming") <= 1
        assert len([each for each in answers if each.status_code == 200]) == 3

    async def test_on_the_day_itself_is_too_late(self, service: Service) -> None:
        await drafted(service, await next_version(service))
        service.on(tomorrow())
        answer = await service.post(f"{VERSIONS}/2/activation", {"reason": "Late."}, OFFICIAL)
        service.on(None)
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:problem:activation-too-late")

    @pytest.mark.parametrize(
        ("begins", "ends", "blocked"),
        [(9, None, True), (10, None, True), (8, 10, True), (8, 9, False), (20, None, True), (21, None, False)],
    )
    async def test_overlapping_another_is_refused(
        self, service: Service, begins: int, ends: int | None, *, blocked: bool
    ) -> None:
        document = await next_version(service)
        for first, last in ((10, 20), (begins, ends)):
            days = [None if each is None else (today() + timedelta(days=each)).isoformat() for each in (first, last)]
            await drafted(service, {**document, "in_force": dict(zip(("from", "to"), days, strict=True))})
        await stepped(service, 2, "activation")
        answer = await service.post(f"{VERSIONS}/3/activation", {"reason": "And this."}, OFFICIAL)
        assert answer.status_code == (409 if blocked else 200), answer.text
        if blocked:
            assert answer.json()["type"] == "urn:problem:policy-overlap"
            assert "Version 2" in answer.json()["detail"]


class TestADraftBesideTheVersionBefore:
    async def test_names_the_parameter_and_the_rules_that_go_by_it(self, service: Service) -> None:
        document = stricter(await next_version(service))
        document["rules"][6], document["rules"][7] = document["rules"][7], document["rules"][6]
        document["title"] = "A <b>stricter</b> response"
        await drafted(service, document)
        assert (await service.get(f"/v1/policies/{IPPR}", OFFICIAL)).json()["title"] == "Three-tier regulatory response"
        path = f"{VERSIONS}/1/comparison/2"
        assert (await service.get(path, PARTNER)).status_code == 404
        found = (await service.get(path, OFFICIAL)).json()
        assert found["parameters"] == [
            {
                "path": "weak.card_any_grades",
                "before": ["urgent_improvement"],
                "after": ["urgent_improvement", "needs_attention"],
                "rules": ["no_progress_after_support", "overall_grade", "areas_without_overall", "report_card"],
            }
        ]
        rules = {each["id"]: each for each in found["rules"]}
        assert "needs attention in any area" not in rules["report_card"]["before"]["sentence"]
        assert "urgent improvement or needs attention in any area" in rules["report_card"]["after"]["sentence"]
        assert found["order"]["after"] != found["order"]["before"]
        assert [each["path"] for each in found["others"]] == ["title"]
        page = await service.get(f"{VERSIONS}/2", {**OFFICIAL, "Accept": "text/html"})
        assert "A &lt;b&gt;stricter&lt;/b&gt; response" in page.text
        assert "A draft, of no effect" in page.text
