"""Every step that an episode's table does not hold is refused over HTTP, and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from services.brokering.tests.support_world import Match, Steps, World

from brokering.domain.episode_states import ACTIONS, STATES

WRITING = {"use", "return", "correct", "visit", "withdraw_visit", "deploy", "end_deployment"}
LEGAL: dict[str, set[str]] = {
    "open": {"pause", "stop", "complete", "claim", "answer_claim", *WRITING},
    "paused": {"resume", "stop"},
    "awaiting_sign_off": {"sign_off", "send_back", "stop", "claim", "answer_claim"},
    "completed": {"claim", "answer_claim"},
    "stopped": {"claim", "answer_claim"},
}
REACH = {
    "open": (),
    "paused": ("pause",),
    "awaiting_sign_off": ("complete",),
    "completed": ("complete", "sign_off"),
    "stopped": ("stop",),
}
WHY = {"reason": "why"}
REQUESTS: dict[str, tuple[str, str, Mapping[str, Any]]] = {
    "pause": ("partner", "/pause", WHY),
    "resume": ("partner", "/resume", {}),
    "stop": ("partner", "/stop", WHY),
    "use": ("partner", "/ledger", {"kind": "used", "days": 0.5}),
    "return": ("partner", "/ledger", {"kind": "returned", "days": 0.5}),
    "correct": ("partner", "/ledger", {"kind": "use_corrected", "days": 0.5}),
    "visit": ("leader", "/visits", {"purpose": "coaching", "mode": "remote", "days": 0.5}),
    "withdraw_visit": ("leader", "/visits/{visit}/withdrawal", WHY),
    "deploy": ("partner", "/offers", {"days": 0.5}),
    "end_deployment": ("partner", "/deployments/{deployment}/end", WHY),
    "complete": ("partner", "/completion", {"summary": "done"}),
    "sign_off": ("school", "/completion/sign-off", {"signed_off": True}),
    "send_back": ("school", "/completion/sign-off", {"signed_off": False, "reason": "why"}),
    "claim": ("leader", "/claims", {"days": 0.5}),
    "answer_claim": ("school", "/claims/{claim}/sign-off", {"signed_off": False, "reason": "why"}),
}


@dataclass(frozen=True)
class Support:
    """An episode with a visit and an open claim, and who takes part in it."""

    steps: Steps
    match: Match
    episode: str
    ids: Mapping[str, str]

    @classmethod
    async def begin(cls, steps: Steps, urn: int = 100000) -> Support:
        match = steps.world.match(urn, days=8)
        episode = await steps.episode(match)
        visit = await steps.visit(match, episode, days=2)
        claim = await steps.claim(match, episode, days=1)
        ids = {"visit": visit["id"], "deployment": visit["deployment_id"], "claim": claim["id"]}
        return cls(steps, match, episode, ids)

    async def take(self, action: str) -> tuple[int, dict[str, Any]]:
        party, path, body = REQUESTS[action]
        world = self.steps.world
        sent = {
            "partner": world.partner(),
            "leader": world.leader_person(self.match.leader),
            "school": world.school(self.match.urn),
        }[party]
        more: dict[str, Any] = {}
        if action == "visit":
            more = {"on": datetime.now(UTC).date().isoformat()}
        elif action == "deploy":
            more = {"leader_id": str(world.leader())}
        url = f"/v1/episodes/{self.episode}{path.format(**self.ids)}"
        answer = await self.steps.client.post(url, json={**body, **more}, headers=sent)
        return answer.status_code, answer.json()

    def trace(self) -> tuple[Any, ...]:
        world = self.steps.world
        counted = world.sql(
            "SELECT (SELECT count(*) FROM ledger_movements), (SELECT count(*) FROM visits WHERE withdrawal IS NULL),"
            " (SELECT count(*) FROM claims), (SELECT count(*) FROM offers), (SELECT count(*) FROM notifications)"
        )
        return (*counted[0], len(world.events()), world.state("episodes", self.episode))


@pytest.mark.parametrize("state", LEGAL)
async def test_what_the_state_does_not_allow_is_409_and_changes_nothing(steps: Steps, world: World, state: str) -> None:
    support = await Support.begin(steps)
    for action in REACH[state]:
        assert (await support.take(action))[0] == 200, action
    assert world.state("episodes", support.episode) == state
    before = support.trace()
    for action in sorted(set(REQUESTS) - LEGAL[state]):
        status, problem = await support.take(action)
        assert (status, problem["type"]) == (409, "urn:problem:episode-blocked"), (action, problem)
        assert problem["detail"] == f"You cannot {ACTIONS[action]}: {STATES[state].stands}.", action
    assert support.trace() == before


async def test_what_an_open_episode_allows_goes_through(steps: Steps) -> None:
    for number, action in enumerate(sorted(LEGAL["open"])):
        support = await Support.begin(steps, 100001 + number)
        if action == "withdraw_visit":
            await support.take("answer_claim")
        status, answer = await support.take(action)
        assert status in {200, 201}, (action, answer)
