"""Races for a leader's last days or last place, for a need, and for the cap of an episode, over real connections."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from services.brokering.tests.support_world import Steps, World

AT_ONCE = 4
Answers = Counter[int]
Request = tuple[str, dict[str, Any], dict[str, str]]


@dataclass(frozen=True)
class Race:
    """Two requests of which exactly one may succeed."""

    kind: str
    requests: tuple[Request, Request]


class Races:
    """Makes races of every kind in a seeded order."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.random = random.Random(seed)
        self.partner = world.partner()
        self.urn = 100000

    def make(self) -> Race:
        kind = self.random.choice(["last_day", "last_place", "one_need", "one_proposal"])
        first, second = getattr(self, f"_{kind}")()
        requests: list[Request] = [
            (f"/v1/proposals/{proposal}/offer", {}, self.partner) for proposal in (first, second)
        ]
        self.random.shuffle(requests)
        return Race(kind, (requests[0], requests[1]))

    def _need(self) -> UUID:
        self.urn += 1
        return self.world.need(self.urn)

    def _last_day(self) -> tuple[UUID, UUID]:
        leader = self.world.leader(days=self.random.choice([10, 15, 19.5]), places=5)
        return self.world.proposal(self._need(), leader), self.world.proposal(self._need(), leader)

    def _last_place(self) -> tuple[UUID, UUID]:
        leader = self.world.leader(days=100, places=1)
        return self.world.proposal(self._need(), leader), self.world.proposal(self._need(), leader)

    def _one_need(self) -> tuple[UUID, UUID]:
        need = self._need()
        first = self.world.proposal(need, self.world.leader())
        second = self.world.proposal(need, self.world.leader(), round_id=self.world.new_round())
        return first, second

    def _one_proposal(self) -> tuple[UUID, UUID]:
        proposal = self.world.proposal(self._need(), self.world.leader())
        return proposal, proposal


async def run_races(client: httpx.AsyncClient, world: World, count: int, seed: int) -> dict[str, Answers]:
    """Run so many races, a few at a time; return the answers by kind of race."""
    races, answers = Races(world, seed), dict[str, Answers]()

    async def run(race: Race) -> None:
        found = await asyncio.gather(*(client.post(url, json=body, headers=sent) for url, body, sent in race.requests))
        statuses = sorted(answer.status_code for answer in found)
        assert statuses == [201, 409], (race.kind, [answer.text for answer in found])
        answers.setdefault(race.kind, Counter()).update(statuses)

    for start in range(0, count, AT_ONCE):
        await asyncio.gather(*(run(races.make()) for _ in range(min(AT_ONCE, count - start))))
    return answers


async def use_up(steps: Steps, episode: str, *, writers: int, each: int) -> Answers:
    """Let many writers use half a day each time, all at once; return how their requests were answered."""
    sent = steps.world.partner()

    async def write() -> Answers:
        answers = Answers()
        for _ in range(each):
            body = {"kind": "used", "days": 0.5}
            answer = await steps.client.post(f"/v1/episodes/{episode}/ledger", json=body, headers=sent)
            answers[answer.status_code] += 1
        return answers

    return sum(await asyncio.gather(*(write() for _ in range(writers))), Answers())


async def jostle(steps: Steps, rounds: int, seed: int) -> Answers:
    """Let all parties act at random on a few needs and leaders, all at once; return how they were answered."""
    world, rng = steps.world, random.Random(seed)
    leaders = [world.leader(days=20, places=2) for _ in range(3)]
    needs = [world.need(100000 + number) for number in range(4)]
    parties: list[Callable[[], Awaitable[int]]] = []
    answers = Answers()
    for _ in range(rounds):
        world.new_round()
        proposals = [world.proposal(need, rng.choice(leaders)) for need in needs]
        parties = [_offering(steps, proposal) for proposal in proposals * 2]
        parties += [_answering(steps, leader, rng) for leader in leaders]
        parties += [_approving(steps), _withdrawing(steps, rng)]
        rng.shuffle(parties)
        answers.update(await asyncio.gather(*(party() for party in parties)))
    return answers


def _offering(steps: Steps, proposal: UUID) -> Callable[[], Awaitable[int]]:
    async def act() -> int:
        url = f"/v1/proposals/{proposal}/offer"
        return (await steps.client.post(url, json={"days": 5}, headers=steps.world.partner())).status_code

    return act


def _answering(steps: Steps, leader: UUID, rng: random.Random) -> Callable[[], Awaitable[int]]:
    async def act() -> int:
        rows = steps.world.sql("SELECT id, subject_id FROM offers WHERE leader_id = %s AND state = 'offered'", leader)
        if not rows:
            return 200
        offer, urn = rng.choice(rows)
        body = {"accepted": rng.random() < 0.8, "reason": "why"}
        sent = steps.world.leader_person(leader)
        first = await steps.client.post(f"/v1/offers/{offer}/response", json=body, headers=sent)
        agreement = {"agreed": True, "conflicts_seen": True}
        url = f"/v1/offers/{offer}/school-agreement"
        await steps.client.post(url, json=agreement, headers=steps.world.school(int(urn)))
        return first.status_code

    return act


def _approving(steps: Steps) -> Callable[[], Awaitable[int]]:
    async def act() -> int:
        rows = steps.world.sql("SELECT id FROM offers WHERE state IN ('accepted', 'agreed', 'offered')")
        body = {"rows": [{"offer_id": str(row[0]), "approved": True} for row in rows]}
        if not rows:
            return 200
        return (await steps.client.post("/v1/approvals/batches", json=body, headers=steps.world.director())).status_code

    return act


def _withdrawing(steps: Steps, rng: random.Random) -> Callable[[], Awaitable[int]]:
    async def act() -> int:
        rows = steps.world.sql("SELECT id FROM offers WHERE state IN ('offered', 'accepted', 'agreed')")
        stopping = steps.world.sql("SELECT id FROM episodes WHERE state = 'open'")
        if stopping and rng.random() < 0.5:
            url, body = f"/v1/episodes/{rng.choice(stopping)[0]}/stop", {"reason": "why"}
        elif rows:
            url, body = f"/v1/offers/{rng.choice(rows)[0]}/withdrawal", {"reason": "why"}
        else:
            return 200
        return (await steps.client.post(url, json=body, headers=steps.world.partner())).status_code

    return act
