"""Versions of a scheme drafted and brought into force over HTTP, as an official does."""

import copy
from datetime import date, timedelta
from typing import Any

from services.triage.tests.conftest import READS, Service

from shared.clock import today
from shared.testing.tokens import bearer

IPPR = "ippr-2023"
VERSIONS = f"/v1/policies/{IPPR}/versions"
OFFICIAL = bearer(
    scope=(*READS, "policies:write", "policies:activate"), org="dfe", role="policy-official", user="official-1"
)

Document = dict[str, Any]


def tomorrow() -> date:
    """The first day on which a version that is drafted now can begin."""
    return today() + timedelta(days=1)


async def next_version(service: Service, begins: date | None = None) -> Document:
    """The first version of the tiers as it would be drafted again, unchanged, to begin on another day: tomorrow."""
    held = (await service.get(f"{VERSIONS}/1", OFFICIAL)).json()
    return {**held["document"], "in_force": {"from": (begins or tomorrow()).isoformat()}}


def stricter(document: Document) -> Document:
    """The same with `needs_attention` counting anywhere on a report card."""
    changed = copy.deepcopy(document)
    changed["parameters"]["weak"]["card_any_grades"] = ["urgent_improvement", "needs_attention"]
    return changed


async def drafted(service: Service, document: Document) -> Document:
    """A draft of this."""
    answer = await service.post(VERSIONS, document, OFFICIAL)
    assert answer.status_code == 201, answer.text
    made: Document = answer.json()
    return made


async def stepped(service: Service, version: int, step: str) -> Document:
    """The version after its `activation` or `withdrawal`."""
    answer = await service.post(f"{VERSIONS}/{version}/{step}", {"reason": "Agreed."}, OFFICIAL)
    assert answer.status_code == 200, answer.text
    made: Document = answer.json()
    return made


async def bring_stricter_into_force(service: Service, begins: date) -> None:
    """Version 2 of the tiers, stricter, drafted and activated the day before it begins or today, whichever is first."""
    if begins <= today():
        service.on(begins - timedelta(days=1))
    made = await drafted(service, stricter(await next_version(service, begins)))
    await stepped(service, made["version"], "activation")
    service.on(None)
