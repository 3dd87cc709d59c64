"""A small world for the tests of support: schools' needs, leaders and proposals, and the people who act on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
from fastapi import FastAPI
from psycopg.types.json import Jsonb

from brokering.app import create_app
from brokering.settings import Settings
from shared.db.session import driver_url
from shared.ids import new_id
from shared.testing.plugin import DatabaseUrls
from shared.testing.tokens import AUDIENCE, ISSUER, bearer, jwks_url

SERVICE_DIR = Path(__file__).parents[1]
REGION = "London"
URN = 100000
LA = "201"

SCOPES = {
    "partner": "leaders:read needs:read proposals:read proposals:offer episodes:read episodes:write budgets:read"
    " fees:write contacts:read contacts:write statistics:read",
    "leader": "schools:read leaders:read offers:respond episodes:read episodes:write claims:write contacts:read"
    " contacts:write",
    "school": "proposals:read offers:agree episodes:read support:sign-off contacts:read contacts:write",
    "trust": "needs:read proposals:read offers:agree episodes:read support:sign-off contacts:read contacts:write",
    "la": "needs:read proposals:read offers:agree episodes:read support:sign-off contacts:read contacts:write",
    "regional-director": "needs:read needs:write proposals:read offers:approve episodes:read budgets:read"
    " fees:approve contacts:read contacts:write statistics:read",
    "improvement-team": "needs:read needs:write proposals:read episodes:read budgets:read contacts:read"
    " statistics:read",
    "dfe": "needs:read proposals:read episodes:read budgets:read budgets:write contacts:read contacts:write"
    " statistics:read",
}
CLIENTS = {"dfe", "trust", "ops"}


def support_app(urls: DatabaseUrls, pool_size: int = 10) -> FastAPI:
    return create_app(
        Settings(database_url=urls.app, issuer=ISSUER, audience=AUDIENCE, jwks_url=jwks_url(), pool_size=pool_size)
    )


def headers(role: str, org: str, regions: tuple[str, ...] = (), **more: Any) -> dict[str, str]:
    user = None if role in CLIENTS else f"{role}-person"
    return bearer(**{"scope": SCOPES[role], "org": org, "role": role, "regions": regions, "user": user, **more})


@dataclass(frozen=True)
class Match:
    """A need, its leader and the proposal between them."""

    need: UUID
    leader: UUID
    proposal: UUID
    urn: int


class World:
    """Puts rows where the matching half of the service would, and speaks for each party."""

    def __init__(self, urls: DatabaseUrls) -> None:
        self.urls = urls
        self.owner = psycopg.connect(driver_url(urls.owner), autocommit=True, options="-c app.visibility=all")
        self.round = new_id()
        self._round_needs = 0
        self._round()

    def close(self) -> None:
        self.owner.close()

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        cursor = self.owner.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description else []

    def _round(self) -> None:
        self.sql(
            "INSERT INTO matching_rounds (id, scope, scope_regions, window_from, window_to, weights, pinned,"
            " policy_version, requested_by) VALUES (%s, %s, %s, '2026-01-01', '2027-12-31', %s, %s, 1, 'test')",
            self.round,
            Jsonb({}),
            [REGION],
            Jsonb({}),
            Jsonb([]),
        )

    def leader(self, *, days: float = 20, places: int = 2, **more: Any) -> UUID:
        leader_id = new_id()
        reference = f"CEO-{leader_id}"
        values = {
            "id": leader_id,
            "reference": reference,
            "role": "trust_ceo",
            "organisation_kind": "trust",
            "organisation_id": "9000",
            "organisation_name": "O'Brien Learning Trust",
            "region": REGION,
            "phases": ["primary"],
            "days_available": days,
            "max_concurrent": places,
            "schools_turned_round": 3,
            "tenancy_orgs": [f"leader:{leader_id}", f"leader:{reference}"],
            "tenancy_region": REGION,
            **more,
        }
        self.insert("leaders", values)
        return leader_id

    def need(self, urn: int = URN, *, days: float = 10, state: str = "decided", **more: Any) -> UUID:
        need_id = new_id()
        orgs = [f"school:{urn}", f"la:{LA}"]
        values = {
            "id": need_id,
            "subject_kind": "school",
            "subject_id": str(urn),
            "subject_name": "St Brigid's",
            "days": days,
            "state": state,
            "origin_kind": "decision",
            "party_orgs": orgs,
            "tenancy_orgs": [] if state == "provisional" else orgs,
            "tenancy_region": REGION,
            **more,
        }
        self.insert("needs", values)
        return need_id

    def proposal(self, need: UUID, leader: UUID, *, state: str = "proposed", days: float = 10, **more: Any) -> UUID:
        proposal_id = new_id()
        self._round_needs += 1
        round_id = more.pop("round_id", None) or self.round
        (orgs,) = self.sql("SELECT party_orgs FROM needs WHERE id = %s", need)[0]
        (leader_orgs,) = self.sql("SELECT tenancy_orgs FROM leaders WHERE id = %s", leader)[0]
        values = {
            "id": proposal_id,
            "round_id": round_id,
            "need_id": need,
            "leader_id": leader,
            "need_no": self._round_needs,
            "days": days,
            "suitability": 700,
            "score_parts": Jsonb([{"part": "distance", "value": 900, "weight": 30, "text": "8 km"}]),
            "distance_km": 8,
            "flags": ["not_declared", "own_organisation_in_difficulty"],
            "next_best": Jsonb([]),
            "state": state,
            "party_orgs": [*orgs, *leader_orgs],
            "tenancy_region": REGION,
            **more,
        }
        self.insert("proposals", values)
        return proposal_id

    def new_round(self) -> UUID:
        self.round = new_id()
        self._round()
        return self.round

    def match(self, urn: int = URN, *, days: float = 10, leader: UUID | None = None, **more: Any) -> Match:
        leader_id = leader or self.leader()
        need_id = self.need(urn, days=days, **more)
        return Match(need_id, leader_id, self.proposal(need_id, leader_id, days=days), urn)

    def insert(self, table: str, values: dict[str, Any]) -> None:
        names, places = ", ".join(values), ", ".join(["%s"] * len(values))
        self.sql(f"INSERT INTO {table} ({names}) VALUES ({places})", *values.values())

    def account(self, leader: UUID) -> tuple[int, int, int, int]:
        found = self.sql(
            "SELECT offered_half_days, reserved_half_days, used_half_days, places_held"
            " FROM leader_accounts WHERE leader_id = %s",
            leader,
        )
        row = found[0]
        return row[0], row[1], row[2], row[3]

    def state(self, table: str, key: UUID | str) -> str:
        return str(self.sql(f"SELECT state FROM {table} WHERE id = %s", key)[0][0])

    def events(self) -> list[tuple[str, str, str]]:
        return [
            (row[0], row[1], row[2])
            for row in self.sql("SELECT type, subject, data ->> 'state' FROM outbox ORDER BY id")
        ]

    dfe = staticmethod(lambda **more: headers("dfe", "dfe", **more))
    partner = staticmethod(lambda **more: headers("partner", "partner:acme", (REGION,), **more))
    director = staticmethod(lambda **more: headers("regional-director", "dfe", (REGION,), **more))

    @staticmethod
    def leader_person(leader: UUID, **more: Any) -> dict[str, str]:
        return headers("leader", f"leader:{leader}", **more)

    @staticmethod
    def school(urn: int = URN, **more: Any) -> dict[str, str]:
        return headers("school", f"school:{urn}", **more)


class Steps:
    """The steps of an offer, each with the token of whoever takes it."""

    def __init__(self, client: httpx.AsyncClient, world: World) -> None:
        self.client = client
        self.world = world

    async def offer(self, match: Match, expect: int = 201, **body: Any) -> dict[str, Any]:
        url = f"/v1/proposals/{match.proposal}/offer"
        return await self._post(url, body, self.world.partner(), expect)

    async def respond(self, match: Match, offer: str, expect: int = 200, **body: Any) -> dict[str, Any]:
        body = {"accepted": True, **body}
        url = f"/v1/offers/{offer}/response"
        return await self._post(url, body, self.world.leader_person(match.leader), expect)

    async def agree(self, match: Match, offer: str, expect: int = 200, **body: Any) -> dict[str, Any]:
        body = {"agreed": True, "conflicts_seen": True, **body}
        return await self._post(f"/v1/offers/{offer}/school-agreement", body, self.world.school(match.urn), expect)

    async def approve(self, offer: str, expect: int = 200, **body: Any) -> dict[str, Any]:
        body = {"approved": True, **body}
        return await self._post(f"/v1/offers/{offer}/approval", body, self.world.director(), expect)

    async def withdraw(self, offer: str, expect: int = 200, **body: Any) -> dict[str, Any]:
        body = {"reason": "another leader is nearer", **body}
        return await self._post(f"/v1/offers/{offer}/withdrawal", body, self.world.partner(), expect)

    async def episode(self, match: Match, **terms: Any) -> str:
        """Take a match all the way, and return the id of its episode."""
        offer = (await self.offer(match, **terms))["id"]
        await self.respond(match, offer)
        await self.agree(match, offer)
        return str((await self.approve(offer))["episode_id"])

    async def entry(self, episode: str, expect: int = 201, **body: Any) -> dict[str, Any]:
        return await self._post(f"/v1/episodes/{episode}/ledger", body, self.world.partner(), expect)

    async def move(self, episode: str, action: str, expect: int = 200) -> dict[str, Any]:
        body = {"reason": "the head is away"}
        return await self._post(f"/v1/episodes/{episode}/{action}", body, self.world.partner(), expect)

    async def visit(self, match: Match, episode: str, expect: int = 201, **body: Any) -> dict[str, Any]:
        today = datetime.now(UTC).date().isoformat()
        body = {"purpose": "coaching", "mode": "on_site", "on": today, "days": 1, **body}
        url = f"/v1/episodes/{episode}/visits"
        return await self._post(url, body, self.world.leader_person(match.leader), expect)

    async def claim(self, match: Match, episode: str, expect: int = 201, **body: Any) -> dict[str, Any]:
        url = f"/v1/episodes/{episode}/claims"
        return await self._post(url, body, self.world.leader_person(match.leader), expect)

    async def sign_claim(self, match: Match, claim: dict[str, Any], expect: int = 200, **body: Any) -> dict[str, Any]:
        url = f"/v1/episodes/{claim['episode_id']}/claims/{claim['id']}/sign-off"
        return await self._post(url, {"signed_off": True, **body}, self.world.school(match.urn), expect)

    async def grant(self, value: float, expect: int = 201, **body: Any) -> dict[str, Any]:
        period = {"title": "Deployment grant", "starts_on": "2026-04-01", "ends_on": "2027-03-31"}
        body = {**period, "region": REGION, "value": value, **body}
        return await self._post("/v1/grants", body, self.world.dfe(), expect)

    async def _post(self, url: str, body: dict[str, Any], sent: dict[str, str], expect: int) -> dict[str, Any]:
        answer = await self.client.post(url, json=body, headers=sent)
        assert answer.status_code == expect, answer.text
        found: dict[str, Any] = answer.json()
        return found


class Clock:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def assert_balanced(world: World) -> None:
    """Every balance equals the sum of its legs, and the legs of all movements sum to zero."""
    assert world.sql("SELECT coalesce(sum(half_days), 0) FROM ledger_legs") == [(0,)]
    unequal = world.sql("SELECT movement_id FROM ledger_legs GROUP BY 1 HAVING sum(half_days) <> 0 OR count(*) <> 2")
    assert unequal == []
    for table, key in (("leader_accounts", "leader_id"), ("need_accounts", "need_id")):
        for account in ("offered", "reserved", "used"):
            wrong = world.sql(
                f"SELECT a.{key} FROM {table} a LEFT JOIN ledger_legs l ON l.{key} = a.{key} AND l.account = %s"
                f" GROUP BY a.{key} HAVING a.{account}_half_days <> coalesce(sum(l.half_days), 0)",
                account,
            )
            assert wrong == [], (table, account)
    held = world.sql(
        "SELECT leader_id FROM leader_accounts a LEFT JOIN ledger_movements m USING (leader_id)"
        " GROUP BY leader_id HAVING a.places_held <> coalesce(sum(m.places), 0)"
    )
    assert held == []
