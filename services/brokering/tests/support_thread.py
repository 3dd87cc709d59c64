"""One episode from need to signed claim and completion: every step with its party's token, and every refusal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from services.brokering.tests.support_money import assert_money
from services.brokering.tests.support_world import Match, Steps, World, assert_balanced, headers

Send = Callable[[str, dict[str, Any], dict[str, str]], Awaitable[httpx.Response]]


@dataclass(frozen=True)
class Step:
    """One step: whose it is, where it is sent, with what, and how it is answered; the id it makes, if any."""

    name: str
    parties: tuple[str, ...]
    path: str
    body: dict[str, Any]
    status: int = 200
    makes: str = ""
    again: int | None = 409


STEPS = (
    Step("offer", ("partner",), "proposals/{proposal}/offer", {}, 201, makes="offer"),
    Step("response", ("leader",), "offers/{offer}/response", {"accepted": True}),
    Step("agreement", ("school", "la"), "offers/{offer}/school-agreement", {"agreed": True, "conflicts_seen": True}),
    Step("approval", ("director",), "offers/{offer}/approval", {"approved": True}),
    Step(
        "visit",
        ("leader", "partner"),
        "episodes/{episode}/visits",
        {"purpose": "coaching", "mode": "on_site", "days": 6.5},
        201,
        again=None,
    ),
    Step("claim", ("leader",), "episodes/{episode}/claims", {"days": 6.5}, 201, makes="claim"),
    Step("signature", ("school", "la"), "episodes/{episode}/claims/{claim}/sign-off", {"signed_off": True}),
    Step("completion", ("partner", "leader"), "episodes/{episode}/completion", {"summary": "Reading is taught well"}),
    Step("sign-off", ("school", "la"), "episodes/{episode}/completion/sign-off", {"signed_off": True}),
)
REFUSED = {httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND}


@dataclass
class Thread:
    """A need, its leader, a grant that pays for exactly ten days, and the ids met on the way."""

    world: World
    match: Match
    grant: str
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def begin(cls, steps: Steps, days: float = 10) -> Thread:
        """Make the world that the episode needs."""
        grant = await steps.grant(6_000)
        match = steps.world.match(days=days)
        return cls(steps.world, match, grant["id"], {"proposal": str(match.proposal)})

    def tokens(self) -> dict[str, dict[str, str]]:
        """A token of each party, and of strangers of the same kinds."""
        return {
            "partner": self.world.partner(),
            "leader": self.world.leader_person(self.match.leader),
            "school": self.world.school(self.match.urn),
            "la": headers("la", "la:201"),
            "director": self.world.director(),
            "department": self.world.dfe(),
            "another partner": headers("partner", "partner:other", ("South East",)),
            "another leader": headers("leader", "leader:CEO-0"),
            "another school": self.world.school(199999),
            "another authority": headers("la", "la:999"),
            "another director": headers("regional-director", "dfe", ("South East",)),
            "a client of the school": self.world.school(self.match.urn, user=None, client_id="portal"),
        }

    def request(self, step: Step) -> tuple[str, dict[str, Any]]:
        """Where a step is sent, and with what."""
        body = dict(step.body)
        if step.name == "visit":
            body["on"] = datetime.now(UTC).date().isoformat()
        return f"/v1/{step.path.format(**self.ids)}", body

    async def refusals(self, step: Step, send: Send) -> None:
        """Nobody else takes the step, nor anyone a later one of the same road; and nothing changes by trying."""
        before = self._fingerprint()
        url, body = self.request(step)
        for name, token in self.tokens().items():
            if name not in step.parties:
                answer = await send(url, body, token)
                assert answer.status_code in REFUSED, (step.name, name, answer.text)
        answer = await send(url, body, {})
        assert answer.status_code == httpx.codes.UNAUTHORIZED, step.name
        for later in STEPS[STEPS.index(step) + 1 :]:
            if later.path.split("/")[0] == step.path.split("/")[0] and later.name in {
                "agreement",
                "approval",
                "sign-off",
            }:
                url, body = self.request(later)
                answer = await send(url, body, self.tokens()[later.parties[0]])
                assert answer.status_code == httpx.codes.CONFLICT, (step.name, later.name, answer.text)
        assert self._fingerprint() == before

    def took(self, step: Step, answer: httpx.Response) -> None:
        """Keep the ids that an answer tells."""
        assert answer.status_code == step.status, (step.name, answer.text)
        found = answer.json()
        if step.makes:
            self.ids[step.makes] = found["id"]
        if step.name == "approval":
            self.ids["episode"] = found["episode_id"]

    async def repeated(self, step: Step, send: Send) -> None:
        """The same step a second time is a conflict, where it is not a thing that happens again."""
        if step.again is not None:
            url, body = self.request(step)
            answer = await send(url, body, self.tokens()[step.parties[0]])
            assert answer.status_code == step.again, (step.name, answer.text)

    def check_end(self) -> None:
        """Every step has left its trace once: days, pounds, states and events."""
        sql = self.world.sql
        kinds = Counter(row[0] for row in sql("SELECT kind FROM ledger_movements"))
        assert kinds == {"offered": 1, "reserved": 1, "used": 1, "released": 1}
        assert sql("SELECT count(*) FROM visits") == sql("SELECT count(*) FROM claims") == [(1,)]
        assert self.world.account(self.match.leader) == (0, 0, 13, 0)
        assert sql("SELECT value_pence, committed_pence, claimed_pence FROM budgets") == [(600_000, 0, 390_000)]
        assert (self.world.state("needs", self.match.need), self.world.state("claims", self.ids["claim"])) == (
            "met",
            "signed_off",
        )
        told = Counter((kind, state) for kind, _, state in self.world.events() if state)
        assert set(told.values()) == {1}, told
        assert ("brokering.episode.changed", "completed") in told
        assert_balanced(self.world)
        assert_money(self.world)

    def _fingerprint(self) -> list[tuple[Any, ...]]:
        return self.world.sql(
            "SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM ledger_movements),"
            " (SELECT count(*) FROM money_entries), (SELECT count(*) FROM notifications),"
            " (SELECT string_agg(state, ',') FROM offers), (SELECT string_agg(state, ',') FROM episodes)"
        )
