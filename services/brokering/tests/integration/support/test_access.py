"""Who may do what: no token first, then the wrong one, then the right one of somebody else."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
from fastapi import FastAPI
from services.brokering.tests.support_world import LA, REGION, SCOPES, Steps, World, headers

WINDOW = {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "days": 1}
INTEREST = {"kind": "interest", "subject_kind": "school", "subject_id": "100001"}
EVIDENCE = {"area": "inclusion", "what": "a", "dated_on": "2026-01-01", "source": "b"}
ANSWER = {"outcome": "upheld", "reason": "why"}
WRITES = [
    ("/v1/proposals/{id}/offer", {}, "partner"),
    ("/v1/offers/{id}/response", {"accepted": True}, "leader"),
    ("/v1/offers/{id}/school-agreement", {"agreed": True, "conflicts_seen": True}, "school"),
    ("/v1/offers/{id}/approval", {"approved": True}, "regional-director"),
    ("/v1/offers/{id}/withdrawal", {"reason": "why"}, "partner"),
    ("/v1/approvals/batches", {"rows": [{"approved": True}]}, "regional-director"),
    ("/v1/episodes/{id}/ledger", {"kind": "used", "days": 1}, "partner"),
    ("/v1/episodes/{id}/pause", {"reason": "why"}, "partner"),
    ("/v1/episodes/{id}/resume", {}, "partner"),
    ("/v1/episodes/{id}/stop", {"reason": "why"}, "partner"),
]  # fmt: skip
READS = ["/v1/offers", "/v1/offers/{id}", "/v1/episodes", "/v1/episodes/{id}", "/v1/episodes/{id}/ledger", "/v1/tasks"]
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
VERBS = {
    "partner": "proposals:offer",
    "leader": "offers:respond",
    "school": "offers:agree",
    "regional-director": "offers:approve",
}


def of(role: str) -> dict[str, str]:
    orgs = {"partner": "partner:acme", "leader": f"leader:{uuid4()}", "school": "school:1", "trust": "trust:5143"}
    regions = (REGION,) if role in {"partner", "regional-director", "improvement-team"} else ()
    return headers(role, orgs.get(role, "dfe"), regions)


class TestWithoutToken:
    async def test_reads(self, client: httpx.AsyncClient) -> None:
        for path in READS:
            assert (await client.get(path.format(id=uuid4()))).status_code == 401, path

    async def test_writes(self, client: httpx.AsyncClient) -> None:
        for path, body, _ in WRITES:
            answer = await client.post(path.format(id=uuid4()), json=body)
            assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json"), path


class TestWrongToken:
    async def test_roles_that_do_not_hold_the_verb(self, client: httpx.AsyncClient) -> None:
        for path, body, role in WRITES:
            verb = "episodes:write" if "episodes" in path else VERBS[role]
            others = [other for other, scopes in SCOPES.items() if verb not in scopes.split()]
            assert others
            for other in others:
                answer = await client.post(path.format(id=uuid4()), json=body, headers=of(other))
                assert answer.status_code == 403, (path, other)

    async def test_a_clients_token_takes_no_decision(self, client: httpx.AsyncClient) -> None:
        for path, body, role in WRITES:
            if role in {"leader", "school", "regional-director"}:
                sent = headers(role, "dfe", (REGION,), user=None)
                answer = await client.post(path.format(id=uuid4()), json=body, headers=sent)
                assert answer.status_code == 403, path
                assert answer.json()["detail"].startswith("This takes a person"), path

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
