"""Budgets for the tests of support, and what must hold of every one of them."""

from __future__ import annotations

from collections.abc import Sequence

from services.brokering.tests.support_world import REGION, Steps, World


async def partner_with_contract(steps: Steps, code: str, value: float, regions: Sequence[str] = (REGION,)) -> str:
    """Enter a delivery partner and its contract; return the contract's path."""
    world = steps.world
    body = {"code": code, "name": "A delivery partner", "regions": list(regions)}
    partner = await steps.client.post("/v1/delivery-partners", json=body, headers=world.dfe())
    assert partner.status_code == 201, partner.text
    url = f"/v1/delivery-partners/{partner.json()['id']}/contracts"
    terms = {"title": "Contract", "starts_on": "2026-04-01", "ends_on": "2027-03-31", "value": value}
    contract = await steps.client.post(url, json={**terms, "regions": list(regions)}, headers=world.dfe())
    assert contract.status_code == 201, contract.text
    return f"{url}/{contract.json()['id']}"


async def agreed_offers(steps: Steps, count: int) -> list[str]:
    """Bring so many offers of ten days to where the regional director approves them."""
    found = []
    for number in range(count):
        match = steps.world.match(100001 + number)
        offer = (await steps.offer(match))["id"]
        await steps.respond(match, offer)
        await steps.agree(match, offer)
        found.append(str(offer))
    return found


def assert_money(world: World) -> None:
    """Every budget stands as its entries say; nothing below 0; what is committed and claimed is days by rate."""
    wrong = world.sql(
        "SELECT b.id FROM budgets b LEFT JOIN money_entries e ON e.budget_id = b.id"
        " GROUP BY b.id HAVING b.committed_pence + b.claimed_pence > b.value_pence"
        " OR b.committed_pence < 0 OR b.claimed_pence < 0"
        " OR b.committed_pence <> coalesce(sum(CASE 'committed' WHEN e.credit THEN e.amount_pence"
        " WHEN e.debit THEN -e.amount_pence ELSE 0 END), 0)"
        " OR b.claimed_pence <> coalesce(sum(e.amount_pence) FILTER (WHERE e.credit = 'claimed'), 0)"
    )
    assert wrong == []
    paid = world.sql(
        "SELECT d.id FROM deployments d JOIN deployment_accounts a ON a.deployment_id = d.id"
        " LEFT JOIN claims c ON c.deployment_id = d.id AND c.state IN ('submitted', 'signed_off')"
        " GROUP BY d.id, a.claimed_half_days, a.used_half_days"
        " HAVING a.claimed_half_days <> coalesce(sum(c.half_days), 0) OR a.claimed_half_days > a.used_half_days"
    )
    assert paid == []
    committed = world.sql(
        "SELECT coalesce(sum(b.committed_pence + b.claimed_pence), 0)"
        " - coalesce((SELECT sum((a.reserved_half_days + a.used_half_days) * d.day_rate_pence / 2)"
        "   FROM deployments d JOIN deployment_accounts a ON a.deployment_id = d.id WHERE d.grant_id IS NOT NULL), 0)"
        " - coalesce((SELECT sum(c.amount_pence) FROM claims c JOIN deployments d ON d.id = c.deployment_id"
        "   WHERE c.state = 'signed_off' AND d.grant_id IS NULL), 0)"
        " FROM budgets b WHERE b.kind = 'deployment_grant'"
    )
    assert committed == [(0,)]
