"""Lists: whole as lines or as a table, codes that do not exist, and what a proposal tells a party."""

from __future__ import annotations

import csv
from typing import Any

import orjson
import pytest
from psycopg.types.json import Jsonb
from services.brokering.tests.support_money import partner_with_contract
from services.brokering.tests.support_routes import FEE
from services.brokering.tests.support_world import REGION, Match, Steps, World, headers

SCOPES = (
    "leaders:read leaders:write needs:read needs:write proposals:read proposals:offer brokering:match episodes:read"
)


def reader() -> dict[str, str]:
    return headers("partner", "partner:acme", (REGION,), scope=SCOPES)


async def table(steps: Steps, path: str) -> list[dict[str, str]]:
    answer = await steps.client.get(path, headers={**reader(), "Accept": "text/csv"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(answer.text.splitlines()))


async def listed(steps: Steps, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await steps.client.get(path, headers=reader())).json()["data"]
    return found


class TestWhole:
    @pytest.mark.parametrize(
        ("path", "key"),
        [
            ("/v1/leaders", "reference"),
            ("/v1/needs", "id"),
            ("/v1/proposals", "id"),
            ("/v1/offers", "id"),
            ("/v1/episodes", "id"),
            ("/v1/tasks", "id"),
        ],
    )
    async def test_in_either_form_and_past_the_limit(self, steps: Steps, world: World, path: str, key: str) -> None:
        await steps.episode(world.match(100001))
        await steps.offer(world.match(100002))
        for number in range(3):
            await steps.offer(world.match(100003 + number))
        documents = await listed(steps, path)
        rows = await table(steps, f"{path}?limit=1")
        assert [row[key] for row in rows] == [each[key] for each in documents] != []
        sent = {**reader(), "Accept": "application/x-ndjson"}
        lines = await steps.client.get(f"{path}?limit=1", headers=sent)
        assert [orjson.loads(line) for line in lines.content.splitlines()] == documents

    async def test_a_table_holds_the_scalar_fields(self, steps: Steps, world: World) -> None:
        leader = world.leader(phases=["primary", "secondary"])
        world.match(leader=leader)
        (row,) = await table(steps, "/v1/leaders")
        assert (row["organisation_id"], row["phases"], row["location_lat"]) == ("9000", "primary secondary", "")
        (row,) = await table(steps, "/v1/proposals")
        assert (row["days"], row["suitability"], row["flags"].split()[0]) == ("10.0", "700", "not_declared")
        assert "score_parts" not in row

    async def test_a_leaders_entries(self, steps: Steps, world: World) -> None:
        leader = world.leader()
        for days in (3, 4):
            body = {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "days": days}
            await steps.client.post(f"/v1/leaders/{leader}/availability", json=body, headers=reader())
        assert [row["days"] for row in await table(steps, f"/v1/leaders/{leader}/availability")] == ["3.0", "4.0"]

    async def test_a_rounds_lists(self, steps: Steps, world: World) -> None:
        asked = await steps.client.post("/v1/matching-rounds", json={}, headers=reader())
        assert [row["id"] for row in await table(steps, "/v1/matching-rounds")] == [asked.json()["id"]]
        world.insert(
            "round_leaders",
            {
                "round_id": world.round,
                "leader_no": 0,
                "leader_id": world.leader(),
                "reference": "CEO-1",
                "days_available": 20,
                "max_concurrent": 2,
                "open_deployments": 0,
            },
        )
        path = f"/v1/matching-rounds/{asked.json()['id']}"
        world.sql("UPDATE round_leaders SET round_id = %s", asked.json()["id"])
        assert [row["reference"] for row in await table(steps, f"{path}/leaders")] == ["CEO-1"]
        assert await table(steps, f"{path}/unmatched") == []

    async def test_the_policies_in_pages(self, steps: Steps) -> None:
        found = (await steps.client.get("/v1/matching-policies?include_total=true")).json()
        assert found["paging"] == {"limit": 50, "next_cursor": None, "next_url": None, "total": len(found["data"])}


class TestWholeOfWhatIsKept:
    """The lists of money, visits and messages, whole in either form."""

    async def filled(self, steps: Steps, world: World) -> list[str]:
        """Make two or more of each kind, and return where they are listed."""
        match, contract = world.match(100001), await partner_with_contract(steps, "acme", 1_000)
        await partner_with_contract(steps, "other", 10)
        partner = contract.rpartition("/")[0]
        terms = {"title": "Next", "starts_on": "2030-04-01", "ends_on": "2031-03-31", "value": 1, "regions": [REGION]}
        second = await steps.client.post(partner, json=terms, headers=world.dfe())
        assert second.status_code == 201, second.text
        await steps.grant(100_000)
        episode = await steps.episode(match)
        for _ in range(2):
            on = (await steps.visit(match, episode, days=2))["on"]
            await steps.claim(match, episode, days=1)
            entered = await steps.client.post(
                f"{contract}/fees", json={**FEE, "incurred_on": on}, headers=world.partner()
            )
            assert entered.status_code == 201, entered.text
        for role in ("claims", "head_teacher"):
            where = f"/v1/contacts/school:{match.urn}/{role}"
            await steps.client.put(where, json={"email": "office@school.example"}, headers=world.school(match.urn))
        under = f"/v1/episodes/{episode}"
        kept = [
            f"/v1/contacts?org=school:{match.urn}",
            "/v1/delivery-partners",
            "/v1/notifications",
            partner,
            f"{contract}/fees",
        ]
        return [*kept, f"{under}/visits", f"{under}/claims"]

    async def test_in_either_form_and_past_the_limit(self, steps: Steps, world: World) -> None:
        sent = headers("dfe", "dfe", scope="budgets:read episodes:read contacts:read")
        for path in await self.filled(steps, world):
            documents = (await steps.client.get(path, headers=sent)).json()["data"]
            assert len(documents) > 1, path
            paged = not path.endswith("/contracts") and "?" not in path
            whole = f"{path}?limit=1" if paged else path
            lines = await steps.client.get(whole, headers={**sent, "Accept": "application/x-ndjson"})
            assert lines.headers["content-type"].startswith("application/x-ndjson"), path
            assert [orjson.loads(line) for line in lines.content.splitlines()] == documents, path
            rows = await steps.client.get(whole, headers={**sent, "Accept": "text/csv"})
            key = "id" if "id" in documents[0] else "role"
            assert [row[key] for row in csv.DictReader(rows.text.splitlines())] == [each[key] for each in documents], (
                path
            )

    async def test_lines_are_of_what_the_client_sees(self, steps: Steps, world: World) -> None:
        of_nobody, of_other = ({"Accept": "application/x-ndjson"} for _ in range(2))
        of_nobody |= headers(
            "partner", "partner:far", ("North East",), scope="budgets:read episodes:read contacts:read"
        )
        of_other |= headers("partner", "partner:other", (), scope="budgets:read")
        for path in await self.filled(steps, world):
            answer = await steps.client.get(path, headers=of_nobody)
            everybodys = path.partition("?")[0] in {"/v1/delivery-partners", "/v1/notifications", "/v1/contacts"}
            assert answer.status_code == (200 if everybodys else 404), path
            assert answer.content == b"" or not everybodys, path
        (line,) = (await steps.client.get("/v1/delivery-partners", headers=of_other)).content.splitlines()
        assert orjson.loads(line)["code"] == "other"


class TestUnknownCodes:
    @pytest.mark.parametrize(
        ("path", "parameters"),
        [
            ("/v1/leaders", ("region", "role", "phase", "organisation_kind")),
            ("/v1/needs", ("state", "region", "subject_kind")),
            ("/v1/proposals", ("state", "region")),
            ("/v1/offers", ("state", "region")),
            ("/v1/episodes", ("state", "region")),
            ("/v1/tasks", ("waits_on", "region")),
            ("/v1/matching-rounds", ("state",)),
        ],
    )
    async def test_are_refused(self, steps: Steps, path: str, parameters: tuple[str, ...]) -> None:
        for parameter in parameters:
            answer = await steps.client.get(path, params={parameter: "Mars"}, headers=reader())
            assert answer.status_code == 422, parameter
            found = [(each["pointer"], each["code"]) for each in answer.json()["errors"]]
            assert found == [(parameter, "unknown_code")]

    async def test_every_code_published_is_taken(self, steps: Steps) -> None:
        lists = (await steps.client.get("/v1/reference-data")).json()["data"]
        for path, parameter, name in (
            ("/v1/leaders", "region", "regions"),
            ("/v1/leaders", "phase", "phases"),
            ("/v1/offers", "state", "offer_states"),
            ("/v1/episodes", "state", "episode_states"),
            ("/v1/matching-rounds", "state", "round_states"),
        ):
            for entry in lists[name]:
                answer = await steps.client.get(path, params={parameter: entry["code"]}, headers=reader())
                assert answer.status_code == 200, (path, entry)


class TestWhatAProposalTellsAParty:
    async def proposals(self, steps: Steps, match: Match, sent: dict[str, str]) -> list[dict[str, Any]]:
        lines = await steps.client.get("/v1/proposals", headers={**sent, "Accept": "application/x-ndjson"})
        one = await steps.client.get(f"/v1/proposals/{match.proposal}", headers=sent)
        many = await steps.client.get("/v1/proposals", headers=sent)
        return [one.json(), *many.json()["data"], *(orjson.loads(line) for line in lines.content.splitlines())]

    async def test_no_undecided_judgement_and_nobody_else(self, steps: Steps, world: World) -> None:
        other = {"leader_id": str(world.leader()), "reference": "CEO-9", "suitability": 600, "why_not": "full"}
        match = world.match()
        world.sql(
            "UPDATE proposals SET next_best = %s, flags = %s WHERE id = %s",
            Jsonb([{**other, "text": "Full."}]),
            ["not_declared", "own_organisation_in_difficulty", "provisional_need"],
            match.proposal,
        )
        await steps.offer(match)
        read = "proposals:read"
        for sent in (
            world.school(),
            headers("la", "la:201"),
            world.leader_person(match.leader, scope=read),
        ):
            shown = await self.proposals(steps, match, sent)
            assert [(each["flags"], each["next_best"]) for each in shown] == [(["not_declared"], None)] * 3
            text = (await steps.client.get("/v1/proposals", headers={**sent, "Accept": "text/csv"})).text
            assert "own_organisation" not in text
        (broker, *_) = await self.proposals(steps, match, reader())
        assert broker["flags"] == ["not_declared", "own_organisation_in_difficulty"]
        assert broker["next_best"][0]["reference"] == "CEO-9"
