"""Who may do what: no token first, then the wrong one, then the right one of somebody else."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
from fastapi import FastAPI
from services.brokering.tests.support_routes import ROUTES, Route, one_of_everything
from services.brokering.tests.support_world import LA, REGION, SCOPES, Steps, World, headers

from shared.openapi import api_routes

WINDOW = {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "days": 1}
INTEREST = {"kind": "interest", "subject_kind": "school", "subject_id": "100001"}
EVIDENCE = {"area": "inclusion", "what": "a", "dated_on": "2026-01-01", "source": "b"}
ANSWER = {"outcome": "upheld", "reason": "why"}
DIRECTORY = [
    ("GET", "/v1/leaders", None, "leaders:read"),
    ("GET", "/v1/leaders/{id}", None, "leaders:read"),
    ("GET", "/v1/leaders/{id}/availability", None, "leaders:read"),
    ("GET", "/v1/leaders/{id}/interests", None, "leaders:read"),
    ("GET", "/v1/leaders/{id}/designations", None, "leaders:read"),
    ("GET", "/v1/leaders/{id}/strength-evidence", None, "leaders:read"),
    ("GET", "/v1/leaders/{id}/changes", None, "leaders:read"),
    ("GET", "/v1/leaders/batches/{id}", None, "leaders:read"),
    ("GET", "/v1/leaders/batches/{id}/rejections", None, "leaders:read"),
    ("GET", "/v1/designation-rechecks", None, "leaders:read"),
    ("GET", "/v1/designation-rechecks/{id}", None, "leaders:read"),
    ("POST", "/v1/leaders", {}, "leaders:write"),
    ("PATCH", "/v1/leaders/{id}", {"remote": True}, "leaders:write"),
    ("POST", "/v1/leaders/batches", {"rows": []}, "leaders:write"),
    ("POST", "/v1/leaders/{id}/availability", WINDOW, "leaders:write"),
    ("DELETE", "/v1/leaders/{id}/availability/{id}", None, "leaders:write"),
    ("POST", "/v1/leaders/{id}/interests", INTEREST, "leaders:write"),
    ("POST", "/v1/leaders/{id}/interests/{id}/end", {"ends_on": "2026-01-01"}, "leaders:write"),
    ("POST", "/v1/leaders/{id}/designations", {"kind": "nle", "valid_from": "2026-01-01"}, "leaders:write"),
    ("POST", "/v1/leaders/{id}/strength-evidence", EVIDENCE, "leaders:write"),
    ("POST", "/v1/designation-rechecks/{id}/answer", ANSWER, "designations:decide"),
]
STRANGERS: dict[str, tuple[str, ...]] = {
    "partner:other": ("North East",),
    "leader:CEO-0": (),
    "school:199999": (),
    "trust:1": (),
    "la:999": (),
    "dfe": ("North East",),
}
LISTS = {
    *("/v1/offers", "/v1/episodes", "/v1/delivery-partners", "/v1/grants", "/v1/tasks", "/v1/notifications"),
    "/v1/contacts?org=school:{urn}",
}
MADE_OF_NOTHING = {"POST /v1/delivery-partners", "POST /v1/grants"}  # they name nobody's row
FAMILIES = ("offer", "episodes", "approvals", "delivery-partners", "grants", "tasks", "notifications", "contacts")


def of(role: str) -> dict[str, str]:
    orgs = {"partner": "partner:acme", "leader": f"leader:{uuid4()}", "school": "school:1", "trust": "trust:5143"}
    regions = (REGION,) if role in {"partner", "regional-director", "improvement-team"} else ()
    return headers(role, orgs.get(role, "dfe"), regions)


def placeholders() -> dict[str, str]:
    """An id for every name in a path, of nothing that exists."""
    names = {name for route in ROUTES for name in re.findall(r"{(\w+)}", route.path)}
    return {**{name: str(uuid4()) for name in names}, "urn": "100000"}


async def send(client: httpx.AsyncClient, route: Route, ids: dict[str, str], sent: dict[str, str]) -> httpx.Response:
    path, body = route.filled(ids)
    condition = {"If-Match": "*"} if route.method == "PATCH" else {}
    return await client.request(route.method, path, json=body, headers={**condition, **sent})


def shape(method: str, path: str) -> tuple[str, str]:
    """A route whatever its parameters are called."""
    return method, re.sub(r"{\w+}", "{}", path.partition("?")[0].replace("school:{urn}/claims", "{org}/{role}"))


class TestTable:
    def test_it_holds_every_route_of_support(self, app: FastAPI) -> None:
        served = {shape(method, path) for method, path, _ in api_routes(app) if any(part in path for part in FAMILIES)}
        assert served == {shape(route.method, route.path) for route in ROUTES}


class TestWithoutToken:
    async def test_nothing_is_answered(self, client: httpx.AsyncClient) -> None:
        for route in ROUTES:
            answer = await send(client, route, placeholders(), {})
            assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json"), route.name


class TestWrongToken:
    async def test_roles_that_do_not_hold_the_scope(self, client: httpx.AsyncClient) -> None:
        for route in ROUTES:
            others = [headers("dfe", "dfe", scope="schools:read")]
            others += [of(role) for role, scopes in SCOPES.items() if route.scope not in scopes.split()]
            for sent in others:
                answer = await send(client, route, placeholders(), sent)
                assert answer.status_code == 403, (route.name, answer.text)
                assert route.scope in answer.headers["www-authenticate"], route.name

    async def test_a_clients_token_takes_no_decision(self, client: httpx.AsyncClient) -> None:
        for route in ROUTES:
            answer = await send(client, route, placeholders(), headers("dfe", "dfe", (REGION,), scope=route.scope))
            refused = answer.status_code == 403 and answer.json()["detail"].startswith("This takes a person")
            assert refused == route.person, (route.name, answer.text)

    async def test_a_trusts_client_cannot_agree(self, steps: Steps, world: World) -> None:
        need = world.need(party_orgs=["school:100000", "trust:5143"], tenancy_orgs=["school:100000", "trust:5143"])
        leader = world.leader()
        proposal = world.proposal(need, leader)
        offer = (await steps.client.post(f"/v1/proposals/{proposal}/offer", json={}, headers=world.partner())).json()
        url = f"/v1/offers/{offer['id']}/school-agreement"
        await steps.client.post(
            f"/v1/offers/{offer['id']}/response", json={"accepted": True}, headers=world.leader_person(leader)
        )
        body = {"agreed": True, "conflicts_seen": True}
        refused = await steps.client.post(url, json=body, headers=headers("trust", "trust:5143"))
        assert refused.status_code == 403
        person = headers("trust", "trust:5143", user="trust-person")
        assert (await steps.client.post(url, json=body, headers=person)).status_code == 200


class TestDirectory:
    """Every route of leaders, batches and designations: no token, every scope but its own, somebody else's row."""

    async def test_without_a_token_or_its_scope(self, client: httpx.AsyncClient) -> None:
        every = {"leaders:read", "leaders:write", "designations:decide", "episodes:write", "needs:write"}
        for method, path, body, scope in DIRECTORY:
            url = path.format(id=uuid4())
            assert (await client.request(method, url, json=body)).status_code == 401, (method, path)
            others = headers("dfe", "dfe", scope=" ".join(sorted(every - {scope})), user="a-person")
            sent = {**others, "If-Match": '"a"'}
            assert (await client.request(method, url, json=body, headers=sent)).status_code == 403, (method, path)

    async def test_the_table_has_every_route(self, app: FastAPI) -> None:
        served = {
            (method.upper(), re.sub(r"\{\w+\}", "{id}", path))
            for path, methods in app.openapi()["paths"].items()
            if path.startswith(("/v1/leaders", "/v1/designation-rechecks"))
            for method in methods
        }
        assert served == {(method, path) for method, path, *_ in DIRECTORY}

    async def test_a_row_that_is_not_there_is_404(self, client: httpx.AsyncClient) -> None:
        scope = "leaders:read leaders:write designations:decide"
        sent = {**headers("dfe", "dfe", scope=scope, user="a-person"), "If-Match": '"a"'}
        for method, path, body, _ in DIRECTORY:
            if "{id}" in path:
                answer = await client.request(method, path.format(id=uuid4()), json=body, headers=sent)
                assert answer.status_code == 404, (method, path, answer.text)


class TestSomebodyElses:
    async def test_every_route_keeps_strangers_out(self, steps: Steps, world: World) -> None:
        ids = await one_of_everything(steps)
        told = len(world.events())
        for route in ROUTES:
            if route.name in MADE_OF_NOTHING:
                continue
            for org, regions in STRANGERS.items():
                sent = headers("partner", org, regions, scope=route.scope, user="stranger")
                answer = await send(steps.client, route, ids, sent)
                _check_kept_out(route, answer, org)
        assert len(world.events()) == told

    async def test_reads_and_steps_are_404(self, steps: Steps, world: World) -> None:
        match = world.match()
        offer = (await steps.offer(match))["id"]
        others = {
            "leader": world.leader_person(world.leader()),
            "school": world.school(100001),
            "la": headers("la", "la:202"),
            "partner": headers("partner", "partner:other", ("North East",)),
            "regional-director": headers("regional-director", "dfe", ("North East",)),
        }
        steps_of = {
            "leader": ("response", {"accepted": True}),
            "school": ("school-agreement", {"agreed": True, "conflicts_seen": True}),
            "la": ("school-agreement", {"agreed": True, "conflicts_seen": True}),
            "partner": ("withdrawal", {"reason": "why"}),
            "regional-director": ("approval", {"approved": True}),
        }
        for role, sent in others.items():
            assert (await steps.client.get(f"/v1/offers/{offer}", headers=sent)).status_code == 404, role
            assert (await steps.client.get("/v1/offers", headers=sent)).json()["data"] == [], role
            path, body = steps_of[role]
            answer = await steps.client.post(f"/v1/offers/{offer}/{path}", json=body, headers=sent)
            assert answer.status_code == 404, role
        proposal = await steps.client.post(f"/v1/proposals/{match.proposal}/offer", json={}, headers=others["partner"])
        assert proposal.status_code == 404

    async def test_the_school_does_not_answer_for_the_leader_nor_he_for_it(self, steps: Steps, world: World) -> None:
        match = world.match()
        offer = (await steps.offer(match))["id"]
        both = "offers:respond offers:agree episodes:read"
        answer = await steps.client.post(
            f"/v1/offers/{offer}/response", json={"accepted": True}, headers=world.school(scope=both)
        )
        assert answer.status_code == 404
        await steps.respond(match, offer)
        body = {"agreed": True, "conflicts_seen": True}
        answer = await steps.client.post(
            f"/v1/offers/{offer}/school-agreement", json=body, headers=world.leader_person(match.leader, scope=both)
        )
        assert answer.status_code == 404

    async def test_an_episode_out_of_sight_is_404(self, steps: Steps, world: World) -> None:
        episode = await steps.episode(world.match())
        for sent in (world.school(100001), headers("la", "la:202"), world.leader_person(world.leader())):
            for path in ("", "/ledger"):
                assert (await steps.client.get(f"/v1/episodes/{episode}{path}", headers=sent)).status_code == 404
        other = world.leader_person(world.leader())
        answer = await steps.client.post(
            f"/v1/episodes/{episode}/ledger", json={"kind": "used", "days": 1}, headers=other
        )
        assert answer.status_code == 404

    async def test_a_leader_does_not_stop_an_episode(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        answer = await steps.client.post(
            f"/v1/episodes/{episode}/stop", json={"reason": "why"}, headers=world.leader_person(match.leader)
        )
        assert answer.status_code == 403


def _check_kept_out(route: Route, answer: httpx.Response, org: str) -> None:
    said = (route.name, org, answer.status_code, answer.text)
    if route.path in LISTS and route.method == "GET":
        assert (answer.status_code, answer.json()["data"]) == (200, []), said
    elif route.name == "POST /v1/approvals/batches":
        assert answer.json()["counts"] == {"rows": 1, "applied": 0, "rejected": 1}, said
        assert answer.json()["data"][0]["errors"][0]["code"] == "offer-not-found", said
    else:
        expected = {404} if route.method == "GET" else {403, 404}
        assert answer.status_code in expected, said


class TestSight:
    async def test_parties_see_an_offer_and_lose_it_with_the_need(self, steps: Steps, world: World) -> None:
        match = world.match()
        offer = (await steps.offer(match))["id"]
        leader = world.leader_person(match.leader)
        for sent in (world.school(), headers("la", f"la:{LA}"), leader, world.director(), headers("dfe", "dfe")):
            assert (await steps.client.get(f"/v1/offers/{offer}", headers=sent)).status_code == 200
        world.sql("UPDATE needs SET tenancy_orgs = '{school:100000,trust:5143}' WHERE id = %s", match.need)
        assert (await steps.client.get(f"/v1/offers/{offer}", headers=headers("la", f"la:{LA}"))).status_code == 404
        for sent in (world.school(), headers("trust", "trust:5143"), leader):
            assert (await steps.client.get(f"/v1/offers/{offer}", headers=sent)).status_code == 200

    async def test_an_la_answers_for_a_maintained_school(self, steps: Steps, world: World) -> None:
        match = world.match()
        offer = (await steps.offer(match))["id"]
        await steps.respond(match, offer)
        body = {"agreed": True, "conflicts_seen": True}
        answer = await steps.client.post(
            f"/v1/offers/{offer}/school-agreement", json=body, headers=headers("la", f"la:{LA}")
        )
        assert answer.json()["school_agreement"]["on_behalf_of"] == f"la:{LA}"

    async def test_an_unchanged_offer_is_304(self, steps: Steps, world: World) -> None:
        offer = (await steps.offer(world.match()))["id"]
        first = await steps.client.get(f"/v1/offers/{offer}", headers=world.partner())
        again = {**world.partner(), "If-None-Match": first.headers["etag"]}
        assert (await steps.client.get(f"/v1/offers/{offer}", headers=again)).status_code == 304
        assert first.headers["cache-control"].startswith("private")
