"""A whole round over all regions is approved, whatever the delivery partners' contracts still hold.

`make test` approves a few matches in each of the nine regions, `make drill` as many as the national round makes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from services.brokering.tests.support_money import assert_money
from services.brokering.tests.support_world import Match, Steps, World, assert_balanced, headers

from brokering.budgets.rates import day_rate
from shared.testing.drill import FULL

pytestmark = [pytest.mark.drill, pytest.mark.timeout(3600)]

PARTNERS = {
    "one": ("North East", "North West"),
    "two": ("Yorkshire and the Humber", "East Midlands"),
    "three": ("West Midlands",),
    "four": ("East of England",),
    "five": ("London",),
    "six": ("South East",),
    "seven": ("South West",),
}
VALUES = (92_317.86, 92_317.86, 92_317.86, 92_317.86, 92_317.86, 92_317.86, 92_317.84)  # £646,225 in all
REGIONS = tuple(region for covered in PARTNERS.values() for region in covered)
IN_A_REGION = 120 if FULL else 2
DAYS = 10
COST = day_rate(datetime.now(UTC).date()).of(DAYS * 2) // 100  # pounds of one match


async def test_a_full_round_is_not_blocked_by_contracts_that_are_spent(steps: Steps, world: World) -> None:
    contracts = [await _spent_contract(steps, code, value) for code, value in zip(PARTNERS, VALUES, strict=True)]
    grants = [(await steps.grant(COST * IN_A_REGION, region=region))["id"] for region in REGIONS]
    for number, region in enumerate(REGIONS):
        offers = [await _agreed(steps, region, 100001 + number * 1000 + each) for each in range(IN_A_REGION)]
        body = {"rows": [{"offer_id": offer, "approved": True} for offer in offers]}
        director = headers("regional-director", "dfe", (region,))
        answer = (await steps.client.post("/v1/approvals/batches", json=body, headers=director)).json()
        assert answer["counts"] == {"rows": IN_A_REGION, "applied": IN_A_REGION, "rejected": 0}, answer
    for url in contracts:
        found = await _read(steps, url)
        assert (found["committed"], found["claimed"], found["remaining"]) == (found["value"], 0, 0)
        assert found["warning"].endswith("is committed or claimed, and £0 is left.")
    for grant in grants:
        found = await _read(steps, f"/v1/grants/{grant}")
        assert (found["committed"], found["claimed"], found["remaining"]) == (COST * IN_A_REGION, 0, 0)
    assert_money(world)
    assert_balanced(world)


async def _spent_contract(steps: Steps, code: str, value: float) -> str:
    """A partner with a contract whose whole value is committed to fees of its own work."""
    world, covered = steps.world, list(PARTNERS[code])
    partner = {"code": code, "name": f"Partner {code}", "regions": covered}
    made = await steps.client.post("/v1/delivery-partners", json=partner, headers=world.dfe())
    url = f"/v1/delivery-partners/{made.json()['id']}/contracts"
    today = datetime.now(UTC).date()
    terms = {"title": "Contract", "starts_on": str(today), "ends_on": str(today), "value": value, "regions": covered}
    contract = await steps.client.post(url, json=terms, headers=world.dfe())
    one = f"{url}/{contract.json()['id']}"
    work = {"kind": "identification", "region": covered[0], "incurred_on": str(today), "description": "All of it"}
    sent = headers("partner", f"partner:{code}", tuple(covered))
    charged = await steps.client.post(f"{one}/fees", json={**work, "amount": value}, headers=sent)
    assert charged.status_code == 201, charged.text
    over = await steps.client.post(f"{one}/fees", json={**work, "amount": 0.01}, headers=sent)
    assert (over.status_code, over.json()["type"]) == (409, "urn:problem:budget-exceeded")
    return one


async def _agreed(steps: Steps, region: str, urn: int) -> str:
    """An offer of a match in the region that waits for its director."""
    world = steps.world
    leader = world.leader(region=region, tenancy_region=region)
    need = world.need(urn, days=DAYS, tenancy_region=region)
    match = Match(need, leader, world.proposal(need, leader, days=DAYS, tenancy_region=region), urn)
    broker = headers("partner", "partner:anyone", (region,))
    made = await steps.client.post(f"/v1/proposals/{match.proposal}/offer", json={}, headers=broker)
    assert made.status_code == 201, made.text
    offer = str(made.json()["id"])
    await steps.respond(match, offer)
    await steps.agree(match, offer)
    return offer


async def _read(steps: Steps, url: str) -> dict[str, Any]:
    found: dict[str, Any] = (await steps.client.get(url, headers=steps.world.dfe())).json()
    return found
