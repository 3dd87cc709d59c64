"""The routes of support, with a body that each takes; and a world that has one of everything they name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.brokering.tests.support_money import partner_with_contract
from services.brokering.tests.support_world import REGION, Match, Steps

WHY = {"reason": "why"}
PERIOD = {"title": "A budget", "starts_on": "2030-04-01", "ends_on": "2031-03-31", "value": 1}
CHANGE = {"value": 5, "reason": "why"}
EPISODE = "/v1/episodes/{episode}"
CLAIM = EPISODE + "/claims/{claim}"
PARTNER = "/v1/delivery-partners/{partner}"
CONTRACT = PARTNER + "/contracts/{contract}"
AGREED = {"agreed": True, "conflicts_seen": True}
VISIT = {"purpose": "coaching", "mode": "remote", "on": "{today}", "days": 0.5}
FEE = {"kind": "matching", "region": REGION, "amount": 1, "incurred_on": "{today}", "description": "Round"}


@dataclass(frozen=True)
class Route:
    """One operation: the scope it asks for, a body it takes, and whether it takes a person."""

    method: str
    path: str
    scope: str
    body: Mapping[str, Any] | None = None
    person: bool = False

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def filled(self, ids: Mapping[str, str]) -> tuple[str, dict[str, Any] | None]:
        """Where a request of it goes, and with what; `ids` are of what the path and the body name."""
        text = json.dumps([self.path, self.body])
        for name, value in ids.items():
            text = text.replace(f"{{{name}}}", value)
        path, body = json.loads(text)
        return path, body


ROUTES = (
    Route("POST", "/v1/proposals/{proposal}/offer", "proposals:offer", {}),
    Route("POST", "/v1/needs/{need}/offers", "proposals:offer", {}),
    Route("POST", EPISODE + "/offers", "proposals:offer", {"leader_id": "{leader}", "days": 1}),
    Route("GET", "/v1/offers", "episodes:read"),
    Route("GET", "/v1/offers/{offer}", "episodes:read"),
    Route("POST", "/v1/offers/{offer}/response", "offers:respond", {"accepted": True}, person=True),
    Route("POST", "/v1/offers/{offer}/school-agreement", "offers:agree", AGREED, person=True),
    Route("POST", "/v1/offers/{offer}/approval", "offers:approve", {"approved": True}, person=True),
    Route("POST", "/v1/offers/{offer}/withdrawal", "proposals:offer", WHY),
    Route(
        "POST",
        "/v1/approvals/batches",
        "offers:approve",
        {"rows": [{"offer_id": "{offer}", "approved": True}]},
        person=True,
    ),
    Route("GET", "/v1/approvals/batches/{batch}", "episodes:read", person=True),
    Route("GET", "/v1/episodes", "episodes:read"),
    Route("GET", EPISODE, "episodes:read"),
    Route("GET", EPISODE + "/ledger", "episodes:read"),
    Route("POST", EPISODE + "/ledger", "episodes:write", {"kind": "used", "days": 1}),
    Route("POST", EPISODE + "/pause", "episodes:write", WHY),
    Route("POST", EPISODE + "/resume", "episodes:write", {}),
    Route("POST", EPISODE + "/stop", "episodes:write", WHY),
    Route("GET", EPISODE + "/visits", "episodes:read"),
    Route("POST", EPISODE + "/visits", "episodes:write", VISIT),
    Route("GET", EPISODE + "/visits/{visit}", "episodes:read"),
    Route("POST", EPISODE + "/visits/{visit}/withdrawal", "episodes:write", WHY),
    Route("GET", EPISODE + "/completion", "episodes:read"),
    Route("POST", EPISODE + "/completion", "episodes:write", {"summary": "done"}),
    Route("POST", EPISODE + "/completion/sign-off", "support:sign-off", {"signed_off": True}, person=True),
    Route("POST", EPISODE + "/deployments/{deployment}/end", "episodes:write", WHY),
    Route("GET", EPISODE + "/claims", "episodes:read"),
    Route("POST", EPISODE + "/claims", "claims:write", {"days": 0.5}, person=True),
    Route("GET", CLAIM, "episodes:read"),
    Route("POST", CLAIM + "/sign-off", "support:sign-off", {"signed_off": True}, person=True),
    Route("POST", CLAIM + "/withdrawal", "claims:write", WHY, person=True),
    Route("GET", "/v1/delivery-partners", "budgets:read"),
    Route("POST", "/v1/delivery-partners", "budgets:write", {"code": "new", "name": "New", "regions": [REGION]}),
    Route("GET", PARTNER, "budgets:read"),
    Route("PATCH", PARTNER, "budgets:write", {"regions": [REGION], **WHY}),
    Route("GET", PARTNER + "/contracts", "budgets:read"),
    Route("POST", PARTNER + "/contracts", "budgets:write", {**PERIOD, "regions": [REGION]}),
    Route("GET", CONTRACT, "budgets:read"),
    Route("PATCH", CONTRACT, "budgets:write", CHANGE),
    Route("GET", CONTRACT + "/entries", "budgets:read"),
    Route("GET", CONTRACT + "/fees", "budgets:read"),
    Route("POST", CONTRACT + "/fees", "fees:write", FEE, person=True),
    Route("POST", CONTRACT + "/fees/{fee}/approval", "fees:approve", {"approved": True}, person=True),
    Route("GET", "/v1/grants", "budgets:read"),
    Route("POST", "/v1/grants", "budgets:write", {**PERIOD, "region": REGION}),
    Route("GET", "/v1/grants/{grant}", "budgets:read"),
    Route("PATCH", "/v1/grants/{grant}", "budgets:write", CHANGE),
    Route("GET", "/v1/grants/{grant}/entries", "budgets:read"),
    Route("GET", "/v1/tasks", "episodes:read"),
    Route("GET", "/v1/notifications", "contacts:read"),
    Route("GET", "/v1/contacts?org=school:{urn}", "contacts:read"),
    Route("PUT", "/v1/contacts/school:{urn}/claims", "contacts:write", {"email": "office@school.example"}),
    Route("DELETE", "/v1/contacts/school:{urn}/claims", "contacts:write"),
)


async def one_of_everything(steps: Steps) -> dict[str, str]:
    """Make a row for every name in the routes' paths, and return their ids."""
    world = steps.world
    grant = await steps.grant(100_000)
    under_way, offered = world.match(100001), world.match(100002)
    proposed = world.match(100003)
    episode = await steps.episode(under_way)
    visit = await steps.visit(under_way, episode, days=2)
    claim = await steps.claim(under_way, episode, days=1)
    offer = (await steps.offer(offered))["id"]
    contract = await partner_with_contract(steps, "acme", 1_000)
    today = visit["on"]
    fee = await steps.client.post(f"{contract}/fees", json={**FEE, "incurred_on": today}, headers=world.partner())
    rows = {"rows": [{"offer_id": offer, "approved": True}]}
    batch = await steps.client.post("/v1/approvals/batches", json=rows, headers=world.director())
    contact = {"email": "office@school.example"}
    where = f"/v1/contacts/school:{under_way.urn}/claims"
    kept = await steps.client.put(where, json=contact, headers=world.school(under_way.urn))
    assert {answer.status_code for answer in (fee, batch, kept)} <= {200, 201}, (fee.text, batch.text, kept.text)
    return {
        **_ids_of(proposed),
        "urn": str(under_way.urn),
        "offer": offer,
        "batch": batch.json()["id"],
        "episode": episode,
        "deployment": visit["deployment_id"],
        "visit": visit["id"],
        "claim": claim["id"],
        "partner": contract.split("/")[3],
        "contract": contract.split("/")[5],
        "fee": fee.json()["id"],
        "grant": grant["id"],
        "today": today,
    }


def _ids_of(match: Match) -> dict[str, str]:
    return {"need": str(match.need), "leader": str(match.leader), "proposal": str(match.proposal)}
