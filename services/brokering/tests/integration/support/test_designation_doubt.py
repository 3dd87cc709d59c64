"""A designation in doubt and offers: what the policy says of new ones; what was offered or accepted goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb
from services.brokering.tests.factories import default_policy
from services.brokering.tests.support_world import Steps, World

from brokering.domain.matching_policy import Treatment
from brokering.rechecks import raising
from shared.ids import new_id


def doubt(world: World, leader: UUID) -> None:
    values = {
        "id": new_id(),
        "leader_id": leader,
        "leader_reference": "CEO-1",
        "urn": 100777,
        "school_name": "School 100777",
        "inspected_on": date(2026, 1, 12),
        "findings": Jsonb(["category of concern SM"]),
        "policy_version": 1,
        "raised_at": "2026-01-20",
        "due_at": "2026-02-20",
    }
    world.insert("designation_rechecks", values)


def treated(monkeypatch: pytest.MonkeyPatch, treatment: str) -> None:
    policy = default_policy()
    policy = replace(policy, recheck=replace(policy.recheck, treatment=Treatment(treatment)))
    monkeypatch.setattr(raising, "current_policy", lambda: policy)


@pytest.mark.parametrize("treatment", ["barred", "flag", "off"])
async def test_a_new_offer_goes_by_the_policy(
    treatment: str, steps: Steps, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    treated(monkeypatch, treatment)
    match = world.match()
    doubt(world, match.leader)
    answer = await steps.offer(match, 409 if treatment == "barred" else 201)
    if treatment == "barred":
        assert answer["type"].endswith("designation-in-doubt")
        assert "School 100777 on 2026-01-12 (category of concern SM)" in answer["detail"]
        world.sql("UPDATE designation_rechecks SET state = 'upheld', answer = '{}'")
        await steps.offer(match)


async def test_what_was_offered_goes_on_to_its_end(steps: Steps, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    treated(monkeypatch, "barred")
    match = world.match()
    offer = (await steps.offer(match))["id"]
    doubt(world, match.leader)
    await steps.respond(match, offer)
    await steps.agree(match, offer)
    await steps.approve(offer)
    assert world.state("offers", offer) == "approved"
