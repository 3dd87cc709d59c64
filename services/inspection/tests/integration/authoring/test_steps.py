"""Every step from every state, for every kind of inspection: open, or 409 with what bars it."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest
from services.inspection.tests.integration.authoring import writing
from services.inspection.tests.integration.authoring.conftest import WRITES
from services.inspection.tests.integration.authoring.test_trust_inspections import written as trust_inspection
from services.inspection.tests.integration.reads.rows import Register

from inspection.app import create_app
from inspection.settings import Settings
from shared.clock import request_day
from shared.testing.client import client_of
from shared.testing.plugin import DatabaseUrls
from shared.testing.tokens import ISSUER, bearer, jwks_url

SCHOOLS, TRUSTS = "/v1/inspections", "/v1/trusts/5143/inspections"

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "graded": (SCHOOLS, writing.card()),
    "ungraded": (
        SCHOOLS,
        writing.card(kind="ungraded", areas=[], safeguarding=None, outcome="remains_good"),
    ),
    "monitoring": (
        SCHOOLS,
        writing.card(
            kind="monitoring", safeguarding=None, areas=[{"area": "achievement", "grade": "expected_standard"}]
        ),
    ),
    "trust": (TRUSTS, trust_inspection()),
}

STATES = ("draft", "quality_assured", "published")
STEPS: dict[str, tuple[str, str, Any]] = {
    "edit": ("PATCH", "", {"summary": "Changed."}),
    "discard": ("DELETE", "", None),
    "pass": ("POST", "/quality-assurance", {"passed": True}),
    "return": ("POST", "/quality-assurance", {"passed": False, "reason": "Look again."}),
    "publish": ("POST", "/publication", None),
    "correct": ("POST", "/corrections", {"changes": {"summary": "Changed."}, "reason": "Left out."}),
}
OPEN = {
    ("draft", "edit"): 200,
    ("draft", "discard"): 204,
    ("draft", "pass"): 200,
    ("draft", "return"): 200,
    ("quality_assured", "return"): 200,
    ("quality_assured", "publish"): 200,
    ("published", "correct"): 201,
}
WHAT_BARS = {
    ("draft", "publish"): "not passed quality assurance",
    ("draft", "correct"): "edit the draft",
    ("quality_assured", "edit"): "return it to draft first",
    ("quality_assured", "discard"): "return it to draft first",
    ("quality_assured", "pass"): "passed quality assurance already",
    ("quality_assured", "correct"): "not published",
    ("published", "edit"): "make a correction",
    ("published", "discard"): "make a correction",
    ("published", "pass"): "quality assurance comes before",
    ("published", "return"): "make a correction",
    ("published", "publish"): "a change of it is a correction",
}


@pytest.fixture
async def later(urls: DatabaseUrls, register: Register) -> AsyncIterator[httpx.AsyncClient]:
    """The inspectorate on a day when trusts are inspected; the school has a card to judge areas of again."""
    register.trust("5143")
    register.card(100001, number="older", starts_on=date(2025, 11, 12))
    app = create_app(Settings(database_url=urls.app, issuer=ISSUER, jwks_url=jwks_url()))
    app.dependency_overrides[request_day] = lambda: date(2027, 12, 1)
    async with client_of(app, **bearer(scope=WRITES, org="ofsted", role="ofsted", client_id="ofsted")) as client:
        yield client


async def take(client: httpx.AsyncClient, path: str, step: str) -> httpx.Response:
    method, tail, body = STEPS[step]
    headers = {"If-Match": "*"} if method in {"PATCH", "DELETE"} else {}
    return await client.request(method, f"{path}{tail}", json=body, headers=headers)


async def made(client: httpx.AsyncClient, kind: str, state: str) -> str:
    """Bring an inspection of a kind into a state and return its path."""
    root, body = KINDS[kind]
    answer = await client.post(root, json=body)
    assert answer.status_code == 201, answer.text
    path = f"{root}/{answer.json()['id']}"
    for step in ("pass", "publish")[: STATES.index(state)]:
        assert (await take(client, path, step)).status_code == 200
    return path


def test_the_table_is_whole() -> None:
    assert {*OPEN, *WHAT_BARS} == {(state, step) for state in STATES for step in STEPS}
    assert not {*OPEN} & {*WHAT_BARS}


@pytest.mark.parametrize("kind", KINDS)
class TestEveryStep:
    @pytest.mark.parametrize(("state", "step"), OPEN)
    async def test_is_open_where_it_should_be(self, later: httpx.AsyncClient, kind: str, state: str, step: str) -> None:
        path = await made(later, kind, state)
        answer = await take(later, path, step)
        assert answer.status_code == OPEN[state, step], answer.text

    @pytest.mark.parametrize(("state", "step"), WHAT_BARS)
    async def test_or_is_told_what_bars_it_and_changes_nothing(
        self, later: httpx.AsyncClient, kind: str, state: str, step: str
    ) -> None:
        path = await made(later, kind, state)
        before = (await later.get(path)).json()

        answer = await take(later, path, step)

        problem = answer.json()
        assert answer.status_code == 409, answer.text
        assert problem["type"].endswith("illegal-step")
        assert writing.pointers(answer) == [("/state", f"is_{state}")]
        assert WHAT_BARS[state, step] in problem["errors"][0]["detail"]
        assert WHAT_BARS[state, step] in problem["detail"]
        assert (await later.get(path)).json() == before

    @pytest.mark.parametrize("step", STEPS)
    async def test_is_404_once_it_is_discarded(self, later: httpx.AsyncClient, kind: str, step: str) -> None:
        path = await made(later, kind, "draft")
        await take(later, path, "discard")
        assert (await take(later, path, step)).status_code == 404

    @pytest.mark.parametrize(("state", "status"), [("draft", 404), ("quality_assured", 404), ("published", 403)])
    async def test_is_nobody_elses(
        self, later: httpx.AsyncClient, department: httpx.AsyncClient, kind: str, state: str, status: int
    ) -> None:
        path = await made(later, kind, state)
        answers = {step: (await take(department, path, step)).status_code for step in STEPS}
        assert answers == dict.fromkeys(STEPS, status)

    async def test_a_number_that_another_draft_has_is_told_with_that_draft(
        self, later: httpx.AsyncClient, kind: str
    ) -> None:
        path = await made(later, kind, "draft")
        root, body = KINDS[kind]
        again = await later.post(root, json=body)
        other = await later.post(root, json={**body, "number": "other"})
        renamed = await later.patch(
            f"{root}/{other.json()['id']}", json={"number": body["number"]}, headers={"If-Match": "*"}
        )
        for answer in (again, renamed):
            assert answer.status_code == 409, answer.text
            assert answer.json()["type"].endswith("draft-exists")
            assert [(error["pointer"], error["code"], error["detail"]) for error in answer.json()["errors"]] == [
                ("/number", "draft_exists", f"An inspection with this number is being written as {path}.")
            ]

    async def test_a_number_that_is_published_is_told_with_what_has_it(
        self, later: httpx.AsyncClient, kind: str
    ) -> None:
        path = await made(later, kind, "published")
        root, body = KINDS[kind]
        answer = await later.post(root, json=body)
        assert answer.status_code == 409, answer.text
        assert answer.json()["type"].endswith("inspection-exists")
        assert [(error["pointer"], error["detail"]) for error in answer.json()["errors"]] == [
            ("/number", f"The inspection with this number is published as {path}.")
        ]
